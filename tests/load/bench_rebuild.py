"""Rebuilding the checks service from the log, read models written: 10,000 children, thirty checks each."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from services import monitors
from services.checks.running import SERVICE
from shared.facts import Fact
from shared.instants import SECOND, Instant
from shared.log.sqlite import SqliteLog
from shared.runner import Runner, rebuild
from shared.store import ledger
from shared.store.engine import make_engine
from tests.load.bench_core import checks, setting
from tests.load.drafts import draft_of

PLACEMENTS: Final = 10_000
CHECKS: Final = 30


def run() -> dict[str, float]:
    """Facts that the service has behind it, by the time from the first fresh table to the swap; best of three."""
    with TemporaryDirectory(prefix="wakeful-bench-") as folder:
        facts = _live(Path(folder))
        return {"rebuild_facts_per_s": max(facts / _rebuilt_in(Path(folder)) for _ in range(3))}


def _live(folder: Path) -> int:
    """A folder whose checks service has read it all; how many facts that is."""
    now: Instant = 0
    log = SqliteLog(folder / "log.sqlite3", always_open=True, clock=lambda: now)
    views = make_engine(folder / "views.sqlite3")
    monitors.migrate(views)
    rounds = (fact for turn in range(CHECKS) for fact in checks(range(PLACEMENTS), turn))
    facts = _in_order([*setting(PLACEMENTS), *rounds])
    for second, some in groupby(facts, key=lambda fact: fact.appended_at // SECOND):
        now = second * SECOND
        log.append([draft_of(fact) for fact in some])
    now += SECOND
    runner = Runner(log, views, SERVICE)
    runner.start()
    while runner.turn():
        pass
    views.dispose()
    log.close()
    return len(facts)


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.appended_at)


def _rebuilt_in(folder: Path) -> float:
    """Seconds that a rebuild took."""
    log = SqliteLog(folder / "log.sqlite3", read_only=True)
    views = make_engine(folder / "views.sqlite3")
    try:
        with views.connect() as connection:
            before = ledger.find(connection, SERVICE.name, 0)
        began = perf_counter()
        after = rebuild.whole(log, views, SERVICE)
        took = perf_counter() - began
    finally:
        views.dispose()
        log.close()
    if before is None or (after.positions, after.clock) != (before.positions, before.clock):
        raise RuntimeError("the rebuilt service stands elsewhere than the one before")
    return took


if __name__ == "__main__":
    print(run())
