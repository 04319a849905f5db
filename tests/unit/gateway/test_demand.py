"""What a night asks of those on duty: by hand for plain nights, and held to a slow reading for random ones."""

from datetime import date
from random import Random
from typing import Any

import pytest

from services.gateway.plans import demand
from services.gateway.plans.demand import Staff
from shared.home import PlanTerms, terms_of
from shared.instants import HOUR, MINUTE, Instant, parse_instant, show_instant
from shared.schedule.local import night

LONDON = "Europe/London"
DAY = date(2026, 3, 2)


def every(ceiling: str, start: str = "22:00", end: str = "07:00", **more: Any) -> dict[str, Any]:
    return {"from": start, "to": end, "ceiling": ceiling, **more}


def terms(*rules: dict[str, Any], **cover: Any) -> PlanTerms:
    return terms_of(LONDON, {"checks": list(rules), "night_cover": cover or None})


def counts(*rules: dict[str, Any], day: date = DAY, zone: str = LONDON) -> list[int]:
    start, end = demand.window(zone, None, day)
    return [hour.checks for hour in demand.hours(terms(*rules), zone, start, end)]


# -- checks


def test_a_check_is_due_at_each_ceiling_and_the_end_of_the_window_asks_for_none() -> None:
    assert counts(every("PT15M")) == [4] * 8 + [3]
    assert counts(every("PT30M")) == [2] * 8 + [1]
    assert counts(every("PT1H")) == [1] * 8 + [0]


def test_what_is_in_force_next_asks_at_the_end_of_the_window() -> None:
    """At 07:00 the day's rule begins: from the last check at 06:45 it asks for none before 07:45."""
    assert counts(every("PT15M"), every("PT1H", "07:00", "22:00")) == [4] * 8 + [3]
    assert counts(every("PT50M"), every("PT10M", "07:00", "22:00"))[-2:] == [1, 1]


def test_a_tighter_rule_in_the_middle_of_the_night_asks_from_when_it_begins() -> None:
    """The hour that was nearly over at 02:00 ends then: tightening never loosens."""
    rules = (every("PT1H", "22:00", "02:00"), every("PT10M", "02:00", "07:00"))
    assert counts(*rules) == [1, 1, 1, 1, 6, 6, 6, 6, 5]


def test_hours_without_a_rule_ask_for_nothing() -> None:
    assert counts(every("PT20M", "01:00", "03:00")) == [0, 0, 0, 3, 2, 0, 0, 0, 0]


def test_a_time_is_asked_for_once_and_a_check_that_is_due_anyway_settles_it() -> None:
    assert counts({"times": ["23:30", "02:00"]}) == [0, 1, 0, 0, 1, 0, 0, 0, 0]
    assert sum(counts(every("PT15M"), {"times": ["23:30", "02:00"]})) == sum(counts(every("PT15M")))


def test_no_time_is_asked_for_twice_where_the_child_was_seen_as_the_night_began() -> None:
    assert sum(counts({"times": ["22:00"], "tolerance": "PT5M"})) == 0


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 28), 8), (date(2026, 10, 24), 10)])
def test_a_night_of_the_clocks_change_is_an_hour_shorter_or_longer(day: date, length: int) -> None:
    assert counts(every("PT15M"), day=day) == [4] * (length - 1) + [3]


def test_in_autumn_two_hours_show_the_same_on_the_wall() -> None:
    start, end = demand.window(LONDON, None, date(2026, 10, 24))
    shown = [hour.local for hour in demand.hours(terms(every("PT15M")), LONDON, start, end)]
    assert shown == ["22:00", "23:00", "00:00", "01:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00"]


def test_a_ceiling_that_nobody_could_keep_is_counted_all_the_same() -> None:
    assert counts(every("PT0.001S"))[0] == HOUR
    assert sum(counts(every("PT1S"))) == 9 * 3600 - 1


def test_a_window_that_begins_off_the_hour_is_counted_from_its_beginning() -> None:
    cover = {"from": "21:40", "to": "06:10"}
    start, end = demand.window(LONDON, cover, DAY)
    found = demand.hours(terms(every("PT30M", "21:40", "06:10")), LONDON, start, end)
    assert [hour.local for hour in found][:2] == ["21:40", "22:40"]
    assert [hour.checks for hour in found] == [2] * 8 + [0]


def slowly(asked: PlanTerms, start: Instant, end: Instant) -> list[Instant]:
    """The last moments, one by one, by minutes: a check as soon as the next minute would be too late."""
    items = [
        (at - asked.items[n].tolerance, at + asked.items[n].tolerance)
        for at, n in asked.timetable.times_between(start - 1, end - 1)
    ]
    seen, found = start, []
    due: Instant | None = None
    before = None
    left = [each for each in items if not each[0] <= start <= each[1]]
    for now in range(start, end + 1, MINUTE):
        stretch = asked.timetable.stretch(now)
        ceiling = None if stretch.index is None else asked.intervals[stretch.index].ceiling
        if now == start:
            due = None if ceiling is None else now + ceiling
        elif (stretch.start, stretch.index) != before:
            if ceiling is None:
                due = None
            elif due is None:
                due = now + ceiling
            else:
                due = min(max(due, seen + ceiling), now + ceiling)
        before = (stretch.start, stretch.index)
        if now > start and (due == now or any(last == now for _, last in left)):
            found.append(now)
            seen = now
            due = None if ceiling is None else now + ceiling
            left = [each for each in left if not each[0] <= now <= each[1]]
    return found


@pytest.mark.parametrize("seed", range(60))
def test_random_nights_are_counted_as_one_reads_them_minute_by_minute(seed: int) -> None:
    rnd = Random(seed)
    edges = sorted(rnd.sample(range(20 * 2, 34 * 2), rnd.choice((2, 4, 6))))
    clocks = [f"{half // 2 % 24:02}:{half % 2 * 30:02}" for half in edges]
    rules: list[dict[str, Any]] = [
        every(f"PT{rnd.choice((5, 7, 15, 20, 45, 60, 90))}M", clocks[n], clocks[n + 1])
        for n in range(0, len(clocks) - 1, rnd.choice((1, 2)))
    ]
    if seed % 2:
        times = [f"{rnd.choice((22, 23, 0, 1, 5))}:{rnd.randrange(60):02}".zfill(5) for _ in range(3)]
        rules.append({"times": sorted(set(times)), "tolerance": f"PT{rnd.choice((1, 10, 30))}M"})
    asked = terms(*rules)
    day = rnd.choice((DAY, date(2026, 3, 28), date(2026, 10, 24)))
    start, end = demand.window(LONDON, None, day)
    found = demand.hours(asked, LONDON, start, end)
    expected = [0] * len(found)
    for at in slowly(asked, start, end):
        expected[(at - start - 1) // HOUR] += 1
    assert [hour.checks for hour in found] == expected, rules


# -- which night


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-03-02T21:00:00Z", DAY),
        ("2026-03-03T02:00:00Z", DAY),
        ("2026-03-03T06:59:59Z", DAY),
        ("2026-03-03T07:00:00Z", date(2026, 3, 3)),
        ("2026-03-03T13:00:00Z", date(2026, 3, 3)),
    ],
)
def test_the_coming_night_is_the_one_that_has_not_ended(now: str, day: date) -> None:
    assert demand.coming(LONDON, None, parse_instant(now)) == day


def test_the_nights_of_the_clocks_changes_are_found_in_their_order() -> None:
    found = demand.clock_changes(LONDON, DAY)
    assert found[:2] == ((date(2026, 3, 28), -HOUR), (date(2026, 10, 24), HOUR))
    assert demand.clock_changes("Asia/Tokyo", DAY) == ()


def test_a_night_at_the_edge_of_the_calendar_is_a_night() -> None:
    assert demand.clock_changes(LONDON, date(2999, 12, 31))


# -- staff


def cover(staff: int, start: str = "22:00", end: str = "07:00", dedicated: bool = False) -> Any:
    asked = {"from": start, "to": end, "waking_staff": staff, "dedicated": dedicated}
    return terms(**asked).night


WHOLE = night(LONDON, DAY)


def test_the_house_needs_the_largest_number_and_each_dedicated_child_one_more() -> None:
    both = [cover(1), cover(2), cover(1, dedicated=True)]
    assert demand.staff(both, *WHOLE) == Staff(2, 1, 3)
    assert demand.staff([], *WHOLE) == Staff(0, 0, 0)


def test_what_is_asked_at_different_times_is_not_asked_together() -> None:
    apart = [cover(2, "20:00", "00:00"), cover(0, "00:00", "04:00", dedicated=True)]
    assert demand.staff(apart, *WHOLE) == Staff(2, 1, 2)
    touching = [cover(2, "20:00", "00:01"), cover(0, "00:00", "04:00", dedicated=True)]
    assert demand.staff(touching, *WHOLE) == Staff(2, 1, 3)


def test_hours_say_when_they_begin() -> None:
    start, end = demand.window(LONDON, None, DAY)
    first, *_ = demand.hours(terms(every("PT15M")), LONDON, start, end)
    assert (show_instant(first.start), first.local) == ("2026-03-02T22:00:00.000Z", "22:00")
