"""A test driver for Wakeful's rules: no broker, no database, no sleeping.

Feed facts, move the clock, read alerts:

    >>> from wakeful.testing import TestDriver
    >>> driver = TestDriver()
    >>> _ = driver.feed("wakeful.plan-changes", "2026-03-02T20:00:00Z", {
    ...     "type": "home.registered.v1", "id": "h", "subject": "H1", "homeid": "H1", "time": "2026-03-02T20:00:00Z",
    ...     "data": {"home_id": "H1", "provider_id": "PR1", "time_zone": "Europe/London", "rooms": ["R1"],
    ...              "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
    ...              "default_plan": {"checks": [{"from": "22:00", "to": "07:00", "ceiling": "PT30M"}]}}})
    >>> _ = driver.feed("wakeful.plan-changes", "2026-03-02T20:05:00Z", {
    ...     "type": "placement.started.v1", "id": "p", "subject": "P1", "homeid": "H1", "time": "2026-03-02T20:05:00Z",
    ...     "data": {"placement_id": "P1", "home_id": "H1", "commissioner_id": "C1", "room": "R1",
    ...              "emergency": False, "suicide_risk": False}})
    >>> [alert["data"]["kind"] for alert in driver.advance_to("2026-03-02T22:36:00Z")]
    ['check_missed']

Like Kafka Streams' TopologyTestDriver it is synchronous: `feed` returns what the fact caused, `advance_to` what time
caused. It runs the very loop of the runner (`shared.course`), so that what holds here holds there. What is
decided about alerts (who has one until when, a silent home, a pattern) is told once the clock has passed it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from services.rules import DECIDER, MONITORS
from shared.course import Aside, Course, MemorySeen, Refused, Turn
from shared.events.decode import fact_of_event
from shared.events.validate import validate
from shared.facts import Fact
from shared.instants import Instant, parse_instant, show_instant
from shared.monitor import Deciding, Monitor
from shared.replay import Afterwards, Refusals

__all__ = ["Moment", "TestDriver"]

Moment = Instant | str
"""An instant in milliseconds since 1970, or as RFC 3339 text."""

_ENVELOPE = {
    "specversion": "1.0",
    "source": "test/driver",
    "actor": "S1",
    "datacontenttype": "application/json",
}


class TestDriver:
    """Runs monitors over facts that a test feeds, in virtual time."""

    __test__ = False  # not a test class, whatever its name begins with

    def __init__(
        self,
        monitors: Sequence[Callable[[], Monitor]] = tuple(MONITORS.values()),
        decider: Callable[[], Deciding] | None = DECIDER,
    ) -> None:
        """`monitors`: those whose rules are tested; all there are, unless stated. `decider`: the one that decides about
        their alerts; None: nobody does."""
        self._courses = []
        for make in monitors:
            seen = MemorySeen()
            self._courses.append(Course(make(), seen, seen.named))
        seen = MemorySeen()
        names = [course.monitor.name for course in self._courses]
        self._decider = None if decider is None else Afterwards(Course(decider(), seen, seen.named), names)
        self.alerts: list[dict[str, Any]] = []
        """Every derived event so far, in the order in which it was told."""
        self._refusals = Refusals()
        self.refused: list[Refused] = []
        """Facts that may not stand, with the reason."""
        self.set_aside: list[Aside] = []
        """Homes that a fault set aside."""

    @property
    def clock(self) -> Instant:
        """Where the log's clock stands."""
        return self._courses[0].clock

    def feed(self, topic: str, appended_at: Moment, *events: dict[str, Any]) -> list[dict[str, Any]]:
        """Append events to the log as one step: the clock goes to `appended_at`, then they are applied in turn.

        Of the envelope, `id`, `type`, `time`, `subject`, `homeid` and `data` are yours to state; `enteredat` is
        `time` unless stated, the rest has defaults. Returns the derived events that this caused. Raises Invalid for
        what the door would not let in, ValueError for a time before the clock.
        """
        at = _instant(appended_at)
        if at < self.clock:
            raise ValueError(
                f"the log's clock is at {show_instant(self.clock)}; feed facts in order of appended_at"
            )
        facts = []
        for event in events:
            whole = validate({**_ENVELOPE, "enteredat": event.get("time"), **event}, unknown="refuse")
            facts.append(fact_of_event(topic, at, whole))
        mine = [(course, [f for f in facts if topic in course.monitor.topics]) for course in self._courses]
        turns = [turn for course, some in mine for turn in (course.take(some), course.reach(at))]
        return self._told([*turns, *self._decided(facts, turns, at)])

    def advance_to(self, instant: Moment) -> list[dict[str, Any]]:
        """Put the clock to `instant`: every deadline strictly before it fires. Returns the derived events."""
        at = _instant(instant)
        turns = [course.finish(at) for course in self._courses]
        return self._told([*turns, *self._decided([], turns, at)])

    def _decided(self, facts: Sequence[Fact], turns: Sequence[Turn], at: Instant) -> list[Turn]:
        if self._decider is None:
            return []
        effects = [effect for turn in turns for effect in turn.effects]
        return [self._decider.take(facts, effects, at), self._decider.reach(at)]

    def _told(self, turns: Sequence[Turn]) -> list[dict[str, Any]]:
        """What came of one move, in order of time; what several monitors refuse is refused once."""
        effects = sorted((effect for turn in turns for effect in turn.effects), key=lambda effect: effect.at)
        told = [effect.event for effect in effects]
        self.alerts += told
        for turn in turns:
            self.refused += self._refusals.new(turn.refused)
        self.set_aside += [aside for turn in turns for aside in turn.set_aside]
        return told


def _instant(moment: Moment) -> Instant:
    return parse_instant(moment) if isinstance(moment, str) else moment
