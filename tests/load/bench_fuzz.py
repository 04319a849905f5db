"""What no request may do: bring about a fault, or have a fact acknowledged that is not in the log.

`run()` starts a real `wakeful up`, asks it for its OpenAPI document, generates requests from that by the thousand,
right ones and wrong ones, and sends them as callers of every kind. Then the house is stopped, and its log is asked for
every fact that was acknowledged. `python -m tests.load.bench_fuzz [REQUESTS [SEED [EACH]]]`: the seed is printed, and
gives the same cases again. Most of the time goes into generating EACH cases an operation: a look that has to be short
asks for few.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from shared.instants import NEVER
from shared.log.sqlite import SqliteLog
from shared.topics import ALL
from tests.integration.house.serving import Up
from tests.load.fuzzing.cases import Case, Variations, generated
from tests.load.fuzzing.judging import Judge, Verdict
from tests.load.fuzzing.sending import send_all
from tests.load.fuzzing.world import HOMES, PLACES, SAYS, Headers, callers, instants, settle

REQUESTS: Final = 100_000
EACH: Final = 60
"""Cases generated for each operation, right ones and wrong ones each."""


def run() -> dict[str, float]:
    """fuzz_requests, fuzz_500 (faults, and requests that got no answer), fuzz_lost, fuzz_undocumented, fuzz_s."""
    begun = time.monotonic()
    verdict, lost = fuzz(REQUESTS, EACH, random.randrange(1 << 31))
    print(verdict.told(), file=sys.stderr)
    return {
        "fuzz_requests": float(verdict.requests),
        "fuzz_500": float(len(verdict.faults)),
        "fuzz_lost": float(len(lost)),
        "fuzz_undocumented": float(verdict.undocumented.total()),
        "fuzz_s": time.monotonic() - begun,
    }


def fuzz(requests: int, each: int, seed: int, processes: int = 2) -> tuple[Verdict, set[tuple[str, str]]]:
    """So many requests; what was found, and the facts that were acknowledged and are not in the log."""
    print(f"seed {seed}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        with Up(Path(folder)) as up:
            settle(up.client)
            document = up.client.get("/openapi.json").json()
            cases = generated(document, each, seed, processes)
            who = callers(up.data)
            judge = Judge(document)
            asyncio.run(send_all(up.port, _drawn(cases, who, requests, seed), judge))
            up.client.get("/homes").raise_for_status()  # it still stands
        return judge.verdict, _missing(up.data, judge.verdict.acknowledged)


def _drawn(
    cases: list[Case], who: dict[str, list[Headers]], requests: int, seed: int
) -> Iterator[tuple[Case, Headers]]:
    """Each case as it was generated, by somebody; then variations of them."""
    draw = random.Random(seed)
    vary = Variations(cases, PLACES, seed, instants(seed)).vary
    kinds = list(who)
    weights = [12 if kind in ("system", "worker", "officer", "manager") else 1 for kind in kinds]
    for number in range(requests):
        case = cases[number % len(cases)]
        leaves = case.method == "DELETE"  # whoever calls it would be gone for all that follows
        kind = "nobody" if leaves else draw.choices(kinds, weights)[0]
        sent = case if number < len(cases) else vary(case, SAYS.get(kind, {}))
        yield sent, draw.choice(who[kind])


def _missing(data: Path, acknowledged: set[tuple[str | None, str]]) -> set[tuple[str, str]]:
    log = SqliteLog(data / "log.sqlite3")
    try:
        records, _ = log.read(0, ALL, {}, NEVER, 10_000_000)
    finally:
        log.close()
    held = {(record.home_id, record.id) for record in records}
    return {(home or HOMES[0], id_) for home, id_ in acknowledged} - held


if __name__ == "__main__":
    wanted = [int(each) for each in sys.argv[1:]]
    requests, seed, each = (*wanted, *(REQUESTS, 1, EACH)[len(wanted) :])
    found, gone = fuzz(requests, each, seed)
    print(found.told())
    print(f"{len(gone)} lost")
