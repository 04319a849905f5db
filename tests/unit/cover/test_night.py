"""The record of a home's night of cover: bands by the facts' own times, as known at an instant."""

from datetime import date

from services.cover.night import required_for, short_for
from shared.instants import HOUR, MINUTE, show_instant
from tests.scenarios.cover_facts import (
    agreed,
    asks,
    checked,
    handed_over,
    house,
    off_duty,
    on_duty,
    proved,
    rest,
    rested,
    with_child,
)
from tests.scenarios.facts import away
from tests.scenarios.night import Night
from tests.unit.cover.told import as_known, clock, drawn


def a_night(asked: dict[str, object] | None = None, *children: str) -> Night:
    return house(Night(), asked, children or ("P1",))


def test_it_is_cut_where_anything_differs_and_nowhere_else() -> None:
    night = a_night()
    night.at("21:50").tell(on_duty("W1"))
    night.at("22:10").tell(checked("W1"))
    night.at("22:30").tell(rest("W1"))
    night.at("22:40").tell(rested("W1"))
    assert drawn(as_known(night, "23:00").house) == [
        "12:00-21:50 0/0",
        "21:50-22:00 1/0: W1 awake",
        "22:00-22:30 1/1: W1 awake",
        "22:30-22:40 0/1 short: W1 on_break",
        "22:40-23:00 1/1: W1 awake",
    ]


def test_it_goes_from_noon_to_noon_and_no_further_than_is_known() -> None:
    night = a_night(asks(0))
    whole = as_known(night, "2026-03-04 09:00")
    assert (show_instant(whole.start), show_instant(whole.end)) == (
        "2026-03-02T12:00:00.000Z",
        "2026-03-03T12:00:00.000Z",
    )
    assert drawn(whole.house) == ["12:00-12:00 0/0"]
    assert drawn(as_known(night, "22:00").house) == ["12:00-22:00 0/0"]
    assert as_known(night, "22:00", date(2026, 3, 3)).house == ()


def test_a_lapse_is_seen_and_how_long_somebody_was_lacking() -> None:
    night = a_night()
    night.at("22:00").tell(on_duty("W1"))
    night.at("23:20").tell(proved("W1"))
    record = as_known(night, "23:30")
    assert drawn(record.house)[1:] == [
        "22:00-23:00 1/1: W1 awake",
        "23:00-23:20 0/1 short: W1 lapsed",
        "23:20-23:30 1/1: W1 awake",
    ]
    assert short_for(record.house) == 20 * MINUTE
    assert required_for(record.house) == 90 * MINUTE


def test_a_late_phone_changes_the_record_and_not_what_was_known_before() -> None:
    night = a_night()
    night.at("22:00").tell(on_duty("W1"))
    night.at("23:20").tell(proved("W1", "22:50"))
    assert short_for(as_known(night, "23:19").house) == 19 * MINUTE
    assert short_for(as_known(night, "23:20").house) == 0


def test_own_times_hold_for_what_is_entered_late_but_that_proves_nothing() -> None:
    night = a_night()
    night.at("22:30").tell(on_duty("W1", "22:00", entered="22:30"))
    night.at("22:40").tell(proved("W1"))
    assert drawn(as_known(night, "22:50").house)[1:] == [
        "22:00-22:40 0/1 short: W1 lapsed",
        "22:40-22:50 1/1: W1 awake",
    ]


def test_what_the_plans_asked_is_read_by_own_times_too() -> None:
    night = a_night()
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(agreed(1, asks(2), effective="22:10"))
    assert drawn(as_known(night, "22:50").house)[1:] == [
        "22:00-22:10 1/1: W1 awake",
        "22:10-22:50 1/2 short: W1 awake",
    ]


def test_an_absence_asks_for_nobody_until_the_child_is_seen() -> None:
    night = a_night()
    night.at("21:00").tell(away("P1", "missing", "12:00"))
    night.at("22:30").tell(checked("W1", "22:20"))
    assert drawn(as_known(night, "22:40").house) == ["12:00-22:20 0/0", "22:20-22:40 0/1 short"]


def test_a_relief_is_shown_as_one() -> None:
    night = a_night(asks(1, dedicated=True))
    night.at("22:00").tell(with_child("W1"), on_duty("W2"), on_duty("W3", role="sleep_in"))
    night.at("22:10").tell(rest("W1", relief="W3"))
    record = as_known(night, "22:20")
    assert drawn(record.house)[1:] == [
        "22:00-22:10 1/1: W1 awake, W2 awake, W3 sleep_in",
        "22:10-22:20 1/1: W1 on_break, W2 awake, W3 awake relieving",
    ]
    assert drawn(record.children["P1"])[1:] == [
        "22:00-22:10 1/1: W1 awake",
        "22:10-22:20 1/1: W1 on_break, W3 awake relieving",
    ]


def test_only_children_who_needed_somebody_for_themselves_are_named() -> None:
    night = a_night(asks(0), "P1", "P2")
    night.at("20:30").tell(agreed(1, asks(0, dedicated=True), "P2"))
    record = as_known(night, "23:00")
    assert list(record.children) == ["P2"]
    assert short_for(record.children["P2"]) == HOUR


def test_who_is_on_duty_at_its_end_and_when_each_last_proved_to_be_awake() -> None:
    night = a_night()
    night.at("22:00").tell(on_duty("W1"), on_duty("W2"), on_duty("W4", by="RM1"))
    night.at("22:20").tell(checked("W1", "22:15"), off_duty("W2"))
    night.at("22:30").tell(rest("W1", relief="W3"))
    on = as_known(night, "22:40").on_duty
    assert [(each.session.staff_id, each.proved_at and clock(each.proved_at)) for each in on] == [
        ("W1", "22:15"),
        ("W4", None),
    ]
    pause = on[0].session.on_break
    assert pause is not None
    assert (clock(pause.since), pause.relief) == ("22:30", "W3")


def test_a_handover_is_read_by_its_own_time() -> None:
    night = a_night()
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(handed_over("W1", "W2", "22:30"))
    assert drawn(as_known(night, "22:45").house)[1:] == [
        "22:00-22:30 1/1: W1 awake",
        "22:30-22:45 1/1: W2 awake",
    ]


def test_it_holds_what_was_told_in_the_night() -> None:
    night = a_night()
    night.at("22:20").tell(on_duty("W1", "21:55"))
    record = as_known(night, "22:50")
    assert short_for(record.house) == 0
    assert [event["type"] for event in record.alerts] == ["alert.raised.v1", "alert.resolved.v1"]
    assert record.alerts[1]["data"]["how"] == "unreported"
    assert as_known(night, "2026-03-04 10:00", date(2026, 3, 3)).alerts[0]["time"] > "2026-03-03T12"


def test_a_fact_that_may_not_stand_is_not_in_it() -> None:
    night = a_night()
    night.at("20:30").tell(agreed(1, asks(0)))
    night.at("20:40").tell(agreed(1, asks(3)))  # the number was used before
    assert required_for(as_known(night, "23:00").house) == 0
