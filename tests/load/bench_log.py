"""How fast the embedded log takes and gives: `run()` answers figures by name, all in facts per second.

Bodies are as long as a sealed check with its clock; homes are many, so that the index of ids is hit all over.
"""

import os
import random
import tempfile
import time
import uuid
from collections import deque
from concurrent.futures import Future
from pathlib import Path

from shared.instants import NEVER
from shared.log.base import Draft, Positions, Receipt
from shared.log.sqlite import SqliteLog
from shared.topics import CHECK_INS, INPUTS

FACTS = 100_000
BATCH = 500
HOMES = 4_000
BODY = 600


def drafts(count: int, seed: int = 4) -> list[Draft]:
    """`count` checks of `HOMES` homes, ids as devices make them (UUIDv7)."""
    rng = random.Random(seed)
    homes = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(HOMES)]
    made = []
    for number in range(count):
        stamp = (1_790_000_000_000 + number) << 80
        event_id = str(uuid.UUID(int=stamp | 0x7 << 76 | 0x2 << 62 | rng.getrandbits(62)))
        made.append(
            Draft(CHECK_INS, rng.choice(homes), event_id, rng.randbytes(32).hex(), rng.randbytes(BODY))
        )
    return made


def run() -> dict[str, float]:
    """The figures: `log_append_per_s` (appends of 500), `log_append_one_per_s` (eight callers, one fact each,
    waiting for each answer), `log_read_per_s`."""
    facts = drafts(FACTS)
    figures = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("WAKEFUL_BENCH_DIR")) as folder:
        log = SqliteLog(Path(folder) / "log.sqlite3", always_open=True)
        figures["log_append_per_s"] = _append(
            log, [facts[first : first + BATCH] for first in range(0, FACTS, BATCH)], 4
        )
        figures["log_read_per_s"] = _read(log)
        figures["log_append_one_per_s"] = _append(log, [[fact] for fact in drafts(4_000, seed=5)], 8)
        log.close()
    return figures


def _append(log: SqliteLog, appends: list[list[Draft]], callers: int) -> float:
    """Facts a second where `callers` wait for each answer before they send their next append."""
    began = time.perf_counter()
    answers: deque[Future[list[Receipt]]] = deque()
    for append in appends:
        if len(answers) == callers:
            answers.popleft().result()
        answers.append(log.append_future(append))
    for answer in answers:
        answer.result()
    return sum(map(len, appends)) / (time.perf_counter() - began)


def _read(log: SqliteLog) -> float:
    positions: Positions = {}
    count = 0
    began = time.perf_counter()
    while True:
        records, positions = log.read(0, INPUTS, positions, NEVER)
        if not records:
            return count / (time.perf_counter() - began)
        count += len(records)


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:24} {value:12,.0f}")
