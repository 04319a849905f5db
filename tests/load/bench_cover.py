"""The cover monitor alone, fed decoded facts: 4,000 homes of three children and three workers, a whole night of checks,
prompts and breaks in which nothing is short; how many facts a second, and how many bytes a home."""

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final

import orjson

from services.cover.model import CoverMonitor
from shared.facts import Fact
from shared.instants import HOUR, MINUTE, SECOND, Instant, parse_instant
from shared.topics import CHECK_INS, NIGHT_COVER, PLAN_CHANGES, RANK

EVENING: Final[Instant] = parse_instant("2026-03-02T21:50:00.000Z")
HOMES: Final = 4_000
"""Of three workers each: 12,000."""
ROUND: Final = 12 * MINUTE
ROUNDS: Final = 45
BREAK_EVERY: Final = 7
"""Rounds from one break of the one-to-one worker to the next: nobody stays with a child for two hours."""
_ON_DUTY: Final = ("W1", "W2", "W3")


def _plan(dedicated: bool) -> dict[str, Any]:
    cover = {"from": "22:00", "to": "07:00", "waking_staff": 1, "dedicated": dedicated}
    return {"checks": [{"from": "22:00", "to": "07:00", "ceiling": "PT15M"}], "night_cover": cover}


class _Home:
    """Writes down one home's facts, each with strings of its own, as from the log."""

    def __init__(self, number: int) -> None:
        self.id = f"H{number}"
        self._number = number
        self._rnd = Random(number)
        self._told = 0

    def _fact(
        self, topic: str, at: Instant, type_: str, subject: str, actor: str, data: dict[str, Any]
    ) -> Fact:
        self._told += 1
        own = orjson.loads(orjson.dumps([self.id, actor, data]))
        id_ = f"f{self._told}-{self._number}"
        return Fact(topic, at, own[0], id_, type_, subject, "device", own[1], at, at, own[2], id_)

    def setting(self) -> Iterator[Fact]:
        """The home, its children, who is on duty."""
        at = EVENING - HOUR + self._number
        data: dict[str, Any] = {
            "home_id": self.id,
            "provider_id": "PR1",
            "time_zone": "Europe/London",
            "rooms": ["R1", "R2", "R3"],
            "statement_of_purpose": {"waking_staff": 2, "sleep_in_staff": 0},
            "default_plan": _plan(False),
        }
        yield self._fact(PLAN_CHANGES, at, "home.registered.v1", self.id, "RM1", data)
        for child in range(3):
            placement_id = self._child(child)
            stay: dict[str, Any] = {"placement_id": placement_id, "home_id": self.id}
            stay |= {"commissioner_id": f"C{child}"}
            stay |= {"room": f"R{child}", "emergency": False, "suicide_risk": False}
            yield self._fact(PLAN_CHANGES, at, "placement.started.v1", placement_id, "RM1", stay)
        alone = {"placement_id": self._child(0), "version": 1, "effective_from": "2026-03-02T18:00:00.000Z"}
        agreed = {**alone, "suicide_risk": False, **_plan(True)}
        yield self._fact(PLAN_CHANGES, at, "plan.agreed.v1", self._child(0), "RM1", agreed)

    def on_duty(self) -> Iterator[Fact]:
        """Who is on duty: two for the house, one with a child."""
        for number, worker in enumerate(_ON_DUTY, 1):
            role = {"staff_id": self._worker(worker), "role": "one_to_one" if number == 3 else "waking"}
            more = {"placement_id": self._child(0)} if number == 3 else {}
            yield self._cover("started", EVENING + self._number, worker, role | more)

    def round(self, turn: int) -> Iterator[Fact]:
        """Each child is checked, at random moments; now and then a prompt, and a break with relief."""
        begins = EVENING + MINUTE + turn * ROUND
        for child in range(3):
            at = begins + child * ROUND // 3 + self._rnd.randrange(90 * SECOND)
            worker = _ON_DUTY[(child + turn) % 2] if child else "W3"
            data = {"placement_id": self._child(child), "outcome": "seen", "sign_of_life": "breathing"}
            data |= {"state": "asleep", "view": "doorway", "proof": "nfc"}
            whose = self._child(child)
            check = self._fact(CHECK_INS, at, "check.recorded.v1", whose, self._worker(worker), data)
            check.observed_at, check.entered_at = at - 2 * SECOND, at - SECOND
            yield check
        if turn % 4 == 0:
            proof = {"staff_id": self._worker("W1"), "how": "prompt"}
            yield self._cover("proved", begins + 11 * MINUTE + self._number, "W1", proof)
        if turn % BREAK_EVERY == BREAK_EVERY - 1:
            data = {
                "staff_id": self._worker("W3"),
                "relief_staff_id": self._worker("W2"),
                "expected": "PT10M",
            }
            yield self._cover("break_started", begins + 2 * MINUTE + self._number, "W3", data)
            back = {"staff_id": self._worker("W3")}
            yield self._cover("break_ended", begins + 9 * MINUTE + self._number, "W3", back)

    def _cover(self, what: str, at: Instant, worker: str, data: dict[str, Any]) -> Fact:
        return self._fact(NIGHT_COVER, at, f"cover.{what}.v1", self.id, self._worker(worker), data)

    def _child(self, child: int) -> str:
        return f"P{self._number}-{child}"

    def _worker(self, worker: str) -> str:
        return f"{worker}-{self._number}"


class Night:
    """A monitor with its homes, fed the night's facts, which are made outside of the timed part."""

    def __init__(self, homes: int = HOMES) -> None:
        self._homes = [_Home(number) for number in range(homes)]
        self._monitor = CoverMonitor()
        self._took = 0.0
        self._fed = 0
        self._feed(_in_order(fact for home in self._homes for fact in home.setting()), False)
        self._feed(_in_order(fact for home in self._homes for fact in home.on_duty()), False)
        self._took = self._fed = 0
        self._written()

    def feed(self, rounds: int = ROUNDS, rows: bool = False) -> float:
        """Facts a second over these rounds, the clock put to each fact; with `rows`, read-model rows made every 1,000
        facts as the runner does."""
        for turn in range(rounds):
            self._feed(_in_order(fact for home in self._homes for fact in home.round(turn)), rows)
            self._written()
        return self._fed / self._took

    def _feed(self, part: list[Fact], rows: bool) -> None:
        apply, advance = self._monitor.apply, self._monitor.advance
        told = 0
        began = perf_counter()
        for number, fact in enumerate(part):
            for _ in advance(fact.appended_at):
                told += 1
            for _ in apply(fact):
                told += 1
            if rows and number % 1000 == 999:
                self._written()
        self._took += perf_counter() - began
        self._fed += len(part)
        if told:
            raise RuntimeError(f"a night in which nothing is short raised {told} alerts")

    def _written(self) -> None:
        for _ in self._monitor.changed():
            pass


def _in_order(facts: Iterator[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: (fact.appended_at, RANK[fact.topic]))


def resident() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def rates() -> dict[str, float]:
    """The best of two, since it asks what the code can do."""
    return {
        "cover_facts_per_s": max(Night().feed() for _ in range(2)),
        "cover_with_rows_facts_per_s": Night().feed(rows=True),
    }


def memory() -> dict[str, float]:
    """After a whole night, when proofs and moves are at their most."""
    empty = resident()
    night = Night()
    night.feed()
    return {"cover_bytes_per_home": (resident() - empty) / HOMES}


def run() -> dict[str, float]:
    """The figures of this benchmark, each part in a process of its own: none measures what another left in memory."""
    figures: dict[str, float] = {}
    for part in (rates, memory):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            figures |= pool.submit(part).result()
    return figures


if __name__ == "__main__":
    print(run())
