"""A sample night as facts: the cast of `services.sample` in real time's lengths, and what happens to whom by a seed.

Pure data. What the rules make of it is `demostory`'s; nothing here knows an alert.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import count
from random import Random
from typing import Any, Final, NamedTuple

from services.sample import cast
from services.sample.cast import HOMES, MANAGER, Child, Pace, SampleHome
from services.sample.script import AWAY, FORGOTTEN, NO_SIGNAL, QUIET, Act
from shared.events.decode import fact_of_event
from shared.events.registry import topic_of
from shared.events.validate import validate
from shared.facts import Fact
from shared.instants import HOUR, MINUTE, SECOND, Instant, parse_instant, show_duration, show_instant
from shared.replay import in_order

EVENING: Final = date(2026, 3, 2)
BEGINS: Final = parse_instant("2026-03-02T21:00:00Z")
ENDS: Final = parse_instant("2026-03-03T08:00:00Z")
_SETTLED: Final = BEGINS - HOUR
"""When homes, stays and plans were told."""
_WINDOW: Final = (BEGINS + HOUR, ENDS - HOUR)
"""22:00 to 07:00, the night of the plans."""
_USUAL: Final = Pace(30 * MINUTE, 5 * MINUTE)
_CLOSE: Final = Pace(15 * MINUTE, 2 * MINUTE)
"""For a child at risk of suicide."""


class Look(StrEnum):
    """What the running sample does not play: a worker who looks, and does not see the child."""

    ATTEMPT = "attempt"
    NOT_FOUND = "not_found"


class Move(NamedTuple):
    """An act, and how long after the one before: between `least` and `most` hundredths of the ceiling."""

    act: Act | Look
    least: int
    most: int


_ORDINARY: Final = Move(*QUIET.steps[0])
_EVENING_OUT: Final = tuple(Move(*step) for step in AWAY.steps)
_SCENES: Final = (
    tuple(Move(*step) for step in FORGOTTEN.steps),
    (Move(Act.CHECK, 250, 300),),  # forgotten so long that it worsens
    (*(Move(*step) for step in NO_SIGNAL.steps), Move(Act.CHECK, 25, 60)),
    (Move(Look.NOT_FOUND, 55, 65), Move(Act.CHECK, 15, 30)),
    (Move(Look.ATTEMPT, 60, 75), Move(Act.CHECK, 12, 20)),
)
"""Each is played once a night, for one child, after somebody's evening out."""
_APART: Final = 78 * MINUTE
"""From the start of one scene to the next."""


def pace_of(child: Child) -> Pace:
    """How often the child is to be seen."""
    return _CLOSE if child.suicide_risk else _USUAL


def night(seed: int) -> list[Fact]:
    """The night of this seed, in the order of the log."""
    random = Random(seed)  # noqa: S311 - a story, not a secret
    teller = _Teller(seed)
    children = [(home, child) for home in HOMES for child in home.children]
    for home in HOMES:
        teller.settle(home)
    scenes = [_EVENING_OUT, *random.sample(_SCENES, len(_SCENES))]
    troubled = zip(
        random.sample(children, len(scenes)), zip(_starts(random), scenes, strict=True), strict=True
    )
    troubles: dict[Any, tuple[Instant, tuple[Move, ...]]] = dict(troubled)
    for home, child in children:
        at, scene = troubles.get((home, child), (ENDS, ()))
        _play(teller, home, child, random, at, scene)
    return in_order(teller.facts)


def _starts(random: Random) -> list[Instant]:
    first = _WINDOW[0] + 20 * MINUTE
    return [first + number * _APART + random.randrange(1800) * SECOND for number in range(len(_SCENES) + 1)]


def _play(
    teller: "_Teller",
    home: SampleHome,
    child: Child,
    random: Random,
    trouble: Instant,
    scene: tuple[Move, ...],
) -> None:
    """One child's night: prompted checks, and once the scene, from `trouble` on."""
    ceiling = pace_of(child).ceiling
    at = _WINDOW[0] + random.randrange(-600, 600) * SECOND
    teller.do(home, child, Act.CHECK, at)
    waiting: list[Move] = []
    while True:
        if at >= trouble:
            waiting, trouble = list(scene), ENDS
        move = waiting.pop(0) if waiting else _ORDINARY
        at += random.randint(move.least * ceiling // 100, move.most * ceiling // 100) // SECOND * SECOND
        if at >= _WINDOW[1]:
            return
        teller.do(home, child, move.act, at)


class _Teller:
    """Writes down what is done, as a phone would tell it."""

    def __init__(self, seed: int) -> None:
        self.facts: list[Fact] = []
        self._seed = seed
        self._numbers: Iterator[int] = count(1)
        self._unsent: list[tuple[Instant, SampleHome, Child]] = []

    def settle(self, home: SampleHome) -> None:
        """The home, its children and their plans."""
        checks = [_rule(_USUAL)]
        registration = {**cast.registration(home, _USUAL), "default_plan": {"checks": checks}}
        self._tell(home, MANAGER, "home.registered.v1", home.id, registration, _SETTLED)
        for child in home.children:
            self._tell(home, MANAGER, "placement.started.v1", child.id, cast.stay(home, child), _SETTLED)
            plan = cast.plan(child, pace_of(child), show_instant(_SETTLED))
            plan["checks"] = [_rule(pace_of(child))]
            self._tell(home, MANAGER, "plan.agreed.v1", child.id, plan, _SETTLED)

    def do(self, home: SampleHome, child: Child, act: Act | Look, at: Instant) -> None:
        """One act, at its moment."""
        worker = home.workers[at >= (_WINDOW[0] + _WINDOW[1]) // 2]
        stay = {"placement_id": child.id}
        if act is Act.CHECK_UNSENT:
            self._unsent.append((at, home, child))
        elif act is Act.SYNC:
            for seen_at, of_home, of_child in self._unsent:
                self._check(of_home, of_child, worker, "seen", seen_at, sent_at=at)
            self._unsent.clear()
        elif act is Act.LEAVE:
            back = {"reason": "home_leave", "expected_end": show_instant(at + 2 * HOUR)}
            self._tell(home, MANAGER, "disposition.started.v1", child.id, {**stay, **back}, at)
        elif act is Act.RETURN:
            self._tell(home, worker, "disposition.ended.v1", child.id, stay, at)
        else:
            outcomes = {Look.ATTEMPT: "not_seen", Look.NOT_FOUND: "not_found"}
            self._check(
                home, child, worker, outcomes.get(act, "seen") if isinstance(act, Look) else "seen", at
            )

    def _check(
        self,
        home: SampleHome,
        child: Child,
        worker: str,
        outcome: str,
        at: Instant,
        sent_at: Instant | None = None,
    ) -> None:
        data: dict[str, Any] = {
            "placement_id": child.id,
            "outcome": outcome,
            "room": child.room,
            "view": "doorway",
            "proof": "nfc",
        }
        if outcome == "seen":
            data |= {"sign_of_life": "breathing", "state": "asleep"}
        self._tell(home, worker, "check.recorded.v1", child.id, data, at, sent_at)

    def _tell(
        self,
        home: SampleHome,
        actor: str,
        type_: str,
        subject: str,
        data: dict[str, Any],
        at: Instant,
        sent_at: Instant | None = None,
    ) -> None:
        event = {
            "specversion": "1.0",
            "id": f"sample-{self._seed}-{next(self._numbers)}",
            "source": f"sample-phone-of-{actor}",
            "type": type_,
            "subject": subject,
            "time": show_instant(at),
            "enteredat": show_instant(at + 4 * SECOND if at > _SETTLED else at),
            "homeid": home.id,
            "actor": actor,
            "datacontenttype": "application/json",
            "data": data,
        }
        appended_at = (at + 5 * SECOND if sent_at is None else sent_at) if at > _SETTLED else at
        self.facts.append(fact_of_event(topic_of(type_), appended_at, validate(event, unknown="refuse")))


def _rule(pace: Pace) -> dict[str, str]:
    ceiling, grace = show_duration(pace.ceiling), show_duration(pace.grace)
    return {"name": "night", "from": "22:00", "to": "07:00", "ceiling": ceiling, "grace": grace}
