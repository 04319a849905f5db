"""Who was on duty by the facts' own times: in whatever order they were told."""

from itertools import permutations

import pytest

from shared.home.on_record import OnRecord, restored
from shared.home.sessions import Move

START = Move(1_000, "cover.started.v1", "W1", "sleep_in")
AGAIN = Move(2_000, "cover.started.v1", "W1", "waking")
LEAVES = Move(3_000, "cover.break_started.v1", "W1", "W2", 0)
COMES = Move(4_000, "cover.break_ended.v1", "W1")
ENDS = Move(5_000, "cover.ended.v1", "W1")


@pytest.mark.parametrize("told", list(permutations((START, AGAIN, LEAVES, COMES))))
def test_the_order_in_which_they_were_told_does_not_matter(told: tuple[Move, ...]) -> None:
    record = OnRecord()
    for move in told:
        record.tell(move)
    assert record.at(1_999)["W1"].role == "sleep_in"
    assert record.at(3_500)["W1"].on_break is not None
    assert record.at(9_000)["W1"].on_break is None
    assert record.at(9_000)["W1"].resumed == 4_000


def test_what_is_told_last_is_not_what_stands_last() -> None:
    """A start told after a break that was later: it is as of the last *moment* that all is asked."""
    record = OnRecord()
    record.tell(START)
    record.tell(LEAVES)
    record.tell(AGAIN)
    assert record.at(3_000)["W1"].on_break is not None
    assert restored(record.state()).at(3_000) == record.at(3_000)


def test_an_end_told_late_ends_what_began_before_it_alone() -> None:
    record = OnRecord()
    record.tell(START)
    record.tell(ENDS)
    record.tell(AGAIN)
    assert record.at(4_999)["W1"].since == 2_000
    assert record.at(5_000) == {}


def test_what_was_forgotten_still_stands() -> None:
    record = OnRecord()
    for move in (START, AGAIN, LEAVES):
        record.tell(move)
    record.forget(2_500)
    assert record.at(2_600)["W1"].role == "waking"
    record.tell(Move(2_700, "cover.ended.v1", "W1"))
    assert record.at(2_699)["W1"].role == "waking"
    assert record.at(9_000) == {}
