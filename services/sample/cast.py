"""Who is in the sample: homes, children, workers, a manager. Plain data, all invented and all marked `sample-`.

Nothing here knows what happens to them (`script`) or how it is told to the door (`phone`).
"""

from typing import Final, NamedTuple

from shared.instants import SECOND, Duration

PROVIDER: Final = "sample-provider"
COMMISSIONERS: Final = ("sample-commissioner-north", "sample-commissioner-south")
MANAGER: Final = "sample-manager"
ON_CALL: Final = "sample-on-call"
"""Whose phone is the one on this machine (`receiver`)."""
TIME_ZONE: Final = "Europe/London"

CEILING: Final[Duration] = 40 * SECOND
"""At most so long between two checks: seconds instead of minutes, so that there is something to see."""
GRACE: Final[Duration] = 10 * SECOND


class Child(NamedTuple):
    """One child's stay, by its pseudonym."""

    id: str
    room: str
    commissioner_id: str
    suicide_risk: bool


class SampleHome(NamedTuple):
    """A home, its children, and the two who work there tonight, each with a phone."""

    id: str
    children: tuple[Child, ...]
    workers: tuple[str, str]
    """The first has the phone that always gets through, the second the one that sometimes does not."""
    waking: int
    """How many waking workers the plans of its children ask for tonight."""


def _home(name: str, workers: tuple[int, int], waking: int = 1) -> SampleHome:
    children = tuple(
        Child(
            id=f"sample-child-{name}-{number}",
            room=f"sample-room-{number}",
            commissioner_id=COMMISSIONERS[number % 2],
            suicide_risk=number == 1,
        )
        for number in (1, 2, 3)
    )
    first, second = workers
    pair = (f"sample-worker-{first}", f"sample-worker-{second}")
    return SampleHome(f"sample-{name}", children, pair, waking)


HOMES: Final = (_home("larch", (1, 2)), _home("rowan", (3, 4), waking=2), _home("alder", (5, 6)))
SHORT: Final = HOMES[1]
"""Where a worker goes on a break and nobody takes over: one of two stays."""
UNSIGNED: Final = HOMES[2].children[2]
"""Whose plan tonight lacks a few things."""
UNASSESSED: Final = (HOMES[2], HOMES[2].children[1].room)
"""A room whose assessment is overdue."""
ONE_TO_ONE: Final = ("sample-worker-7", "sample-worker-8")
"""Two who are with one child all night, where a story has them."""
AT_ONCE: Final = (HOMES[0], HOMES[0].workers[1])
"""Who enters several checks together, once."""


class Pace(NamedTuple):
    """How long the ceiling and the grace are in the plans."""

    ceiling: Duration = CEILING
    grace: Duration = GRACE

    @classmethod
    def times(cls, factor: float) -> "Pace":
        """The usual pace, so many times as fast."""
        return cls(round(CEILING / factor), round(GRACE / factor))
