"""The checks monitor alone, fed decoded facts: 10,000 placements, three a home, one check each every quarter hour."""

from collections.abc import Iterator
from time import perf_counter

from services.checks.model import ChecksMonitor
from shared.facts import Fact
from shared.instants import MINUTE, SECOND, Instant, parse_instant
from shared.topics import CHECK_INS, PLAN_CHANGES

EVENING: Instant = parse_instant("2026-03-02T22:00:00.000Z")
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
    """Homes of three, each child with version 0 in force."""
    for number in range(0, placements, 3):
        home = f"H{number // 3}"
        data: dict[str, object] = {
            "home_id": home,
            "provider_id": "PR1",
            "time_zone": "Europe/London",
            "rooms": ["R1", "R2", "R3"],
            "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
            "default_plan": PLAN,
        }
        yield _fact(PLAN_CHANGES, EVENING, home, f"h{number}", "home.registered.v1", home, data)
        for child in range(number, min(number + 3, placements)):
            stay: dict[str, object] = {
                "placement_id": f"P{child}",
                "home_id": home,
                "commissioner_id": "C1",
                "room": f"R{child % 3 + 1}",
                "emergency": False,
                "suicide_risk": False,
            }
            yield _fact(PLAN_CHANGES, EVENING, home, f"p{child}", "placement.started.v1", f"P{child}", stay)


def checks(placements: int, rounds: int) -> Iterator[Fact]:
    """Every child is checked every 10 to 14 minutes from 22:01 on; facts in log order."""
    start = EVENING + MINUTE
    for turn in range(rounds):
        for child in range(placements):
            at = (
                start
                + turn * 12 * MINUTE
                + (child * 12 * MINUTE) // placements
                + (child * 7919 + turn * 104729) % SECOND
            )
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


def facts_per_s(placements: int, rounds: int, rows: bool = False) -> float:
    """Checks a second, the clock put to each fact; with `rows`, read-model rows made every 1,000 facts as the runner
    does."""
    monitor = ChecksMonitor()
    monitor.advance(EVENING)
    for fact in setting(placements):
        monitor.apply(fact)
    list(monitor.changed())
    stream = sorted(checks(placements, rounds), key=lambda fact: fact.appended_at)
    apply, advance = monitor.apply, monitor.advance
    told = 0
    began = perf_counter()
    for number, fact in enumerate(stream):
        for _ in advance(fact.appended_at):
            told += 1
        for _ in apply(fact):
            told += 1
        if rows and number % 1000 == 999:
            for _ in monitor.changed():
                pass
    took = perf_counter() - began
    if told:
        raise RuntimeError(f"a night in which nothing is missed raised {told} alerts")
    return len(stream) / took


def run() -> dict[str, float]:
    """The figures of this benchmark; the best of three, since it asks what the code can do."""
    return {
        "core_facts_per_s_10k": max(facts_per_s(10_000, 30) for _ in range(3)),
        "core_with_rows_facts_per_s_10k": max(facts_per_s(10_000, 15, rows=True) for _ in range(2)),
    }


if __name__ == "__main__":
    print(run())
