"""The audit itself: what the inputs of the log give, beside what each service has published of them.

    For each service whose monitor raises alerts, and each home-partition (the embedded log has one):
    1. Read the ledger: everything of before `published` is in the log, or is missing.
    2. Replay the facts of before that instant, by the loop that the service runs, and put the clock there.
    3. Read the alerts of before that instant which the service published, the first of each id.
    4. List every difference. One that a recorded swap of a read model accounts for is *explained*.
    5. Last, the same for the service that decides about alerts: it is fed what is due from the others. What it decided
       without waiting for them any longer, as is on record, is explained too.

A broker's log may hold an id twice: which of them stand is found out here anew, not looked up in what the service has
noted. The log and the read models are only read. What is told of it is `audit`'s.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from wakeful.cli.errors import Failure
from wakeful.cli.proving.trailing import Trailing, trailing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from shared.course import Seen
    from shared.facts import Fact
    from shared.instants import Instant
    from shared.log.base import Log, Record
    from shared.monitor import Effect, Monitor
    from shared.runner.rejection import Read
    from shared.store.ledger import Entry

NEVER_RAISED: Final = "due and never raised"
WITHOUT_CAUSE: Final = "raised without cause"
DIFFERS: Final = "differing bytes"
_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """One event of an alert's life that is not as it should be."""

    what: str
    home_id: str
    alert_id: str
    event_id: str
    type: str
    at: str
    because: str | None = None
    """What explains it; None: nothing does."""

    def __str__(self) -> str:
        return f"{self.what}: {self.type} {self.event_id} of alert {self.alert_id}, home {self.home_id}, at {self.at}"

    def shown(self) -> dict[str, str]:
        """As JSON."""
        return {name: told for name in self.__slots__ if (told := getattr(self, name)) is not None}


@dataclass(slots=True)
class Audited:
    """What came of an audit."""

    until: str
    """What happened before this instant was compared; in a home-partition that has come further, more."""
    compared: int = 0
    """Events of alerts that were published."""
    differences: list[Difference] = field(default_factory=list)
    explained: list[Difference] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    """Homes that are not watched: what should have been raised for them nobody knows."""
    trailing: list[Trailing] = field(default_factory=list)
    """Services that have still to tell of much: nothing of that was compared."""


def audited(log: "Log", views: "Engine", reached: Callable[[int], None] = lambda _read: None) -> Audited:
    """Audit all of a log. `reached` hears how many records were read. Raises Failure where there is nothing that could
    be compared."""
    from shared.instants import show_instant
    from wakeful.cli.proving.explaining import why

    stand = _stand(log, views)
    entries = _entries(log, stand)
    recorded = _recorded(log)
    found = Audited(show_instant(min(entry.published for entry in entries)))
    found.trailing = trailing(log, stand, _inputs())
    aside: set[str] = set(_aside(views))
    read = _Count(reached)
    told: dict[int, list[Effect]] = {}  # by home-partition
    for entry in entries:
        due, failed = _due(log, entry, told.setdefault(entry.partition, []), read)
        published = _published(log, entry)
        aside.update(failed)
        found.compared += len(published)
        mine = [each for each in recorded if each["service"] == entry.service]
        for each in _differences(due, published):
            because = why(mine, each.at, each.home_id, each.alert_id, entry.partition)
            (found.explained if because else found.differences).append(replace(each, because=because))
    found.set_aside = sorted(aside)
    for differences in (found.differences, found.explained):
        differences.sort(key=lambda each: (each.at, each.alert_id, each.event_id))
    return found


class _Count:
    def __init__(self, reached: Callable[[int], None]) -> None:
        self._reached = reached
        self._read = 0

    def more(self, records: int) -> None:
        self._read += records
        self._reached(self._read)


def _stand(log: "Log", views: "Engine") -> "list[Entry]":
    """How far each service stands in every home-partition; last the one that decides."""
    with views.connect() as connection:
        return [
            entry for each in _monitors() for entry in _entries_of(log, connection, each.name, each.version)
        ]


def _monitors() -> "list[Monitor]":
    from services.rules import DECIDER, MONITORS

    return [make() for make in (*MONITORS.values(), DECIDER)]


def _inputs() -> dict[str, list[str]]:
    """The facts that each service reads, by topic."""
    from shared.topics import INPUTS

    return {each.name: [topic for topic in each.topics if topic in INPUTS] for each in _monitors()}


def _entries(log: "Log", entries: "Sequence[Entry]") -> "list[Entry]":
    """The same, as far as each is audited: the one that decides no further than the others, for it is fed what they
    tell."""
    least = {
        partition: min(entry.published for entry in entries if entry.partition == partition)
        for partition in range(log.partitions)
    }
    last = entries[-1].service
    return [
        replace(entry, published=least[entry.partition]) if entry.service == last else entry
        for entry in entries
    ]


def _entries_of(log: "Log", connection: "Connection", service: str, version: int) -> "list[Entry]":
    from shared.store import ledger

    found = [ledger.find(connection, service, partition) for partition in range(log.partitions)]
    entries = [entry for entry in found if entry is not None]
    if len(entries) < len(found):
        missing = ", ".join(str(partition) for partition, entry in enumerate(found) if entry is None)
        raise Failure(
            f"the {service} service has never run on this folder; start `wakeful up`, then audit"
            if log.once
            else f"the {service} service has not begun in home-partition {missing}; run `wakeful worker {service}`, "
            "then audit"
        )
    if any(entry.version != version for entry in entries):
        who = "`wakeful up`" if log.once else f"`wakeful worker {service}`"
        raise Failure(f"the {service} service is being rebuilt; let {who} end that, then audit")
    return entries


def _due(
    log: "Log", entry: "Entry", told: "list[Effect]", read: _Count
) -> tuple[dict[str, bytes], list[str]]:
    """What should have been told before `published`, by event id; and the homes that this very replay set aside.
    `told`: what the others should have told there; what this one tells is added."""
    from services.rules import DECIDER, MONITORS
    from shared.log.base import fact_of
    from shared.replay import as_told
    from shared.runner.rejection import decoded

    until, partition = entry.published, entry.partition
    due: dict[str, bytes] = {}
    if entry.service in MONITORS:
        course = _Course(log, partition, MONITORS[entry.service]())
    else:
        course = _Course(log, partition, DECIDER(), [each for each in as_told(told) if each.at < until])
    for records in _portions(log, partition, course.topics, until):
        told += _first(due, course.take(decoded(partition, records, fact_of)[0]), until)
        read.more(len(records))
    told += _first(due, course.reach(until), until)
    return due, sorted(course.aside)


def _first(due: dict[str, bytes], effects: "Iterable[Effect]", until: "Instant") -> "Iterator[Effect]":
    """Of an id the first event stands in a log; those that do."""
    from shared.events.canonical import canonical

    for effect in effects:
        if effect.at < until and effect.id not in due:
            due[effect.id] = canonical(effect.event)
            yield effect


class _Course:
    """A course over one home-partition of a log, whatever that log promises of ids."""

    def __init__(
        self, log: "Log", partition: int, monitor: "Monitor", told: "Sequence[Effect] | None" = None
    ) -> None:
        """`told`: what the others told, in order; the monitor is the one that decides from it."""
        from services.rules import MONITORS
        from shared.course import Course
        from shared.replay import Afterwards
        from shared.runner.names import Names
        from shared.topics import INPUTS
        from wakeful.cli.proving.knownids import SlimSeen

        self.topics = [topic for topic in monitor.topics if topic in INPUTS]
        self._partition = partition
        self._partitions = log.partitions
        self._names: Names | None = None
        seen: Seen
        if log.once:
            seen = self._names = Names(log.named, lambda: self._course.clock)
        else:
            seen = SlimSeen()
        self._told = None if told is None else list(reversed(told))
        self._course = Course(monitor, seen, seen.named)
        self._afterwards = Afterwards(self._course, MONITORS)

    @property
    def aside(self) -> set[str]:
        """The homes that were set aside."""
        return self._course.aside

    def take(self, read: "Sequence[Read]") -> "list[Effect]":
        """What comes of them."""
        facts = [
            fact for record, fact in read if self._names is not None or self._is_in_its_place(record, fact)
        ]
        if self._names is not None:
            self._names.look_up(facts)
        if self._told is None:
            return self._course.take(facts).effects
        upto = facts[-1].appended_at + 1 if facts else self._course.clock  # a portion ends with an instant
        return self._afterwards.take(facts, self._before(upto), upto).effects

    def reach(self, until: "Instant") -> "list[Effect]":
        """The clock at the end."""
        if self._told is None:
            return self._course.reach(until).effects
        turn = self._afterwards.take((), self._before(until), until)
        return [*turn.effects, *self._afterwards.reach(until).effects]

    def _before(self, upto: "Instant") -> "Iterator[Effect]":
        while self._told and self._told[-1].at < upto:
            yield self._told.pop()

    def _is_in_its_place(self, record: "Record", fact: "Fact") -> bool:
        from shared.runner.seensieve import in_its_place

        return in_its_place(record, fact, self._partition, self._partitions)


def _published(log: "Log", entry: "Entry") -> dict[str, bytes]:
    """What the service has told of before `published`, by event id: the first of each id."""
    from shared.instants import NEVER, parse_instant
    from shared.topics import ALERTS

    told: dict[str, bytes] = {}
    for records in _portions(log, entry.partition, [ALERTS], NEVER):
        for record in records:
            event = _event(record)
            if event.get("source") != f"wakeful/{entry.service}":
                continue
            if parse_instant(event["time"]) >= entry.published:
                continue
            if _lies_right(log, entry.partition, record, event):
                told.setdefault(record.id, record.body)
    return told


def _event(record: "Record") -> dict[str, Any]:
    """What a record holds; nothing, where another has written there what is no event."""
    try:
        event = orjson.loads(record.body)
    except orjson.JSONDecodeError:
        return {}
    return event if isinstance(event, dict) else {}


def _lies_right(log: "Log", partition: int, record: "Record", event: dict[str, Any]) -> bool:
    if log.once:
        return True
    from shared.log.kafka.partition import partition_of

    home_id: str = event["homeid"]
    return record.home_id == home_id and partition_of(home_id, log.partitions) == partition


def _differences(due: dict[str, bytes], published: dict[str, bytes]) -> Iterator[Difference]:
    for id_ in due.keys() - published.keys():
        yield _difference(NEVER_RAISED, due[id_])
    for id_ in published.keys() - due.keys():
        yield _difference(WITHOUT_CAUSE, published[id_])
    for id_ in due.keys() & published.keys():
        if due[id_] != published[id_]:
            yield _difference(DIFFERS, published[id_])


def _difference(what: str, body: bytes) -> Difference:
    event = orjson.loads(body)
    return Difference(what, event["homeid"], event["subject"], event["id"], event["type"], event["time"])


def _recorded(log: "Log") -> list[dict[str, Any]]:
    """What is on record of read models having been made anew, and of deciding without waiting any longer."""
    from shared.instants import NEVER
    from shared.topics import SWAPS

    return [
        event["data"]
        for partition in range(log.partitions)
        for records in _portions(log, partition, [SWAPS], NEVER)
        for record in records
        if "data" in (event := _event(record))
    ]


def _portions(
    log: "Log", partition: int, topics: Sequence[str], before: "Instant"
) -> "Iterator[list[Record]]":
    records, positions = log.read(partition, topics, {}, before, _LIMIT)
    while records:
        yield records
        records, positions = log.read(partition, topics, positions, before, _LIMIT)


def _aside(views: "Engine") -> list[str]:
    from sqlalchemy import select

    from services.rules import MONITORS
    from shared.store.tables import ASIDES

    with views.connect() as connection:
        return list(connection.scalars(select(ASIDES.c.home_id).where(ASIDES.c.service.in_(MONITORS))))
