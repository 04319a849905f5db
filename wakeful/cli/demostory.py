"""What the rules make of the sample night: the record of each child, the alerts, and the story, line by line.

Everything is worked out by the rules that watch real nights (`shared.replay`, the record of a night, the words of the
feed). Nothing is drawn here.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from services.alerts.lives import Lives, Whose
from services.alerts.rows import AlertRow
from services.alerts.tables import ALERTS as ALERTS_TABLE
from services.alerts.words import length, local_clock, told
from services.checks.record import NightRecord, night_record
from services.rules import MONITORS
from services.sample.cast import HOMES, PROVIDER, TIME_ZONE, Child, SampleHome
from services.sample.papers import pace_of
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import MINUTE, Duration, Instant
from shared.replay import replay
from shared.topics import ALERTS
from wakeful.cli.demonight import BEGINS, ENDS, EVENING, night

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
    `record`."""

    at: Instant
    kind: str
    placement_id: str
    text: str
    level: int = 1


class ChildsNight(NamedTuple):
    """One child's night."""

    home: SampleHome
    child: Child
    record: NightRecord
    steps: tuple[Step, ...]
    """Of the alerts about this child."""


class Night(NamedTuple):
    """The whole of it."""

    seed: int
    children: tuple[ChildsNight, ...]
    events: tuple[dict[str, Any], ...]
    """Of the alerts, as `wakeful replay` writes them."""
    story: tuple[Told, ...]


def told_night(seed: int) -> Night:
    """The night of this seed, watched from beginning to end."""
    facts = night(seed)
    effects = replay(facts, MONITORS.values(), ENDS).effects
    events = tuple(effect.event for effect in effects)
    steps = tuple(_steps(events))
    children = tuple(
        ChildsNight(
            home,
            child,
            night_record([f for f in facts if f.home_id == home.id], TIME_ZONE, child.id, EVENING, ENDS),
            tuple(step for step in steps if step.alert.placement_id == child.id),
        )
        for home in HOMES
        for child in home.children
    )
    lines = [*_begun(), *_records(facts), *(_line(step) for step in steps)]
    return Night(seed, children, events, tuple(sorted(lines, key=lambda each: each.at)))


def _steps(events: Sequence[dict[str, Any]]) -> Iterator[Step]:
    """The steps, each with the alert as it stood then, by the feed's own fold."""
    lives = Lives()
    whose = Whose(PROVIDER, None, TIME_ZONE)
    for event in sorted(events, key=lambda each: str(each["time"])):
        fact = fact_of_event(ALERTS, 0, event)
        for row in lives.take(fact, lambda _fact: whose):
            if row.table == ALERTS_TABLE.name and row.values is not None:
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
    return Told(step.at, kind, words.about, text, step.alert.level)


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


def _clock(at: Instant) -> str:
    return local_clock(at, TIME_ZONE, at)
