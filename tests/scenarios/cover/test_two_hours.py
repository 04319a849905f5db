"""*A one-to-one session (or what is left of it since the last break of the worker) longer than 2 h →
`observer_overrun`; resolved `restored` by a break, `ended` by the session's end.* (DOMAIN.md §4, Two hours)"""

import pytest

from tests.scenarios.cover_facts import (
    agreed,
    asks,
    handed_over,
    house,
    off_duty,
    on_duty,
    overrun,
    rest,
    rested,
    with_child,
)
from tests.scenarios.facts import Said, away
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")

QUIET = asks(0)


def test_it_is_told_at_exactly_two_hours(night: Night) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"))
    night.until("22:00")
    night.expect.nothing()
    night.until("22:00:00.001")
    overrun(night, since="20:00", at="22:00", placement_id="P1")


@pytest.mark.parametrize("told", [rest("W1"), off_duty("W1"), with_child("W1"), handed_over("W1", "W2")])
def test_what_ends_it_at_exactly_two_hours_is_in_time(night: Night, told: Said) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"))
    night.at("22:00").tell(told)
    night.until("23:59")


ENDS = {
    "a break": ("restored", rest("W1")),
    "a break with a relief": ("restored", rest("W1", relief="W2")),
    "its end": ("ended", off_duty("W1")),
    "a second start": ("ended", with_child("W1")),
    "a start in another role": ("ended", on_duty("W1")),
    "a handover": ("ended", handed_over("W1", "W2")),
}


@pytest.mark.parametrize(("how", "told"), ENDS.values(), ids=ENDS)
def test_it_is_resolved_by(night: Night, how: str, told: Said) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"))
    night.until("22:10")
    long = overrun(night, since="20:00", at="22:00")
    fact = night.at("22:10").tell(told)
    long.resolved(how, at="22:10", by=fact)
    night.until("23:59")


def test_after_a_break_it_runs_anew_from_the_breaks_end(night: Night) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"))
    night.at("21:40").tell(rest("W1"))
    night.at("21:45").tell(rested("W1"))
    night.until("23:46")
    overrun(night, since="21:45", at="23:45")


def test_on_a_break_it_does_not_run(night: Night) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"))
    night.at("21:40").tell(rest("W1"))
    night.until("04:00")


def test_an_overrun_after_an_overrun_is_another(night: Night) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"))
    night.until("22:10")
    first = overrun(night, since="20:00", at="22:00")
    pause = night.at("22:10").tell(rest("W1"))
    first.resolved("restored", at="22:10", by=pause)
    night.at("22:20").tell(rested("W1"))
    night.until("00:21")
    overrun(night, since="22:20", at="00:20")


def test_it_never_worsens(night: Night) -> None:
    house(night, QUIET).at("20:30").tell(with_child("W1"))
    night.until("22:31")
    overrun(night, since="20:30", at="22:30")
    night.until("06:00")


@pytest.mark.parametrize("role", ["waking", "sleep_in"])
def test_other_roles_do_not_overrun(night: Night, role: str) -> None:
    house(night, QUIET).at("20:00").tell(on_duty("W1", role=role))
    night.until("06:00")


def test_a_relief_does_not_overrun(night: Night) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"), on_duty("W2"))
    night.at("20:10").tell(rest("W1", relief="W2"))
    night.until("06:00")


def test_a_one_to_one_worker_who_relieves_elsewhere_goes_on_without_a_break(night: Night) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"), on_duty("W2"))
    night.at("20:10").tell(rest("W2", relief="W1"))
    night.until("22:01")
    overrun(night, since="20:00", at="22:00")


def test_whether_the_child_needs_it_does_not_matter(night: Night) -> None:
    """*A one-to-one session longer than 2 h*: by day, and while the child is away."""
    house(night, QUIET).at("20:00").tell(with_child("W1"), agreed(1, None))
    night.at("20:30").tell(away("P1", "school", "23:00"))
    night.until("22:01")
    overrun(night, since="20:00", at="22:00")


def test_who_takes_over_and_keeps_his_own_session_runs_on(night: Night) -> None:
    house(night, QUIET, ("P1", "P2")).at("20:00").tell(with_child("W1", "P1"))
    night.at("20:30").tell(with_child("W2", "P2"))
    night.at("21:00").tell(handed_over("W1", "W2"))
    night.until("22:31")
    overrun(night, since="20:30", at="22:30", worker="W2", placement_id="P2")


def test_a_session_that_begins_when_it_was_told_runs_from_then(night: Night) -> None:
    """*On the log's clock*: nobody is told of two hours that the system had not seen begin."""
    house(night, QUIET).at("21:00").tell(with_child("W1", time="20:00"))
    night.until("23:01")
    overrun(night, since="21:00", at="23:00")


def test_a_break_told_for_later_ends_it_then(night: Night) -> None:
    house(night, QUIET).at("20:00").tell(with_child("W1"))
    pause = night.at("21:50").tell(rest("W1", time="22:10"))
    night.until("22:20")
    overrun(night, since="20:00", at="22:00").resolved("restored", at="22:10", by=pause)


def test_it_is_told_of_a_home_that_nobody_has_registered_yet(night: Night) -> None:
    night.at("20:00").tell(with_child("W1"))
    night.until("22:01")
    overrun(night, since="20:00", at="22:00", placement_id="P1")
