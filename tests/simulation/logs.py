"""Logs of random nights, and ways of reading one: at once, live in any batches, with crashes in between.

Here is how a log is read; what must then be true is in the `test_` files. The nights are `tests.oracle.nights`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any

from services.checks.model import ChecksMonitor
from shared.course import Course, MemorySeen, Turn
from shared.events.canonical import canonical
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import Instant, parse_instant
from shared.monitor import Effect, Monitor, Row
from shared.replay import as_told, in_order, replay

Line = dict[str, Any]
Step = Callable[[Course], Turn]


def facts_of(lines: Iterable[Line]) -> list[Fact]:
    """The facts of a night, in the order in which they are applied; each is a new object, as a reader decodes it."""
    return in_order(
        fact_of_event(line["topic"], parse_instant(line["appended_at"]), line["event"]) for line in lines
    )


def end_of(lines: Iterable[Line]) -> Instant:
    """The last `appended_at`: how far a replay goes unless told otherwise."""
    return max((parse_instant(line["appended_at"]) for line in lines), default=0)


def told(effects: Iterable[Effect]) -> list[bytes]:
    """The derived events as replay writes them: sorted, each once, byte by byte."""
    return [canonical(effect.event) for effect in as_told(effects)]


def replayed(
    lines: list[Line], until: Instant | None = None, make: Callable[[], Monitor] = ChecksMonitor
) -> list[bytes]:
    """What the whole log, read at once, has told when the clock stands at `until`."""
    whole = replay(facts_of(lines), [make], end_of(lines) if until is None else until)
    assert whole.set_aside == []
    return told(whole.effects)


def steps(facts: list[Fact], until: Instant, rnd: Random) -> Iterator[Step]:
    """A live reader's moves: takes of any size, and in between the clock follows the log's present, in any number of
    moves, but never beyond a fact that is still to come. The last one ends the reading."""
    taken, clock = 0, facts[0].appended_at - 1 if facts else until
    while taken < len(facts):
        if rnd.random() < 0.5:
            clock = rnd.choice((rnd.randint(clock, facts[taken].appended_at), facts[taken].appended_at))
            yield _reach(clock)
        else:
            more = facts[taken : taken + rnd.choice((1, 1, 2, 5, 30))]
            taken += len(more)
            clock = more[-1].appended_at
            yield _take(more)
    for instant in sorted(rnd.randint(clock, until) for _ in range(rnd.randint(0, 3))):
        yield _reach(instant)
    yield lambda course: course.finish(until)


def _take(facts: list[Fact]) -> Step:
    return lambda course: course.take(facts)


def _reach(instant: Instant) -> Step:
    return lambda course: course.reach(instant)


class Reader:
    """A reader of the log that writes its state down after every move, and can die and come back from it."""

    def __init__(self, make: Callable[[], Monitor] = ChecksMonitor) -> None:
        self.effects: list[Effect] = []
        self._make = make
        self._seen = MemorySeen()
        self._rows: dict[tuple[str, bytes], Row] = {}
        self._course = Course(make(), self._seen, self._seen.named)

    @property
    def topics(self) -> Sequence[str]:
        """What it reads."""
        return self._course.monitor.topics

    def move(self, step: Step) -> None:
        """One move; nothing may be set aside."""
        turn = step(self._course)
        assert turn.set_aside == []
        self.effects += turn.effects
        for row in self._course.monitor.changed():
            key = row.table, canonical(row.key)
            if row.values is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = row

    def die_and_come_back(self) -> None:
        """All that is in memory is lost; a new monitor stands on the rows. Which ids were seen is the ledger's."""
        monitor = self._make()
        monitor.restore(list(self._rows.values()), self._course.clock)
        self._course = Course(monitor, self._seen, self._seen.named, clock=self._course.clock)
