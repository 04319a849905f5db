"""*One alert for each (pattern, subject, night). After a decision nothing more is said of it that night.*

A decision has a reason. Here it is remembered; that it closes the alert is told by the alerts service.
"""

import pytest

from tests.scenarios.facts import registered, started
from tests.scenarios.integrity_facts import decision, handed_over, ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")
NEXT = "2026-03-03 22:00"


def test_after_a_decision_nothing_more_is_said_of_it_that_night(night: Night) -> None:
    ready(night).at("22:00").tell(handed_over(2))
    alert = night.expect.raised("anomaly", about={}, pattern="headcount")
    night.at("23:00").tell(decision(alert.id))
    night.at("23:30").tell(handed_over(3))
    night.at("2026-03-03 11:59:59").tell(handed_over(3))


def test_the_next_night_is_another(night: Night) -> None:
    ready(night).at("22:00").tell(handed_over(2))
    alert = night.expect.raised("anomaly", about={}, pattern="headcount")
    night.at("23:00").tell(decision(alert.id))
    night.at("2026-03-03 12:00").tell(handed_over(3))
    night.expect.raised("anomaly", about={}, pattern="headcount")


def test_another_pattern_and_another_subject_are_not_decided_by_it(night: Night) -> None:
    ready(night).at("22:00").tell(seen(at="22:02"))
    alert = night.expect.raised("anomaly", about={"device": "device/1"}, pattern="clock")
    night.at("22:10").tell(decision(alert.id))
    night.at("22:20").tell(handed_over(2), seen(at="22:22", source="device/2"))
    night.expect.raised("anomaly", about={}, pattern="headcount")
    night.expect.raised("anomaly", about={"device": "device/2"}, pattern="clock")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("decide", None), ("decide", "  "), ("acknowledge", "so (sample)"), ("decline", "no (sample)")],
)
def test_what_is_no_decision_with_a_reason_ends_nothing(night: Night, kind: str, reason: str | None) -> None:
    ready(night).at("22:00").tell(handed_over(2))
    alert = night.expect.raised("anomaly", about={}, pattern="headcount")
    night.at("23:00").tell(decision(alert.id, reason, kind))
    night.at("23:30").tell(handed_over(3))
    alert.worsened(2)


def test_a_decision_for_later_counts_from_then(night: Night) -> None:
    ready(night).at("22:00").tell(handed_over(2))
    alert = night.expect.raised("anomaly", about={}, pattern="headcount")
    said = decision(alert.id)
    said.time = "23:00"
    night.at("22:30").tell(said)
    night.at("22:59:59").tell(handed_over(3))
    alert.worsened(2)
    night.at("23:00").tell(handed_over(4))


def test_a_decision_about_another_homes_alert_decides_nothing_here(night: Night) -> None:
    ready(night).at("20:30").tell(registered(home="H2"))
    night.at("20:40").tell(started("P2", home="H2"))
    night.at("22:00").tell(handed_over(2))
    alert = night.expect.raised("anomaly", about={}, pattern="headcount")
    said = decision(alert.id)
    said.home = "H2"
    night.at("23:00").tell(said)
    night.at("23:30").tell(handed_over(3))
    alert.worsened(2)


def test_each_home_has_its_own_of_one_worker(night: Night) -> None:
    ready(night).at("20:30").tell(registered(home="H2"))
    night.at("22:00").tell(seen(at="22:02"), seen("nobody", at="22:02", home="H2"))
    night.expect.raised("anomaly", about={"device": "device/1"}, pattern="clock")
    night.expect.raised("anomaly", about={"device": "device/1"}, pattern="clock", home="H2")


def test_a_home_that_nobody_has_registered_has_no_nights(night: Night) -> None:
    night.at("22:00").tell(seen(at="22:02"), handed_over(7))


def test_the_night_is_the_homes_own_when_the_clocks_change(spring_night: Night) -> None:
    """Noon in London is 11:00Z on that morning."""
    night = ready(spring_night)
    night.at("10:59:59").tell(handed_over(2))
    first = night.expect.raised("anomaly", about={}, pattern="headcount")
    night.at("2026-03-29 11:00").tell(handed_over(2))
    second = night.expect.raised("anomaly", about={}, pattern="headcount")
    assert first.id != second.id
