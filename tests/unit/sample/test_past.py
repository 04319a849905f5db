"""The imported past of the sample: 30 quiet days, by the rules of the house, whenever somebody starts it."""

from collections import Counter
from functools import cache

import pytest

from services.rules import MONITORS
from services.sample.cast import AT_ONCE, HOMES, SHORT, UNASSESSED
from services.sample.past import DAYS, past
from shared.instants import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant, show_instant
from tests.unit.sample.playhouse import Playhouse

NOON = "2026-11-29T12:00:00Z"
EVENING = "2026-11-29T22:10:30Z"
MIDNIGHT = "2026-11-30T00:03:00Z"
DEEP = "2026-03-04T02:31:00Z"
MORNING = "2026-03-04T07:04:00Z"
SPRING = "2026-03-29T01:30:00Z"
"""The clocks of London jumped half an hour before."""
AUTUMN = "2026-10-25T01:30:00Z"
WHENEVER = (NOON, EVENING, MIDNIGHT, DEEP, MORNING, SPRING, AUTUMN)
INTENDED = {
    "reviews": ("room_ligature_review_overdue", UNASSESSED[0].id),
    "cover": ("cover_gap", SHORT.id),
    "integrity": ("anomaly", AT_ONCE[0].id),
}
"""What is open at its end, by the service that says so."""


@cache
def lived(now: str) -> Playhouse:
    house = Playhouse()
    at = parse_instant(now)
    house.import_past(at)
    house.driver.advance_to(at)
    return house


@pytest.mark.parametrize("now", WHENEVER)
def test_only_what_the_sample_is_there_to_show_is_open(now: str) -> None:
    opened = Counter((each["kind"], each["home_id"]) for each in lived(now).open())
    assert opened == Counter(intended for service, intended in INTENDED.items() if service in MONITORS)


@pytest.mark.parametrize("now", WHENEVER)
def test_nothing_is_refused_and_all_else_was_in_order(now: str) -> None:
    house = lived(now)
    assert not house.driver.refused
    assert not house.driver.set_aside
    quiet = {"child_away", "review_due_soon", *(kind for kind, _ in INTENDED.values())}
    assert {each["kind"] for each in house.raised()} <= quiet


@pytest.mark.skipif("integrity" not in MONITORS, reason="nobody looks at records")
def test_the_burst_is_one_workers() -> None:
    (found,) = [each for each in lived(NOON).open() if each["kind"] == "anomaly"]
    assert (found["facts"]["pattern"], found["staff_id"]) == ("burst", AT_ONCE[1])
    assert len(found["facts"]["entries"]) == 3


@pytest.mark.skipif("cover" not in MONITORS, reason="nobody watches cover")
@pytest.mark.parametrize("now", WHENEVER)
def test_the_break_without_relief_was_noticed_a_few_minutes_ago(now: str) -> None:
    (gap,) = [each for each in lived(now).open() if each["kind"] == "cover_gap"]
    assert gap["facts"]["on_break"] == [SHORT.workers[1]]
    assert parse_instant(gap["raised_at"]) < parse_instant(now) - MINUTE


@pytest.mark.parametrize("now", [NOON, DEEP, MIDNIGHT])
def test_it_goes_on_live_and_the_break_ends(now: str) -> None:
    house, at = Playhouse(), parse_instant(now)
    house.import_past(at)
    house.settle(at + SECOND, past=True)
    before = len(house.raised())
    house.play(13, at + SECOND, at + 5 * MINUTE, after_past=True)
    new = {each["kind"] for each in house.raised()[before:]}
    assert new <= {"check_missed", "child_away", "concern_raised"}
    assert "cover_gap" not in {each["kind"] for each in house.open()}
    assert not house.driver.refused


def test_the_same_instant_has_the_same_past_and_all_of_it_lies_behind() -> None:
    now = parse_instant(DEEP)
    lines = past(now)
    assert lines == past(now)
    assert [line.appended_at for line in lines] == sorted(line.appended_at for line in lines)
    assert lines[-1].appended_at < now
    assert now - lines[0].appended_at > DAYS * DAY - 12 * HOUR
    assert 5_000 < len(lines) < 15_000, "enough to look at, and no flood"


def test_ids_stand_once_and_everything_is_marked_as_sample() -> None:
    events = [line.event for line in past(parse_instant(NOON))]
    ids = [event["id"] for event in events]
    assert len(ids) == len(set(ids))
    marked = [event[name] for event in events for name in ("id", "homeid", "subject", "actor", "source")]
    assert all(each.startswith("sample-") for each in marked)
    assert {event["homeid"] for event in events} == {home.id for home in HOMES}


def test_what_is_told_of_a_moment_is_told_after_it() -> None:
    now: Instant = parse_instant(NOON)
    late = [
        line
        for line in past(now)
        if not line.event["time"] <= line.event["enteredat"] <= show_instant(line.appended_at)
    ]
    assert late == []
