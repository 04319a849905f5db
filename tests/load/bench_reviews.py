"""The reviews monitor alone, fed decoded facts: 100,000 placements, three a home, each with a whole plan in a room that
was assessed; then a night of checks, among them some who are away, and some reviews and triggers. Facts a second over
all of it, and bytes a home."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from random import Random
from time import perf_counter
from typing import Any, Final

import orjson

from services.reviews.model import ReviewsMonitor
from shared.facts import Fact
from shared.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant, show_instant
from shared.topics import CHECK_INS, PLAN_CHANGES
from tests.load.bench_core import resident

EVENING: Final[Instant] = parse_instant("2026-03-02T22:00:00.000Z")
PLACEMENTS: Final = 100_000
ROUNDS: Final = 40
"""Checks of each child: a night at 15 minutes."""
SLICE: Final = 20_000
"""Facts that are made, and fed, at a time."""
_TEXT: Final = {"sealed": "c2FtcGxl", "key": "k1"}
PLAN: Final = {
    "checks": [
        {"from": "07:00", "to": "22:00", "ceiling": "PT1H"},
        {"from": "22:00", "to": "07:00", "ceiling": "PT15M"},
    ],
    "night_cover": {"from": "22:00", "to": "07:00", "waking_staff": 1, "meaning": _TEXT},
    "roles": [
        {"duty": duty, "who": "post:manager"} for duty in ("night_checks", "night_cover", "escalation")
    ],
    "ligature_plan": {"risks": [_TEXT], "controls": [_TEXT], "review_by": "2026-03-30"},
    "suicide_risk": False,
    "signed": [
        {"who": f"post:{role}", "role": role, "at": "2026-03-02T18:00:00.000Z"}
        for role in ("registered_person", "placing_authority")
    ],
}


def _fact(at: Instant, home: str, id_: str, type_: str, subject: str, data: dict[str, Any]) -> Fact:
    topic = CHECK_INS if type_ == "check.recorded.v1" else PLAN_CHANGES
    own = orjson.loads(orjson.dumps(data))  # data of its own, as from the log
    return Fact(topic, at, home, id_, type_, subject, "bench", "S1", at, at, own, id_)


def setting(placements: int) -> Iterator[Fact]:
    """Homes of three, with rooms that were assessed, and a plan for each child."""
    for first in range(0, placements, 3):
        number = first // 3
        home, at = f"H{number}", EVENING - HOUR + number
        data: dict[str, Any] = {"home_id": home, "provider_id": "PR1", "time_zone": "Europe/London"}
        data |= {"rooms": ["R1", "R2", "R3"]}
        data |= {"statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0}}
        yield _fact(at, home, f"h{number}", "home.registered.v1", home, data)
        next_review = {"next_review": "2026-12-31"}
        suitable = {"decision": "suitable", "by": "RI1", **next_review}
        yield _fact(at, home, f"s{number}", "suitability.reviewed.v1", home, suitable)
        for child in range(first, min(first + 3, placements)):
            yield from _child(home, child, at)


def _child(home: str, child: int, at: Instant) -> Iterator[Fact]:
    id_, room = f"P{child}", f"R{child % 3 + 1}"
    stay = {"placement_id": id_, "home_id": home, "commissioner_id": "C1", "room": room}
    yield _fact(
        at,
        home,
        f"p{child}",
        "placement.started.v1",
        id_,
        stay | {"emergency": False, "suicide_risk": False},
    )
    yield _fact(
        at,
        home,
        f"v{child}",
        "plan.agreed.v1",
        id_,
        {"placement_id": id_, "version": 1, "effective_from": show_instant(at), **PLAN},
    )
    points = [_point(f"{child}-{place}", "low" if place else "high") for place in range(2)]
    yield _fact(
        at,
        home,
        f"a{child}",
        "environment.assessed.v1",
        home,
        {"room": room, "anchor_points": points, "assessor": "A1"},
    )


def _point(id_: str, rating: str) -> dict[str, Any]:
    told = {"point_id": id_, "location": "door", "rating": rating, "control": "watched"}
    return told | {"action": "refit", "owner": "post:works", "status": "open", "action_due": "2026-06-01"}


def night(placements: int) -> Iterator[Fact]:
    """Every child is checked every 15 minutes; one in a hundred comes back by a check, and one in a hundred facts is
    none: something happens to a child, or a plan is reviewed."""
    rnd = Random(7)
    for turn in range(ROUNDS):
        start = EVENING + turn * 15 * MINUTE
        for child in range(placements):
            at = start + child * 15 * MINUTE // placements
            home, id_ = f"H{child // 3}", f"P{child}"
            if turn == 0 and child % 100 == 0:
                away = {"placement_id": id_, "reason": "hospital", "expected_end": show_instant(at + DAY)}
                yield _fact(at, home, f"d{child}", "disposition.started.v1", id_, away)
            elif rnd.random() < 0.01:
                yield _told(at, home, id_, f"e{turn}-{child}", rnd)
            else:
                seen = {"placement_id": id_, "outcome": "seen", "sign_of_life": "breathing"}
                seen |= {"state": "asleep", "view": "doorway", "proof": "nfc"}
                check = _fact(at, home, f"c{turn}-{child}", "check.recorded.v1", id_, seen)
                check.observed_at = at - SECOND
                yield check


def _told(at: Instant, home: str, id_: str, fact_id: str, rnd: Random) -> Fact:
    if rnd.random() < 0.5:
        harm = {"placement_id": id_, "trigger": "self_harm"}
        return _fact(at, home, fact_id, "review.triggered.v1", id_, harm)
    review = {"placement_id": id_, "decision": "continue", "reason": _TEXT, "next_review": "2026-03-28"}
    return _fact(at, home, fact_id, "ligature_plan.reviewed.v1", id_, review)


def timed(monitor: ReviewsMonitor, facts: Iterator[Fact]) -> tuple[int, float]:
    """How many there were, and the seconds in the monitor alone; rows are made every 1,000, as the runner does."""
    apply, advance, changed = monitor.apply, monitor.advance, monitor.changed
    count, took = 0, 0.0
    while part := list(islice(facts, SLICE)):
        began = perf_counter()
        for number, fact in enumerate(part):
            for _ in advance(fact.appended_at):
                pass
            for _ in apply(fact):
                pass
            if number % 1000 == 999:
                for _ in changed():
                    pass
        took += perf_counter() - began
        count += len(part)
    return count, took


def measured() -> dict[str, float]:
    """One run."""
    empty = resident()
    monitor = ReviewsMonitor()
    set_up, first = timed(monitor, setting(PLACEMENTS))
    size = (resident() - empty) / (PLACEMENTS / 3)
    told, then = timed(monitor, night(PLACEMENTS))
    return {
        "reviews_facts_per_s": (set_up + told) / (first + then),
        "reviews_setting_facts_per_s": set_up / first,
        "reviews_night_facts_per_s": told / then,
        "reviews_bytes_per_home": size,
    }


def run() -> dict[str, float]:
    """The figures of this benchmark, in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measured).result()


if __name__ == "__main__":
    print(run())
