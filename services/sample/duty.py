"""Who is on duty in the sample tonight: workers begin, answer prompts, go on breaks and come back. Real minutes.

Pure: a line of turns is a function of its random numbers. Checks, and whatever happens to a child, are `script`'s.
"""

from collections.abc import Iterator
from enum import StrEnum
from random import Random
from typing import NamedTuple

from shared.instants import MINUTE, SECOND, Duration


class Duty(StrEnum):
    """One thing that a worker tells of themselves."""

    BEGIN = "begin"
    ANSWER = "answer"
    """The phone looks whether it is time for a prompt, "are you awake?"; if so, the worker answers."""
    BREAK = "break"
    """Nobody takes over."""
    BACK = "back"


class Turn(NamedTuple):
    """What is next, and how long after the last."""

    act: Duty
    after: Duration


def answers(random: Random, *, begun: bool) -> Iterator[Turn]:
    """A worker begins, unless they have, and then looks for prompts, for ever."""
    if not begun:
        yield Turn(Duty.BEGIN, 0)
    while True:
        yield Turn(Duty.ANSWER, random.randrange(15, 25) * SECOND)


def breaks(random: Random, *, resting: bool) -> Iterator[Turn]:
    """Breaks without relief that are long enough to be noticed (5 minutes), for ever. `resting`: the first has begun
    before."""
    if resting:
        yield Turn(Duty.BACK, random.randrange(130, 180) * SECOND)
    while True:
        yield Turn(Duty.BREAK, random.randrange(12, 18) * MINUTE)
        yield Turn(Duty.BACK, random.randrange(390, 480) * SECOND)
