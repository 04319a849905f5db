"""*`burst`: 3 or more checks by one worker entered within 10 s (first to last, at most) whose `observed_at` lie 60 s or
more apart (first to last); entries: all checks of those 10 s.*
"""

import pytest

from tests.scenarios.facts import withdrawn
from tests.scenarios.integrity_facts import ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")
W1 = {"staff_id": "W1"}


def test_three_checks_entered_within_ten_seconds_that_were_a_minute_apart_are_a_burst(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:07:00", entered="23:09:50", id="a"),
        seen(at="23:07:30", entered="23:09:55", id="b"),
        seen(at="23:08:00", entered="23:10:00", id="c"),
    )
    night.expect.raised(
        "anomaly",
        about=W1,
        since="23:08",
        pattern="burst",
        entries=["a", "b", "c"],
        reason="3 checks by one worker were entered within 10 seconds; the times they describe lie 1 min apart.",
    )


def test_what_was_observed_less_than_a_minute_apart_is_no_burst(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:07:00.001", entered="23:09:50"),
        seen(at="23:07:30", entered="23:09:55"),
        seen(at="23:08:00", entered="23:10:00"),
    )


def test_what_was_entered_in_more_than_ten_seconds_is_no_burst(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:07:00", entered="23:09:49.999"),
        seen(at="23:07:30", entered="23:09:55"),
        seen(at="23:08:00", entered="23:10:00"),
    )


def test_two_checks_are_no_burst(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:07:00", entered="23:09:50"), seen(at="23:09:00", entered="23:09:51")
    )


def test_the_checks_of_two_workers_are_no_burst(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:07:00", entered="23:09:50"),
        seen(at="23:08:00", entered="23:09:51", by="W2"),
        seen(at="23:09:00", entered="23:09:52"),
    )


def test_all_checks_of_those_ten_seconds_are_named_in_order_of_when_they_were_observed(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:09:00", entered="23:09:55", id="last"),
        seen(at="23:08:30", entered="23:09:56", id="middle"),
        seen(at="23:08:45", entered="23:09:57", id="between"),
        seen(at="23:07:30", entered="23:09:58", id="first"),
    )
    night.expect.raised(
        "anomaly",
        about=W1,
        since="23:07:30",
        pattern="burst",
        entries=["first", "middle", "between", "last"],
    )


def test_attempts_unmatched_and_withdrawn_checks_count_as_first_recorded(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:07:00", entered="23:09:55", id="a"),
        seen("nobody", at="23:08:00", entered="23:09:56", id="b"),
    )
    night.at("23:11").tell(withdrawn("a"))
    night.at("23:12").tell(
        seen(at="23:09:00", entered="23:09:57", outcome="not_seen", id="c"),
    )
    night.expect.raised("anomaly", about=W1, since="23:09", pattern="burst", entries=["a", "b", "c"])


def test_checks_entered_long_after_for_the_night_are_a_burst(night: Night) -> None:
    """Retrospective ones are not valid, but they were recorded."""
    ready(night).at("06:30").tell(
        seen(at="01:00", entered="06:29:50", id="a"),
        seen(at="03:00", entered="06:29:53", id="b"),
        seen(at="05:00", entered="06:29:56", id="c"),
    )
    night.expect.raised("anomaly", about=W1, since="05:00", pattern="burst", entries=["a", "b", "c"])


def test_a_backlog_in_order_of_when_it_was_observed_hides_no_burst(night: Night) -> None:
    """Between those that were entered at once lie others, which were entered when they were made."""
    early = [
        seen(at=f"0{hour}:{minute:02}:17", id=f"{hour}-{minute}") for hour in (1, 2) for minute in (3, 19, 51)
    ]
    late = [seen(at=f"0{hour}:40", entered=f"03:00:0{hour}", id=f"late-{hour}") for hour in (0, 1, 2)]
    told = sorted([*early, *late], key=lambda said: said.time or "")
    ready(night).at("05:00").tell(*told)
    night.expect.raised(
        "anomaly", about=W1, since="02:40", pattern="burst", entries=["late-0", "late-1", "late-2"]
    )


def test_a_late_phone_completes_a_burst_with_the_check_that_is_applied_last(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:07:00", entered="23:09:50", id="a"), seen(at="23:08:50", entered="23:09:59", id="c")
    )
    night.at("02:00").tell(seen(at="23:08:00", entered="23:09:55", id="b"))
    night.expect.raised("anomaly", about=W1, since="23:08", pattern="burst", entries=["a", "b", "c"])


def test_more_checks_of_the_same_burst_say_nothing_new(night: Night) -> None:
    ready(night).at("23:10").tell(
        *(seen(at=f"23:0{n}", entered=f"23:09:5{n}", id=f"c{n}") for n in (5, 6, 7, 8))
    )
    night.expect.raised("anomaly", about=W1, since="23:07", pattern="burst", entries=["c5", "c6", "c7"])


def test_a_further_burst_of_the_night_worsens_the_alert(night: Night) -> None:
    ready(night).at("23:10").tell(
        *(seen(at=f"23:0{n}", entered=f"23:09:5{n}", id=f"c{n}") for n in (5, 6, 7))
    )
    first = night.expect.raised("anomaly", about=W1, since="23:07", pattern="burst")
    night.at("04:10").tell(*(seen(at=f"04:0{n}", entered=f"04:09:5{n}", id=f"d{n}") for n in (5, 6, 7)))
    first.worsened(2, pattern="burst", entries=["d5", "d6", "d7"])


def test_the_next_night_has_an_alert_of_its_own(night: Night) -> None:
    ready(night).at("23:10").tell(
        *(seen(at=f"23:0{n}", entered=f"23:09:5{n}", id=f"c{n}") for n in (5, 6, 7))
    )
    night.expect.raised("anomaly", about=W1, since="23:07", pattern="burst")
    night.at("2026-03-03 12:10").tell(
        *(seen(at=f"2026-03-03 12:0{n}", entered=f"2026-03-03 12:09:5{n}", id=f"d{n}") for n in (5, 6, 7))
    )
    night.expect.raised("anomaly", about=W1, since="2026-03-03 12:07", pattern="burst")


def test_a_check_whose_time_is_not_believed_was_made_when_it_was_appended(night: Night) -> None:
    """Read so, they lie no minute apart; that the clock is off is told of itself."""
    ready(night).at("23:10").tell(
        seen(at="23:12:00", entered="23:12:01"),
        seen(at="23:13:30", entered="23:12:02"),
        seen(at="23:14:00", entered="23:12:03"),
    )
    clock = night.expect.raised("anomaly", about={"device": "device/1"}, pattern="clock")
    clock.worsened(2).worsened(3)
