"""What happens in the sample: scenes as plain data, and who plays which next. Times are hundredths of the ceiling.

Pure: a script is a function of its seed. It never asks what time it is, and posts nothing.
"""

from collections.abc import Sequence
from enum import StrEnum
from random import Random
from typing import Final, NamedTuple

from shared.instants import Duration


class Act(StrEnum):
    """One thing that somebody does."""

    CHECK = "check"
    """A worker sees the child, and the phone sends it at once."""
    CHECK_UNSENT = "check_unsent"
    """A worker sees the child; the phone has no signal and keeps it."""
    SYNC = "sync"
    """The signal is back: the phone sends what it kept, as one step."""
    LEAVE = "leave"
    RETURN = "return"
    CONCERN = "concern"
    """Somebody rings and asks for a check now."""


class Step(NamedTuple):
    """An act, and how long after the one before: between `least` and `most` hundredths of the ceiling."""

    act: Act
    least: int
    most: int


class Scene(NamedTuple):
    """What happens to one child for a while. `tells`: the rule that it shows, in one line."""

    name: str
    tells: str
    steps: tuple[Step, ...]


QUIET: Final = Scene(
    "quiet",
    "The phone prompts at random, between 55 and 95 % of the ceiling.",
    (Step(Act.CHECK, 55, 95),),
)
FORGOTTEN: Final = Scene(
    "forgotten",
    "The worker forgets: missed at deadline + grace, closed as `late` by the check that comes after all.",
    (Step(Act.CHECK, 160, 175),),
)
FIRST_FORGOTTEN: Final = Scene(
    "first_forgotten",
    "The same at the start, for as long as whoever watches needs to take the page, answer it, and see it stay quiet.",
    (Step(Act.CHECK, 480, 500),),
)
NO_SIGNAL: Final = Scene(
    "no_signal",
    "The worker checks in time without a signal: missed as far as anybody knew, then closed as `unreported`.",
    (Step(Act.CHECK_UNSENT, 60, 80), Step(Act.CHECK_UNSENT, 75, 90), Step(Act.SYNC, 10, 20)),
)
AWAY: Final = Scene(
    "away",
    "At school no check is due; the way back starts the watch afresh.",
    (Step(Act.LEAVE, 30, 50), Step(Act.RETURN, 200, 300)),
)
CONCERN: Final = Scene(
    "concern",
    "A concern asks for a check now; the check answers it (`restored`).",
    (Step(Act.CONCERN, 30, 50), Step(Act.CHECK, 12, 25)),
)
TROUBLES: Final = (FORGOTTEN, NO_SIGNAL, AWAY, CONCERN)

AWAY_AT_MOST: Final = 400
"""When a child who leaves is expected back: after the scene has brought them back."""
_TROUBLE_ONE_IN: Final = 12
"""How seldom a scene is one of trouble, where none is being played."""


class Cue(NamedTuple):
    """What is to be done next for one child, and how long after the last."""

    child: int
    act: Act
    after: Duration


class Script:
    """Gives each child their next cue, for ever. The first child is forgotten right after the first round."""

    def __init__(self, children: int, ceiling: Duration, seed: int, in_reach: Sequence[bool] = ()) -> None:
        """`in_reach`: of each child, whether the phones of its home always have a signal."""
        self._in_reach = in_reach or [False] * children
        self._random = Random(seed)  # noqa: S311 - a story, not a secret
        self._ceiling = ceiling
        self._bag: list[Scene] = []
        self._troubled: int | None = None
        self._left: list[list[Step]] = []
        for child in range(children):
            first = Step(Act.CHECK, 2 + 4 * child, 4 + 4 * child)
            self._left.append([first, *(FIRST_FORGOTTEN.steps if child == 0 else ())])
        if children:
            self._troubled = 0

    def next(self, child: int) -> Cue:
        """The child's next cue."""
        if not self._left[child]:
            self._left[child] = list(self._scene(child).steps)
        step = self._left[child].pop(0)
        after = self._random.randint(step.least, step.most) * self._ceiling // 100
        return Cue(child, step.act, after)

    def _scene(self, child: int) -> Scene:
        """Quiet, mostly; trouble now and then, for one child at a time, each kind as often as the others."""
        if self._troubled == child:
            self._troubled = None
            return QUIET
        if self._troubled is not None or self._random.randrange(_TROUBLE_ONE_IN):
            return QUIET
        if not self._bag:
            self._bag = self._random.sample(TROUBLES, len(TROUBLES))
        if self._bag[-1] is NO_SIGNAL and self._in_reach[child]:
            return QUIET  # it waits for a child of another home
        self._troubled = child
        return self._bag.pop()
