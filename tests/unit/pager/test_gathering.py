"""DOMAIN.md §6: one person, one message."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.pager.chain.gathering import RANK, WINDOW, Told, Waiting, Why, gather, rank_of
from shared.alerting import SEVERITY
from shared.instants import NEVER, SECOND, Instant


def test_a_persons_first_message_goes_at_once() -> None:
    made = gather(Told(), [Waiting("a", 5, 1, 1000)], 1000)
    assert (made.why, made.keys, made.told) == (Why.FIRST, ("a",), Told(1000, 5))


def test_what_falls_to_him_in_the_next_30_s_goes_as_one_at_their_end_worst_first() -> None:
    told = Told(1000, 9)
    waiting = [Waiting("a", 5, 1, 2000), Waiting("b", 9, 1, 3000), Waiting("c", 9, 2, 4000)]
    early = gather(told, waiting, 30_999)
    assert (early.why, early.keys, early.look_again) == (Why.GATHERS, (), 31_000)
    late = gather(told, waiting, 31_000)
    assert (late.why, late.keys, late.told) == (Why.WINDOW_OVER, ("c", "b", "a"), Told(31_000, 9))


def test_what_is_worse_than_the_last_one_told_goes_at_once_and_alone() -> None:
    made = gather(Told(1000, 5), [Waiting("a", 5, 1, 2000), Waiting("b", 6, 1, 2000)], 2000)
    assert (made.why, made.keys, made.told, made.look_again) == (Why.WORSE, ("b",), Told(1000, 6), 31_000)


def test_a_window_of_a_clock_that_was_put_back_holds_nobody_up() -> None:
    assert gather(Told(90_000, 9), [Waiting("a", 1, 1, 1000)], 1000).keys == ("a",)


def test_every_kind_that_is_told_has_its_rank() -> None:
    assert set(RANK) == {kind for kind, severity in SEVERITY.items() if severity != "info"}
    pages = {rank_of(kind) for kind in RANK if SEVERITY[kind] == "page"}
    assert min(pages) > max(rank_of(kind) for kind in RANK if SEVERITY[kind] == "notify")


_NEWS = st.lists(st.tuples(st.integers(0, 120 * SECOND), st.integers(1, 4)), max_size=25)


@given(_NEWS)
def test_nothing_is_dropped_or_waits_beyond_the_window_and_a_person_has_one_message_in_30_s_but_for_worse(
    news: list[tuple[Instant, int]],
) -> None:
    arrivals = sorted((at, f"{index}", rank) for index, (at, rank) in enumerate(news))
    told, waiting, sent = Told(), dict[str, Waiting](), list[tuple[Instant, Why, tuple[str, ...]]]()
    ranks = {key: rank for _, key, rank in arrivals}
    moments = sorted({at for at, _, _ in arrivals})
    while moments:
        now = moments.pop(0)
        waiting |= {key: Waiting(key, rank, 1, at) for at, key, rank in arrivals if at == now}
        made = gather(told, list(waiting.values()), now)
        if made.why is Why.WORSE:
            assert min(ranks[key] for key in made.keys) > told.rank
        told = made.told
        if made.keys:
            sent.append((now, made.why, made.keys))
        for key in made.keys:
            assert now - waiting.pop(key).ready_at <= WINDOW
        if made.look_again != NEVER and made.look_again not in moments:
            moments = sorted([*moments, made.look_again])
    assert not waiting
    assert sorted(key for _, _, keys in sent for key in keys) == sorted(ranks)
    plain = [at for at, why, _ in sent if why is not Why.WORSE]
    assert all(later - earlier >= WINDOW for earlier, later in pairwise(plain))
