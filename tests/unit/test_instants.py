"""Instants and durations: numbers inside, one text outside."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.instants import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    parse_duration,
    parse_instant,
    show_duration,
    show_instant,
)

YEAR_1000, END_OF_9999 = -30_610_224_000_000, 253_402_300_799_999
LEAP_DAY = 1_709_164_800_000  # 2024-02-29


@settings(deadline=None)
@given(st.integers(YEAR_1000, END_OF_9999))
def test_an_instant_reads_as_it_was_written(at: int) -> None:
    text = show_instant(at)
    assert parse_instant(text) == at
    assert len(text) == 24
    assert text.endswith("Z")


@settings(deadline=None)
@given(st.integers(YEAR_1000, END_OF_9999), st.integers(YEAR_1000, END_OF_9999))
def test_the_texts_of_instants_are_in_order_of_time(one: int, other: int) -> None:
    assert (show_instant(one) < show_instant(other)) == (one < other)


@settings(deadline=None)
@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)), st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_an_offset_is_taken_off(local: datetime, minutes: int) -> None:
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    text = local.isoformat(timespec="microseconds") + f"{sign}{size // 60:02d}:{size % 60:02d}"
    seen = local.replace(tzinfo=UTC) - timedelta(minutes=minutes) - datetime(1970, 1, 1, tzinfo=UTC)
    assert parse_instant(text) == seen // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2024-02-29T00:00:00.000Z", LEAP_DAY),
        ("2024-02-29t00:00:00z", LEAP_DAY),
        ("2024-02-29T01:00:00+01:00", LEAP_DAY),
        ("2024-02-28T23:30:00-00:30", LEAP_DAY),
        ("2024-02-29T00:00:00.1Z", LEAP_DAY + 100),
        ("2024-02-29T00:00:00.0019999Z", LEAP_DAY + 1),
        ("2024-02-29T00:00:00.999999999Z", LEAP_DAY + 999),
    ],
)
def test_finer_than_a_millisecond_is_cut_off(text: str, at: int) -> None:
    assert parse_instant(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-28",
        "2026-03-28T02:10:00",
        "2026-03-28 02:10:00Z",
        "2026-03-28T02:10Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-03-28T24:00:00Z",
        "2026-03-28T02:60:00Z",
        "2026-03-28T02:10:60Z",
        "2026-03-28T02:10:00.Z",
        "2026-03-28T02:10:00+25:00",
        "2026-03-28T02:10:00+01:60",
        "2026-03-28T02:10:00Z\n",
        "٢٠٢٦-03-28T02:10:00Z",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@settings(deadline=None)
@given(st.integers(0, 10_000 * DAY))
def test_a_duration_reads_as_it_was_written(length: int) -> None:
    assert parse_duration(show_duration(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT15M", 15 * MINUTE),
        ("PT1H30M", 90 * MINUTE),
        ("PT90S", 90 * SECOND),
        ("PT0.5S", 500),
        ("PT0.05S", 50),
        ("PT0S", 0),
        ("P1D", DAY),
        ("P1DT12H", 36 * HOUR),
        ("P2W", 14 * DAY),
    ],
)
def test_a_duration_of_fixed_length_is_read(text: str, length: int) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "15M", "PT15", "P1M", "P1Y", "PT-5M", "-PT5M", "PT1.5M", "pt5m"]
)
def test_months_years_and_anything_else_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write it like PT15M"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("length", "text"),
    [(0, "PT0S"), (15 * MINUTE, "PT15M"), (DAY, "PT24H"), (90_500, "PT1M30.500S"), (1, "PT0.001S")],
)
def test_a_duration_is_written_in_hours_minutes_and_seconds(length: int, text: str) -> None:
    assert show_duration(length) == text
