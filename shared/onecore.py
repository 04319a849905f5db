"""Keep a busy process on one core (docs/decisions/0010).

The threads of one interpreter take turns: only one of them runs Python at a time. Where each turn may be on another
core, every turn begins with cold caches and a wake-up across cores; on one core it does not. What else runs on the
machine is free to move to the others.
"""

import os


def stay_on_one_core() -> int | None:
    """Bind this process, and the threads it will start, to one of the cores it may run on: which. None where the
    system has no such thing, or there is no choice."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return None
    core = cores[os.getpid() % len(cores)]
    os.sched_setaffinity(0, {core})
    return core
