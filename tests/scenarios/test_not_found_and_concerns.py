"""DOMAIN.md §3, Not found, and concerns: what asks for a child to be seen now, and what answers it."""

import pytest

from tests.scenarios.facts import away, back, check, concern, ended, every, not_found, started
from tests.scenarios.night import Night


def test_a_child_not_found_is_told_at_once(night: Night) -> None:
    night.watch()
    looked = night.at("22:10").tell(not_found(seen="22:08"))
    night.expect.raised("child_not_found", since="22:08", at="22:10", check_id=looked)


def test_a_child_not_found_is_told_retrospective_or_not(night: Night) -> None:
    night.watch().at("23:00").tell(not_found(seen="22:08", entered="23:00"))
    night.expect.raised("child_not_found", since="22:08", at="23:00")


def test_a_child_not_found_is_told_whenever_it_was_though_the_stay_began_after(night: Night) -> None:
    night.watch(since="22:10").at("22:12").tell(not_found(seen="22:08"))
    night.expect.raised("child_not_found", since="22:08", at="22:12")


def test_a_check_from_before_the_stay_answers_no_not_found(night: Night) -> None:
    night.watch(since="22:10").at("22:12").tell(not_found(seen="22:08"))
    lost = night.expect.raised("child_not_found", since="22:08", at="22:12")
    night.at("22:13").tell(check(seen="22:09:59.999"))
    seen = night.at("22:14").tell(check(seen="22:10"))
    lost.resolved("late", by=seen)


def test_a_child_who_is_known_to_have_been_seen_later_is_not_told_of(night: Night) -> None:
    night.watch().at("22:10").tell(check())
    night.at("22:12").tell(not_found(seen="22:09:59.999"))


def test_a_child_seen_at_the_very_instant_is_told_of(night: Night) -> None:
    night.watch().at("22:10").tell(check())
    night.at("22:12").tell(not_found(seen="22:10"))
    night.expect.raised("child_not_found", since="22:10", at="22:12")


def test_a_child_who_is_away_is_not_expected_to_be_found(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "hospital", "06:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    night.at("22:10").tell(not_found())
    ending = night.at("22:20").tell(back())
    off.resolved("returned", by=ending)
    night.at("22:30").tell(not_found())
    night.expect.raised("child_not_found", since="22:30", at="22:30")


def test_a_check_from_before_an_absence_is_known_after_it(night: Night) -> None:
    night.watch().at("22:05").tell(check())
    night.at("22:10").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:10", at="22:10")
    night.at("22:30").tell(back())
    off.resolved("returned")
    night.at("22:31").tell(not_found(seen="22:04"))


def test_not_found_again_worsens_the_alert_that_is_open(night: Night) -> None:
    night.watch().at("22:10").tell(not_found())
    lost = night.expect.raised("child_not_found", since="22:10", at="22:10")
    second = night.at("22:15").tell(not_found())
    lost.worsened(2, check_id=second)
    third = night.at("22:20").tell(not_found())
    lost.worsened(3, check_id=third)


@pytest.mark.parametrize(("observed", "closes"), [("22:15", False), ("22:15:00.001", True)])
def test_only_a_check_observed_after_the_latest_not_found_closes_it(
    night: Night, observed: str, closes: bool
) -> None:
    night.watch().at("22:10").tell(not_found())
    lost = night.expect.raised("child_not_found", since="22:10", at="22:10")
    night.at("22:15").tell(not_found())
    lost.worsened(2)
    seen = night.at("22:17").tell(check(seen=observed))
    if closes:
        lost.resolved("late", by=seen)


def test_a_not_found_that_was_earlier_and_comes_later_worsens_and_asks_no_less(night: Night) -> None:
    """22:10 and then 22:05: still only what is after 22:10 answers."""
    night.watch().at("22:10").tell(not_found())
    lost = night.expect.raised("child_not_found", since="22:10", at="22:10")
    night.at("22:11").tell(not_found(seen="22:05"))
    lost.worsened(2)
    night.at("22:12").tell(check(seen="22:08"))
    seen = night.at("22:13").tell(check(seen="22:11"))
    lost.resolved("late", by=seen)


def test_a_not_found_does_not_count_as_a_check(night: Night) -> None:
    night.watch(every(15)).at("22:14").tell(not_found())
    night.expect.raised("child_not_found", since="22:14", at="22:14")
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_the_end_of_the_placement_closes_child_not_found(night: Night) -> None:
    night.watch().at("22:10").tell(not_found())
    lost = night.expect.raised("child_not_found", since="22:10", at="22:10")
    left = night.at("22:20").tell(ended())
    lost.resolved("ended", by=left)


def test_a_not_found_of_nobody_here_is_kept_and_raises_nothing(night: Night) -> None:
    night.watch().at("22:10").tell(not_found("P9"))
    night.at("22:20").tell(ended())
    night.at("22:21").tell(not_found("P1"))


def test_a_concern_asks_for_a_check_now(night: Night) -> None:
    night.watch()
    asked = night.at("22:10").tell(concern(by="child"))
    night.expect.raised("concern_raised", since="22:10", at="22:10", concern_id=asked, **{"from": "child"})


def test_a_concern_counts_from_the_instant_it_takes_effect(night: Night) -> None:
    """Rung in at 21:30 and recorded at 22:10: a check of 22:05 does not answer it."""
    night.watch().at("22:10").tell(concern(time="21:30"))
    asked = night.expect.raised("concern_raised", since="22:10", at="22:10")
    night.at("22:11").tell(check(seen="22:05"))
    night.at("22:12").tell(check(seen="22:10"))
    seen = night.at("22:13").tell(check(seen="22:10:00.001"))
    asked.resolved("restored", by=seen)


def test_a_concern_for_later_is_raised_then(night: Night) -> None:
    night.watch().at("22:10").tell(concern(time="23:00"))
    night.at("22:30").tell(check())
    night.until("23:00")
    night.expect.raised("concern_raised", since="23:00", at="23:00")


def test_a_concern_is_raised_absence_or_not(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "home_leave", "06:00"))
    night.expect.raised("child_away", since="22:05", at="22:05")
    night.at("22:10").tell(concern())
    night.expect.raised("concern_raised", since="22:10", at="22:10")


def test_a_further_concern_worsens_the_alert_and_asks_anew(night: Night) -> None:
    night.watch().at("22:10").tell(concern())
    asked = night.expect.raised("concern_raised", since="22:10", at="22:10")
    further = night.at("22:20").tell(concern())
    asked.worsened(2, concern_id=further)
    night.at("22:21").tell(check(seen="22:20"))
    seen = night.at("22:22").tell(check())
    asked.resolved("restored", by=seen)


def test_the_start_of_an_absence_closes_a_concern(night: Night) -> None:
    night.watch().at("22:10").tell(concern())
    asked = night.expect.raised("concern_raised", since="22:10", at="22:10")
    gone = night.at("22:15").tell(away("P1", "hospital", "06:00"))
    asked.resolved("disposition", by=gone)
    night.expect.raised("child_away", since="22:15", at="22:15")


def test_the_end_of_the_placement_closes_a_concern(night: Night) -> None:
    night.watch().at("22:10").tell(concern())
    asked = night.expect.raised("concern_raised", since="22:10", at="22:10")
    left = night.at("22:15").tell(ended())
    asked.resolved("ended", by=left)


def test_a_retrospective_entry_answers_neither(night: Night) -> None:
    night.watch().at("22:10").tell(concern(), not_found())
    night.expect.raised("concern_raised", since="22:10", at="22:10")
    night.expect.raised("child_not_found", since="22:10", at="22:10")
    night.at("22:30").tell(check(seen="22:20", entered="22:30"), check(outcome="not_seen"))


def test_a_concern_about_nobody_here_changes_nothing(night: Night) -> None:
    night.watch().at("22:10").tell(concern("P9"))
    night.at("22:20").tell(started("P9"))
    night.until("06:00")
