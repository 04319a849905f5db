"""*`off_duty`: a check by somebody with no open session of any role while waking cover is required of the house.*
*`on_break`: a check by a waking or one-to-one worker on a break.*
By the facts' own times, as known when the check is applied; only a plan counts from when it took effect.
"""

import pytest

from tests.scenarios.facts import away, back, cover, ended, every, plan, registered, started, withdrawn
from tests.scenarios.integrity_facts import (
    handed_over,
    off_break,
    off_duty,
    on_break,
    on_duty,
    ready,
    seen,
)
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")
W1 = {"staff_id": "W1"}


# -- off duty


def test_a_check_without_a_session_while_waking_cover_is_asked_for_is_off_duty(night: Night) -> None:
    ready(night, staff=1).at("23:10").tell(seen(id="a"))
    night.expect.raised(
        "anomaly",
        about=W1,
        since="23:10",
        pattern="off_duty",
        entries=["a"],
        reason="A check was recorded by somebody without an open session, "
        "at a time that asks for waking cover.",
    )


@pytest.mark.parametrize("role", ["waking", "one_to_one", "sleep_in"])
def test_a_session_of_any_role_will_do(night: Night, role: str) -> None:
    ready(night, staff=1).at("21:55").tell(
        on_duty(role=role, placement="P1" if role == "one_to_one" else None)
    )
    night.at("23:10").tell(seen())


def test_it_never_worsens(night: Night) -> None:
    ready(night, staff=1).at("23:10").tell(seen())
    night.expect.raised("anomaly", about=W1, pattern="off_duty")
    night.at("23:20").tell(seen())


def test_each_worker_and_each_night_has_an_alert_of_its_own(night: Night) -> None:
    ready(night, staff=1).at("23:10").tell(seen(by="W1"), seen(by="W2"))
    night.expect.raised("anomaly", about={"staff_id": "W1"}, pattern="off_duty")
    night.expect.raised("anomaly", about={"staff_id": "W2"}, pattern="off_duty")
    night.at("2026-03-03 22:10").tell(seen(by="W1"))
    night.expect.raised("anomaly", about={"staff_id": "W1"}, pattern="off_duty")


def test_attempts_and_checks_of_nobody_here_count(night: Night) -> None:
    ready(night, staff=1).at("23:10").tell(seen(outcome="not_seen", by="W1"), seen("nobody", by="W2"))
    night.expect.raised("anomaly", about={"staff_id": "W1"}, pattern="off_duty")
    night.expect.raised("anomaly", about={"staff_id": "W2"}, pattern="off_duty")


def test_outside_the_window_nobody_has_to_be_on_duty(night: Night) -> None:
    ready(night, staff=1).at("21:59:59").tell(seen())
    night.at("07:00").tell(seen())


def test_the_first_instant_of_the_window_belongs_to_it(night: Night) -> None:
    ready(night, staff=1).at("22:00").tell(seen())
    night.expect.raised("anomaly", about=W1, pattern="off_duty")


def test_a_plan_that_asks_for_nobody_awake_asks_for_no_session(night: Night) -> None:
    ready(night, staff=0).at("23:10").tell(seen())


def test_one_to_one_alone_is_nothing_that_is_required_of_the_house(night: Night) -> None:
    ready(night, staff=0).at("20:30").tell(plan(1, every(15), night_cover=cover(0, dedicated=True)))
    night.at("23:10").tell(seen())


def test_a_session_told_after_the_check_was_there_by_its_own_time_only_for_what_comes_later(
    night: Night,
) -> None:
    """As known when the check is applied."""
    ready(night, staff=1).at("23:10").tell(seen())
    night.expect.raised("anomaly", about=W1, pattern="off_duty")
    night.at("23:11").tell(on_duty(time="22:00"))


def test_a_late_phone_makes_nobody_look_wrong(night: Night) -> None:
    """The session began and ended before it sent anything: by their own times the check lies within."""
    ready(night, staff=1).at("05:00").tell(
        on_duty(time="21:55"), off_duty(time="04:00"), seen(at="23:10", entered="23:10")
    )
    night.at("05:10").tell(seen(at="03:59:59", entered="03:59:59"))


def test_a_session_that_has_ended_is_open_no_more(night: Night) -> None:
    ready(night, staff=1).at("21:55").tell(on_duty())
    night.at("23:00").tell(off_duty())
    night.at("23:00:01").tell(seen(at="22:59:59", entered="22:59:59"))
    night.at("23:10").tell(seen(at="23:00", entered="23:00"))
    night.expect.raised("anomaly", about=W1, since="23:00", pattern="off_duty")


def test_a_check_entered_long_after_is_of_the_time_that_it_describes(night: Night) -> None:
    ready(night, staff=1).at("06:00").tell(on_duty())
    night.at("06:30").tell(seen(at="02:00", entered="06:30"))
    night.expect.raised("anomaly", about=W1, since="02:00", pattern="off_duty")


def test_who_took_over_has_a_session_and_who_handed_over_has_none(night: Night) -> None:
    ready(night, staff=1).at("21:55").tell(on_duty("W1"))
    night.at("23:00").tell(handed_over(1, before="W1", after="W2"))
    night.at("23:10").tell(seen(by="W2"), seen(by="W1"))
    night.expect.raised("anomaly", about=W1, pattern="off_duty")


def test_only_children_who_are_present_ask_for_cover(night: Night) -> None:
    ready(night, staff=1).at("21:00").tell(away("P1", "home_leave", "2026-03-04 18:00"))
    night.at("23:10").tell(seen(outcome="not_seen"))


def test_a_return_that_was_told_late_was_a_return_at_its_own_time(night: Night) -> None:
    ready(night, staff=1).at("20:30").tell(away("P1", "school", "23:00"))
    night.at("02:00").tell(back(time="22:30"))
    night.at("02:10").tell(seen("nobody", at="22:29", entered="22:29"))
    night.at("02:20").tell(seen("nobody", at="22:30", entered="22:30"))
    night.expect.raised("anomaly", about=W1, since="22:30", pattern="off_duty")


def test_a_child_that_has_ended_asks_for_no_more_but_did_before(night: Night) -> None:
    ready(night, staff=1).at("23:00").tell(ended())
    night.at("23:10").tell(seen("nobody", at="23:05", entered="23:05"))
    night.at("23:20").tell(seen("nobody", at="22:55", entered="22:55"))
    night.expect.raised("anomaly", about=W1, since="22:55", pattern="off_duty")


def test_a_plan_counts_from_when_it_took_effect(night: Night) -> None:
    ready(night, staff=0).at("23:00").tell(
        plan(1, every(15), effective="21:00", night_cover=cover(1), time="21:00")
    )
    night.at("23:10").tell(seen(at="22:59:59", entered="22:59:59"))
    night.at("23:20").tell(seen(at="23:00", entered="23:00"))
    night.expect.raised("anomaly", about=W1, since="23:00", pattern="off_duty")


def test_what_a_plan_asked_for_before_the_next_one_it_asked_for(night: Night) -> None:
    ready(night, staff=1).at("23:00").tell(plan(1, every(15), night_cover=cover(0), effective="23:00"))
    night.at("23:10").tell(seen(at="23:05", entered="23:05"))
    night.at("23:20").tell(seen(at="22:55", entered="22:55"))
    night.expect.raised("anomaly", about=W1, since="22:55", pattern="off_duty")


def test_a_plan_that_was_promised_counts_from_its_instant(night: Night) -> None:
    ready(night, staff=0).at("21:00").tell(plan(1, every(15), night_cover=cover(1), effective="23:00"))
    night.at("22:59:59").tell(seen())
    night.at("23:00").tell(seen())
    night.expect.raised("anomaly", about=W1, pattern="off_duty")


def test_the_other_home_has_sessions_of_its_own(night: Night) -> None:
    ready(night, staff=1).at("20:30").tell(registered(every(15), home="H2"))
    night.at("20:40").tell(started("P2", home="H2"))
    night.at("21:55").tell(on_duty(home="H2"))
    night.at("23:10").tell(seen("P2", home="H2"))
    night.at("23:20").tell(seen("P1"))
    night.expect.raised("anomaly", about=W1, pattern="off_duty")


def test_what_is_more_than_two_days_old_is_not_held_against_anybody(night: Night) -> None:
    """Who was on duty then is not on record any more."""
    ready(night, staff=1).at("2026-03-05 04:00").tell(seen(at="03:59", entered="03:59"))


def test_the_night_that_spring_shortens(spring_night: Night) -> None:
    night = ready(spring_night, staff=1)
    night.at("05:59:59").tell(seen())
    night.expect.raised("anomaly", about=W1, pattern="off_duty")
    night.at("06:00").tell(seen(by="W2"))  # 07:00 in London


# -- on a break


def test_a_check_on_a_break_is_on_a_break(night: Night) -> None:
    ready(night, staff=1).at("21:55").tell(on_duty())
    night.at("02:00").tell(on_break())
    night.at("02:10").tell(seen(id="a"))
    first = night.expect.raised(
        "anomaly",
        about=W1,
        pattern="on_break",
        entries=["a"],
        reason="A check was recorded by a worker during a break that is on record.",
    )
    night.at("02:15").tell(seen(id="b"))
    first.worsened(2, entries=["b"])


def test_the_break_begins_with_its_first_instant_and_its_end_is_not_of_it(night: Night) -> None:
    ready(night).at("21:55").tell(on_duty())
    night.at("02:30").tell(on_break(time="02:00"), off_break(time="02:20"))
    night.at("02:40").tell(seen(at="02:20", entered="02:20"))
    night.at("02:41").tell(seen(at="02:00", entered="02:00"))
    night.expect.raised("anomaly", about=W1, since="02:00", pattern="on_break")


def test_by_day_too(night: Night) -> None:
    ready(night).at("2026-03-03 13:00").tell(on_duty(), on_break())
    night.at("2026-03-03 13:10").tell(seen())
    night.expect.raised("anomaly", about=W1, pattern="on_break")


def test_a_one_to_one_worker_too(night: Night) -> None:
    ready(night).at("21:55").tell(on_duty(role="one_to_one", placement="P1"))
    night.at("02:00").tell(on_break())
    night.at("02:10").tell(seen())
    night.expect.raised("anomaly", about=W1, pattern="on_break")


def test_a_sleep_in_has_no_break(night: Night) -> None:
    ready(night).at("21:55").tell(on_duty(role="sleep_in"))
    night.at("02:00").tell(on_break())
    night.at("02:10").tell(seen())


def test_the_relief_is_on_no_break(night: Night) -> None:
    ready(night, staff=1).at("21:55").tell(on_duty("W1"), on_duty("W2"))
    night.at("02:00").tell(on_break("W1", relief="W2"))
    night.at("02:10").tell(seen(by="W2"))


def test_a_break_told_after_the_check_completes_nothing(night: Night) -> None:
    ready(night).at("21:55").tell(on_duty())
    night.at("02:10").tell(seen())
    night.at("02:30").tell(on_break(time="02:00"))


def test_a_break_told_in_the_same_step_stands_before_the_check(night: Night) -> None:
    ready(night).at("21:55").tell(on_duty())
    night.at("02:30").tell(seen(at="02:10", entered="02:10"), on_break(time="02:00"))
    night.expect.raised("anomaly", about=W1, since="02:10", pattern="on_break")


def test_a_withdrawn_check_was_recorded_all_the_same(night: Night) -> None:
    ready(night).at("21:55").tell(on_duty(), on_break(time="21:56"))
    night.at("22:10").tell(seen(id="a"))
    heard = night.expect.raised("anomaly", about=W1, pattern="on_break", entries=["a"])
    night.at("22:20").tell(withdrawn("a"))
    assert heard.id
