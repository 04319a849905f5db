"""When the door asks whether somebody is awake: before they would lapse, and nobody can tell it beforehand."""

import hashlib
from typing import Any

import pytest

from services.gateway.prompts.prompts import EARLIEST, LATEST, Prompt, prompts
from services.gateway.proofs import proves
from shared.facts import Fact
from shared.home import Homes
from shared.instants import HOUR, MINUTE, Instant
from tests.unit.home.told import at, away, every, fact, plan, registered, started
from tests.unit.test_cautions import handover, on_break, on_duty, told

NIGHT: dict[str, Any] = {"from": "22:00", "to": "07:00"}


def draw(home_id: str, staff_id: str, last: Instant) -> bytes:
    return hashlib.sha256(f"{home_id} {staff_id} {last}".encode()).digest()


def first(home_id: str, staff_id: str, last: Instant) -> bytes:
    """The earliest that can be drawn."""
    return bytes(32)


def latest(home_id: str, staff_id: str, last: Instant) -> bytes:
    return b"\xff" * 32


def home(*facts: Fact, **cover: Any) -> Homes:
    """H1 with P1, whose plan asks for one waking worker unless said otherwise."""
    homes = Homes()
    asked = {**NIGHT, "waking_staff": 1, "dedicated": False, **cover}
    agreed = plan(1, every(15), told="19:00", night_cover=asked)
    for each in (registered(), started(), agreed, *facts):
        homes.apply(each)
    return homes


def asked(homes: Homes, now: str, /, drawing: Any = draw, **proofs: str) -> list[Prompt]:
    known = {staff_id: at(clock) for staff_id, clock in proofs.items()}
    return prompts(homes.homes["H1"], known, at(now), drawing)


def one(homes: Homes, now: str, /, drawing: Any = draw, **proofs: str) -> Prompt:
    (only,) = asked(homes, now, drawing, **proofs)
    return only


WAKING = on_duty("S1")


def test_a_prompt_lies_between_half_and_nine_tenths_of_the_time_to_the_lapse() -> None:
    homes = home(WAKING)
    assert one(homes, "23:00", first, S1="22:30").at == at("23:00")
    late = one(homes, "23:00", latest, S1="22:30")
    assert (late.at, late.by) == (at("23:24"), at("23:30"))
    for minute in range(60):
        proved = f"23:{minute:02}"
        found = one(homes, "23:59", S1=proved)
        length = found.by - at(proved)
        assert length == HOUR
        assert EARLIEST * length <= found.at - at(proved) <= LATEST * length


def test_the_moments_are_spread_and_the_same_each_time_they_are_asked_for() -> None:
    homes = home(WAKING)
    found = [one(homes, "23:59", S1=f"23:00:{second:02}.000") for second in range(60)]
    parts = sorted((each.at - (each.by - HOUR)) / HOUR for each in found)
    assert parts[0] < 0.55
    assert parts[-1] > 0.85
    assert len({each.id for each in found}) == 60
    assert one(homes, "23:10", S1="23:00") == one(homes, "23:50", S1="23:00")


def test_each_worker_has_a_moment_of_their_own() -> None:
    homes = home(WAKING, on_duty("S2"))
    both = asked(homes, "23:00", S1="22:30", S2="22:30")
    assert [each.staff_id for each in both] == ["S1", "S2"]
    assert both[0].at != both[1].at
    assert both[0].id != both[1].id


def test_the_plan_says_how_often_and_of_several_the_one_that_asks_most_often() -> None:
    homes = home(WAKING, proof_every="PT40M")
    assert one(homes, "23:00", S1="22:30").by == at("23:10")
    start = fact(
        "placement.started.v1",
        {"placement_id": "P2", "home_id": "H1", "commissioner_id": "C1", "room": "R1", "suicide_risk": False},
        "19:10",
    )
    often = plan(1, every(15), told="19:20", night_cover={**NIGHT, "proof_every": "PT20M"})
    often.data["placement_id"] = often.subject = "P2"
    homes.apply(start)
    homes.apply(often)
    assert one(homes, "23:00", S1="22:50").by == at("23:10")


def test_an_answer_that_is_late_already_is_asked_for_still() -> None:
    found = one(home(WAKING), "23:50", S1="22:30")
    assert found.by == at("23:30") < at("23:50")


def test_who_was_never_heard_of_is_asked_at_once() -> None:
    """A session that somebody else recorded proves nothing."""
    found = one(home(WAKING), "23:00")
    assert (found.proved_at, found.at, found.by) == (None, at("21:00"), at("21:00"))


@pytest.mark.parametrize("now", ["12:00", "20:59", "07:00", "09:00"])
def test_nobody_is_asked_by_day(now: str) -> None:
    assert asked(home(WAKING), now, S1="20:50" if now > "12" else "06:50") == []


def test_within_the_hour_before_the_night_it_is_told_and_lies_in_the_night() -> None:
    homes = home(WAKING)
    before = one(homes, "21:10", first, S1="21:00")
    assert (before.at, before.by) == (at("22:00"), at("22:00"))
    fresh = one(homes, "21:40", first, S1="21:30")
    assert (fresh.at, fresh.by) == (at("22:00"), at("22:30"))


def test_near_the_end_of_the_night_nobody_is_asked_for_what_falls_after_it() -> None:
    homes = home(WAKING)
    assert asked(homes, "06:30", S1="06:00") == []
    assert one(homes, "06:30", S1="05:59").by == at("06:59")


def test_a_sleep_in_is_not_asked_and_nobody_on_a_break_is() -> None:
    homes = home(on_duty("S1", "sleep_in"), on_duty("S2"), on_break("S2", None))
    assert asked(homes, "23:00", S1="22:30", S2="22:00") == []


def test_a_relief_is_asked_from_the_breaks_start_on() -> None:
    homes = home(WAKING, on_duty("S2", "sleep_in"), on_break("S1", "S2", "23:00"))
    found = one(homes, "23:05", S1="22:50")
    assert (found.staff_id, found.role, found.proved_at, found.by) == (
        "S2",
        "waking",
        at("23:00"),
        at("00:00"),
    )
    busy = one(homes, "23:20", S2="23:10")
    assert busy.by == at("00:10")


def test_a_relief_of_a_one_to_one_worker_is_asked_for_the_child() -> None:
    homes = home(on_duty("S1", "one_to_one"), on_duty("S2"), on_break("S1", "S2"), dedicated=True)
    found = one(homes, "22:30", S1="22:00", S2="22:00")
    assert (found.staff_id, found.role, found.placement_id) == ("S2", "one_to_one", "P1")


def test_a_one_to_one_worker_is_asked_while_the_child_is_there_and_has_one() -> None:
    worker = on_duty("S1", "one_to_one")
    assert one(home(worker, dedicated=True), "23:00", S1="22:30").placement_id == "P1"
    assert asked(home(worker), "23:00", S1="22:30") == []
    gone = away("school", "23:50", "21:30")
    assert asked(home(worker, gone, dedicated=True), "23:00", S1="22:30") == []


def test_nobody_is_asked_where_no_waking_worker_is_required() -> None:
    assert asked(home(WAKING, waking_staff=0), "23:00", S1="22:30") == []
    gone = away("school", "23:50", "21:30")
    assert asked(home(WAKING, gone), "23:00", S1="22:30") == []


# -- what proves


PROOF = {"staff_id": "S1", "how": "prompt"}


@pytest.mark.parametrize(
    ("said", "proof"),
    [
        (told("cover.proved", PROOF), True),
        (told("cover.proved", PROOF, actor="S2"), False),
        (told("cover.proved", PROOF, ago=5 * MINUTE), True),
        (told("cover.proved", PROOF, ago=5 * MINUTE + 1), False),
        (on_duty("S1"), True),
        (told("cover.break_ended", {"staff_id": "S1"}), True),
        (told("cover.break_ended", {"staff_id": "S2"}), False),
        (on_break("S1", None), False),
        (told("cover.ended", {"staff_id": "S1"}), False),
        (handover("S1", "S2"), True),
        (handover("S1", "S2", accepted=False), False),
        (fact("check.recorded.v1", {"placement_id": "P1", "outcome": "not_seen"}, "22:00"), True),
        (fact("check.corrected.v1", {"check_id": "c1"}, "22:00"), False),
        (away("school", "23:00", "22:00"), False),
    ],
    ids=lambda each: getattr(each, "type", each),
)
def test_what_proves_that_somebody_is_awake(said: Fact, proof: bool) -> None:
    assert proves(said) is proof
