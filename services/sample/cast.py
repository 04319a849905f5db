"""Who is in the sample: homes, children, workers, a manager. Plain data, all invented and all marked `sample-`.

Nothing here knows what happens to them (`script`) or how it is told to the door (`phone`).
"""

from typing import Any, Final, NamedTuple

from shared.instants import SECOND, Duration, show_duration

PROVIDER: Final = "sample-provider"
COMMISSIONERS: Final = ("sample-commissioner-north", "sample-commissioner-south")
MANAGER: Final = "sample-manager"
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


def _home(name: str, workers: tuple[int, int]) -> SampleHome:
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
    return SampleHome(f"sample-{name}", children, (f"sample-worker-{first}", f"sample-worker-{second}"))


HOMES: Final = (_home("larch", (1, 2)), _home("rowan", (3, 4)), _home("alder", (5, 6)))


class Pace(NamedTuple):
    """How long the ceiling and the grace are in the plans."""

    ceiling: Duration = CEILING
    grace: Duration = GRACE

    @classmethod
    def times(cls, factor: float) -> "Pace":
        """The usual pace, so many times as fast."""
        return cls(round(CEILING / factor), round(GRACE / factor))


def checks_of(pace: Pace) -> list[dict[str, Any]]:
    """The one check rule of every plan here: all day, so that it does not matter when somebody looks."""
    ceiling, grace = show_duration(pace.ceiling), show_duration(pace.grace)
    return [{"name": "sample", "from": "00:00", "to": "00:00", "ceiling": ceiling, "grace": grace}]


def registration(home: SampleHome, pace: Pace) -> dict[str, Any]:
    """`data` of `home.registered`."""
    return {
        "home_id": home.id,
        "provider_id": PROVIDER,
        "time_zone": TIME_ZONE,
        "rooms": [child.room for child in home.children],
        "statement_of_purpose": {"waking_staff": 2, "sleep_in_staff": 0},
        "default_plan": {"checks": checks_of(pace)},
    }


def stay(home: SampleHome, child: Child) -> dict[str, Any]:
    """`data` of `placement.started`."""
    return {
        "placement_id": child.id,
        "home_id": home.id,
        "commissioner_id": child.commissioner_id,
        "room": child.room,
        "emergency": False,
        "suicide_risk": child.suicide_risk,
    }


def plan(child: Child, pace: Pace, effective_from: str) -> dict[str, Any]:
    """`data` of the child's first `plan.agreed`."""
    return {
        "placement_id": child.id,
        "version": 1,
        "effective_from": effective_from,
        "checks": checks_of(pace),
        "roles": [],
        "suicide_risk": child.suicide_risk,
        "signed": [{"who": MANAGER, "role": "registered_person", "at": effective_from}],
    }
