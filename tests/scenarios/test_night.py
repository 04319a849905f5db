"""The telling of nights itself: what is not expected fails, and what is expected must be heard, in its time."""

import pytest

from tests.scenarios.facts import check, every, started, withdrawn
from tests.scenarios.night import Night


def a_missed_check() -> Night:
    """A night in which one alert was raised, at 22:17."""
    return Night().watch(every(15)).until("22:18")


def test_an_alert_that_nobody_expected_fails_the_scenario() -> None:
    with pytest.raises(AssertionError, match="not expected"):
        a_missed_check().over()


def test_what_the_last_facts_have_made_past_is_heard_too() -> None:
    night = Night().watch(every(15))
    wrong = night.at("22:16").tell(check())
    night.at("22:30").tell(withdrawn(wrong))
    with pytest.raises(AssertionError, match="not expected"):
        night.over()


def test_a_refusal_that_nobody_expected_fails_the_scenario() -> None:
    night = Night().watch()
    night.at("21:10").tell(started())
    with pytest.raises(AssertionError, match="not expected"):
        night.over()


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "22:16"},
        {"since": "22:00"},
        {"deadline": "22:14"},
        {"deadline": None},
        {"kind": "child_missing"},
        {"placement": "P2"},
        {"home": "H2"},
        {"plan_version": 1},
    ],
)
def test_an_alert_that_is_not_as_expected_fails_the_scenario(wrong: dict[str, str]) -> None:
    right = {"kind": "check_missed", "since": "21:00", "deadline": "22:15", "at": "22:17"}
    a_missed_check().expect.raised(**right)
    with pytest.raises(AssertionError):
        a_missed_check().expect.raised(**(right | wrong))


def test_what_was_heard_first_must_be_expected_first() -> None:
    night = Night().watch(every(15)).until("22:33")
    missed = (
        Night()
        .watch(every(15))
        .until("22:33")
        .expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    )
    with pytest.raises(AssertionError, match="heard next"):
        night.expect.take("alert.worsened.v1", night.text("22:32"), {"alert_id": missed.id, "level": 2}, {})


def test_a_fact_that_was_not_refused_fails_who_expects_it() -> None:
    night = Night().watch()
    seen = night.at("22:00").tell(check())
    with pytest.raises(AssertionError, match="was not refused"):
        night.expect.refused(seen, "unknown_check")


def test_a_story_never_goes_back_in_time() -> None:
    with pytest.raises(AssertionError, match="past already"):
        Night().watch().until("12:00")
