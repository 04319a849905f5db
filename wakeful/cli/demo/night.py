"""A sample night as facts: the cast of `services.sample` in real time's lengths, and what happens to whom by a seed.

Pure data. Who is on duty is `duty`'s, what the rules make of it `story`'s; nothing here knows an alert.
"""

from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Final, NamedTuple

from services.sample import papers
from services.sample.cast import HOMES, MANAGER, Child, SampleHome
from services.sample.papers import pace_of
from services.sample.script import AWAY, CONCERN, FORGOTTEN, NO_SIGNAL, QUIET, Act
from services.sample.telling import Teller
from shared.events.decode import fact_of_event
from shared.events.validate import validate
from shared.facts import Fact
from shared.instants import HOUR, MINUTE, SECOND, Duration, Instant, parse_instant, show_instant
from shared.replay import in_order
from wakeful.cli.demo.duty import DUSK, WITH_ONE, Duties

EVENING: Final = date(2026, 3, 2)
BEGINS: Final = parse_instant("2026-03-02T21:00:00Z")
ENDS: Final = parse_instant("2026-03-03T08:00:00Z")
_SETTLED: Final = BEGINS - 25 * MINUTE
"""When homes, stays and plans were told, and rooms assessed: after the last check by day."""
_DAWN: Final = DUSK + 9 * HOUR
"""22:00 to 07:00, the night of the plans."""


class Look(StrEnum):
    """What the running sample does not play: a worker who looks, and does not see the child; a child who is gone."""

    ATTEMPT = "attempt"
    NOT_FOUND = "not_found"
    LEAVE_BRIEFLY = "leave_briefly"
    GONE = "gone"


class Move(NamedTuple):
    """An act, and how long after the one before: between `least` and `most` hundredths of the ceiling."""

    act: Act | Look
    least: int
    most: int


_ORDINARY: Final = Move(*QUIET.steps[0])
_EVENINGS: Final = (
    tuple(Move(*step) for step in AWAY.steps),
    (Move(Look.LEAVE_BRIEFLY, 30, 50), Move(Act.RETURN, 260, 300)),  # back later than expected
    (
        Move(Look.GONE, 30, 50),
        Move(Act.RETURN, 240, 290),
        Move(Act.CHECK, 5, 10),
    ),  # missing, until seen again
)
_SCENES: Final = (
    tuple(Move(*step) for step in FORGOTTEN.steps),
    (Move(Act.CHECK, 250, 300),),  # forgotten so long that it worsens
    (*(Move(*step) for step in NO_SIGNAL.steps), Move(Act.CHECK, 25, 60)),
    (Move(Look.NOT_FOUND, 55, 65), Move(Act.CHECK, 15, 30)),
    (Move(Look.ATTEMPT, 60, 75), Move(Act.CHECK, 12, 20)),
    tuple(Move(*step) for step in CONCERN.steps),
)
"""Each is played once a night, for one child, after the evenings out."""
_APART: Final[Duration] = 44 * MINUTE
"""From the start of one scene to the next."""
_BRIEFLY: Final = 200
"""When a child who leaves briefly is expected back, in hundredths of the ceiling."""
_AT_ONCE: Final = DUSK + 12 * MINUTE
"""When somebody in the last home looks at everybody once more, and enters it together."""
_ASIDE: Final[Duration] = 8 * SECOND


def night(seed: int) -> list[Fact]:
    """The night of this seed, in the order of the log."""
    random = Random(seed)  # noqa: S311 - a story, not a secret
    story = _Story(seed, random)
    children = [(home, child) for home in HOMES for child in home.children]
    for home in HOMES:
        story.settle(home)
    story.duties.tell(random)
    story.together(HOMES[-1])
    evenings = random.sample(_EVENINGS, len(_EVENINGS))
    scenes = [*evenings, *random.sample(_SCENES, len(_SCENES))]
    troubled = zip(random.sample(children, len(scenes)), _starts(random), scenes, strict=True)
    troubles = {of: (at, scene) for of, at, scene in troubled}
    for home, child in children:
        at, scene = troubles.get((home, child), (ENDS, ()))
        _play(story, home, child, random, at, scene)
    return facts_of(story.teller)


def facts_of(teller: Teller) -> list[Fact]:
    """What was told, in the order of the log."""
    lines = teller.lines
    return in_order(
        fact_of_event(line.topic, line.appended_at, validate(line.event, unknown="refuse")) for line in lines
    )


def _starts(random: Random) -> list[Instant]:
    first, scenes = DUSK + 20 * MINUTE, len(_EVENINGS) + len(_SCENES)
    return [first + number * _APART + random.randrange(1200) * SECOND for number in range(scenes)]


def _play(
    story: "_Story",
    home: SampleHome,
    child: Child,
    random: Random,
    trouble: Instant,
    scene: tuple[Move, ...],
) -> None:
    """One child's night: prompted checks, and once the scene, from `trouble` on."""
    ceiling = pace_of(child).ceiling
    at = DUSK + random.randrange(-600, 600) * SECOND
    story.do(home, child, Act.CHECK, at)
    waiting: list[Move] = []
    while True:
        if at >= trouble:
            waiting, trouble = list(scene), ENDS
        move = waiting.pop(0) if waiting else _ORDINARY
        at += random.randint(move.least * ceiling // 100, move.most * ceiling // 100) // SECOND * SECOND
        if at >= _DAWN:
            return
        story.do(home, child, move.act, at)


class _Story:
    """Writes down what is done, as phones and the office would tell it."""

    def __init__(self, seed: int, random: Random) -> None:
        self.teller = Teller(f"sample-{seed}")
        self.duties = Duties(self.teller)
        self._random = random
        self._unsent: list[tuple[Instant, SampleHome, Child]] = []
        self._busy: dict[str, list[Instant]] = {}

    def settle(self, home: SampleHome) -> None:
        """The home, its children, their plans; rooms and home were looked at."""
        terms = papers.nightly(pace_of(home.children[0]))
        again = EVENING + timedelta(days=100)
        self._office(home, "home.registered.v1", papers.registration(home, terms), 0)
        for child in home.children:
            self._office(home, "placement.started.v1", papers.stay(home, child), 0)
            terms = papers.nightly(pace_of(child), home.waking)
            plan = papers.plan(
                child,
                terms,
                1,
                _SETTLED,
                EVENING + timedelta(days=28),
                dedicated=child is WITH_ONE,
            )
            self._office(home, "plan.agreed.v1", plan, 0)
            self._office(home, "environment.assessed.v1", papers.assessment(home, child.room, again), MINUTE)
        self._office(home, "suitability.reviewed.v1", papers.suitability(again), MINUTE)

    def together(self, home: SampleHome) -> None:
        """One more look at every child, entered at once: a pattern, and nothing more."""
        for number, child in enumerate(home.children):
            entered = _AT_ONCE + (100 + 3 * number) * SECOND
            self._check(home, child, "seen", _AT_ONCE + number * 35 * SECOND, entered_at=entered)

    def do(self, home: SampleHome, child: Child, act: Act | Look, at: Instant) -> None:
        """One act, at its moment."""
        match act:
            case Act.CHECK_UNSENT:
                self._unsent.append((at, home, child))
            case Act.SYNC:
                for seen_at, of_home, of_child in self._unsent:
                    self._check(of_home, of_child, "seen", seen_at, sent_at=at)
                self._unsent.clear()
            case Act.LEAVE:
                self._leave(home, child, "home_leave", at, at + 2 * HOUR)
            case Look.LEAVE_BRIEFLY:
                self._leave(home, child, "home_leave", at, at + _BRIEFLY * pace_of(child).ceiling // 100)
            case Look.GONE:
                self._leave(home, child, "missing", at, at + 12 * HOUR)
            case Act.RETURN:
                self.teller.tell(home.id, self.duties.looks(home, child, at), _BACK, _of(child), at)
            case Act.CONCERN:
                data = {**_of(child), "from": "family", "summary": "An invented relative rang (sample)."}
                self.teller.tell(home.id, MANAGER, "concern.received.v1", data, at)
            case _:
                outcomes = {Look.ATTEMPT: "not_seen", Look.NOT_FOUND: "not_found"}
                self._check(home, child, outcomes.get(act, "seen") if isinstance(act, Look) else "seen", at)

    def _office(self, home: SampleHome, type_: str, data: dict[str, object], after: Duration) -> None:
        at = _SETTLED + after
        self.teller.tell(home.id, MANAGER, type_, data, at, entered_at=at, sent_at=at)

    def _leave(self, home: SampleHome, child: Child, reason: str, at: Instant, back: Instant) -> None:
        data = {**_of(child), "reason": reason, "expected_end": show_instant(back)}
        self.teller.tell(home.id, MANAGER, "disposition.started.v1", data, at)

    def _check(
        self,
        home: SampleHome,
        child: Child,
        outcome: str,
        at: Instant,
        *,
        entered_at: Instant | None = None,
        sent_at: Instant | None = None,
    ) -> None:
        data = papers.seen(child, self._random)
        if outcome != "seen":
            data = {**data, "outcome": outcome, "sign_of_life": None, "state": None}
        who, busy = self.duties.looks(home, child, at), self._busy.setdefault(home.id, [])
        while any(abs(at - other) < _ASIDE for other in busy):
            at += _ASIDE  # nobody is in two rooms at a time
        busy.append(at)
        self.teller.tell(home.id, who, "check.recorded.v1", data, at, entered_at=entered_at, sent_at=sent_at)


_BACK: Final = "disposition.ended.v1"


def _of(child: Child) -> dict[str, object]:
    return {"placement_id": child.id}
