"""DOMAIN.md §3, Absence: a child who is missing must be seen, and what is a return and what is not."""

import pytest

from tests.scenarios.facts import away, back, check, every, not_found
from tests.scenarios.night import Night


def test_missing_raises_child_missing_at_once(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "missing", "23:00"))
    night.expect.raised("child_away", since="22:05", at="22:05", reason="missing")
    night.expect.raised("child_missing", since="22:05", at="22:05", reason="missing")


def test_an_extension_by_missing_leaves_child_missing_open(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "missing", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    missing = night.expect.raised("child_missing", since="22:05", at="22:05")
    night.at("22:50").tell(away("P1", "missing", "06:00"))
    off.resolved("superseded")
    off = night.expect.raised("child_away", since="22:50", at="22:50")
    seen = night.at("02:00").tell(check())
    off.resolved("returned", by=seen)
    missing.resolved("returned", by=seen)


def test_another_reason_closes_child_missing(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "missing", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    missing = night.expect.raised("child_missing", since="22:05", at="22:05")
    further = night.at("22:50").tell(away("P1", "hospital", "06:00"))
    off.resolved("superseded", by=further)
    missing.resolved("disposition", by=further)
    night.expect.raised("child_away", since="22:50", at="22:50")


def test_the_end_of_the_absence_does_not_close_child_missing_the_child_must_be_seen(night: Night) -> None:
    night.watch(every(60)).at("22:05").tell(away("P1", "missing", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    missing = night.expect.raised("child_missing", since="22:05", at="22:05")
    ending = night.at("22:30").tell(back())
    off.resolved("returned", by=ending)
    night.at("22:35").tell(check(seen="22:04:59.999"))
    seen = night.at("22:40").tell(check())
    missing.resolved("returned", by=seen)


def test_after_the_end_a_check_from_the_start_of_the_missing_on_closes_child_missing(night: Night) -> None:
    night.watch(every(60)).at("22:05").tell(away("P1", "missing", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    missing = night.expect.raised("child_missing", since="22:05", at="22:05")
    night.at("22:30").tell(back())
    off.resolved("returned")
    seen = night.at("22:35").tell(check(seen="22:05"))
    missing.resolved("returned", by=seen)


def test_missing_again_after_the_end_leaves_child_missing_open_and_asks_anew(night: Night) -> None:
    night.watch().at("22:05").tell(away("P1", "missing", "23:00"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    missing = night.expect.raised("child_missing", since="22:05", at="22:05")
    night.at("22:30").tell(back())
    off.resolved("returned")
    night.at("22:40").tell(away("P1", "missing", "23:30"))
    off = night.expect.raised("child_away", since="22:40", at="22:40")
    night.at("22:41").tell(check(seen="22:39"))
    ending = night.at("22:50").tell(back())
    off.resolved("returned", by=ending)
    night.at("22:51").tell(check(seen="22:39:59.999"))
    seen = night.at("22:52").tell(check(seen="22:40"))
    missing.resolved("returned", by=seen)


def test_a_valid_check_observed_from_the_start_on_is_a_return(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "missing", "22:30"))
    off = night.expect.raised("child_away", since="22:05", at="22:05")
    missing = night.expect.raised("child_missing", since="22:05", at="22:05")
    night.until("22:40")
    expired = night.expect.raised("absence_expired", since="22:30", at="22:30")
    seen = night.tell(check(seen="22:36"))
    for alert in (off, missing, expired):
        alert.resolved("returned", by=seen)
    night.until("22:54")
    night.expect.raised("check_missed", since="22:36", deadline="22:51", at="22:53")


@pytest.mark.parametrize(("observed", "is_return"), [("22:09:59.999", False), ("22:10", True)])
def test_a_check_from_before_the_absence_began_is_no_return(
    night: Night, observed: str, is_return: bool
) -> None:
    """The child left at 22:00, as it was said at 22:10: as it counts, the absence began then."""
    night.watch(every(30)).at("22:10").tell(away("P1", "school", "23:00", time="22:00"))
    off = night.expect.raised("child_away", since="22:10", at="22:10")
    seen = night.at("22:12").tell(check(seen=observed))
    if is_return:
        off.resolved("returned", by=seen)
    night.until("22:44")


@pytest.mark.parametrize("said", [check(sign=None), check(outcome="not_seen"), not_found()])
def test_what_is_not_a_valid_check_is_no_return(night: Night, said: object) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "23:00"))
    night.expect.raised("child_away", since="22:05", at="22:05")
    night.at("22:30").tell(said)  # type: ignore[arg-type]


def test_a_retrospective_entry_is_no_return(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(away("P1", "school", "23:00"))
    night.expect.raised("child_away", since="22:05", at="22:05")
    night.at("22:36").tell(check(seen="22:30", entered="22:36"))
