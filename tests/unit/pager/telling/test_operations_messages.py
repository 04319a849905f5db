"""What whoever runs the system is told: which part of the watch is off, why, and what puts it right."""

from typing import Any

import pytest

from services.pager.telling import OperationsAlert, compose_operations, no_way
from tests.unit.pager.telling.desk import SINCE, ZONES, at


def message(*alerts: OperationsAlert, when: str = "02:22") -> Any:
    return compose_operations(alerts, ZONES, "O1", no_way, at(when))


GAP = {"rota": "on-call", "from": "2026-03-08T20:00:00.000Z", "to": "2026-03-09T08:00:00.000Z"}


@pytest.mark.parametrize(
    ("kind", "home", "facts", "title", "said"),
    [
        (
            "monitor_blind",
            None,
            {"services": ["checks"], "cause": "the database does not answer"},
            "Wakeful: Not watched, since 02:00 UTC",
            ("What stands still: checks", "The database does not answer", "wakeful doctor"),
        ),
        (
            "rota_gap",
            "H1",
            GAP,
            "Wakeful: Nobody on call: home H1, since 02:00",
            ("Nobody on rota on-call from Sun 8 Mar, 20:00 until Mon 9 Mar, 08:00", "wakeful oncall"),
        ),
        (
            "rota_gap",
            "H1",
            {},
            "Wakeful: Nobody on call: home H1, since 02:00",
            ("names no last resort",),
        ),
        (
            "page_undelivered",
            "H1",
            {"alert_id": "A1", "step": 1, "to": ["M1", "M2"]},
            "Wakeful: Nobody could be reached: home H1, since 02:00",
            ("Step 2 of the chain", "Tried: M1, M2", "Alert A1", "wakeful page test"),
        ),
    ],
)
def test_each_says_the_cause_and_the_remedy(
    kind: str, home: str | None, facts: dict[str, Any], title: str, said: tuple[str, ...]
) -> None:
    told = message(OperationsAlert("O-1", kind, home, SINCE, facts))
    assert told.title == title
    assert [each for each in said if each not in told.text] == []
    assert (told.purpose, told.status, told.labels["severity"]) == ("operations", "open", "operations")


def test_what_is_right_again_says_since_when_and_asks_for_nothing() -> None:
    told = message(OperationsAlert("O-1", "page_undelivered", "H1", SINCE, {}, resolved_at=at("02:20")))
    assert told.title.startswith("Wakeful: Over. Nobody could be reached")
    assert "Over since 02:20" in told.text
    assert "WHAT TO DO" not in told.text


def test_many_are_one_message_with_each_remedy_once() -> None:
    told = message(*(OperationsAlert(f"O-{n}", "rota_gap", f"H{n}", SINCE, GAP) for n in range(12)))
    assert told.title == "Wakeful: 12 alerts: Nobody on call: home H0, since 02:00 UTC"
    assert told.text.count("Put somebody on that rota") == 1
    assert "and 2 more" in told.text
