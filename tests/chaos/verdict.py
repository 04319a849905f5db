"""What must be left of a chaotic night, whatever was killed in it, by what is in the topics and in the database.

1. Every acknowledged fact is in the topics. Each service knows each id once, at its first place, and has passed over
   every other record of it; its read model is that of somebody who read each fact once.
2. The alerts in the topic are, id by id and byte for byte, those of a replay of the facts, service by service.
3. No home is set aside, nothing waits in an outbox, and each ledger stands behind the last fact and its instant.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from services.alerts.tables import LIFE
from services.house import database
from services.monitors import SERVICES
from services.pager.engine.outcomes import OWNER as PAGES
from services.rules import MONITORS
from shared.instants import NEVER
from shared.log.base import Positions, Record
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.store import ledger
from shared.store.engine import make_engine
from shared.store.postgres import patiently
from shared.store.tables import ASIDES, OUTBOX
from shared.topics import ALERTS, INPUTS, REJECTED
from tests.chaos.hurried import hurried
from tests.chaos.partition import SELDOM, Makers, Partition, Verdict

AT_ONCE: Final = 20_000


def judged(broker: Broker, url: str, acknowledged: Sequence[str], makers: Makers = MONITORS) -> Verdict:
    """After everything was ended in order. `makers`: the rules, by service, that ran last."""
    verdict = Verdict()
    there: set[str] = set()
    engine = make_engine(url, schema=(*SERVICES, database.SHARED))
    log = KafkaLog(broker, read_only=True)
    try:
        with engine.connect() as connection:
            patiently(connection)  # every service's replay lies between two of its statements
            for partition in range(broker.partitions):
                inputs = _all_of(log, partition, INPUTS)
                derived = _all_of(log, partition, (ALERTS, REJECTED))
                there.update(record.id for record in inputs)
                with hurried():
                    Partition(verdict, broker, connection, partition, makers).judge(inputs, derived)
            _left_over(connection, verdict)
    finally:
        log.close()
        engine.dispose()
    verdict.lost += [each for each in dict.fromkeys(acknowledged) if each not in there]
    _steps(url, verdict)
    return verdict


def all_read(broker: Broker, url: str) -> bool:
    """Whether each service has read what lies before its clock, and decided about it."""
    engine = database.views(url, "alerts")
    log = KafkaLog(broker, read_only=True)
    try:
        with engine.connect() as connection:
            for name, service in SERVICES.items():
                for partition in range(broker.partitions):
                    entry = ledger.find(connection, name, partition)
                    if (
                        entry is None
                        or entry.published < entry.clock - SELDOM
                        or log.read(partition, service.make().topics, entry.positions, entry.clock, 1)[0]
                    ):
                        return False
    finally:
        log.close()
        engine.dispose()
    return True


def _all_of(log: KafkaLog, partition: int, topics: Sequence[str]) -> list[Record]:
    found: list[Record] = []
    after: Positions = {}
    while True:
        taken, after = log.read(partition, topics, after, NEVER, AT_ONCE)
        found += taken
        if len(taken) < AT_ONCE:
            return found


def _left_over(connection: Connection, verdict: Verdict) -> None:
    # Pages wait for the next worker: what was sent is marked, and is told whenever the log can take it.
    waits = select(OUTBOX.c.event_id).where(OUTBOX.c.service != PAGES)
    verdict.differs += [f"{row} waits in the outbox" for row in connection.execute(waits)]
    asides = select(ASIDES.c.service, ASIDES.c.home_id, ASIDES.c.reason)
    verdict.differs += [f"set aside: {tuple(row)}" for row in connection.execute(asides)]


def _steps(url: str, verdict: Verdict) -> None:
    """Each step of an alert's life is in the feed once, and as many as were told, with what was turned away."""
    engine = database.views(url, "alerts")
    columns = (LIFE.c.alert_id, LIFE.c.step, LIFE.c.at, LIFE.c.level)
    with engine.connect() as connection:
        steps = Counter(tuple(row) for row in connection.execute(select(*columns)))
    engine.dispose()
    verdict.twice += [f"the feed has {count} times {step}" for step, count in steps.items() if count > 1]
    if len(steps) != verdict.shown_steps:
        verdict.differs.append(f"the feed has {len(steps)} steps, and {verdict.shown_steps} were told")
