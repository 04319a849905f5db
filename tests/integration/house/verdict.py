"""What must be left of a folder, however often its process was ended: every acknowledged fact once, the alerts of a
replay, nothing waiting. Nothing here starts or ends a process.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from services.pager.engine.outcomes import OWNER as PAGES
from services.rules import MONITORS
from shared.events.canonical import canonical
from shared.events.decode import decode
from shared.instants import NEVER, Instant
from shared.log.base import Record
from shared.log.sqlite import SqliteLog
from shared.monitor import Monitor
from shared.replay import replay
from shared.store import ledger
from shared.store.engine import make_engine
from shared.store.tables import OUTBOX
from shared.topics import ALERTS, INPUTS
from wakeful.cli.proving.auditing import audited


@dataclass
class Verdict:
    """What is wrong; all empty where nothing is."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    alerts: int = 0
    """Events of alerts that were compared."""
    told_by: dict[str, int] = field(default_factory=dict)
    """The same by service."""

    @property
    def good(self) -> bool:
        return not (self.lost or self.twice or self.differs)


def judged(folder: Path, acknowledged: Sequence[str]) -> Verdict:
    """The folder's `data` after its process ended in order."""
    data = folder / "data"
    inputs, derived, clocks = read(data)
    verdict = counted(inputs, acknowledged)
    for name, make in MONITORS.items():
        own = f'"wakeful/{name}"'.encode()
        published = sorted((record.id, record.body) for record in derived if own in record.body)
        due = sorted(replayed(inputs, clocks[name], make))
        verdict.alerts += len(published)
        verdict.told_by[name] = len(published)
        verdict.differs += [id_ for id_, _ in set(published) ^ set(due)]
        if len(published) != len(due):
            verdict.differs.append(f"{name}: {len(published)} published, {len(due)} due")
    verdict.differs += _audit(data) + _waiting(data)
    return verdict


def counted(inputs: Sequence[Record], acknowledged: Sequence[str]) -> Verdict:
    """Every acknowledged fact once, and none twice."""
    times = Counter(record.id for record in inputs)
    return Verdict(
        [each for each in acknowledged if not times[each]],
        [each for each, count in times.items() if count > 1],
    )


def inputs_of(data: Path) -> list[Record]:
    """The log's input records."""
    log = SqliteLog(data / "log.sqlite3", read_only=True)
    try:
        return log.read(0, INPUTS, {}, NEVER, 10_000_000)[0]
    finally:
        log.close()


def read(data: Path) -> tuple[list[Record], list[Record], dict[str, Instant]]:
    """The log's input records, the alerts, and how far each service had come."""
    log = SqliteLog(data / "log.sqlite3", read_only=True)
    inputs, _ = log.read(0, INPUTS, {}, NEVER, 10_000_000)
    derived, _ = log.read(0, (ALERTS,), {}, NEVER, 10_000_000)
    log.close()
    views = make_engine(data / "views.sqlite3", read_only=True)
    clocks = ledger.clocks(views)
    views.dispose()
    return inputs, derived, clocks


def replayed(inputs: list[Record], clock: Instant, make: Callable[[], Monitor]) -> list[tuple[str, bytes]]:
    """What a replay of the log up to a service's clock tells: ids and bytes. (The clock standing at *t*, facts of
    *t* itself have not been read.)"""
    facts = [decode(each.topic, each.appended_at, each.body) for each in inputs if each.appended_at < clock]
    told = replay(facts, [make], clock)
    assert not told.refused
    assert not told.set_aside
    return [(effect.id, canonical(effect.event)) for effect in told.effects]


def _audit(data: Path) -> list[str]:
    log, views = (
        SqliteLog(data / "log.sqlite3", read_only=True),
        make_engine(data / "views.sqlite3", read_only=True),
    )
    try:
        found = audited(log, views)
    finally:
        log.close()
        views.dispose()
    return [f"audit: {each}" for each in found.differences] + [
        f"set aside: {each}" for each in found.set_aside
    ]


def _waiting(data: Path) -> list[str]:
    views = make_engine(data / "views.sqlite3", read_only=True)
    with views.connect() as connection:
        # Pages wait for the next start: what was sent is marked, and is told whenever the log can take it.
        left = connection.scalar(select(func.count()).select_from(OUTBOX).where(OUTBOX.c.service != PAGES))
    views.dispose()
    return [f"{left} rows wait in the outbox"] if left else []
