"""*A child present whose plan in force says `dedicated`, in its night window, requires one evidenced worker in a
one-to-one session for that child (or relieving one).* (DOMAIN.md §4, One-to-one)"""

import pytest

from tests.scenarios.cover_facts import (
    agreed,
    asks,
    checked,
    child_gap,
    house,
    off_duty,
    on_duty,
    proved,
    rest,
    rested,
    with_child,
)
from tests.scenarios.facts import away, ended
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")

ALONE = asks(0, dedicated=True)


def test_it_is_told_after_two_minutes_and_worsens_every_five(night: Night) -> None:
    house(night, ALONE)
    night.until("22:13")
    short = child_gap(night, since="22:00", at="22:02", plan_version=0)
    short.worsened(2, at="22:07", plan_version=0).worsened(3, at="22:12", plan_version=0)
    came = night.at("22:15").tell(with_child("W1"))
    night.until("22:20")
    short.resolved("restored", at="22:15", by=came)


def test_a_waking_worker_is_not_with_the_child(night: Night) -> None:
    house(night, ALONE).at("22:00").tell(on_duty("W1"))
    night.until("22:03")
    child_gap(night, since="22:00", at="22:02")


def test_a_worker_with_one_child_is_not_with_another(night: Night) -> None:
    house(night, ALONE, ("P1", "P2")).at("22:00").tell(with_child("W1", "P1"))
    night.until("22:03")
    child_gap(night, since="22:00", at="22:02", child="P2")


def test_each_child_has_a_shortage_of_its_own(night: Night) -> None:
    house(night, ALONE, ("P1", "P2"))
    night.until("22:03")
    one, other = child_gap(night, "22:00", "22:02", "P1"), child_gap(night, "22:00", "22:02", "P2")
    came = night.at("22:05").tell(with_child("W1", "P2"))
    night.until("22:08")
    other.resolved("restored", at="22:05", by=came)
    one.worsened(2, at="22:07")


def test_a_child_whose_plan_does_not_say_so_needs_nobody_for_himself(night: Night) -> None:
    house(night, asks(0), ("P1", "P2")).at("20:30").tell(agreed(1, ALONE, "P2"))
    night.at("22:00").tell(with_child("W1", "P2"))
    night.until("22:59")


def test_the_worker_with_the_child_has_to_prove_that_he_is_awake(night: Night) -> None:
    house(night, asks(0, dedicated=True, proof=15)).at("22:00").tell(with_child("W1"))
    night.at("22:10").tell(checked("W1"))
    night.until("22:28")
    short = child_gap(night, since="22:25", at="22:27")
    awake = night.at("22:30").tell(proved("W1"))
    night.until("22:31")
    short.resolved("restored", at="22:30", by=awake)


def test_a_break_without_a_relief_is_a_gap(night: Night) -> None:
    house(night, ALONE).at("22:00").tell(with_child("W1"))
    night.at("22:10").tell(rest("W1"))
    night.until("22:13")
    short = child_gap(night, since="22:10", at="22:12")
    back = night.at("22:14").tell(rested("W1"))
    night.until("22:15")
    short.resolved("restored", at="22:14", by=back)


def test_a_relief_is_with_the_child_until_the_break_ends(night: Night) -> None:
    house(night, ALONE).at("22:00").tell(with_child("W1"), on_duty("W2"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.at("22:30").tell(rested("W1"))
    night.at("22:31").tell(off_duty("W2"))
    night.until("23:29")


@pytest.mark.parametrize("told", [away("P1", "hospital", "12:00"), ended("P1"), agreed(1, asks(0))])
def test_it_ends_where_nothing_is_required_any_more(night: Night, told: object) -> None:
    house(night, ALONE)
    night.until("22:03")
    short = child_gap(night, since="22:00", at="22:02")
    why = night.at("22:05").tell(told)  # type: ignore[arg-type]
    night.until("22:30")
    short.resolved("ended", at="22:05", by=why)


def test_it_ends_with_the_window(night: Night) -> None:
    house(night, asks(0, "22:00", "22:05", dedicated=True))
    night.until("22:10")
    child_gap(night, since="22:00", at="22:02").resolved("ended", at="22:05")


def test_the_version_that_is_told_is_the_one_in_force(night: Night) -> None:
    house(night, ALONE)
    night.until("22:03")
    short = child_gap(night, since="22:00", at="22:02", plan_version=0)
    night.at("22:04").tell(agreed(3, ALONE))
    night.until("22:08")
    short.worsened(2, at="22:07", plan_version=3)


def test_two_workers_with_one_child_are_one_too_many_and_no_gap(night: Night) -> None:
    house(night, ALONE).at("22:00").tell(with_child("W1"), with_child("W2"))
    night.at("22:10").tell(rest("W1"))
    night.until("22:59")
