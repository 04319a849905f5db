"""A region's network fails: 10,000 children fall overdue within one second, in the real runner over files on disk."""

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from services import monitors
from services.checks.running import SERVICE
from shared.facts import Fact
from shared.instants import MINUTE, NEVER, SECOND, Instant
from shared.log.sqlite import SqliteLog
from shared.runner import Runner
from shared.store.engine import make_engine
from shared.topics import ALERTS
from tests.load.bench_core import EVENING, checks, setting
from tests.load.drafts import draft_of

PLACEMENTS: Final = 10_000
SEEN: Final[Instant] = EVENING + 10 * MINUTE
OVERDUE: Final[Instant] = SEEN + 17 * MINUTE
"""The ceiling of a quarter of an hour, and two minutes of grace: from here on, for one second, they fall overdue."""


def run() -> dict[str, float]:
    """From the second in which all fall overdue to the last alert being durable in the log; best of three."""
    return {"storm_10k_s": min(_storm() for _ in range(3))}


def _storm() -> float:
    now: Instant = 0
    with TemporaryDirectory(prefix="wakeful-bench-") as folder:
        log = SqliteLog(Path(folder) / "log.sqlite3", always_open=True, clock=lambda: now)
        views = make_engine(Path(folder) / "views.sqlite3")
        monitors.migrate(views)
        try:
            for at, some in groupby(_evening(), key=lambda fact: fact.appended_at):
                now = at
                log.append([draft_of(fact) for fact in some])
            runner = Runner(log, views, SERVICE)
            runner.start()
            now = OVERDUE
            while runner.turn():
                pass
            if log.read(0, [ALERTS], {}, NEVER, 1)[0]:
                raise RuntimeError("somebody was overdue before the storm")
            now = OVERDUE + 2 * SECOND
            began = perf_counter()
            while runner.turn():
                pass
            took = perf_counter() - began
            raised = len(log.read(0, [ALERTS], {}, NEVER, 2 * PLACEMENTS)[0])
        finally:
            views.dispose()
            log.close()
    if raised != PLACEMENTS:
        raise RuntimeError(f"{raised} alerts are durable, not {PLACEMENTS}")
    return took


def _evening() -> list[Fact]:
    """All is set, and all are seen within one second, told two seconds later."""
    facts = sorted(setting(PLACEMENTS), key=lambda fact: fact.appended_at)
    for number, fact in enumerate(checks(range(PLACEMENTS), 0)):
        fact.observed_at = fact.entered_at = SEEN + number % SECOND
        fact.appended_at = SEEN + 2 * SECOND
        facts.append(fact)
    return facts


if __name__ == "__main__":
    print(run())
