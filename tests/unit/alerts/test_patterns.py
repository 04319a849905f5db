"""§6: the same in three different nights out of seven is to be looked at."""

from shared.alerting import Resolution
from tests.unit.alerts.deciding_story import Desk


def bad_night(
    desk: Desk, day: int, kind: str = "check_missed", placement: str | None = "P1", how: str = "late"
) -> str:
    """Something that went on from one to two o'clock in the morning of that day of March."""
    date = f"2026-03-{day:02d}"
    alert = desk.raised(kind, f"{date} 01:17", placement, since=f"{date} 01:00")
    service = "checks" if kind == "check_missed" else "cover"
    desk.resolved(alert, f"{date} 02:00", Resolution(how), service)
    return alert


def test_three_different_nights_out_of_seven_are_a_pattern_with_the_nights_and_the_alerts() -> None:
    desk = Desk()
    alerts = [bad_night(desk, day) for day in (3, 5)]
    assert desk.decided("2026-03-08 12:00") == []
    alerts.append(bad_night(desk, 9, "one_to_one_gap"))
    assert desk.decided("2026-03-09 12:00") == ["02:00 pattern_concern raised since 01:00"]
    data = desk.events[0]["data"]
    assert data["placement_id"] == "P1"
    assert data["since"] == "2026-03-03T01:00:00.000Z"
    assert data["facts"] == {
        "nights": ["2026-03-02", "2026-03-04", "2026-03-08"], "alerts": sorted(alerts),
    }  # fmt: skip


def test_of_another_child_in_the_same_night_or_out_of_eight_it_is_none() -> None:
    desk = Desk()
    bad_night(desk, 3)
    bad_night(desk, 4, placement="P2")
    bad_night(desk, 5)
    again = desk.raised("check_missed", "2026-03-05 03:17", since="2026-03-05 03:00")
    desk.resolved(again, "2026-03-05 03:20")
    bad_night(desk, 10)
    assert desk.decided("2026-03-12 12:00") == []


def test_what_was_only_unreported_does_not_count() -> None:
    desk = Desk()
    bad_night(desk, 3)
    bad_night(desk, 4, how="unreported")
    bad_night(desk, 5)
    assert desk.decided("2026-03-05 12:00") == []


def test_gaps_of_a_homes_cover_are_the_homes() -> None:
    desk = Desk()
    for day in (3, 4, 5):
        bad_night(desk, day, "cover_gap", None, "restored")
    assert desk.decided("2026-03-05 12:00") == ["02:00 pattern_concern raised since 01:00"]
    assert "placement_id" not in desk.events[0]["data"]


def test_it_is_not_told_again_within_seven_days_of_being_raised() -> None:
    desk = Desk()
    for day in (3, 4, 5, 6, 11):
        bad_night(desk, day)
    assert len(desk.decided("2026-03-11 12:00")) == 1
    bad_night(desk, 12)
    assert desk.decided("2026-03-12 12:00") == ["02:00 pattern_concern raised since 01:00"]
    assert desk.events[-1]["data"]["facts"]["nights"] == ["2026-03-05", "2026-03-10", "2026-03-11"]


def test_a_person_decides_and_that_closes_it() -> None:
    desk = Desk()
    for day in (3, 4, 5):
        bad_night(desk, day)
    desk.decided("2026-03-05 12:00")
    desk.answer(desk.events[0]["subject"], "2026-03-05 13:00", "decide", reason="Referred to the panel")
    assert desk.decided("2026-03-05 14:00") == ["13:00 resolved decision"]
