"""One home-partition's part of what must be left of a chaotic night (`verdict`)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import orjson
from sqlalchemy import Connection, select

from services.monitors import SERVICES
from services.rules import DECIDER
from shared.alerting import RAISED, RESOLVED
from shared.course import CONFLICT
from shared.events.canonical import canonical
from shared.events.decode import decode
from shared.facts import Fact
from shared.instants import SECOND, Duration, parse_instant
from shared.log.base import Record
from shared.log.kafka.connection import Broker
from shared.monitor import Monitor
from shared.replay import replay
from shared.runner.seensieve import in_its_place
from shared.store import ledger
from shared.store.seen import Known
from shared.store.tables import REPEATS, SEEN
from shared.topics import ALERTS, INPUTS, REJECTED
from tests.chaos import memory

Makers: TypeAlias = Mapping[str, Callable[[], Monitor]]
"""What makes a new monitor, by its service."""
DECIDES: Final = DECIDER().name
SELDOM: Final[Duration] = 5 * SECOND
"""How far what is decided may lie behind the clock where nothing waits to be: the ledger is asked once a second of the
log's clock, which stands still at the end."""


@dataclass
class Verdict:
    """What is wrong; `lost`, `twice` and `differs` are empty where nothing is."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged, and not in the topics, or not known to a service."""
    twice: list[str] = field(default_factory=list)
    """Counted by a service more than once, or otherwise than once."""
    differs: list[str] = field(default_factory=list)
    """Whatever else is not as it has to be."""
    facts: int = 0
    """Different ids in the input topics."""
    records: int = 0
    """Records that hold them."""
    by_partition: Counter[int] = field(default_factory=Counter)
    by_topic: Counter[str] = field(default_factory=Counter)
    alerts: int = 0
    """Different events of alerts' lives."""
    told_by: Counter[str] = field(default_factory=Counter)
    """The same by service."""
    decided: Counter[str] = field(default_factory=Counter)
    """What was decided about alerts, by type."""
    raised: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    """What was turned away, by reason."""
    shown_steps: int = 0
    """What of all that the feed must show."""

    @property
    def good(self) -> bool:
        return not (self.lost or self.twice or self.differs)

    def shown(self) -> str:
        """What is wrong, as far as anybody wants to read."""
        return "\n".join(
            f"{name}: {len(found)}\n  " + "\n  ".join(found[:15])
            for name, found in (("lost", self.lost), ("twice", self.twice), ("differs", self.differs))
            if found
        )


class Partition:
    """One home-partition's part of the verdict. `connection`: that sees the schemas of all services."""

    def __init__(
        self,
        verdict: Verdict,
        broker: Broker,
        connection: Connection,
        partition: int,
        makers: Makers,
    ) -> None:
        self._verdict = verdict
        self._broker = broker
        self._connection = connection
        self._partition = partition
        self._makers = makers

    def judge(self, inputs: list[Record], derived: list[Record]) -> None:
        verdict, partition = self._verdict, self._partition
        facts = [(each, decode(each.topic, each.appended_at, each.body)) for each in inputs]
        mine = [each for each in facts if in_its_place(*each, partition, self._broker.partitions)]
        ids = {fact.id for _, fact in mine}
        verdict.facts += len(ids)
        verdict.records += len(inputs)
        verdict.by_partition[partition] += len(ids)
        verdict.by_topic.update(record.topic for record in inputs)
        self._ledgers(inputs, derived)
        self._known(mine)
        self._told(derived, [fact for _, fact in mine])

    def _wrong(self, what: str) -> None:
        self._verdict.differs.append(f"partition {self._partition}: {what}")

    # -- how far they have come ------------------------------------------------------------------------------

    def _ledgers(self, inputs: list[Record], derived: list[Record]) -> None:
        last = max((record.appended_at for record in inputs), default=0)
        for name, service in SERVICES.items():
            entry = ledger.find(self._connection, name, self._partition)
            if entry is None:
                self._wrong(f"{name} has not begun")
                continue
            topics = self._makers.get(name, service.make)().topics
            unread = _unread(entry, topics, [*inputs, *derived])
            if unread:
                self._wrong(f"{name} stands at {entry.clock} and has not read {unread[:3]}")
            if name == "alerts":
                self._verdict.shown_steps += _shown(entry, derived)
            waits = SELDOM if service.after else 0
            if entry.clock <= last or not entry.clock - waits <= entry.published <= entry.clock:
                self._wrong(f"{name}: clock {entry.clock}, published {entry.published}, last fact {last}")

    # -- what they have counted ------------------------------------------------------------------------------

    def _known(self, mine: list[tuple[Record, Fact]]) -> None:
        for name, service in SERVICES.items():
            topics = set(self._makers.get(name, service.make)().topics)
            read = [record for record, _ in mine if record.topic in topics]
            first: dict[tuple[str, str], Record] = {}
            for record in read:
                first.setdefault((record.home_id, record.id), record)
            due = {(*key, each.topic, each.position, each.appended_at) for key, each in first.items()}
            known = self._seen(name)
            self._verdict.lost += [f"{name} does not know {each}" for each in sorted(due - known)]
            self._verdict.twice += [f"{name} knows {each} elsewhere" for each in sorted(known - due)]
            again = {(r.topic, r.position) for r in read if first[r.home_id, r.id] is not r}
            passed = self._repeats(name, INPUTS)
            self._verdict.twice += [f"{name} took {each} again" for each in sorted(again - passed)]
            self._verdict.lost += [f"{name} passed over {each}" for each in sorted(passed - again)]

    def _seen(self, service: str) -> set[tuple[str, str, str, int, int]]:
        columns = [SEEN.c[name] for name in ("home_id", "id", "topic", "position", "appended_at")]
        where = (SEEN.c.service == service, SEEN.c.partition == self._partition, SEEN.c.topic.in_(INPUTS))
        assert set(Known._fields) >= {"home_id", "id", "topic", "position", "appended_at"}
        return {
            (r[0], r[1], r[2], r[3], r[4]) for r in self._connection.execute(select(*columns).where(*where))
        }

    def _repeats(self, service: str, topics: Iterable[str]) -> set[tuple[str, int]]:
        where = (REPEATS.c.service == service, REPEATS.c.partition == self._partition)
        query = select(REPEATS.c.topic, REPEATS.c.position).where(*where, REPEATS.c.topic.in_(list(topics)))
        return {(row[0], row[1]) for row in self._connection.execute(query)}

    # -- what they have told ---------------------------------------------------------------------------------

    def _told(self, derived: list[Record], facts: list[Fact]) -> None:
        told: dict[str, dict[str, bytes]] = {name: {} for name in (*self._makers, DECIDES)}
        for event_id, body in self._once([each for each in derived if each.topic == ALERTS]).items():
            told[orjson.loads(body)["source"].removeprefix("wakeful/")][event_id] = body
        refused: set[str] = set()
        self._decided(told.pop(DECIDES), facts)
        for name, published in told.items():
            refused |= self._told_by(name, published, facts)
        rejected = self._once([each for each in derived if each.topic == REJECTED])
        self._verdict.rejected.update(_reason(body) for body in rejected.values())
        if len(refused) != sum(_reason(body) == CONFLICT.reason for body in rejected.values()):
            self._wrong(f"{len(refused)} ids were used for something else, {len(rejected)} were told")

    def _told_by(self, name: str, published: dict[str, bytes], facts: list[Fact]) -> set[str]:
        """What this service told and remembers, beside a replay; the ids that this refuses."""
        verdict, make = self._verdict, self._makers[name]
        entry = ledger.find(self._connection, name, self._partition)
        clock = 0 if entry is None else entry.clock
        whole = replay(facts, [make], clock)
        self._beside(published, {effect.id: canonical(effect.event) for effect in whole.effects})
        if whole.set_aside:
            self._wrong(f"a replay of {name} sets aside {whole.set_aside}")
        reasons = {each.reason.reason for each in whole.refused} - {CONFLICT.reason}
        if reasons:
            self._wrong(f"refused by a replay of {name}: {reasons}")
        verdict.alerts += len(published)
        verdict.told_by[name] += len(published)
        verdict.raised.update(
            effect.event["data"]["kind"] for effect in whole.effects if effect.event["type"] == RAISED
        )
        differing = memory.differing(self._connection, SERVICES[name], make, self._partition, facts, clock)
        verdict.twice += [f"partition {self._partition}: {each}" for each in differing]
        return {each.fact.id for each in whole.refused}

    def _decided(self, told: dict[str, bytes], facts: list[Fact]) -> None:
        """What was decided from what the others had told, and from what they had not: as far as it was decided, it is
        what a replay decides."""
        entry = ledger.find(self._connection, DECIDES, self._partition)
        upto = 0 if entry is None else entry.published
        whole = replay(facts, self._makers.values(), upto, DECIDER)
        due = {
            effect.id: canonical(effect.event)
            for effect in whole.effects
            if effect.at < upto and effect.event["source"] == f"wakeful/{DECIDES}"
        }
        published = {
            event_id: body
            for event_id, body in told.items()
            if parse_instant(orjson.loads(body)["time"]) < upto
        }
        self._beside(published, due)
        self._verdict.decided.update(orjson.loads(body)["type"] for body in published.values())

    def _beside(self, published: dict[str, bytes], due: dict[str, bytes]) -> None:
        for event_id in due.keys() - published.keys():
            self._wrong(f"due and never told: {due[event_id].decode()}")
        for event_id in published.keys() - due.keys():
            self._wrong(f"told without cause: {published[event_id].decode()}")
        for event_id in due.keys() & published.keys():
            if due[event_id] != published[event_id]:
                self._wrong(f"told otherwise: {published[event_id].decode()} for {due[event_id].decode()}")

    def _once(self, records: list[Record]) -> dict[str, bytes]:
        """By id; of an id the first stands (`shared.runner.seensieve`)."""
        found: dict[str, bytes] = {}
        for record in records:
            found.setdefault(record.id, record.body)
        return found


def _unread(entry: ledger.Entry, topics: Sequence[str], records: Sequence[Record]) -> list[Record]:
    """What lies before a service's clock, and behind where it stands."""
    return [
        each
        for each in records
        if each.topic in topics
        and each.appended_at < entry.clock
        and each.position > entry.positions.get(each.topic, 0)
    ]


def _shown(entry: ledger.Entry, derived: Sequence[Record]) -> int:
    """How many steps of alerts' lives, and refusals, the alerts service has read by now. (What was told at the very
    last is read when time goes on.)"""
    read = {each.id: each for each in derived if each.position <= entry.positions.get(each.topic, 0)}
    over: set[str] = set()
    shown = 0
    for record in read.values():
        event = orjson.loads(record.body)
        if (
            event["subject"] in over
        ):  # an answer is decided about once nothing of before it can come: it may be late
            continue
        shown += 1
        if event["type"] == RESOLVED:
            over.add(event["subject"])
    return shown


def _reason(body: bytes) -> str:
    reason: str = orjson.loads(body)["data"]["reason"]
    return reason
