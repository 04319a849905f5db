"""What the rules make of the sample night, and of the weeks around it: the records, the alerts, and the story, line by
line.

Everything is worked out by the rules that watch real nights (`shared.replay`, the records of a night, the words of the
feed). Nothing is drawn here.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from services.alerts.lives import Lives, Whose
from services.alerts.names import ALERTS as ALERTS_TABLE
from services.alerts.rows import AlertRow
from services.checks.record import NightRecord, night_record
from services.cover.night import Band, cover_night
from services.rules import DECIDER, MONITORS
from services.sample.cast import HOMES, PROVIDER, TIME_ZONE, Child, SampleHome
from services.sample.papers import pace_of
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import MINUTE, Duration, Instant
from shared.replay import replay
from shared.topics import ALERTS
from shared.words import length, local_clock, told
from wakeful.cli.demo.night import BEGINS, ENDS, EVENING, night
from wakeful.cli.demo.weeks import UNTIL, weeks

_LATE: Final[Duration] = MINUTE
"""A record that needed longer than this to arrive is worth a line."""


class Step(NamedTuple):
    """One step of an alert's life: `raised`, `worsened` or `resolved`."""

    at: Instant
    name: str
    alert: AlertRow
    """As it stood after it."""


class Told(NamedTuple):
    """A line of the story. `kind` says what it is of: a step's name, `away` for an alert that wakes nobody, or
    `record`. `about`: a child, a worker, a room, a home; empty: nobody."""

    at: Instant
    kind: str
    about: str
    text: str
    level: int = 1


class ChildsNight(NamedTuple):
    """One child's night."""

    home: SampleHome
    child: Child
    record: NightRecord
    steps: tuple[Step, ...]
    """Of the alerts about this child."""
    beside: tuple[Band, ...]
    """The cover by somebody for this child alone; empty where the plan asks for nobody."""


class HomesNight(NamedTuple):
    """One home's night."""

    home: SampleHome
    cover: tuple[Band, ...]
    """The waking cover of the house."""
    steps: tuple[Step, ...]
    """Of the alerts about the home, its rooms and its workers."""


class Night(NamedTuple):
    """The whole of it."""

    seed: int
    children: tuple[ChildsNight, ...]
    homes: tuple[HomesNight, ...]
    events: tuple[dict[str, Any], ...]
    """Of the alerts, as `wakeful replay` writes them."""
    story: tuple[Told, ...]
    weeks: "Weeks"


class Weeks(NamedTuple):
    """What is told of the weeks around it."""

    events: tuple[dict[str, Any], ...]
    steps: tuple[Step, ...]
    story: tuple[Told, ...]


def told_night(seed: int) -> Night:
    """The night of this seed, watched from beginning to end."""
    facts = night(seed)
    effects = replay(facts, MONITORS.values(), ENDS, DECIDER).effects
    events = tuple(effect.event for effect in effects)
    steps = tuple(_steps(events))
    cover = {home: cover_night(_of(facts, home), TIME_ZONE, EVENING, ENDS) for home in HOMES}
    children = tuple(
        ChildsNight(
            home,
            child,
            night_record(_of(facts, home), TIME_ZONE, child.id, EVENING, ENDS),
            tuple(step for step in steps if step.alert.placement_id == child.id),
            cover[home].children.get(child.id, ()),
        )
        for home in HOMES
        for child in home.children
    )
    homes = tuple(
        HomesNight(home, cover[home].house, tuple(step for step in steps if _of_home(step.alert, home)))
        for home in HOMES
    )
    lines = [*_begun(), *_records(facts), *_breaks(facts), *(_line(step) for step in steps)]
    return Night(seed, children, homes, events, _in_time(lines), told_weeks(seed))


def told_weeks(seed: int) -> Weeks:
    """The weeks around it, by the rules on plans and reviews."""
    effects = replay(weeks(seed), (MONITORS["reviews"],), UNTIL).effects
    events = tuple(effect.event for effect in effects)
    steps = tuple(_steps(events))
    return Weeks(events, steps, _in_time([_line(step) for step in steps]))


def _of(facts: Sequence[Fact], home: SampleHome) -> list[Fact]:
    return [fact for fact in facts if fact.home_id == home.id]


def _of_home(alert: AlertRow, home: SampleHome) -> bool:
    return alert.home_id == home.id and alert.placement_id is None


def _in_time(lines: Iterable[Told]) -> tuple[Told, ...]:
    return tuple(sorted(lines, key=lambda each: each.at))


def _steps(events: Sequence[dict[str, Any]]) -> Iterator[Step]:
    """The steps, each with the alert as it stood then, by the feed's own fold."""
    lives = Lives()
    whose = Whose(PROVIDER, None, TIME_ZONE)
    for event in sorted(events, key=lambda each: str(each["time"])):
        fact = fact_of_event(ALERTS, 0, event)
        for row in lives.take(fact, lambda _fact: whose):
            if row.table == ALERTS_TABLE and row.values is not None:
                name = event["type"].split(".")[1]
                yield Step(fact.observed_at, name, AlertRow(**row.key, **row.values))


def _line(step: Step) -> Told:
    words = told(step.alert, step.at)
    if step.name == "raised":
        text = f"{words.title}: {', '.join(words.points)}"
    elif step.name == "worsened":
        text = (
            f"{words.title}, level {step.alert.level}: {length(step.at - step.alert.since)} {words.running}"
        )
    else:
        text = f"{words.title}. {words.closed}"
    kind = "away" if step.name == "raised" and step.alert.severity == "info" else step.name
    return Told(step.at, kind, words.about or step.alert.home_id, text, step.alert.level)


def _begun() -> Iterator[Told]:
    children = [child for home in HOMES for child in home.children]
    often = sorted({pace_of(child).ceiling for child in children})
    ceilings = " or ".join(length(each) for each in often)
    text = f"{len(HOMES)} homes, {len(children)} children. From 22:00 to 07:00 each is to be seen every {ceilings}"
    yield Told(BEGINS, "record", "", text)


def _records(facts: Sequence[Fact]) -> Iterator[Told]:
    """Records that explain what follows: those that came late, and attempts."""
    checks = [fact for fact in facts if fact.type == "check.recorded.v1"]
    late = [check for check in checks if check.appended_at - check.entered_at > _LATE]
    for (at, child), group in groupby(late, key=lambda check: (check.appended_at, check.subject)):
        times = " and ".join(_clock(check.observed_at) for check in group)
        yield Told(at, "record", child, f"A phone is in reach again and sends its records: seen at {times}")
    for check in checks:
        if check.data["outcome"] == "not_seen":
            text = "An attempt is recorded: the child was not seen. It settles nothing"
            yield Told(check.appended_at, "record", check.subject, text)


def _breaks(facts: Sequence[Fact]) -> Iterator[Told]:
    """Breaks for which nobody takes over: they explain what follows."""
    for fact in facts:
        if fact.type == "cover.break_started.v1" and fact.data["relief_staff_id"] is None:
            yield Told(fact.appended_at, "record", fact.actor, "A break begins, and nobody takes over")


def _clock(at: Instant) -> str:
    return local_clock(at, TIME_ZONE, at)
