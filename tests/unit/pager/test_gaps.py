"""Where nobody is on call. Drawn at random: `who` at any instant of a gap is nobody, and outside of gaps somebody."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.pager.desk import DeskHome
from services.pager.oncall import COMING, Gap, gaps, stretches, who
from shared.instants import DAY, HOUR, MINUTE, Instant, parse_instant, show_instant
from shared.schedule import show_local_time
from tests.unit.pager.houses import WHOLE_WEEK, between, house, override, policy, rota, weekly
from tests.unit.schedule.wall import unhurried

SPRING = parse_instant("2026-03-29T01:00:00Z")
AUTUMN = parse_instant("2026-10-25T01:00:00Z")
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC")

starts = st.sampled_from([SPRING, AUTUMN, parse_instant("2026-03-02T22:17:00Z")]).flatmap(
    lambda change: st.integers(change - 20 * DAY, change + DAY)
)
clocks = st.integers(0, 24 * 4 - 1).map(lambda quarter: show_local_time(quarter * 15))
people = st.sampled_from(["A", "B", "C"])


@st.composite
def spans(draw: st.DrawFn) -> tuple[Instant, Instant]:
    begins = draw(starts)
    return begins, begins + draw(st.integers(1, 9 * DAY))


@st.composite
def houses(draw: st.DrawFn) -> DeskHome:
    """One rota of either form, and overrides, in a zone whose clocks change or never do."""
    days = st.lists(st.sampled_from(WHOLE_WEEK), min_size=1, unique=True)
    weeks = st.builds(weekly, people, clocks, clocks, days)
    spells = st.builds(lambda who, span: between(who, *span), people, spans())
    entries: Any = draw(st.lists(weeks, max_size=3)), "weekly"
    if draw(st.booleans()):
        entries = draw(st.lists(spells, max_size=4)), "entries"
    covers = st.builds(lambda who, span: override("manager", who, *span), people, spans())
    return house(
        zone=draw(st.sampled_from(ZONES)),
        policy=policy(["rota:manager"]),
        rotas=rota("manager", *entries[0], by=entries[1]),
        overrides=draw(st.lists(covers, max_size=3)),
    )


@unhurried
@given(houses(), starts, st.data())
def test_nobody_is_on_call_in_a_gap_and_somebody_outside_of_gaps(
    home: DeskHome, start: Instant, data: st.DataObject
) -> None:
    found = gaps(home, start)
    edges = [edge for gap in found for edge in (gap.start, gap.end)]
    near = [edge + off for edge in edges for off in (-1, 0)]
    anywhere = [data.draw(st.integers(start, start + COMING - 1)) for _ in range(8)]
    for at in (each for each in (*near, *anywhere) if start <= each < start + COMING):
        inside = any(gap.start <= at < gap.end for gap in found)
        assert (who(home, "rota:manager", at) == []) is inside, show_instant(at)
    assert all(before.end < after.start for before, after in pairwise(found))


@unhurried
@given(houses(), starts, st.data())
def test_stretches_leave_no_hole_and_say_who_it_is(
    home: DeskHome, start: Instant, data: st.DataObject
) -> None:
    end = start + 3 * DAY
    found = stretches(home, "manager", start, end)
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(a.end == b.start and a.people != b.people for a, b in pairwise(found))
    for stretch in found:
        for at in (stretch.start, data.draw(st.integers(stretch.start, stretch.end - 1)), stretch.end - 1):
            assert tuple(who(home, "rota:manager", at)) == stretch.people


def test_a_gap_on_the_nights_of_both_clock_changes_is_as_long_as_it_is_on_the_wall() -> None:
    """From 01:00 to 03:00 nobody is on call: an hour on the spring night, three on the autumn one."""
    home = house(rotas=rota("manager", weekly("A", "03:00", "01:00")))
    assert gaps(home, SPRING - 2 * HOUR, 6 * HOUR) == [Gap("manager", SPRING, SPRING + HOUR)]
    assert gaps(home, AUTUMN - 4 * HOUR, 8 * HOUR) == [Gap("manager", AUTUMN - HOUR, AUTUMN + 2 * HOUR)]
    ordinary = parse_instant("2026-03-03T01:00:00Z")
    assert gaps(home, ordinary - HOUR, 6 * HOUR) == [Gap("manager", ordinary, ordinary + 2 * HOUR)]


def test_a_rota_that_nobody_has_written_is_a_gap_from_now_on() -> None:
    assert gaps(house(), SPRING) == [Gap("manager", SPRING, SPRING + COMING)]
    assert gaps(house(policy=None), SPRING) == []
    assert gaps(house(policy=policy(["on_duty", "A"])), SPRING) == []


def test_an_override_fills_a_gap_for_its_time() -> None:
    home = house(overrides=[override("manager", "A", SPRING + MINUTE, SPRING + HOUR)])
    assert gaps(home, SPRING, DAY) == [
        Gap("manager", SPRING, SPRING + MINUTE),
        Gap("manager", SPRING + HOUR, SPRING + DAY),
    ]


def test_a_rota_of_ten_thousand_entries_is_gone_through_once_and_not_for_each_of_its_changes() -> None:
    start = parse_instant("2026-03-02T22:00:00Z")
    hours = [
        between(f"night-{n}", start + n * MINUTE, start + (n + 2) * MINUTE) for n in range(9_999) if n % 100
    ]
    home = house(policy=policy(["rota:manager"]), rotas=rota("manager", *hours, by="entries"))
    found = gaps(home, start)
    assert found[0] == Gap("manager", start, start + MINUTE)
    assert len(found) == 2, "before the first and after the last: each holds for two minutes"
    assert len(stretches(home, "manager", start, start + COMING)) > len(hours)
