"""Alerts in plain words: what stands on record, in the home's own time, and never more than that."""

import pytest

from services.alerts.rows import AlertRow
from shared.alerting import SEVERITY, Resolution
from shared.instants import DAY, HOUR, MINUTE, parse_instant
from shared.words import TITLES, exact_clock, length, local_clock, told
from tests.unit.alerts.story import Story, closed, missed
from tests.unit.words.alert import row

NOW = parse_instant("2026-03-02T02:22:00Z")
ALERT = missed("2026-03-02T02:00:00Z", "2026-03-02T02:15:00Z", "2026-03-02T02:17:00Z")


def kept(how: Resolution | None = None) -> AlertRow:
    """The missed check, closed if `how` says so."""
    night = Story().to("2026-03-01T20:00:00Z").home().child("P1", "C1").to("2026-03-02T02:17:01Z").tell(ALERT)
    if how is not None:
        night.tell(closed(ALERT, "2026-03-02T02:31:00Z", how))
    (values,) = night.rows("alerts_alerts")
    return AlertRow(**values)


def test_a_missed_check_says_who_since_when_by_when_and_for_how_long() -> None:
    words = told(kept(), NOW)
    assert (words.title, words.about, words.severity) == ("Check missed", "P1", "Act now")
    assert words.points == ("not seen since 02:00", "due by 02:15")
    assert (words.running, length(NOW - words.counts_from)) == ("without a check", "22 min")
    assert words.closed == ""


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (Resolution.LATE, "Closed 02:31: seen, but late"),
        (Resolution.UNREPORTED, "Closed 02:31: the check had been done in time; its record arrived late"),
        (Resolution.ENDED, "Closed 02:31: the placement ended"),
    ],
)
def test_a_closed_alert_says_how_and_counts_no_further(how: Resolution, said: str) -> None:
    words = told(kept(how), NOW)
    assert (words.closed, words.running) == (said, "")


def test_every_kind_and_every_way_of_closing_has_words() -> None:
    assert TITLES.keys() >= SEVERITY.keys()
    said = {how: told(kept(how), NOW).closed.removeprefix("Closed 02:31: ") for how in Resolution}
    assert all(said.values())
    assert len(set(said.values())) == len(Resolution)


@pytest.mark.parametrize("kind", sorted(SEVERITY))
def test_every_kind_can_be_told_from_the_least_that_it_may_hold(kind: str) -> None:
    words = told(row(kind, {"placement_id": "P1"}, {}), NOW)
    assert words.title
    assert words.points
    assert "None" not in " ".join(words.points)


def test_an_absence_says_why_and_until_when_in_the_homes_time() -> None:
    facts = {"reason": "home_leave", "expected_end": "2026-06-02T17:00:00.000Z"}
    words = told(row("child_away", {"placement_id": "P1"}, facts, "2026-06-02T08:00:00Z"), NOW)
    assert words.points == ("home leave", "since Tue 2 Jun, 09:00", "until Tue 2 Jun, 18:00")


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ({"placement_id": "P1"}, "P1"),
        ({"room": "R2"}, "room R2"),
        ({"point_id": "A7"}, "point A7"),
        ({"staff_id": "S3"}, "S3"),
        ({"device": "device/7f3a"}, "device/7f3a"),
        ({}, ""),
    ],
)
def test_it_says_what_it_is_about(subject: dict[str, str], about: str) -> None:
    assert told(row("anomaly", subject, {}), NOW).about == about


def test_a_clock_shows_the_day_only_where_the_time_alone_could_mislead() -> None:
    at = parse_instant("2026-07-01T22:30:00Z")  # half past eleven in London, half past one in Athens
    assert local_clock(at, "Europe/London", at + 4 * HOUR) == "23:30"  # of the same night
    assert local_clock(at, "Europe/London", at + 12 * HOUR) == "Wed 1 Jul, 23:30"
    assert local_clock(at, "Europe/Athens", at + 20 * HOUR) == "01:30"  # of the same day there
    assert local_clock(at, "Europe/London", at - 14 * HOUR) == "23:30"
    assert local_clock(at, "Europe/London", at - 26 * HOUR) == "Wed 1 Jul, 23:30"
    assert local_clock(at, None, at + HOUR) == "22:30 UTC"


def test_the_time_up_to_which_was_watched_is_said_to_the_second() -> None:
    at = parse_instant("2026-07-01T22:30:07.900Z")
    assert exact_clock(at, "Europe/London") == "23:30:07"
    assert exact_clock(at, None) == "22:30:07 UTC"


@pytest.mark.parametrize(
    ("elapsed", "said"),
    [
        (-5, "0 s"),
        (59_999, "59 s"),
        (MINUTE, "1 min"),
        (HOUR - 1, "59 min"),
        (HOUR + 5 * MINUTE, "1 h 05 min"),
        (2 * DAY - 1, "47 h 59 min"),
        (2 * DAY, "2 days"),
    ],
)
def test_what_has_not_passed_is_never_said_to_have(elapsed: int, said: str) -> None:
    assert length(elapsed) == said
