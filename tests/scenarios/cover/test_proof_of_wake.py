"""*Proof of wake of a worker: a session start, a break's end, an answered prompt or round, any check (an attempt too)
or an accepted handover, that he records himself; at the moment he did it (not after `appended_at`); never a
retrospective one. It is the worker's, not the session's.* (DOMAIN.md §4, Proof of wake)"""

import pytest

from tests.scenarios.cover_facts import (
    agreed,
    asks,
    checked,
    gap,
    handed_over,
    house,
    off_duty,
    on_duty,
    proved,
    rest,
    rested,
)
from tests.scenarios.facts import Said, away, started, withdrawn
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")

PROOFS = {
    "a prompt": proved("W1"),
    "a round": proved("W1", how="round"),
    "a check": checked("W1"),
    "an attempt": checked("W1", outcome="not_seen"),
    "a child not found": checked("W1", outcome="not_found"),
    "a check without a sign of life": checked("W1", sign=None),
    "a check of nobody": checked("W1", child="P9"),
    "the end of a break that was none": rested("W1"),
    "a handover from nobody": handed_over("W9", "W1"),
    "a handover to oneself": handed_over("W1", "W1"),
    "what somebody else is told to have done": proved("W2", by="W1"),
    "a second start": on_duty("W1"),
}
NO_PROOFS = {
    "somebody else's word for him": proved("W1", by="W2"),
    "somebody else's check": checked("W2"),
    "a handover that was not accepted": handed_over("W9", "W1", accepted=False),
    "the end of another session": off_duty("W2", by="W1"),
    "a break of somebody who has no session": rest("W2", relief="W1"),
    "an entry more than five minutes later": proved("W1", "22:40", entered="22:45:00.001"),
}


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_what_proves_that_he_was_awake(night: Night, proof: Said) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(proof)
    night.until("23:46")
    gap(night, since="23:40", at="23:45", lapsed=["W1"])


@pytest.mark.parametrize("told", NO_PROOFS.values(), ids=NO_PROOFS)
def test_what_does_not(night: Night, told: Said) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:46").tell(told)
    night.until("23:06")
    gap(night, since="23:00", at="23:05", lapsed=["W1"])


def test_an_entry_five_minutes_later_is_not_retrospective(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:45").tell(proved("W1", "22:40", entered="22:45"))
    night.until("23:46")
    gap(night, since="23:40", at="23:45")


@pytest.mark.parametrize("at", ["22:59:59.999", "23:00"])
def test_a_lapse_begins_exactly_at_the_last_proof_and_proof_every(night: Night, at: str) -> None:
    """At that very instant he is no longer evidenced; what he does then is a proof again, so nothing is short."""
    house(night).at("22:00").tell(on_duty("W1"))
    night.at(at).tell(proved("W1"))
    night.until("23:58")


def test_a_proof_a_millisecond_after_the_lapse_ends_a_shortage_that_nobody_was_told_of(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("23:00:00.001").tell(proved("W1"))
    night.until("23:59")


def test_it_is_at_the_moment_he_did_it_not_when_it_was_told(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:58").tell(proved("W1", "22:30"))
    night.until("23:36")
    gap(night, since="23:30", at="23:35")


def test_one_of_a_time_to_come_is_at_the_moment_it_was_told(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:30").tell(proved("W1", "22:50"))
    night.until("23:36")
    gap(night, since="23:30", at="23:35")


def test_a_start_told_for_later_proves_at_once(night: Night) -> None:
    house(night, asks(proof=30)).at("21:50").tell(on_duty("W1", "22:03"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25", lapsed=["W1"])


def test_an_older_one_that_is_told_later_takes_nothing_back(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(proved("W1"))
    night.at("22:41").tell(checked("W1", "22:20"))
    night.until("23:39")


def test_it_is_the_workers_not_the_sessions(night: Night) -> None:
    house(night).at("21:50").tell(checked("W1"))
    night.at("22:00").tell(on_duty("W1", by="RM1"))
    night.until("22:56")
    gap(night, since="22:50", at="22:55", lapsed=["W1"])


def test_who_was_signed_in_by_somebody_else_has_proved_nothing(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1", by="RM1"))
    night.until("22:06")
    gap(night, since="22:00", at="22:05", evidenced=0, lapsed=["W1"])


def test_a_withdrawn_check_was_recorded_all_the_same(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(checked("W1", id="c1"))
    night.at("22:45").tell(withdrawn("c1"))
    night.until("23:39")


# -- how long it holds


def test_a_plan_that_states_none_means_an_hour(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.until("23:06")
    gap(night, since="23:00", at="23:05")


def test_the_smallest_among_the_children_present_holds(night: Night) -> None:
    house(night, asks(proof=90), ("P1", "P2")).at("20:30").tell(agreed(1, asks(proof=20), "P2"))
    night.at("22:00").tell(on_duty("W1"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25")


def test_a_child_who_needs_nobody_awake_asks_for_proofs_too(night: Night) -> None:
    house(night, asks(proof=90), ("P1", "P2")).at("20:30").tell(agreed(1, asks(0, proof=20), "P2"))
    night.at("22:00").tell(on_duty("W1"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25")


def test_only_a_night_window_that_holds_the_instant_asks(night: Night) -> None:
    house(night, asks(proof=90), ("P1", "P2")).at("20:30").tell(
        agreed(1, asks(0, "23:00", "23:10", proof=20), "P2")
    )
    night.at("22:00").tell(on_duty("W1"))
    night.until("23:09")
    short = gap(night, since="23:00", at="23:05", lapsed=["W1"])
    night.until("23:11")
    short.resolved("restored", at="23:10")


def test_a_child_who_is_away_asks_for_no_proofs(night: Night) -> None:
    house(night, asks(proof=90), ("P1", "P2")).at("20:30").tell(agreed(1, asks(proof=20), "P2"))
    night.at("21:00").tell(away("P2", "school", "23:30"))
    night.at("22:00").tell(on_duty("W1"))
    night.until("23:20")


def test_where_a_plan_asks_more_often_from_now_on_a_lapse_may_begin_now(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(agreed(1, asks(proof=20)))
    night.until("22:46")
    gap(night, since="22:40", at="22:45", lapsed=["W1"])


def test_a_child_who_comes_to_live_there_may_ask_more_often(night: Night) -> None:
    house(night, asks(proof=60)).at("21:30").tell(agreed(1, asks(proof=20), "P2"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(started("P2"))
    night.until("22:46")
    gap(night, since="22:40", at="22:45")
