"""Ways of reading a log: at once, live in any batches, with crashes in between, and one home once more.

Here is how a log is read; what must then be true is in the `test_` files, which logs there are in `watched.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, Final, Self

from services.checks.model import ChecksMonitor
from services.monitors import SERVICES
from shared.course import Course, MemorySeen, Turn
from shared.events.canonical import canonical
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import NEVER, Instant, parse_instant
from shared.monitor import Deciding, Effect, Monitor, Row
from shared.replay import Afterwards, as_told, in_order, replay

Line = dict[str, Any]
OWN: Final = frozenset(column for service in SERVICES.values() for column in service.memory_columns)
"""Columns that no reader reads: what monitors are restored from."""
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


def judged(lines: list[Line], present: Instant, make: Callable[[], Monitor]) -> list[bytes]:
    """What the whole log has told when its present has come there: more facts of that very instant may follow."""
    reader = Reader(make)
    return told(reader.read([_take(facts_of(lines)), _reach(present)]).effects)


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


def shown(row: Row) -> dict[str, Any]:
    """What of a row is for readers: its memory is the monitor's own affair, and may depend on where turns ended."""
    return {name: value for name, value in (row.values or {}).items() if name not in OWN}


class Reader:
    """A reader of the log that writes its state down after every move, and can die and come back from it."""

    def __init__(self, make: Callable[[], Monitor] = ChecksMonitor) -> None:
        self.effects: list[Effect] = []
        self._make = make
        self._seen = MemorySeen()
        self._known: dict[tuple[str, bytes], Row] = {}
        self._course = _Course(make(), self._seen)

    @property
    def topics(self) -> Sequence[str]:
        """What it reads."""
        return self._course.monitor.topics

    @property
    def homes(self) -> list[str]:
        """Of which it has read something."""
        return sorted({fact.home_id for fact in self._course.taken})

    def move(self, step: Step) -> None:
        """One move; nothing may be set aside."""
        turn = step(self._course)
        assert turn.set_aside == []
        self.effects += turn.effects
        self._write(self._course.monitor)

    def read(self, steps: Iterable[Step]) -> Self:
        """All of these moves."""
        for step in steps:
            self.move(step)
        return self

    def die_and_come_back(self) -> None:
        """All that is in memory is lost; a new monitor stands on what is its memory at rest, as services load it: the
        columns that are its own, table by table. Which ids were seen is the ledger's."""
        monitor = self._make()
        monitor.restore(self._at_rest(monitor), self._course.clock)
        self._course = _Course(monitor, self._seen, self._course)

    def _at_rest(self, monitor: Monitor) -> list[Row]:
        order = {table: number for number, table in enumerate(monitor.tables)}
        rows = sorted(self._known.items(), key=lambda each: (order[each[1].table], each[0]))
        own = [
            row._replace(values={name: value for name, value in (row.values or {}).items() if name in OWN})
            for _, row in rows
        ]
        return [row for row in own if row.values]

    def read_again(self, home_id: str) -> list[Effect]:
        """The home is dropped and read once more, alone, as far as the reader has come; what that tells."""
        self._course.monitor.drop(home_id)
        assert list(self._course.monitor.changed()) == [], "a home that was dropped still writes"
        self._known = {key: row for key, row in self._known.items() if _home_of(row) != home_id}
        seen = MemorySeen()
        alone = Course(self._make(), seen, seen.named)
        turn = alone.take([fact for fact in self._course.taken if fact.home_id == home_id])
        turn.effects += alone.reach(self._course.clock).effects
        self._write(alone.monitor)
        self.die_and_come_back()
        return turn.effects

    def shown(self) -> dict[tuple[str, bytes], dict[str, Any]]:
        """Its rows by table and key, as whoever reads them sees them."""
        return {key: shown(row) for key, row in self._known.items()}

    def _write(self, monitor: Monitor) -> None:
        """As `shared.store.rows.put` does: a row that names some columns leaves the others as they are."""
        self._put(monitor.changed())

    def _put(self, rows: Iterable[Row]) -> None:
        for row in rows:
            key = row.table, canonical(row.key)
            if row.values is None:
                self._known.pop(key, None)
                continue
            known = self._known.get(key)
            self._known[key] = row._replace(values={**((known and known.values) or {}), **row.values})


class Decider(Reader):
    """One that decides about what others tell, as `shared.replay.Afterwards` has it, and can die likewise."""

    def __init__(self, make: Callable[[], Deciding], others: Sequence[str]) -> None:
        super().__init__(make)
        self._make_deciding = make
        self._others = others
        self._afterwards = self._new(None)

    def _new(self, before: Afterwards | None) -> Afterwards:
        monitor = self._make_deciding()
        if before is not None:
            monitor.restore(self._at_rest(monitor), before.course.clock)
        course = Course(monitor, self._seen, self._seen.named)
        return Afterwards(course, self._others, self._put, before)

    def _at_rest(self, monitor: Monitor) -> list[Row]:
        """All rows, whole: what its service loads of them is its own affair."""
        order = {table: number for number, table in enumerate(monitor.tables)}
        rows = sorted(self._known.items(), key=lambda each: (order[each[1].table], each[0]))
        return [row for _, row in rows]

    def at_rest(self, monitor: Monitor) -> list[Row]:
        """What another one can be restored from, once what this monitor has changed is written."""
        self._put(monitor.changed())
        return self._at_rest(monitor)

    def hear(self, facts: Sequence[Fact], effects: Sequence[Effect], upto: Instant) -> list[Effect]:
        """What came of it when the clock has come to `upto`."""
        turns = [self._afterwards.take(facts, effects, upto), self._afterwards.reach(upto)]
        assert [turn.set_aside for turn in turns] == [[], []]
        return [effect for turn in turns for effect in turn.effects]

    def die_and_come_back(self) -> None:
        """All that is in memory is lost, but what the log still holds for it."""
        self._afterwards = self._new(self._afterwards)


def _home_of(row: Row) -> str:
    home_id: str = {**(row.values or {}), **row.key}["home_id"]
    return home_id


class _Course(Course):
    """One that remembers what it took. `before`: which goes on from where that one stood."""

    def __init__(self, monitor: Monitor, seen: MemorySeen, before: "_Course | None" = None) -> None:
        super().__init__(monitor, seen, seen.named, clock=-NEVER if before is None else before.clock)
        self.taken: list[Fact] = [] if before is None else before.taken

    def take(self, facts: Sequence[Fact]) -> Turn:
        self.taken += facts
        return super().take(facts)
