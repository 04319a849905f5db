"""Whether the random months are worth comparing: legal, the same every time, and with everything of §5 in them."""

from collections import Counter

import pytest

from shared.events.validate import validate
from shared.instants import parse_instant
from tests.oracle.reviews import clock
from tests.oracle.reviews.months import month

ENDS = {
    "plan_missing": ("restored", "ended"),
    "plan_incomplete": ("superseded", "ended"),
    "room_ligature_review_overdue": ("reviewed", "ended"),
    "ligature_plan_review_overdue": ("reviewed", "superseded", "ended"),
    "suicide_plan_review_overdue": ("reviewed", "superseded", "ended"),
    "suitability_review_overdue": ("reviewed", "ended"),
    "review_due_soon": ("reviewed", "superseded", "ended"),
    "ligature_action_overdue": ("restored", "reviewed"),
}
REASONS = {
    "room_ligature_review": ("date", "new_child", "works", "ligature_incident"),
    "ligature_plan_review": (
        "date",
        "self_harm",
        "ligature_incident",
        "room_change",
        "return",
        "level_change",
    ),
    "suitability_review": ("date",),
}


def test_the_same_seed_is_the_same_months() -> None:
    assert month(7) == month(7)
    assert month(7) != month(8)


def test_every_fact_of_the_months_has_the_shape_of_its_type() -> None:
    for seed in range(60):
        for line in month(seed):
            assert validate(line["event"], unknown="refuse") == line["event"]


def test_a_few_hundred_months_hold_every_kind_every_end_and_every_reason() -> None:
    ends: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for seed in range(150):
        kinds: dict[str, str] = {}
        for event in clock.alerts(month(seed)):
            data = event["data"]
            if "how" in data:
                ends[kinds[data["alert_id"]], data["how"]] += 1
            else:
                kinds[data["alert_id"]] = data["kind"]
                reasons[data["kind"].removesuffix("_overdue"), data["facts"].get("because", "")] += 1
    assert set(ends) == {(kind, how) for kind, hows in ENDS.items() for how in hows}
    assert min(ends.values()) >= 5
    expected = {(what, why) for what, whys in REASONS.items() for why in whys}
    assert {reason for reason in expected if reasons[reason] < 5} == set()


@pytest.mark.parametrize("seed", range(300, 320))
def test_every_alert_is_raised_once_and_closed_at_most_once_and_never_at_an_earlier_instant(
    seed: int,
) -> None:
    told: dict[str, list[str]] = {}
    for event in clock.alerts(month(seed)):
        told.setdefault(event["subject"], []).append(event["type"])
        data = event["data"]
        assert parse_instant(data.get("since", event["time"])) <= parse_instant(event["time"])
    for words in told.values():
        assert words in (["alert.raised.v1"], ["alert.raised.v1", "alert.resolved.v1"])


@pytest.mark.parametrize("seed", range(400, 408))
def test_what_was_told_before_an_instant_does_not_depend_on_what_comes_after(seed: int) -> None:
    lines = month(seed)
    times = sorted(parse_instant(line["appended_at"]) for line in lines)
    for cut in times[:: max(1, len(times) // 3)]:
        whole, part = clock.alerts(lines), clock.alerts(lines, cut)
        assert [event for event in whole if parse_instant(event["time"]) < cut] == [
            event for event in part if parse_instant(event["time"]) < cut
        ]


@pytest.mark.parametrize("seed", range(500, 510))
def test_a_refused_fact_might_as_well_not_be_there(seed: int) -> None:
    lines = month(seed)
    gone = set(clock.refused(lines))
    until = max(parse_instant(line["appended_at"]) for line in lines)
    kept = [line for line in lines if line["event"]["id"] not in gone]
    assert clock.alerts(kept, until) == clock.alerts(lines, until)
