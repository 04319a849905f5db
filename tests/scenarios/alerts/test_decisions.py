"""DOMAIN.md §6: an anomaly is closed only by a person's decision, with a reason."""

import pytest

from tests.scenarios.answer_facts import decides, has
from tests.scenarios.integrity_facts import handed_over, ready
from tests.scenarios.night import Heard, Night

pytestmark = pytest.mark.services("integrity", "alerts")


def odd(night: Night) -> Heard:
    """A handover that counted two children where there is one."""
    ready(night).at("22:00").tell(handed_over(2))
    return night.expect.raised("anomaly", about={}, pattern="headcount")


def test_a_decision_with_a_reason_closes_an_anomaly(night: Night) -> None:
    alert = odd(night)
    night.at("23:00").tell(decides(alert.id))
    night.until("23:01")
    alert.decided("M1", at="23:00")


def test_without_a_reason_it_is_refused(night: Night) -> None:
    alert = odd(night)
    without = night.at("23:00").tell(decides(alert.id, None))
    night.until("23:01")
    night.expect.refused(without, "no_reason")


def test_it_may_be_had_for_up_to_28_days(night: Night) -> None:
    alert = odd(night)
    night.at("23:00").tell(has(alert.id, until="2026-03-30 23:00"))
    night.until("23:01")
    alert.acknowledged("M1", until="2026-03-30 23:00", at="23:00")
    too_long = night.at("23:10").tell(has(alert.id, until="2026-03-30 23:10:01"))
    night.until("23:11")
    night.expect.refused(too_long, "acknowledged_too_long")


def test_of_two_decisions_the_first_closes_it_and_the_second_changes_nothing(night: Night) -> None:
    alert = odd(night)
    night.at("23:00").tell(decides(alert.id))
    night.at("23:05").tell(decides(alert.id, by="M2"))
    night.until("23:10")
    alert.decided("M1", at="23:00")
