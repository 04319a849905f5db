"""DOMAIN.md §6, Patterns: the same in three different nights out of the last seven."""

import pytest

from tests.scenarios.answer_facts import decides
from tests.scenarios.facts import check, every
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("checks", "alerts")


def bad_night(night: Night, day: int) -> None:
    """P1, seen at 22:00 of that day of March, is missed at 22:17 and seen at 22:20, and then no more."""
    date = f"2026-03-{day:02d}"
    night.at(f"{date} 22:00").tell(check())
    night.until(f"{date} 22:18")
    missed = night.expect.raised(
        "check_missed", since=f"{date} 22:00", deadline=f"{date} 22:15", at=f"{date} 22:17"
    )
    seen = night.at(f"{date} 22:20").tell(check())
    missed.resolved("late", by=seen)


def test_three_nights_out_of_seven_are_told_once_and_a_person_decides(night: Night) -> None:
    night.watch(every(15, "22:00", "22:30", grace=2, days=["mon", "wed", "sun"]))
    for day in (2, 4, 8):
        bad_night(night, day)
    night.until("2026-03-08 22:21")
    concern = night.expect.raised(
        "pattern_concern",
        since="2026-03-02 22:00",
        at="2026-03-08 22:20",
        nights=["2026-03-02", "2026-03-04", "2026-03-08"],
    )
    bad_night(night, 9)
    night.at("2026-03-10 10:00").tell(decides(concern.id))
    night.until("2026-03-10 10:01")
    concern.decided("M1", at="2026-03-10 10:00")


def test_out_of_eight_they_are_none(night: Night) -> None:
    night.watch(every(15, "22:00", "22:30", grace=2, days=["mon", "wed"]))
    for day in (2, 4, 9):
        bad_night(night, day)
    night.until("2026-03-09 23:00")
