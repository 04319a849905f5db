"""Who is on duty, as the fold knows it: what the moves of DOMAIN.md §4 do to the sessions of a home."""

from typing import Any

from shared.facts import Fact
from shared.home import Homes
from shared.home.saved import home_state, restore_home
from shared.topics import NIGHT_COVER
from tests.unit.home.told import at, registered


def cover(what: str, told: str, time: str | None = None, **data: Any) -> Fact:
    """A fact of night-cover."""
    moment = at(time or told)
    id_ = f"{what}-{told}-{data}"
    type_ = f"cover.{what}.v1"
    return Fact(NIGHT_COVER, at(told), "H1", id_, type_, "H1", "test", "W1", moment, moment, data)


def start(staff: str, told: str, role: str = "waking", time: str | None = None) -> Fact:
    return cover("started", told, time, staff_id=staff, role=role)


def rest(staff: str, told: str, relief: str | None) -> Fact:
    return cover("break_started", told, staff_id=staff, relief_staff_id=relief, expected="PT20M")


def home_of(*facts: Fact) -> Homes:
    homes = Homes()
    for fact in (registered(), *facts):
        homes.apply(fact)
    return homes


def relief_of(homes: Homes, staff: str) -> str | None:
    on_break = homes.homes["H1"].sessions[staff].on_break
    assert on_break is not None
    return on_break.relief


def test_a_relief_whose_session_ended_relieves_no_more_though_he_begins_another() -> None:
    homes = home_of(start("A", "22:00"), start("B", "22:00"), rest("A", "22:10", "B"))
    assert relief_of(homes, "A") == "B"
    homes.apply(start("B", "22:15"))
    assert relief_of(homes, "A") is None


def test_a_relief_who_has_no_session_yet_relieves_once_he_has_one() -> None:
    homes = home_of(start("A", "22:00"), rest("A", "22:10", "B"), start("B", "22:15"))
    assert relief_of(homes, "A") == "B"


def test_a_relief_who_hands_over_relieves_no_more() -> None:
    given = cover("handed_over", "22:20", from_staff_id="B", to_staff_id="C", accepted=True, headcount=1)
    homes = home_of(start("A", "22:00"), start("B", "22:00"), rest("A", "22:10", "B"), given)
    assert relief_of(homes, "A") is None
    assert homes.homes["H1"].sessions.keys() == {"A", "C"}


def test_those_on_a_break_stand_in_the_order_in_which_their_breaks_began_at_rest_too() -> None:
    homes = home_of(*(start(staff, "22:00") for staff in "ABC"))
    for staff in "CAB":
        homes.apply(rest(staff, "22:10", None))
    homes.apply(rest("C", "22:15", "B"))  # another relief: the break still began when it first began
    assert [*homes.homes["H1"].sessions] == ["C", "A", "B"]
    state = home_state(homes.homes["H1"])
    assert [*restore_home(Homes(), "H1", state).sessions] == ["C", "A", "B"]


def test_sessions_of_a_home_that_is_not_registered_yet_are_kept() -> None:
    homes = Homes()
    homes.apply(start("A", "17:00"))
    homes.apply(start("B", "17:10", time="19:00"))
    homes.apply(registered("18:00"))
    home = homes.homes["H1"]
    assert home.sessions.keys() == {"A"}
    homes.keep_all(home, at("19:00"))
    assert home.sessions.keys() == {"A", "B"}


def test_promises_are_kept_one_by_one_in_the_order_in_which_they_were_told() -> None:
    homes = home_of(start("A", "20:00", time="21:00"), start("B", "20:05", time="21:00"))
    home = homes.homes["H1"]
    assert homes.keep_next(home, at("20:59")) is None
    kept = homes.keep_next(home, at("21:00"))
    assert kept is not None
    assert kept[0].fact.data["staff_id"] == "A"
    assert home.sessions.keys() == {"A"}
    assert homes.keep_next(home, at("21:00")) is not None
    assert homes.keep_next(home, at("21:00")) is None
