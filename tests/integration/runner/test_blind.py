"""Blind: the present has not moved for `blind_after` of the monotonic clock, whatever the reason."""

from hypothesis import given
from hypothesis import strategies as st

from shared.blind import BLIND_AFTER, Watch

NIGHT = 1_772_488_800_000


def test_a_present_that_moves_is_not_blind() -> None:
    watch = Watch()
    for second in range(0, 300_000, 1_000):
        watch.see(NIGHT + second, second)
        assert watch.blind_since(second + 999) is None


def test_a_present_that_stands_is_blind_since_where_it_stands() -> None:
    watch = Watch()
    watch.see(NIGHT, 0)
    watch.see(NIGHT, 59_999)
    assert watch.blind_since(59_999) is None
    assert watch.blind_since(60_000) == NIGHT


def test_it_sees_again_as_soon_as_the_present_moves_and_says_how_far() -> None:
    watch = Watch()
    assert watch.see(NIGHT, 0) == 0
    assert watch.blind_since(120_000) == NIGHT
    assert watch.see(NIGHT + 120_000, 120_000) == 120_000
    assert watch.blind_since(120_000) is None


def test_what_was_never_seen_is_nothing_to_say_anything_about() -> None:
    assert Watch().blind_since(1 << 40) is None


@given(steps=st.lists(st.tuples(st.integers(0, 90_000), st.integers(-50, 50)), max_size=30))
def test_blind_is_exactly_no_move_for_blind_after(steps: list[tuple[int, int]]) -> None:
    watch = Watch()
    monotonic, highest, moved_at = 0, NIGHT, 0
    watch.see(NIGHT, 0)
    for waited, moved in steps:
        monotonic += waited
        watch.see(present := NIGHT + moved, monotonic)
        if present > highest:
            highest, moved_at = present, monotonic
        blind = monotonic - moved_at >= BLIND_AFTER
        assert watch.blind_since(monotonic) == (highest if blind else None)
