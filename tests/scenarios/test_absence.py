"""DOMAIN.md §3, Absence: no check is due, the commissioner is told, and nobody is forgotten away."""

from tests.scenarios.facts import away, back, check, concern, ended, every, not_found, started
from tests.scenarios.night import Night


def test_from_the_start_of_an_absence_to_its_end_no_check_is_due(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(away("P1", "hospital", "2026-03-03 12:00"))
    night.expect.raised(
        "child_away", since="22:10", at="22:10", reason="hospital", expected_end="2026-03-03T12:00:00.000Z"
    )
    night.until("2026-03-03 12:00")


def test_the_end_of_an_absence_starts_the_watch_afresh(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    ending = night.at("22:50").tell(back())
    off.resolved("returned", by=ending)
    night.until("23:08")
    night.expect.raised("check_missed", since="22:50", deadline="23:05", at="23:07")


def test_an_absence_closes_what_asks_for_a_check(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    night.at("22:20").tell(not_found(), concern())
    lost = night.expect.raised("child_not_found", since="22:20", at="22:20")
    asked = night.expect.raised("concern_raised", since="22:20", at="22:20")
    gone = night.at("22:25").tell(away("P1", "hospital", "2026-03-03 12:00"))
    for alert in (missed, lost, asked):
        alert.resolved("disposition", by=gone)
    night.expect.raised("child_away", since="22:25", at="22:25")


def test_an_absence_counts_from_when_it_was_told(night: Night) -> None:
    """Said at 22:30 that the child left at 22:00: what was missed until then was missed."""
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    gone = night.at("22:30").tell(away("P1", "school", "23:00", time="22:00"))
    missed.resolved("disposition", by=gone)
    night.expect.raised("child_away", since="22:30", at="22:30")


def test_a_return_counts_from_when_it_was_told(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "23:30"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    night.at("23:00").tell(back(time="22:30"))
    off.resolved("returned")
    night.until("23:18")
    night.expect.raised("check_missed", since="23:00", deadline="23:15", at="23:17")


def test_an_absence_in_the_future_is_a_promise_that_starts_then(night: Night) -> None:
    night.watch(every(15)).at("21:10").tell(away("P1", "school", "23:00", time="22:16"))
    night.until("22:16")
    night.expect.raised("child_away", since="22:16", at="22:16")
    night.until("22:59")


def test_an_end_told_while_no_absence_is_open_cancels_those_promised(night: Night) -> None:
    night.watch(every(15)).at("21:10").tell(away("P1", "school", "23:00", time="22:10"))
    night.at("21:20").tell(back())
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_an_end_may_be_promised_too(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    ending = night.at("22:10").tell(back(time="22:40"))
    night.until("22:58")
    off.resolved("returned", at="22:40", by=ending)
    night.expect.raised("check_missed", since="22:40", deadline="22:55", at="22:57")


def test_an_end_that_is_promised_cancels_what_is_promised_when_it_takes_effect(night: Night) -> None:
    night.watch(every(15)).at("21:10").tell(away("P1", "school", "23:00", time="22:30"))
    night.at("21:20").tell(back(time="22:10"))
    night.until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    night.until("22:33")
    missed.worsened(2, at="22:32")


def test_an_absence_that_began_before_the_promised_end_is_ended_by_it(night: Night) -> None:
    night.watch(every(15)).at("21:10").tell(back(time="22:30"))
    night.at("21:20").tell(away("P1", "school", "23:00", time="22:10"))
    night.until("22:48")
    night.expect.raised("child_away", since="22:10", at="22:10").resolved("returned", at="22:30")
    night.expect.raised("check_missed", since="22:30", deadline="22:45", at="22:47")


def test_a_further_absence_replaces_the_open_one(night: Night) -> None:
    night.watch().at("22:00").tell(away("P1", "school", "23:00"))
    first = night.expect.raised("child_away", since="22:00", at="22:00", reason="school")
    further = night.at("22:30").tell(away("P1", "hospital", "23:30"))
    first.resolved("superseded", by=further)
    night.expect.raised("child_away", since="22:30", at="22:30", reason="hospital")
    night.until("23:30")


def test_an_absence_replaced_at_its_very_start_is_one_alert(night: Night) -> None:
    night.watch().at("22:00").tell(away("P1", "school", "23:00"), away("P1", "hospital", "23:30"))
    night.expect.raised("child_away", since="22:00", at="22:00", reason="school")
    night.until("23:31")
    night.expect.raised("absence_expired", since="23:30", at="23:30", reason="hospital")


def test_child_away_is_closed_with_the_placement(night: Night) -> None:
    night.watch().at("22:00").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:00", at="22:00")
    left = night.at("22:10").tell(ended())
    off.resolved("ended", by=left)
    night.until("23:30")


def test_past_its_expected_end_an_absence_has_expired(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "23:00"))
    night.expect.raised("child_away", since="22:05", at="22:05")
    night.until("23:00")
    night.expect.nothing()
    night.until("23:00:00.001")
    night.expect.raised("absence_expired", since="23:00", at="23:00", reason="school")
    night.until("06:00")


def test_an_absence_told_when_it_was_past_already_has_expired_at_its_start(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "21:30", time="21:05"))
    night.until("22:06")
    night.expect.raised("child_away", since="22:05", at="22:05")
    night.expect.raised("absence_expired", since="21:30", at="22:05")


def test_a_replacement_closes_absence_expired(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    night.until("23:05")
    expired = night.expect.raised("absence_expired", since="23:00", at="23:00")
    further = night.tell(away("P1", "school", "23:40"))
    expired.resolved("disposition", by=further)
    off.resolved("superseded", by=further)
    night.expect.raised("child_away", since="23:05", at="23:05")
    night.until("23:41")
    night.expect.raised("absence_expired", since="23:40", at="23:40")


def test_the_end_of_the_absence_closes_absence_expired(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    night.until("23:05")
    expired = night.expect.raised("absence_expired", since="23:00", at="23:00")
    ending = night.tell(back())
    expired.resolved("returned", by=ending)
    off.resolved("returned", by=ending)


def test_a_promised_absence_begins_before_the_facts_of_that_instant(night: Night) -> None:
    """The check of 22:10 is a return from the absence that begins at 22:10."""
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "23:00", time="22:10"))
    seen = night.at("22:10").tell(check())
    night.expect.raised("child_away", since="22:10", at="22:10").resolved("returned", by=seen)


def test_the_end_of_the_placement_closes_every_alert_of_an_absence(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "missing", "22:30"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    missing = night.expect.raised("child_missing", since="22:05", at="22:05")
    night.until("22:40")
    expired = night.expect.raised("absence_expired", since="22:30", at="22:30")
    left = night.tell(ended())
    for alert in (off, missing, expired):
        alert.resolved("ended", by=left)


def test_an_absence_of_a_child_whose_placement_is_unknown_or_over_changes_nothing(night: Night) -> None:
    night.watch(every(15)).at("21:10").tell(ended())
    night.at("21:20").tell(away("P1", "missing", "23:00"), away("P9", "missing", "23:00"))
    night.at("22:00").tell(started())
    night.until("22:18")
    night.expect.raised("check_missed", since="22:00", deadline="22:15", at="22:17")


def test_an_absence_promised_for_a_placement_that_is_not_known_yet_is_judged_when_it_takes_effect(
    night: Night,
) -> None:
    night.watch().at("21:10").tell(away("P2", "school", "23:00", time="22:10"))
    night.at("21:20").tell(started("P2"))
    night.until("22:11")
    night.expect.raised("child_away", "P2", since="22:10", at="22:10")


def test_an_absence_promised_before_its_home_is_registered_waits_for_it(night: Night) -> None:
    night.at("17:00").tell(away("P1", "school", "23:00", time="22:10"))
    night.watch(every(15)).until("22:11")
    night.expect.raised("child_away", since="22:10", at="22:10")


def test_an_absence_promised_to_be_over_when_it_begins_has_expired_once_its_instant_is_told(
    night: Night,
) -> None:
    """A promise belongs to the step of its instant: what it makes past fires after the facts of that instant."""
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "21:30", time="22:10"))
    night.until("22:11")
    night.expect.raised("child_away", since="22:10", at="22:10")
    night.expect.raised("absence_expired", since="21:30", at="22:10")


def test_an_absence_promised_to_be_over_that_ends_as_it_begins_has_not_expired(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "21:30", time="22:10"))
    ending = night.at("22:10").tell(back())
    night.expect.raised("child_away", since="22:10", at="22:10").resolved("returned", by=ending)
