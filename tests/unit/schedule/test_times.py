"""The laws of local times that fall once a day (DOMAIN.md §3)."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.instants import DAY, HOUR, NEVER, parse_instant
from shared.schedule import (
    Timetable,
    local_date,
    timetable,
)
from tests.unit.schedule.wall import (
    LONDON,
    NIGHT_AND_DAY,
    ONE_DAY,
    Jump,
    minutes,
    moments,
    some_jump,
    unhurried,
    wall_around,
)


@unhurried
@given(st.data(), some_jump, st.lists(minutes, max_size=5))
def test_a_time_falls_where_the_wall_first_has_reached_it_once_a_day(
    data: st.DataObject, jump: Jump, times: list[int]
) -> None:
    wall = wall_around(jump)
    after, upto = sorted((data.draw(moments(jump)), data.draw(moments(jump))))
    middle = local_date(jump.zone, jump.at)
    days = [middle + n * ONE_DAY for n in range(-3, 4)]
    all_of_them = {(wall.reached(day, minute), index) for day in days for index, minute in enumerate(times)}
    expected = sorted((at, index) for at, index in all_of_them if after < at <= upto)
    assert Timetable(jump.zone, (), tuple(times)).times_between(after, upto) == expected


@unhurried
@given(st.data(), some_jump, st.lists(minutes, max_size=5))
def test_times_between_may_be_asked_in_pieces(data: st.DataObject, jump: Jump, times: list[int]) -> None:
    table = Timetable(jump.zone, (), tuple(times))
    after, *cuts, upto = sorted(data.draw(st.lists(moments(jump), min_size=2, max_size=6)))
    pieces = [table.times_between(low, high) for low, high in pairwise((after, *cuts, upto))]
    assert [each for piece in pieces for each in piece] == table.times_between(after, upto)


@unhurried
@given(st.data(), some_jump, st.lists(minutes, min_size=1, max_size=5))
def test_the_next_time_is_the_first_of_those_to_come(
    data: st.DataObject, jump: Jump, times: list[int]
) -> None:
    table = Timetable(jump.zone, (), tuple(times))
    after = data.draw(moments(jump))
    assert table.next_time(after) == table.times_between(after, after + 3 * DAY)[0][0]


def test_without_times_there_is_no_next_one() -> None:
    table = timetable(LONDON, NIGHT_AND_DAY)
    assert table.next_time(0) == NEVER
    assert table.times_between(-NEVER, NEVER) == []


def test_times_come_in_order_of_instant_then_of_their_place_in_the_plan() -> None:
    table = timetable(LONDON, (), (120, 60, 90))  # all three are the jump on that night
    jump = parse_instant("2026-03-29T01:00:00Z")
    assert table.times_between(jump - 1, jump) == [(jump, 0), (jump, 1), (jump, 2)]


def test_a_time_of_a_day_that_never_was_falls_once_at_the_jump() -> None:
    table = timetable("Pacific/Apia", (), (0,))
    jump = parse_instant("2011-12-30T10:00:00Z")
    assert table.times_between(jump - HOUR, jump + HOUR) == [(jump, 0)]
