"""Zones, local dates and local times (DOMAIN.md §2, §3)."""

import os
import subprocess
import sys
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.instants import DAY, HOUR, parse_instant, show_instant
from shared.schedule import (
    MINUTES,
    Timetable,
    Window,
    known_zone,
    local_date,
    local_instant,
    local_time,
    midnight,
    night,
    noon_night,
    parse_local_time,
    show_local_time,
    zones,
)
from tests.unit.schedule.wall import (
    EPOCH,
    LONDON,
    ONE_DAY,
    Jump,
    moments,
    own_zone,
    shapes,
    some_jump,
    unhurried,
    wall_around,
    wall_at,
)

ROOT = Path(__file__).parents[3]


FALSE_MACHINE = """
import zoneinfo
from datetime import datetime
from shared.instants import show_instant
from shared.schedule import local_instant
asked = datetime(2026, 7, 1, 22, 0)
print(asked.replace(tzinfo=zoneinfo.ZoneInfo("Europe/London")).utcoffset())
print(show_instant(local_instant("Europe/London", asked.date(), 22 * 60)))
"""


def run_on_a_machine_with_zones_in(folder: Path) -> list[str]:
    environ = {**os.environ, "PYTHONTZPATH": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", FALSE_MACHINE],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_zones_come_from_the_package_even_where_the_machine_has_false_ones(tmp_path: Path) -> None:
    tokyo = (files("tzdata") / "zoneinfo" / "Asia" / "Tokyo").read_bytes()
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "London").write_bytes(tokyo)
    assert run_on_a_machine_with_zones_in(tmp_path) == ["9:00:00", "2026-07-01T21:00:00.000Z"]


def test_zones_come_from_the_package_even_where_the_machine_has_none(tmp_path: Path) -> None:
    assert run_on_a_machine_with_zones_in(tmp_path)[1] == "2026-07-01T21:00:00.000Z"


def test_every_zone_of_the_package_is_known_and_can_be_read() -> None:
    assert len(zones()) > 400
    for name in zones():
        assert known_zone(name)
        assert (
            abs(local_instant(name, date(2026, 1, 1), 0) - parse_instant("2026-01-01T00:00:00Z")) <= 14 * HOUR
        )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Europe",
        "Europe/",
        "europe/london",
        "Europe/London ",
        "../zones",
        "/etc/passwd",
        "Europe/Atlantis",
        "\0",
    ],
)
def test_what_is_no_zone_of_the_package_is_unknown_and_says_what_to_write(name: str) -> None:
    assert not known_zone(name)
    with pytest.raises(ValueError, match="not a known time zone; use an IANA name like Europe/London"):
        local_instant(name, date(2026, 1, 1), 0)


def test_a_local_time_is_read_and_shown_as_hours_and_minutes() -> None:
    assert parse_local_time("22:00") == 22 * 60
    assert show_local_time(7 * 60 + 5) == "07:05"
    for minute in range(MINUTES):
        assert parse_local_time(show_local_time(minute)) == minute


@pytest.mark.parametrize(
    "text", ["", "7:00", "24:00", "22:60", "22:00:00", "22.00", " 22:00", "22:00\n", "٢٢:٠٠", "-1:00"]
)
def test_what_is_no_local_time_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="is not a local time; write it like 22:00"):
        parse_local_time(text)


@pytest.mark.parametrize("minute", [-1, MINUTES])
def test_a_minute_outside_the_day_is_refused(minute: int) -> None:
    for ask in (
        lambda: show_local_time(minute),
        lambda: local_instant(LONDON, date(2026, 1, 1), minute),
        lambda: Timetable(LONDON, (Window(0, minute),)),
        lambda: Timetable(LONDON, (), (minute,)),
    ):
        with pytest.raises(ValueError, match="is not a minute of the day; local times go from 0"):
            ask()


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        # spring: what is left out is the instant of the jump
        ("Europe/London", "2026-03-29", "00:59", "2026-03-29T00:59:00.000Z"),
        ("Europe/London", "2026-03-29", "01:00", "2026-03-29T01:00:00.000Z"),
        ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:00:00.000Z"),
        ("Europe/London", "2026-03-29", "02:00", "2026-03-29T01:00:00.000Z"),
        ("Europe/London", "2026-03-29", "02:01", "2026-03-29T01:01:00.000Z"),
        # autumn: what comes twice is the first
        ("Europe/London", "2026-10-25", "00:59", "2026-10-24T23:59:00.000Z"),
        ("Europe/London", "2026-10-25", "01:00", "2026-10-25T00:00:00.000Z"),
        ("Europe/London", "2026-10-25", "01:59", "2026-10-25T00:59:00.000Z"),
        ("Europe/London", "2026-10-25", "02:00", "2026-10-25T02:00:00.000Z"),
        # half an hour, and ahead by ten and a half or eleven
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00.000Z"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00.000Z"),
        ("Australia/Lord_Howe", "2026-04-05", "02:00", "2026-04-04T15:30:00.000Z"),
        # summer is the standard there, winter is the exception
        ("Europe/Dublin", "2026-03-29", "01:30", "2026-03-29T01:00:00.000Z"),
        ("Europe/Dublin", "2026-10-25", "01:30", "2026-10-25T00:30:00.000Z"),
        # at midnight: the day has no 00:00, or the evening before comes twice
        ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28T22:00:00.000Z"),
        ("Asia/Beirut", "2026-03-29", "00:30", "2026-03-28T22:00:00.000Z"),
        ("Asia/Beirut", "2026-10-24", "23:30", "2026-10-24T20:30:00.000Z"),
        ("Asia/Beirut", "2026-10-25", "00:00", "2026-10-24T22:00:00.000Z"),
        ("America/Havana", "2026-11-01", "00:00", "2026-11-01T04:00:00.000Z"),
        # back for Ramadan, and forward after it
        ("Africa/Casablanca", "2026-02-15", "02:30", "2026-02-15T01:30:00.000Z"),
        ("Africa/Casablanca", "2026-03-22", "02:30", "2026-03-22T02:00:00.000Z"),
        # a day that never was
        ("Pacific/Apia", "2011-12-30", "00:00", "2011-12-30T10:00:00.000Z"),
        ("Pacific/Apia", "2011-12-30", "23:59", "2011-12-30T10:00:00.000Z"),
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00:00.000Z"),
    ],
)
def test_a_time_left_out_is_the_jump_and_a_time_that_comes_twice_is_the_first(
    zone: str, day: str, at: str, instant: str
) -> None:
    assert show_instant(local_instant(zone, date.fromisoformat(day), parse_local_time(at))) == instant


def test_at_every_shape_of_jump_every_local_minute_is_when_the_wall_first_has_reached_it() -> None:
    assert len(shapes()) > 30, "the zones were not found"
    for jump in shapes():
        wall = wall_around(jump)
        middle = date.fromordinal(EPOCH.toordinal() + (jump.at + jump.before) // DAY)
        for day in (middle - ONE_DAY, middle, middle + ONE_DAY):
            for minute in range(MINUTES):
                assert local_instant(jump.zone, day, minute) == wall.reached(day, minute), (jump, day, minute)


@unhurried
@given(st.data(), some_jump)
def test_local_time_is_what_the_wall_shows(data: st.DataObject, jump: Jump) -> None:
    at = data.draw(moments(jump))
    shown = EPOCH + timedelta(milliseconds=wall_at(own_zone(jump.zone), at))
    assert local_time(jump.zone, at) == (shown.date(), shown.hour * 60 + shown.minute)
    assert local_date(jump.zone, at) == shown.date()


@unhurried
@given(st.data(), some_jump)
def test_a_night_runs_from_noon_to_noon_and_every_moment_is_in_the_one_it_is_named_by(
    data: st.DataObject, jump: Jump
) -> None:
    at = data.draw(moments(jump))
    named = noon_night(jump.zone, at)
    start, end = night(jump.zone, named)
    assert start <= at < end
    assert start == local_instant(jump.zone, named, 12 * 60)
    assert end == night(jump.zone, named + ONE_DAY)[0]
    assert noon_night(jump.zone, start) == noon_night(jump.zone, end - 1) == named


def test_the_local_day_starts_at_midnight_or_at_the_jump_that_leaves_midnight_out() -> None:
    assert show_instant(midnight("Asia/Tokyo", date(2026, 1, 1))) == "2025-12-31T15:00:00.000Z"
    assert show_instant(midnight("Asia/Beirut", date(2026, 3, 29))) == "2026-03-28T22:00:00.000Z"
