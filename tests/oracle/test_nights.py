"""Whether the random nights are worth comparing: legal, the same every time, and with everything in them."""

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events.validate import validate
from shared.instants import parse_instant
from shared.topics import RANK
from tests.oracle import checks
from tests.oracle.nights import night, nights, smallest

Line = dict[str, Any]


def test_the_same_seed_is_the_same_night() -> None:
    assert night(7) == night(7)
    assert night(7) != night(8)


def test_every_fact_of_a_night_has_the_shape_of_its_type() -> None:
    for seed in range(60):
        for line in night(seed):
            assert validate(line["event"], unknown="refuse") == line["event"]


def test_a_few_hundred_nights_hold_every_kind_of_alert_and_every_end() -> None:
    seen: Counter[str] = Counter()
    for seed in range(150):
        for event in checks.alerts(night(seed)):
            seen[event["data"].get("kind") or event["data"].get("how") or "worsened"] += 1
    kinds = (
        "check_missed",
        "child_not_found",
        "concern_raised",
        "child_away",
        "child_missing",
        "absence_expired",
    )
    ends = ("late", "unreported", "restored", "returned", "disposition", "superseded", "ended", "worsened")
    assert {word for word in kinds + ends if seen[word] < 10} == set()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights())
def test_every_alert_is_raised_once_and_closed_at_most_once_and_nothing_is_told_of_it_after(
    lines: list[Line],
) -> None:
    told: dict[str, list[Any]] = {}
    for event in checks.alerts(lines):
        told.setdefault(event["subject"], []).append(event["data"].get("level") or event["type"])
    for words in told.values():
        assert words[0] == "alert.raised.v1"
        levels = [word for word in words if isinstance(word, int)]
        assert levels == list(range(2, len(levels) + 2))
        assert words[1 + len(levels) :] in ([], ["alert.resolved.v1"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights())
def test_a_fact_that_is_refused_or_told_again_might_as_well_not_be_there(lines: list[Line]) -> None:
    until = max((parse_instant(line["appended_at"]) for line in lines), default=0)
    gone = set(checks.refused(lines, until))
    once = []
    for line in sorted(lines, key=lambda line: (line["appended_at"], RANK[line["topic"]])):
        if line["event"]["id"] not in gone:
            once.append(line)
        gone.add(line["event"]["id"])
    assert checks.alerts(once, until) == checks.alerts(lines, until)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights(), st.integers(min_value=0, max_value=999))
def test_what_was_told_before_an_instant_does_not_depend_on_what_comes_after(
    lines: list[Line], share: int
) -> None:
    times = sorted(parse_instant(line["appended_at"]) for line in lines) or [0]
    cut = times[len(times) * share // 1000]
    whole, part = checks.alerts(lines), checks.alerts(lines, cut)
    assert [event for event in whole if parse_instant(event["time"]) < cut] == [
        event for event in part if parse_instant(event["time"]) < cut
    ]


def test_the_smallest_failing_night_holds_only_what_matters() -> None:
    lines = night(3)
    wanted = json.dumps(lines[len(lines) // 2], sort_keys=True)

    def fails(some: list[Line]) -> bool:
        return wanted in [json.dumps(line, sort_keys=True) for line in some]

    assert [json.dumps(line, sort_keys=True) for line in smallest(lines, fails)] == [wanted]
