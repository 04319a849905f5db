"""The parts that a running house is put together from, whatever log it stands on: the door's app, paging, who watches.

The roots that put them together are beside this room: `services.up` (one process), `services.gate` and
`services.worker` (apart, over a broker). No rule lives here.
"""
