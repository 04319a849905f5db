"""The journal of a home's checks: what goes in comes out, and what is forgotten is never missed by a neighbour."""

import pytest

from services.integrity.ids import mark_of, packed, unpacked
from services.integrity.journal import MANUAL, SIZE, SPARE, VALID, WHOLE_FOR, Journal, room_mark
from shared.instants import HOUR, MINUTE, SECOND, Instant

START: Instant = 1_770_000_000_000
LONG = "a fact whose id is as long as a sentence"


def add(journal: Journal, at: Instant, id_: str, child: int = 1, worker: int = 0, flags: int = VALID) -> None:
    journal.add(at, at + SECOND, at + SECOND, worker, child, room_mark("R1"), flags, id_)


@pytest.mark.parametrize(
    "id_",
    [
        "018f2b3c-1234-7abc-89de-0123456789ab",
        "018F2B3C-1234-7ABC-89DE-0123456789AB",
        "00000000-0000-0000-0000-000000000000",
        "018f2b3c-1234-7abc-89de-0123456789ax",
        "018f2b3c-1234-7abc-89de--123456789ab",
        "c",
        "é",
        "exactly 15 long",
        "exactly 16 longs",
        LONG,
    ],
)
def test_any_id_comes_out_as_it_went_in(id_: str) -> None:
    journal = Journal()
    add(journal, START, "another")
    add(journal, START, id_)
    entry = journal.entries()[1]
    assert journal.id_of(entry) == id_
    assert journal.find(id_) == entry
    assert journal.seen_at(1, id_) == START
    again = Journal()
    again.restore(bytes(journal.recent), journal.state())
    assert again.id_of(entry) == id_


def test_only_a_plain_uuid_is_packed_as_one() -> None:
    how, raw = packed("018f2b3c-1234-7abc-89de-0123456789ab")
    assert (how, len(raw)) == (0, 16)
    assert unpacked(how, raw) == "018f2b3c-1234-7abc-89de-0123456789ab"
    assert packed("018F2B3C-1234-7ABC-89DE-0123456789AB")[1] == b""
    assert packed("018f2b3c-1234-7abc-89de-0123456789 b")[1] == b""


def test_recent_ones_are_kept_whole_and_older_ones_fade() -> None:
    journal = Journal()
    for number in range(60):
        add(journal, START + number * 5 * MINUTE, f"c{number}")
    now = START + 59 * 5 * MINUTE
    journal.tidy(now, ())
    assert [journal.id_of(each) for each in journal.entries()] == [f"c{number}" for number in range(35, 60)]
    assert journal.entries()[0].at >= now - WHOLE_FOR
    assert journal.find("c34") is None
    assert journal.seen_at(1, "c34") == START + 34 * 5 * MINUTE
    assert journal.seen_at(2, "c34") is None
    between = dict(journal.seen_between(1, START + 33 * 5 * MINUTE, START + 37 * 5 * MINUTE))
    assert set(between.values()) == {mark_of(f"c{number}") for number in (33, 34, 35, 36)}


def test_a_childs_last_valid_checks_are_kept_however_old() -> None:
    journal = Journal()
    for number in range(30):
        add(journal, START + number * HOUR, f"a{number}")
        add(journal, START + number * HOUR, f"b{number}", child=2, flags=0)
    journal.tidy(START + 300 * HOUR, ())
    assert [journal.id_of(each) for each in journal.valid(1)] == [f"a{number}" for number in range(20, 30)]
    assert not [each for each in journal.entries() if each.child == 2 and each.at < START + 24 * HOUR]


def test_a_workers_last_checks_are_kept_as_far_as_a_run_by_hand_can_reach() -> None:
    journal = Journal()
    for number in range(40):
        add(journal, START + number, f"m{number}", child=0, worker=7, flags=MANUAL)
    for number in range(8):
        add(journal, START + 100 + number, f"p{number}", child=0, worker=7, flags=0)
    for number in range(100):
        add(journal, START + 200 + number, f"o{number}", child=0, worker=8, flags=0)
    journal.tidy(START + 50 * HOUR, ())
    assert sum(each.worker == 7 for each in journal.entries()) == 48
    assert sum(each.worker == 8 for each in journal.entries()) == 10
    journal.tidy(START + 50 * HOUR, {7})
    assert {each.worker for each in journal.entries()} == {8}


def test_two_are_neighbours_only_where_none_between_them_was_forgotten() -> None:
    journal = Journal()
    for number in range(20):
        add(journal, START + number * MINUTE, f"c{number}")
    journal.tidy(START + 10 * HOUR, ())
    late = START + 90 * SECOND
    journal.add(late, late, START + 10 * HOUR, 0, 1, 0, VALID, "late")
    assert "late" not in [journal.id_of(each) for each in journal.valid(1)]
    assert len(journal.valid(1)) == 10


def test_what_was_withdrawn_is_not_valid_whole_or_faded() -> None:
    journal = Journal()
    for number in range(20):
        add(journal, START + number * MINUTE, f"c{number}")
    journal.tidy(START + 10 * HOUR, ())
    journal.withdraw(1, "c2")
    journal.withdraw(1, "c19")
    journal.withdraw(2, "c18")
    journal.withdraw(2, "c1")
    ever = [mark for _, mark in journal.ever_valid(1)]
    assert mark_of("c1") in ever
    assert mark_of("c2") not in ever
    assert mark_of("c19") not in ever
    assert [journal.id_of(each) for each in journal.valid(1)][-1] == "c18"


def test_a_new_stay_has_no_valid_check_but_the_child_was_seen() -> None:
    journal = Journal()
    add(journal, START, "a")
    journal.begin_again(1)
    add(journal, START + MINUTE, "b")
    assert [journal.id_of(each) for each in journal.valid(1)] == ["b"]
    assert [mark for _, mark in journal.ever_valid(1)] == [mark_of("a"), mark_of("b")]


def test_it_is_tidied_when_it_has_grown_and_comes_back_as_it_was() -> None:
    journal = Journal()
    for number in range(SPARE + 1):
        add(journal, START + number * HOUR, f"{LONG} {number}")
    assert len(journal.recent) > journal.limit
    journal.tidy(START + 100 * HOUR, ())
    assert len(journal.recent) == journal.limit - SPARE * SIZE
    again = Journal()
    again.restore(bytes(journal.recent), journal.state())
    assert again.valid(1) == journal.valid(1)
    assert again.state() == journal.state()
