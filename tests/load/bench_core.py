"""The checks monitor alone, fed decoded facts: 10,000 placements, and a million, three a home, a check each every
12 minutes; how many checks a second, and how many bytes a placement."""

import gc
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final

import orjson

from services.checks.model import ChecksMonitor
from shared.facts import Fact
from shared.instants import MINUTE, SECOND, Instant, parse_instant
from shared.topics import CHECK_INS, PLAN_CHANGES

EVENING: Instant = parse_instant("2026-03-02T22:00:00.000Z")
MILLION: Final = 1_000_000
SLICE: Final = 20_000
"""Checks that are made, and fed, at a time."""
PLAN = {
    "checks": [
        {"from": "07:00", "to": "22:00", "ceiling": "PT1H"},
        {"from": "22:00", "to": "07:00", "ceiling": "PT15M"},
    ],
    "night_cover": {"from": "22:00", "to": "07:00", "waking_staff": 1},
}


def _fact(
    topic: str, at: Instant, home: str, id_: str, type_: str, subject: str, data: dict[str, object]
) -> Fact:
    return Fact(topic, at, home, id_, type_, subject, "bench", "S1", at, at, data, id_)


def setting(placements: int) -> Iterator[Fact]:
    """Homes of three, each child with version 0 in force; each home at an instant of its own, and with data of its own,
    as from the log."""
    for number in range(0, placements, 3):
        home = f"H{number // 3}"
        at = EVENING - placements + number
        data: dict[str, object] = {
            "home_id": home,
            "provider_id": "PR1",
            "time_zone": "Europe/London",
            "rooms": ["R1", "R2", "R3"],
            "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
            "default_plan": PLAN,
        }
        yield _fact(PLAN_CHANGES, at, home, f"h{number}", "home.registered.v1", home, _own(data))
        for child in range(number, min(number + 3, placements)):
            stay: dict[str, object] = {
                "placement_id": f"P{child}",
                "home_id": home,
                "commissioner_id": "C1",
                "room": f"R{child % 3 + 1}",
                "emergency": False,
                "suicide_risk": False,
            }
            yield _fact(PLAN_CHANGES, at, home, f"p{child}", "placement.started.v1", f"P{child}", _own(stay))


def _own(data: dict[str, object]) -> dict[str, Any]:
    return orjson.loads(orjson.dumps(data))  # type: ignore[no-any-return]


def checks(order: Sequence[int], turn: int) -> Iterator[Fact]:
    """Every child is checked in 12 minutes from 22:01 on, in `order`, but for a second."""
    start = EVENING + MINUTE + turn * 12 * MINUTE
    for place, child in enumerate(order):
        at = start + (place * 12 * MINUTE) // len(order) + (child * 7919 + turn * 104729) % SECOND
        data: dict[str, object] = {
            "placement_id": f"P{child}",
            "outcome": "seen",
            "sign_of_life": "breathing",
            "state": "asleep",
            "view": "doorway",
            "proof": "nfc",
        }
        fact = _fact(
            CHECK_INS, at, f"H{child // 3}", f"c{turn}-{child}", "check.recorded.v1", f"P{child}", data
        )
        fact.observed_at = at - 2 * SECOND
        fact.entered_at = at - SECOND
        yield fact


class Night:
    """A monitor with its placements, and the checks it is fed: slices of facts are made outside of the timed part."""

    def __init__(self, placements: int, shuffled: bool = False) -> None:
        self._monitor = ChecksMonitor()
        self._order = Random(5).sample(range(placements), placements) if shuffled else range(placements)
        self._turns = 0
        self._took = 0.0
        self._fed = 0
        for fact in setting(placements):
            for _ in self._monitor.advance(fact.appended_at):
                raise RuntimeError("nothing is due before the evening")
            self._monitor.apply(fact)
        self._written()

    def _written(self) -> None:
        for _ in self._monitor.changed():
            pass

    def feed(self, rounds: int, rows: bool = False) -> float:
        """Checks a second over these rounds, the clock put to each fact; with `rows`, read-model rows made every 1,000
        facts as the runner does."""
        took, fed = self._took, self._fed
        for _ in range(rounds):
            for part in in_log_order(checks(self._order, self._turns)):
                self._feed(part, rows)
            self._turns += 1
            self._written()
        return (self._fed - fed) / (self._took - took)

    def _feed(self, part: list[Fact], rows: bool) -> None:
        apply, advance, changed = self._monitor.apply, self._monitor.advance, self._monitor.changed
        told = 0
        began = perf_counter()
        for number, fact in enumerate(part):
            for _ in advance(fact.appended_at):
                told += 1
            for _ in apply(fact):
                told += 1
            if rows and number % 1000 == 999:
                for _ in changed():
                    pass
        self._took += perf_counter() - began
        self._fed += len(part)
        if told:
            raise RuntimeError(f"a night in which nothing is missed raised {told} alerts")


def in_log_order(facts: Iterator[Fact]) -> Iterator[list[Fact]]:
    """The facts of one round in slices, each as the log has them. A fact is a second out of place at the most."""
    held: list[Fact] = []
    while part := list(islice(facts, SLICE)):
        held = sorted(held + part, key=lambda fact: fact.appended_at)
        settled = bisect_left(held, part[-1].appended_at - 2 * SECOND, key=lambda fact: fact.appended_at)
        yield held[:settled]
        del held[:settled], part
    yield held


def resident() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def at_10k() -> dict[str, float]:
    """The best of three, since it asks what the code can do."""
    return {
        "core_facts_per_s_10k": max(Night(10_000).feed(30) for _ in range(3)),
        "core_with_rows_facts_per_s_10k": max(Night(10_000).feed(15, rows=True) for _ in range(2)),
    }


def at_1m() -> dict[str, float]:
    """A million, once; memory after the first round, when each child has a latest check, and after all of them."""
    empty = resident()
    night = Night(MILLION)
    night.feed(1)
    early = resident() - empty
    ordered = night.feed(5)
    late = resident() - empty
    return {
        "core_facts_per_s_1m": ordered,
        "core_bytes_per_placement_1m": early / MILLION,
        "core_bytes_per_placement_1m_late": late / MILLION,
    }


def shuffled() -> dict[str, float]:
    """A million whose checks come in no order of memory."""
    return {"core_facts_per_s_1m_shuffled": Night(MILLION, shuffled=True).feed(3)}


def run() -> dict[str, float]:
    """The figures of this benchmark, each part in a process of its own: none measures what another left in memory."""
    figures: dict[str, float] = {}
    for part in (at_1m, shuffled, at_10k):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            figures |= pool.submit(part).result()
    figures["core_growth"] = figures["core_facts_per_s_10k"] / figures["core_facts_per_s_1m"]
    return figures


if __name__ == "__main__":
    print(run())
