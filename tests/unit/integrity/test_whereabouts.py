"""Where a child was by the facts' own times, in whatever order they were told."""

from services.integrity import whereabouts
from services.integrity.whereabouts import KEPT, NO_MOVES, Moves, Where, where

NOW = 10_000_000_000


def stay(since: int = 100) -> Moves:
    return whereabouts.started(NO_MOVES, since, NOW)


def test_a_stay_begins_and_ends_with_its_instants() -> None:
    moves = whereabouts.ended(stay(), 200, NOW)
    assert [where(moves, at) for at in (99, 100, 199, 200)] == [
        Where.ELSEWHERE,
        Where.PRESENT,
        Where.PRESENT,
        Where.ELSEWHERE,
    ]


def test_an_absence_told_late_is_ended_by_the_first_valid_check_in_it() -> None:
    moves = whereabouts.away(stay(), 150, [(120, b"a"), (170, b"b"), (180, b"c")])
    assert [where(moves, at) for at in (149, 150, 169, 170)] == [
        Where.PRESENT,
        Where.AWAY,
        Where.AWAY,
        Where.PRESENT,
    ]


def test_a_check_that_was_withdrawn_ended_nothing_and_the_next_one_did() -> None:
    moves = whereabouts.seen(whereabouts.away(stay(), 150, ()), 160, b"a")
    moves = whereabouts.unseen(moves, b"a", [(120, b"x"), (170, b"b")])
    assert [where(moves, at) for at in (160, 169, 170)] == [Where.AWAY, Where.AWAY, Where.PRESENT]
    assert where(whereabouts.unseen(moves, b"b", ()), 170) is Where.AWAY


def test_an_end_told_while_none_is_open_cancels_those_promised() -> None:
    moves = whereabouts.away(stay(), NOW + 50, ())
    moves = whereabouts.back(moves, NOW - 5, NOW, is_away=False)
    assert where(moves, NOW + 60) is Where.PRESENT


def test_of_two_ends_to_come_the_earlier_holds() -> None:
    later = whereabouts.ended(stay(), NOW + 50, NOW)
    assert where(whereabouts.ended(later, NOW + 20, NOW), NOW + 30) is Where.ELSEWHERE
    assert where(whereabouts.ended(later, NOW + 90, NOW), NOW + 60) is Where.ELSEWHERE


def test_a_start_told_anew_before_it_began_takes_the_place_of_the_first() -> None:
    promised = whereabouts.started(NO_MOVES, NOW + 50, NOW)
    moves = whereabouts.started(promised, NOW + 90, NOW)
    assert where(moves, NOW + 60) is Where.ELSEWHERE
    assert where(moves, NOW + 90) is Where.PRESENT


def test_an_end_from_before_the_start_ends_the_stay_at_its_start() -> None:
    assert where(whereabouts.ended(stay(100), 50, NOW), NOW) is Where.ELSEWHERE


def test_what_is_old_is_one_state() -> None:
    moves = stay()
    for day in range(8):
        moves = whereabouts.away(moves, NOW - KEPT * 9 + day * KEPT, ())
        moves = whereabouts.back(moves, NOW - KEPT * 9 + day * KEPT + 10, NOW, is_away=True)
    moves = whereabouts.away(moves, NOW - KEPT - 7, ())
    pruned = whereabouts.pruned(moves, NOW)
    assert len(pruned) == 2
    assert where(pruned, NOW) is where(moves, NOW) is Where.AWAY
    assert whereabouts.settled_since(pruned) is None
    assert whereabouts.settled_since(stay()) == 100
