"""Wall clocks on the nights when clocks change, against instants looked up by hand."""

from datetime import date

import pytest

from shared.instants import show_instant
from tests.oracle.local import instant_of


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant"),
    [
        ("Europe/London", "2026-03-29", "00:59", "2026-03-29T00:59"),
        ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:00"),
        ("Europe/London", "2026-03-29", "02:00", "2026-03-29T01:00"),
        ("Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30"),
        ("Europe/London", "2026-10-25", "02:00", "2026-10-25T02:00"),
        ("Europe/Dublin", "2026-03-29", "01:00", "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45"),
        ("Europe/London", "2026-06-10", "22:00", "2026-06-10T21:00"),
    ],
)
def test_a_time_in_the_gap_is_the_jump_and_a_doubled_one_is_the_first(
    zone: str, day: str, wall: str, instant: str
) -> None:
    assert show_instant(instant_of(zone, date.fromisoformat(day), wall)) == instant + ":00.000Z"
