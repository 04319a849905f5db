"""What an answer may say, by kind (DOMAIN.md §6)."""

from typing import Any

import pytest

from shared.alerting import SEVERITY
from shared.answering import TERMS, until_of, wrong_with
from shared.instants import DAY, HOUR, MINUTE, parse_instant, show_instant

AT = parse_instant("2026-03-28T03:00:00Z")
URGENT = ("check_missed", "child_not_found", "concern_raised", "cover_gap", "one_to_one_gap")
WAITING = ("child_missing", "absence_expired", "home_silent")
DECIDED = ("anomaly", "pattern_concern")


def answer(kind: str, **more: Any) -> dict[str, Any]:
    return {"alert_id": "A", "by": "ann", "kind": kind, "via": "app", **more}


def acknowledge(for_: int) -> dict[str, Any]:
    return answer("acknowledge", action="I go there", until=show_instant(AT + for_))


def reason(data: dict[str, Any], kind: str) -> str | None:
    wrong = wrong_with(data, kind, AT)
    return None if wrong is None else wrong.reason


@pytest.mark.parametrize(
    ("kinds", "default", "longest"),
    [
        (URGENT, 10 * MINUTE, 30 * MINUTE),
        (WAITING, 30 * MINUTE, 2 * HOUR),
        (("plan_missing", "suitability_review_overdue", "observer_overrun"), DAY, 7 * DAY),
        (DECIDED, 7 * DAY, 28 * DAY),
        (("monitor_blind", "rota_gap", "page_undelivered"), 30 * MINUTE, 2 * HOUR),
    ],
)
def test_each_kind_can_be_acknowledged_as_long_as_the_table_says(
    kinds: tuple[str, ...], default: int, longest: int
) -> None:
    for kind in kinds:
        assert until_of(answer("acknowledge", action="x"), kind, AT) == AT + default
        assert until_of(acknowledge(longest), kind, AT) == AT + longest
        assert reason(acknowledge(longest), kind) is None
        assert reason(acknowledge(longest + 1), kind) == "acknowledged_too_long"


def test_every_kind_that_somebody_is_told_of_can_be_answered_and_no_other() -> None:
    told = {kind for kind, severity in SEVERITY.items() if severity != "info"}
    assert told | {"monitor_blind", "rota_gap", "page_undelivered"} == set(TERMS)
    for kind in SEVERITY.keys() - told | {"fact_refused"}:
        assert reason(acknowledge(MINUTE), kind) == reason(answer("decline"), kind) == "not_answered"


def test_an_acknowledgement_says_what_somebody_will_do() -> None:
    assert reason(answer("acknowledge"), "check_missed") == "no_action"
    assert reason(answer("acknowledge", action=" "), "check_missed") == "no_action"
    sealed = {"sealed": "", "key": "k"}
    assert reason(answer("acknowledge", action=sealed), "check_missed") is None


def test_a_time_that_is_over_acknowledges_nothing() -> None:
    assert reason(acknowledge(0), "check_missed") == "until_past"
    assert reason(acknowledge(1), "check_missed") is None


def test_the_remedy_of_what_is_too_long_names_the_latest_that_would_be_taken() -> None:
    wrong = wrong_with(acknowledge(HOUR), "check_missed", AT)
    assert wrong is not None
    assert (wrong.field, wrong.value) == ("data.until", "2026-03-28T04:00:00.000Z")
    assert "2026-03-28T03:30:00.000Z" in wrong.remedy
    assert "PT30M" in wrong.detail


def test_a_decision_closes_only_the_kinds_that_wait_for_one_and_only_with_a_reason() -> None:
    for kind, terms in TERMS.items():
        if kind in DECIDED:
            assert terms.closed_by is None
            assert reason(answer("decide", reason="a drill"), kind) is None
            assert reason(answer("decide"), kind) == "no_reason"
        else:
            wrong = wrong_with(answer("decide", reason="it is fine"), kind, AT)
            assert wrong is not None
            assert terms.closed_by is not None
            assert (wrong.reason, wrong.field) == ("facts_close_it", "data.kind")
            assert terms.closed_by in wrong.remedy


def test_declining_needs_no_words() -> None:
    assert reason(answer("decline"), "check_missed") is None
