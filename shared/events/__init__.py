"""The vocabulary: what an event is, every type of it, and the way between bytes, events and facts.

One module a topic holds the models (`checkins`, `nightcover`, `planchanges`, `responses`, `alerts`, `pages`);
`validate` is asked once, at the door; `decode` trusts. No I/O here, no clock, and no rule that needs to know
what a home looked like: that is `shared.acceptance`.
"""
