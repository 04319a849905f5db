"""Log + monitor + database → a running service (ARCHITECTURE.md, "The runner").

`loop` is the loop; `rejection` and `names` are what its turn asks before the course takes the facts, `publisher` what
it does after the commit; `rebuild` begins anew; `observer` hears of it all; `alone` runs one service by itself.
"""

from shared.runner.loop import Runner

__all__ = ["Runner"]
