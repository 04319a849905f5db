"""Over a broker: a backlog read by one worker and by two, beside a bare Faust agent that only counts, and a rebuild.

10,000 children with thirty checks each, in eight home-partitions; broker and database on the same machine. The same
topics for all, a database of its own for each; a worker owns its share before it begins.
"""

import subprocess
import sys
from time import perf_counter
from typing import Final

from services.checks.running import SERVICE
from services.house import database
from shared.instants import Instant
from shared.log.kafka.log import KafkaLog
from shared.runner import rebuild
from shared.settings import Settings
from shared.topics import CHECK_INS, PLAN_CHANGES
from tests.load.bench_core import checks, setting
from tests.load.kafka.counting import COUNTED
from tests.load.kafka.ground import PARTITIONS, Ground, ground, write
from tests.load.kafka.watching import Took, Watching

PLACEMENTS: Final = 10_000
CHECKS: Final = 30
_COUNT_WITHIN_S: Final = 180


def run() -> dict[str, float]:
    """Facts a second of one worker and of a rebuild; how many times a bare agent's; CPU a fact of two workers over
    one's."""
    rounds = (fact for turn in range(CHECKS) for fact in checks(range(PLACEMENTS), turn))
    facts = sorted([*setting(PLACEMENTS), *rounds], key=lambda fact: fact.appended_at)
    with ground(importing=True) as made:
        end, number = write(made, facts), len(facts)
        del facts
        counted = _counted(made)
        settings = made.settings()
        one = _watched(settings, 1, end)
        two = _watched(made.settings(), 2, end)
        rebuilt = _rebuilt(made, settings)
    per_s = number / one[0].seconds
    return {
        "kafka_catchup_facts_per_s": per_s,
        "kafka_catchup_vs_faust": per_s / counted,
        "kafka_faust_facts_per_s": counted,
        "kafka_two_workers_cpu_ratio": sum(each.cpu_seconds for each in two) / one[0].cpu_seconds,
        "kafka_rebuild_facts_per_s": number / rebuilt,
    }


def _watched(settings: Settings, workers: int, end: Instant) -> list[Took]:
    watching = [Watching(settings, PARTITIONS // workers, end) for _ in range(workers)]
    try:
        for each in watching:
            each.owns()
        for each in watching:
            each.go()
        return [each.took() for each in watching]
    finally:
        for each in watching:
            each.end()


def _counted(made: Ground) -> float:
    command = [sys.executable, "-m", "tests.load.kafka.counting", made.bootstrap, CHECK_INS, PLAN_CHANGES]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        said = next(line for line in process.stdout if line.startswith(COUNTED))
        return float(said.removeprefix(COUNTED))
    finally:
        process.kill()
        process.wait(_COUNT_WITHIN_S)
        process.stdout.close()


def _rebuilt(made: Ground, settings: Settings) -> float:
    """Seconds that a rebuild of all home-partitions takes, one after the other."""
    engine = database.views(database.address(settings), SERVICE.name)
    log = KafkaLog(made.broker, read_only=True)
    try:
        began = perf_counter()
        for partition in range(PARTITIONS):
            rebuild.whole(log, engine, SERVICE, partition=partition)
        return perf_counter() - began
    finally:
        log.close()
        engine.dispose()


if __name__ == "__main__":
    print(run())
