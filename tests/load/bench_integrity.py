"""The integrity monitor alone, fed decoded checks: 4,000 homes of three children, two waking workers each, a night's
rounds at random moments; how many checks a second, and how many bytes a home after a whole night."""

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import orjson

from services.integrity.model import IntegrityMonitor
from shared.facts import Fact
from shared.instants import MINUTE, SECOND, Instant, parse_instant
from shared.topics import CHECK_INS, NIGHT_COVER, PLAN_CHANGES

EVENING: Instant = parse_instant("2026-03-02T21:55:00.000Z")
HOMES: Final = 4_000
CHILDREN: Final = 3
APART: Final = 4 * MINUTE
"""From one child to the next, give or take: each is seen every 12 minutes."""
LATER: Final = APART - 10 * SECOND
"""A check comes so much later at the most: prompts are random, so that nobody can predict them."""
NIGHT: Final = 45
"""Rounds of a night."""
PLAN = {
    "checks": [{"from": "22:00", "to": "07:00", "ceiling": "PT15M"}],
    "night_cover": {"from": "22:00", "to": "07:00", "waking_staff": 1},
}


def _fact(
    topic: str,
    at: Instant,
    home: str,
    rnd: Random,
    type_: str,
    subject: str,
    actor: str,
    data: dict[str, Any],
) -> Fact:
    """With data and an id of its own, as from the log."""
    id_ = str(UUID(int=rnd.getrandbits(128)))
    own = orjson.loads(orjson.dumps(data))
    return Fact(topic, at, home, id_, type_, subject, "device/1", f"{actor} {home}"[:40], at, at, own, id_)


def setting(homes: int, rnd: Random) -> Iterator[Fact]:
    """Homes with their children and their workers on duty, each home at an instant of its own."""
    for number in range(homes):
        home, at = f"H{number}", EVENING - homes + number
        registration = {
            "home_id": home,
            "provider_id": "PR1",
            "time_zone": "Europe/London",
            "rooms": ["R1", "R2", "R3"],
            "statement_of_purpose": {"waking_staff": 2, "sleep_in_staff": 0},
            "default_plan": PLAN,
        }
        yield _fact(PLAN_CHANGES, at, home, rnd, "home.registered.v1", home, "M", registration)
        for child in range(CHILDREN):
            stay = {"placement_id": f"P{number}-{child}", "home_id": home, "commissioner_id": "C1"}
            stay |= {"room": f"R{child + 1}"}
            data: dict[str, Any] = {**stay, "emergency": False, "suicide_risk": False}
            yield _fact(PLAN_CHANGES, at, home, rnd, "placement.started.v1", stay["placement_id"], "M", data)
        for worker in ("W1", "W2"):
            begun = {"staff_id": f"{worker} {home}", "role": "waking"}
            yield _fact(NIGHT_COVER, at, home, rnd, "cover.started.v1", home, worker, begun)


def checks(homes: int, turn: int, rnd: Random) -> list[Fact]:
    """Every child is checked once, in the order of the log."""
    start = EVENING + 6 * MINUTE + turn * CHILDREN * APART
    facts = []
    for number in range(homes):
        for child in range(CHILDREN):
            at = start + rnd.randrange(LATER) + child * APART
            data = {
                "placement_id": f"P{number}-{child}",
                "outcome": "seen",
                "sign_of_life": "breathing",
                "state": "asleep",
                "room": f"R{child + 1}",
                "view": "doorway",
                "proof": "nfc" if rnd.random() < 0.95 else "manual",
            }
            worker = rnd.choice(("W1", "W2"))
            subject = f"P{number}-{child}"
            fact = _fact(CHECK_INS, at, f"H{number}", rnd, "check.recorded.v1", subject, worker, data)
            fact.observed_at, fact.entered_at = at - 2 * SECOND, at - SECOND
            facts.append(fact)
    return sorted(facts, key=lambda fact: fact.appended_at)


class Night:
    """A monitor with its homes, and the checks it is fed: they are made outside of the timed part."""

    def __init__(self, homes: int) -> None:
        self._monitor = IntegrityMonitor()
        self._homes, self._rnd, self._turns = homes, Random(7), 0
        for fact in setting(homes, self._rnd):
            for _ in self._monitor.advance(fact.appended_at):
                raise RuntimeError("nothing is due before the evening")
            for _ in self._monitor.apply(fact):
                raise RuntimeError("nothing shows before the evening")
        self._written()

    def _written(self) -> None:
        for _ in self._monitor.changed():
            pass

    def feed(self, rounds: int, rows: bool = False) -> float:
        """Checks a second over these rounds, the clock put to each fact; with `rows`, read-model rows made every 1,000
        facts as the runner does."""
        took, fed, told = 0.0, 0, 0
        apply, advance = self._monitor.apply, self._monitor.advance
        for _ in range(rounds):
            part = checks(self._homes, self._turns, self._rnd)
            self._turns += 1
            gc.collect()
            began = perf_counter()
            for number, fact in enumerate(part):
                for _ in advance(fact.appended_at):
                    told += 1
                for _ in apply(fact):
                    told += 1
                if rows and number % 1000 == 999:
                    self._written()
            took += perf_counter() - began
            fed += len(part)
            self._written()
        if told > fed / 1000:
            raise RuntimeError(f"an ordinary night told {told} patterns")
        return fed / took


def resident() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def speed() -> dict[str, float]:
    """The best of two, since it asks what the code can do."""
    return {
        "integrity_facts_per_s": max(Night(HOMES).feed(12) for _ in range(2)),
        "integrity_with_rows_facts_per_s": Night(HOMES).feed(8, rows=True),
    }


def memory() -> dict[str, float]:
    """After a whole night: each home's journal is as long as it gets."""
    homes = HOMES // 4
    empty = resident()
    night = Night(homes)
    night.feed(NIGHT)
    return {"integrity_bytes_per_home": (resident() - empty) / homes}


def run() -> dict[str, float]:
    """The figures of this benchmark, each part in a process of its own: none measures what another left in memory."""
    figures: dict[str, float] = {}
    for part in (speed, memory):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            figures |= pool.submit(part).result()
    return figures


if __name__ == "__main__":
    print(run())
