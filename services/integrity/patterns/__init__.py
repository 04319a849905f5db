"""The patterns of DOMAIN.md §7, each a pure function of what stood at the entries' own times.

`worker` looks at the checks of one worker, `child` at those of one child, `edited` at corrections after an incident,
`duty` at who was on duty and how many children were there.
"""
