"""DOMAIN.md §6: *one home, one page*: a home of which nothing is heard."""

import pytest

from tests.scenarios.answer_facts import has
from tests.scenarios.facts import away, check, ended, every, started
from tests.scenarios.night import Heard, Night

pytestmark = pytest.mark.services("checks", "alerts")


def two_missed(night: Night) -> tuple[Heard, Heard]:
    """P1 and P2 were seen at 22:05 for the last time, and are missed at 22:22."""
    night.watch(every(15, grace=2)).tell(started("P2"))
    night.at("22:05").tell(check("P1"), check("P2"))
    night.until("22:23")
    missed = [
        night.expect.raised("check_missed", child, since="22:05", deadline="22:20", at="22:22")
        for child in ("P1", "P2")
    ]
    return missed[0], missed[1]


def silent(night: Night) -> tuple[Heard, Heard, Heard]:
    first, second = two_missed(night)
    members = sorted((first.id, second.id))
    return (
        night.expect.raised("home_silent", about={}, since="22:05", at="22:22", members=members),
        first,
        second,
    )


def test_two_checks_missed_and_nothing_heard_for_15_minutes_is_a_silent_home(night: Night) -> None:
    silent(night)


def test_any_word_from_the_home_ends_it_and_its_members_go_on(night: Night) -> None:
    home, first, _ = silent(night)
    seen = night.at("22:30").tell(check("P1"))
    night.until("22:31")
    home.resolved("restored", at="22:30", by=seen)
    first.resolved("late", at="22:30", by=seen)
    seen = night.at("22:32").tell(check("P2"))
    night.expect.take("alert.resolved.v1", night.text("22:32"), {"fact_id": seen}, {})


def test_whoever_has_it_has_its_members_until_the_shortest_of_their_limits(night: Night) -> None:
    home, first, second = silent(night)
    night.at("22:24").tell(has(home.id, until="23:24"))
    night.until("22:25")
    home.acknowledged("M1", until="23:24", at="22:24")
    for member in (first, second):
        member.acknowledged("M1", until="22:54", at="22:24")
    night.until("22:55")
    for level, at in ((2, "22:37"), (3, "22:52")):
        for member in (first, second):
            member.worsened(level, at=at)
    for member in (first, second):
        member.reopened(at="22:54")


def test_a_new_member_reopens_it(night: Night) -> None:
    night.watch(every(15, grace=2)).tell(started("P2"), started("P3"))
    night.at("22:05").tell(check("P1"), check("P2"))
    night.at("22:06").tell(check("P3"))
    night.until("22:22:30")
    for child in ("P1", "P2"):
        night.expect.raised("check_missed", child, since="22:05", deadline="22:20", at="22:22")
    home = night.expect.raised("home_silent", about={}, since="22:06", at="22:22")
    night.at("22:22:40").tell(has(home.id, until="23:00"))
    night.until("22:23:30")
    home.acknowledged("M1", until="23:00", at="22:22:40")
    for _ in range(2):
        night.expect.take("alert.acknowledged.v1", night.text("22:22:40"), {"by": "M1"}, {})
    night.expect.raised("check_missed", "P3", since="22:06", deadline="22:21", at="22:23")
    home.reopened(at="22:23")


def test_one_check_missed_is_no_silent_home(night: Night) -> None:
    night.watch(every(15, grace=2)).until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_the_end_of_a_childs_stay_is_no_word_of_the_home(night: Night) -> None:
    _, first, _ = silent(night)
    night.at("22:30").tell(ended("P1"))
    night.until("22:31")
    first.resolved("ended", at="22:30", by="placement-6")


def test_a_child_told_missing_is_no_word_of_the_home_and_joins_nothing(night: Night) -> None:
    _, first, _ = silent(night)
    gone = night.at("22:30").tell(away("P1", "missing", "06:00"))
    night.until("22:31")
    first.resolved("disposition", at="22:30", by=gone)
    night.expect.raised("child_missing", since="22:30", at="22:30")
    night.expect.raised("child_away", since="22:30", at="22:30")
