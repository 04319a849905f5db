"""What is told of a record that is passed over because its id is known with other content."""

import pytest

from shared.course import CONFLICT
from shared.facts import Fact
from shared.log.base import Record
from shared.runner.seensieve import in_its_place, tell
from shared.runner.sieve import Sifted
from shared.topics import ALERTS, CHECK_INS, REJECTED


def told(topic: str, *, same: bool) -> Sifted:
    sifted = Sifted()
    tell(Record(topic, 7, 0, "H1", "an-id", "hash", b"{}"), same, sifted)
    return sifted


def test_what_is_told_of_a_record_without_a_key_is_itself_never_turned_away() -> None:
    """Else each telling would be told of, for ever."""
    told_of = Fact(REJECTED, 0, "", "an-id", "fact.rejected.v1", "x", "s", "a", 0, 0, {})
    record = Record(REJECTED, 7, 0, "", "an-id", "hash", b"{}")
    assert all(in_its_place(record, told_of, partition, 8) for partition in range(8))


@pytest.mark.parametrize("topic", [CHECK_INS, ALERTS, REJECTED])
def test_of_the_same_nothing_is_told(topic: str) -> None:
    assert told(topic, same=True) == Sifted()


def test_an_input_of_other_content_is_turned_away() -> None:
    assert [reason for _, reason in told(CHECK_INS, same=False).turned_away] == [CONFLICT]


def test_a_derived_event_of_other_content_is_told_to_the_observer() -> None:
    assert told(ALERTS, same=False).differed == ["an-id"]


def test_what_was_turned_away_once_is_no_difference_when_it_is_turned_away_from_another_place() -> None:
    assert told(REJECTED, same=False) == Sifted()
