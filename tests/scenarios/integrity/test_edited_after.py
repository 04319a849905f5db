"""*`edited_after`: a check observed in the 2 h before an incident (`self_harm`, `ligature_incident`, a `not_found`
check, an absence `missing`), corrected in any way at a time after it; whichever of the two is told last completes it;
entries: the check and its correction.*
"""

from dataclasses import replace

import pytest

from tests.scenarios.facts import Said, away, corrected, not_found, withdrawn
from tests.scenarios.integrity_facts import all_seen, happened, ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")


def correction(check: str, id: str, time: str | None = None) -> Said:  # noqa: A002
    return replace(corrected(check, state="awake_settled"), id=id, time=time)


def test_a_check_from_before_an_incident_that_is_corrected_after_it(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(happened("self_harm"))
    night.at("06:00").tell(correction("a", "k"))
    night.expect.raised(
        "anomaly",
        pattern="edited_after",
        entries=["a", "k"],
        reason="A check of the 2 hours before an incident was corrected after the incident.",
    )


@pytest.mark.parametrize(
    "incident",
    [
        happened("self_harm"),
        happened("ligature_incident"),
        not_found(),
        away("P1", "missing", "2026-03-03 20:00"),
    ],
    ids=lambda said: said.data.get("trigger") or said.type,
)
def test_four_things_are_incidents(night: Night, incident: Said) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(incident)
    night.at("02:40").tell(correction("a", "k"))
    night.expect.raised("anomaly", pattern="edited_after", entries=["a", "k"])


@pytest.mark.parametrize(
    "other", [happened("works"), happened("room_change"), away("P1", "school", "2026-03-03 08:00")]
)
def test_others_are_none(night: Night, other: Said) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(other)
    night.at("02:40").tell(correction("a", "k"))


def test_a_withdrawal_is_a_correction(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(happened())
    told = night.at("06:00").tell(withdrawn("a"))
    night.expect.raised("anomaly", pattern="edited_after", entries=["a", told])


def test_an_attempt_that_is_corrected_counts(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a", outcome="not_seen"))
    night.at("02:30").tell(happened())
    night.at("06:00").tell(correction("a", "k"))
    night.expect.raised("anomaly", pattern="edited_after", entries=["a", "k"])


def test_two_hours_before_is_of_it_and_the_instant_of_the_incident_is_not(night: Night) -> None:
    ready(night).at("00:29:59").tell(seen(id="early"))
    night.at("00:30").tell(seen(id="first"))
    night.at("02:30").tell(seen(id="at"), happened())
    night.at("06:00").tell(correction("early", "k1"), correction("at", "k2"), correction("first", "k3"))
    night.expect.raised("anomaly", pattern="edited_after", entries=["first", "k3"])


def test_corrected_before_the_incident_is_not_after_it(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:20").tell(correction("a", "k"))
    night.at("02:30").tell(happened(), correction("a", "same instant"))


def test_an_incident_told_after_the_correction_completes_it(night: Night) -> None:
    """By their own times the correction came after it."""
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("03:00").tell(correction("a", "k"))
    night.at("09:00").tell(happened(time="02:30"))
    night.expect.raised("anomaly", since="02:30", pattern="edited_after", entries=["a", "k"])


def test_a_correction_that_was_made_before_the_incident_and_told_after_it(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(happened())
    night.at("02:40").tell(correction("a", "k", time="02:20"))


def test_an_incident_told_last_completes_every_correction(night: Night) -> None:
    ready(night).at("02:10").tell(seen(at="02:00", entered="02:00", id="a"), seen(at="02:10", id="b"))
    night.at("03:00").tell(correction("b", "kb"), correction("a", "ka"))
    night.at("09:00").tell(happened(time="02:30"))
    first = night.expect.raised("anomaly", since="02:30", pattern="edited_after", entries=["a", "ka"])
    first.worsened(2, entries=["b", "kb"])


def test_a_check_corrected_twice_says_nothing_new(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(happened())
    night.at("02:40").tell(correction("a", "k"))
    night.expect.raised("anomaly", pattern="edited_after", entries=["a", "k"])
    night.at("02:50").tell(correction("a", "again"))


def test_another_childs_incident_is_none_of_this_ones(night: Night) -> None:
    ready(night, "P1", "P2").at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(happened(placement="P2"))
    night.at("06:00").tell(correction("a", "k"))


def test_a_not_found_that_was_withdrawn_is_no_incident(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("02:30").tell(replace(not_found(), id="n"))
    night.at("02:35").tell(withdrawn("n"))
    night.at("02:40").tell(correction("a", "k"))


def test_a_check_that_comes_late_from_before_the_incident_counts(night: Night) -> None:
    ready(night).at("02:30").tell(happened())
    night.at("05:00").tell(seen(at="02:00", entered="02:00", id="a"))
    night.at("2026-03-20 10:00").tell(correction("a", "k"))
    night.expect.raised("anomaly", pattern="edited_after", entries=["a", "k"])


def test_a_correction_of_days_later_is_one_too(night: Night) -> None:
    ready(night).at("02:00").tell(seen(id="a"))
    night.at("09:00").tell(happened(time="02:30"))
    for day in (4, 5, 6):
        told = [f"2026-03-0{day} {hour:02}:{hour * hour * 7 % 59:02}:41" for hour in range(20)]
        for check in all_seen(told):
            night.at(check.time or "").tell(check)
    night.at("2026-03-30 10:00").tell(correction("a", "k"))
    night.expect.raised("anomaly", pattern="edited_after", entries=["a", "k"])
