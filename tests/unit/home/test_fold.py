"""The fold of homes: what facts change at once, and what they promise."""

import pytest

from shared.home import Change, ChangeKind, Homes
from shared.instants import NEVER
from tests.unit.home.told import (
    at,
    away,
    back,
    concern,
    ended,
    every,
    fact,
    moved,
    p1,
    plan,
    registered,
    started,
)


def homes_with_p1() -> Homes:
    """H1 with P1 in it."""
    homes = Homes()
    homes.apply(registered())
    homes.apply(started())
    return homes


def kept(homes: Homes, upto: str) -> list[tuple[str, ChangeKind]]:
    """Every promise up to then, as (clock, what it did)."""
    changes: list[Change] = []
    while p1(homes).next_promise <= at(upto):
        changes += homes.keep(p1(homes), at(upto))
    clocks = {at(clock): clock for clock in ("22:00", "22:30", "23:00")}
    return [(clocks[change.at], change.kind) for change in changes]


def test_a_promise_is_kept_when_its_time_has_come_and_not_before() -> None:
    homes = homes_with_p1()
    assert homes.apply(concern("20:00", time="22:00")) == ()
    assert homes.keep(p1(homes), at("22:00") - 1) == ()
    (change,) = homes.keep(p1(homes), at("22:00"))
    assert (change.kind, change.at) == (ChangeKind.CONCERN, at("22:00"))
    assert p1(homes).next_promise == NEVER


def test_promises_are_kept_in_order_of_their_time_and_at_one_time_as_they_were_told() -> None:
    homes = homes_with_p1()
    homes.apply(back("20:00", time="23:00"))
    homes.apply(away("school", "23:30", "20:01", time="22:00"))
    homes.apply(concern("20:02", time="22:00"))
    homes.apply(moved("R2", "20:03", time="22:00"))
    assert kept(homes, "23:00") == [
        ("22:00", ChangeKind.AWAY),
        ("22:00", ChangeKind.CONCERN),
        ("22:00", ChangeKind.MOVED),
        ("23:00", ChangeKind.BACK),
    ]


def test_one_promise_is_kept_at_a_time_though_the_clock_is_past_many() -> None:
    homes = homes_with_p1()
    homes.apply(concern("20:00", time="22:00"))
    homes.apply(concern("20:00", time="22:30"))
    (first,) = homes.keep(p1(homes), at("23:00"))
    (second,) = homes.keep(p1(homes), at("23:00"))
    assert (first.at, second.at) == (at("22:00"), at("22:30"))


def test_an_end_told_while_no_absence_is_open_cancels_the_absences_promised_and_nothing_else() -> None:
    homes = homes_with_p1()
    homes.apply(away("school", "23:30", "20:00", time="22:00"))
    homes.apply(concern("20:01", time="22:30"))
    homes.apply(plan(1, every(15), told="20:02", effective="23:00"))
    assert homes.apply(back("20:03")) == ()
    assert kept(homes, "23:00") == [("22:30", ChangeKind.CONCERN), ("23:00", ChangeKind.PLAN)]


def test_the_end_of_a_placement_cancels_all_that_was_promised_of_it() -> None:
    homes = homes_with_p1()
    homes.apply(concern("20:01", time="22:30"))
    homes.apply(plan(1, every(15), told="20:02", effective="23:00"))
    homes.apply(ended("20:03"))
    assert p1(homes).next_promise == NEVER
    assert p1(homes).told == {}


def test_a_start_told_anew_before_it_began_replaces_the_promise() -> None:
    homes = Homes()
    homes.apply(registered())
    homes.apply(started("19:00", time="22:00"))
    homes.apply(started("19:30", time="22:30"))
    assert kept(homes, "23:00") == [("22:30", ChangeKind.STARTED)]


def test_what_is_promised_of_a_placement_that_is_not_in_force_then_changes_nothing() -> None:
    homes = Homes()
    homes.apply(registered())
    homes.apply(away("school", "23:30", "19:00", time="22:00"))
    assert kept(homes, "23:00") == []


def test_an_absence_remembers_the_start_of_all_that_it_extends() -> None:
    homes = homes_with_p1()
    homes.apply(away("school", "23:00", "22:00"))
    (change,) = homes.apply(away("hospital", "23:30", "22:30"))
    assert change.kind is ChangeKind.REPLACED
    assert change.before is not None
    assert change.before.reason == "school"
    current = p1(homes).away
    assert current is not None
    assert (current.since, current.chain_since) == (at("22:30"), at("22:00"))


def test_a_return_ends_the_absence_from_its_start_on_and_not_before() -> None:
    homes = homes_with_p1()
    homes.apply(away("school", "23:00", "22:00"))
    check = fact("check.recorded.v1", {"placement_id": "P1"}, "22:30")
    assert homes.returned(p1(homes), check, at("22:00") - 1) == ()
    assert not p1(homes).present
    (change,) = homes.returned(p1(homes), check, at("22:00"))
    assert (change.kind, change.at) == (ChangeKind.RETURNED, at("22:30"))
    assert p1(homes).present


def test_rooms_and_provider_are_what_the_last_registration_in_force_states() -> None:
    homes = homes_with_p1()
    later = registered("20:00", rooms=["R1", "R2"], provider_id="PR2")
    homes.apply(later)
    home = homes.homes["H1"]
    assert (home.rooms, home.provider_id, p1(homes).home_id) == (["R1", "R2"], "PR2", "H1")


@pytest.mark.parametrize(
    "said",
    [ended("20:00"), moved("R2", "20:00"), concern("20:00"), away("school", "21:00", "20:00"), back("20:00")],
)
def test_facts_about_a_placement_that_is_unknown_or_over_change_nothing(said: object) -> None:
    unknown, over = Homes(), homes_with_p1()
    unknown.apply(registered())
    over.apply(ended("19:30"))
    assert unknown.apply(said) == ()  # type: ignore[arg-type]
    assert over.apply(said) == ()  # type: ignore[arg-type]
    assert unknown.homes["H1"].placements == {}
    assert not p1(over).in_force


def test_a_home_that_is_dropped_is_forgotten() -> None:
    homes = homes_with_p1()
    homes.drop("H1")
    homes.drop("H-unknown")
    assert homes.homes == {}
    assert homes.placement("H1", "P1") is None


def test_a_monitors_own_facts_are_kept_in_one_order_with_what_the_fold_keeps() -> None:
    homes = homes_with_p1()
    home = homes.homes["H1"]
    own = fact("review.triggered.v1", {"room": "R1"}, "20:00", time="22:00", id_="own")
    homes.apply(moved("R2", "19:30", time="22:00"))
    homes.promise(home, own)
    homes.apply(moved("R3", "20:30", time="22:00"))
    assert homes.keep_next(home, at("22:00") - 1) is None
    kept_ = [homes.keep_next(home, at("22:00")) for _ in range(4)]
    assert [None if each is None else (each[0].fact.type, len(each[1])) for each in kept_] == [
        ("placement.moved.v1", 1),
        ("review.triggered.v1", 0),
        ("placement.moved.v1", 1),
        None,
    ]


def test_a_monitors_own_fact_about_a_placement_is_promised_no_more_when_that_ends() -> None:
    homes = homes_with_p1()
    homes.promise(p1(homes), fact("review.triggered.v1", {"placement_id": "P1"}, "20:00", time="22:00"))
    homes.apply(ended("21:00"))
    assert homes.keep_next(homes.homes["H1"], at("23:00")) is None
