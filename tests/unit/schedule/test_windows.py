"""Windows tile time: the laws of what is in force, at every jump of every zone from 2020 to 2035."""

import random
import sys
import threading
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.instants import DAY, HOUR, NEVER, Instant, parse_instant, show_instant
from shared.schedule import (
    MINUTES,
    Stretch,
    Timetable,
    Window,
    local_date,
    local_instant,
    local_time,
    noon_night,
    overlap,
    timetable,
)
from tests.unit.schedule.wall import (
    EDGY,
    LONDON,
    NIGHT_AND_DAY,
    ROUND_THE_CLOCK,
    Jump,
    follow,
    jumps,
    moments,
    plans,
    some_jump,
    unhurried,
    wall_around,
    windows,
)


def test_a_night_in_london_lasts_eight_nine_or_ten_hours() -> None:
    table = timetable(LONDON, (Window(22 * 60, 7 * 60),))
    for evening, hours in (("2026-03-28", 8), ("2026-06-01", 9), ("2026-10-24", 10)):
        held = table.stretch(local_instant(LONDON, date.fromisoformat(evening), 23 * 60))
        assert (held.index, held.end - held.start) == (0, hours * HOUR)


def test_each_days_instance_of_a_window_is_a_stretch_of_its_own() -> None:
    table = timetable(LONDON, (Window(12 * 60, 12 * 60),))
    first, second = follow(
        table, parse_instant("2026-01-01T13:00:00Z"), parse_instant("2026-01-02T13:00:00Z")
    )
    assert first.end == second.start == parse_instant("2026-01-02T12:00:00Z")
    assert first.index == second.index == 0


def test_between_two_instances_there_is_one_stretch_with_no_window_however_long() -> None:
    table = timetable(LONDON, (Window(22 * 60, 7 * 60, frozenset({0})),))
    for day in ("2026-01-06T07:00:00Z", "2026-01-09T12:00:00Z", "2026-01-12T21:59:59.999Z"):
        held = table.stretch(parse_instant(day))
        assert held == (parse_instant("2026-01-06T07:00:00Z"), parse_instant("2026-01-12T22:00:00Z"), None)


def test_the_days_of_a_window_are_those_on_which_it_starts() -> None:
    table = timetable(
        LONDON, (Window(22 * 60, 7 * 60, frozenset({6})), Window(7 * 60, 9 * 60, frozenset({0})))
    )
    at = parse_instant("2026-01-04T12:00:00Z")  # a Sunday
    found = follow(table, at, at + DAY)
    assert [(show_instant(held.end)[5:16], held.index) for held in found[:3]] == [
        ("01-04T22:00", None),
        ("01-05T07:00", 0),
        ("01-05T09:00", 1),
    ]


def test_a_window_that_lies_in_the_hour_left_out_does_not_exist_that_night() -> None:
    table = timetable(LONDON, (Window(0, 60), Window(60, 120), Window(120, 180)))
    found = follow(table, parse_instant("2026-03-29T00:00:00Z"), parse_instant("2026-03-29T01:30:00Z"))
    assert [(show_instant(held.start)[5:16], held.index) for held in found] == [
        ("03-29T00:00", 0),
        ("03-29T01:00", 2),
    ]


def test_a_window_alone_in_the_hour_left_out_does_not_part_the_gap_in_which_it_would_lie() -> None:
    held = timetable(LONDON, (Window(75, 105),)).stretch(parse_instant("2026-03-29T01:00:00Z"))
    assert held == (parse_instant("2026-03-28T01:45:00Z"), parse_instant("2026-03-30T00:15:00Z"), None)


def test_windows_that_meet_in_the_doubled_hour_meet_at_its_first_time() -> None:
    table = timetable(LONDON, (Window(22 * 60, 90), Window(90, 7 * 60)))
    found = follow(table, parse_instant("2026-10-24T23:00:00Z"), parse_instant("2026-10-25T01:45:00Z"))
    assert [(held.index, show_instant(held.start)[5:16]) for held in found] == [
        (0, "10-24T21:00"),
        (1, "10-25T00:30"),
    ]


def test_no_windows_or_none_that_ever_starts_is_one_stretch_without_bounds() -> None:
    for none in ((), (Window(0, 60, frozenset()),)):
        assert timetable(LONDON, none).stretch(0) == Stretch(-NEVER, NEVER, None)


@pytest.mark.parametrize("plan", [NIGHT_AND_DAY, EDGY, ROUND_THE_CLOCK])
def test_windows_tile_time_at_every_jump_of_every_zone(plan: tuple[Window, ...]) -> None:
    assert len({jump.zone for jump in jumps()}) > 50
    assert len(jumps()) > 1000
    for jump in jumps():
        table = timetable(jump.zone, plan)
        low, high = jump.at - 30 * HOUR, jump.at + 30 * HOUR
        found = follow(table, low, high)
        assert found[0].start <= low
        assert found[-1].end > high
        for held, then in pairwise(found):
            assert held.start < held.end == then.start < then.end, jump
            assert held.index is not None or then.index is not None, jump
        for held in found:
            assert held.index is None or held.end - held.start <= DAY + max(0, jump.before - jump.after), jump
        if plan is NIGHT_AND_DAY or plan is ROUND_THE_CLOCK:
            assert all(held.index is not None for held in found), jump


@unhurried
@given(st.data(), some_jump, plans())
def test_the_window_in_force_is_the_one_whose_edges_the_wall_has_reached_and_not_reached(
    data: st.DataObject, jump: Jump, plan: tuple[Window, ...]
) -> None:
    table = Timetable(jump.zone, plan)
    wall = wall_around(jump)
    for at in data.draw(st.lists(moments(jump), min_size=1, max_size=8)):
        assert table.stretch(at).index == wall.in_force(plan, at, local_date(jump.zone, at))


@unhurried
@given(st.data(), some_jump, plans())
def test_a_stretch_holds_the_moment_asked_for_and_the_next_starts_where_it_ends(
    data: st.DataObject, jump: Jump, plan: tuple[Window, ...]
) -> None:
    table = Timetable(jump.zone, plan)
    for at in data.draw(st.lists(moments(jump, reach=20 * DAY), min_size=1, max_size=8)):
        held = table.stretch(at)
        assert held.start <= at < held.end
        if plan:
            assert table.stretch(held.end).start == held.end
            assert table.stretch(held.start - 1).end == held.start
            assert held.index is not None or table.stretch(held.end).index is not None
            assert table.stretch(held.end - 1) == table.stretch(held.start) == held


@unhurried
@given(st.data(), some_jump, plans())
def test_what_was_asked_before_changes_no_answer(
    data: st.DataObject, jump: Jump, plan: tuple[Window, ...]
) -> None:
    asked = data.draw(st.lists(moments(jump, reach=400 * DAY), min_size=2, max_size=30))
    used = Timetable(jump.zone, plan, (0, 90))
    for at in asked:
        fresh = Timetable(jump.zone, plan, (0, 90))
        assert used.stretch(at) == fresh.stretch(at)
        assert used.next_time(at) == fresh.next_time(at)


def test_a_device_whose_clock_has_gone_wild_gets_an_answer() -> None:
    wild = [
        -NEVER,
        parse_instant("0001-01-01T00:00:00Z"),
        parse_instant("9999-12-31T23:59:59Z"),
        NEVER - 1,
        NEVER,
    ]
    for zone in (LONDON, "Pacific/Kiritimati", "America/New_York"):
        table = Timetable(zone, NIGHT_AND_DAY, (60,))
        for at in wild:
            held = table.stretch(at)
            assert held.start <= at <= held.end
            assert held.index is None
            assert local_time(zone, at)[0].year in (1, 2, 9998, 9999)
            assert noon_night(zone, at).year in (1, 9998, 9999)
        assert table.stretch(table.stretch(-NEVER).end).index is not None
        assert table.stretch(table.stretch(NEVER).start - 1).index is not None
        assert table.next_time(NEVER - 1) == NEVER
        assert table.times_between(parse_instant("9998-12-30T12:00:00Z"), NEVER)[-1][0] < NEVER


def test_a_year_of_running_live_is_forgotten_day_by_day() -> None:
    table = Timetable(LONDON, NIGHT_AND_DAY, (0, 720))
    held = set()
    for hour in range(366 * 24):
        at = parse_instant("2027-06-01T00:00:00Z") + hour * HOUR
        table.stretch(at)
        table.next_time(at)
        held.add(len(table._days))
    assert max(held) == 8


def test_readers_at_once_get_the_answers_that_one_reader_gets() -> None:
    start = parse_instant("2026-03-20T00:00:00Z")
    moments = [start + n * 7 * HOUR for n in range(120)]
    alone = Timetable(LONDON, NIGHT_AND_DAY, (90, 720))
    expected = {at: (alone.stretch(at), alone.next_time(at)) for at in moments}
    shared = Timetable(LONDON, NIGHT_AND_DAY, (90, 720))
    begin = threading.Barrier(6)
    wrong: list[Instant] = []

    def read(seed: int) -> None:
        order = random.Random(seed).sample(moments * 5, len(moments) * 5)
        begin.wait()
        wrong.extend(at for at in order if (shared.stretch(at), shared.next_time(at)) != expected[at])

    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        readers = [threading.Thread(target=read, args=(seed,)) for seed in range(6)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    finally:
        sys.setswitchinterval(often)
    assert wrong == []


def minutes_of_the_week(window: Window) -> set[int]:
    length = MINUTES if window.start == window.end else (window.end - window.start) % MINUTES
    days = range(7) if window.days is None else window.days
    return {(day * MINUTES + window.start + n) % (7 * MINUTES) for day in days for n in range(length)}


@unhurried
@given(st.lists(windows, max_size=5))
def test_windows_overlap_where_they_share_a_minute_of_the_week(drawn: list[Window]) -> None:
    weeks = [minutes_of_the_week(window) for window in drawn]
    pairs = [(a, b) for a in range(len(weeks)) for b in range(a + 1, len(weeks)) if weeks[a] & weeks[b]]
    assert overlap(drawn) == (pairs[0] if pairs else None)


def test_windows_that_only_touch_do_not_overlap_even_from_sunday_to_monday() -> None:
    sunday = Window(22 * 60, 7 * 60, frozenset({6}))
    assert overlap([sunday, Window(7 * 60, 22 * 60)]) is None
    assert overlap([sunday, Window(0, 7 * 60 + 1, frozenset({0}))]) == (0, 1)
    assert overlap([Window(60, 60), Window(60, 120)]) == (0, 1)


@unhurried
@given(some_jump, st.lists(windows, min_size=2, max_size=4))
def test_a_timetable_takes_no_windows_that_overlap(jump: Jump, drawn: list[Window]) -> None:
    both = overlap(drawn)
    assume(both is not None and all(window.days != frozenset() for window in drawn))
    with pytest.raises(ValueError, match="overlap; one at most may be in force"):
        Timetable(jump.zone, tuple(drawn))


def test_a_timetable_takes_no_unknown_zone_and_no_unknown_weekday() -> None:
    with pytest.raises(ValueError, match="'Europe/Atlantis' is not a known time zone"):
        Timetable("Europe/Atlantis", ())
    with pytest.raises(ValueError, match="7 is not a weekday; days go from 0"):
        Timetable(LONDON, (Window(0, 60, frozenset({7})),))


def test_equal_plans_share_one_timetable_and_timetables_are_equal_only_to_themselves() -> None:
    shared = timetable(LONDON, (Window(22 * 60, 7 * 60),), (480,))
    assert timetable(LONDON, (Window(22 * 60, 7 * 60, None),), (480,)) is shared
    alike = Timetable(LONDON, (Window(22 * 60, 7 * 60),), (480,))
    assert alike != shared
    assert len({alike, shared}) == 2
