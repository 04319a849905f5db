"""Whether the random nights of cover are worth comparing: legal, the same every time, with everything in them."""

from collections import Counter
from typing import Any

import pytest

from shared.events.validate import validate
from shared.instants import parse_instant
from tests.oracle.cover import reading
from tests.oracle.cover_nights import night

Line = dict[str, Any]


def test_the_same_seed_is_the_same_night() -> None:
    assert night(7) == night(7)
    assert night(7) != night(8)


def test_every_fact_of_a_night_has_the_shape_of_its_type() -> None:
    for seed in range(60):
        for line in night(seed):
            assert validate(line["event"], unknown="refuse") == line["event"]


def test_a_hundred_and_fifty_nights_hold_every_kind_of_alert_and_every_end() -> None:
    seen: Counter[str] = Counter()
    for seed in range(150):
        kinds: dict[str, str] = {}
        for event in reading.alerts(night(seed)):
            data = event["data"]
            kind = kinds.setdefault(event["subject"], data.get("kind"))
            seen[f"{kind} {data.get('how') or event['type'].split('.')[1]}"] += 1
    gaps = [
        f"{kind} {word}"
        for kind in ("cover_gap", "one_to_one_gap")
        for word in ("raised", "worsened", "ended", "unreported", "restored")
    ]
    overruns = [f"observer_overrun {word}" for word in ("raised", "restored", "ended")]
    assert {word for word in gaps + overruns if seen[word] < 3} == set()


@pytest.mark.parametrize("seed", range(40))
def test_every_alert_is_raised_once_and_closed_at_most_once_and_nothing_is_told_of_it_after(
    seed: int,
) -> None:
    told: dict[str, list[Any]] = {}
    for event in reading.alerts(night(seed)):
        told.setdefault(event["subject"], []).append(event["data"].get("level") or event["type"])
    for words in told.values():
        assert words[0] == "alert.raised.v1"
        levels = [word for word in words if isinstance(word, int)]
        assert levels == list(range(2, len(levels) + 2))
        assert words[1 + len(levels) :] in ([], ["alert.resolved.v1"])


@pytest.mark.parametrize("seed", range(20))
def test_what_was_told_before_an_instant_does_not_depend_on_what_comes_after(seed: int) -> None:
    lines = night(seed)
    cut = parse_instant(lines[len(lines) * (seed + 1) // 22]["appended_at"])
    whole, part = reading.alerts(lines), reading.alerts(lines, cut)
    assert [event for event in whole if parse_instant(event["time"]) < cut] == [
        event for event in part if parse_instant(event["time"]) < cut
    ]
