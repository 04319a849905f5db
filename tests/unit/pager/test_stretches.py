"""Which alerts wait after a blind stretch, and that a pager which dies forgets none of it."""

from services.pager.stretches import REOPEN_HOLD, Standing, Stretches
from shared.instants import MINUTE, SECOND, Instant

T: Instant = 1_000_000_000
LATER: Instant = T + 20 * MINUTE


def test_a_stretch_ends_where_the_present_came_to_and_is_kept_at_once() -> None:
    known = Stretches(T)
    known.moved(LATER)
    assert known.turned() == Standing(None, T, LATER)
    assert known.turned() is None
    again = Stretches(LATER, Standing(None, T, LATER))
    for each in (known, again):
        assert each.hold(T + MINUTE, LATER) == LATER + REOPEN_HOLD
        assert each.hold(T, LATER) is None
        assert each.hold(T + MINUTE, LATER - 1) is None
        assert each.hold(LATER + 1, LATER + 1) is None


def test_facts_of_the_stretch_do_not_cut_it_short_nor_does_a_death_among_them() -> None:
    known = Stretches(T)
    known.moved(T + 10 * MINUTE)
    known.took()
    kept = known.turned()
    assert kept == Standing(T)
    again = Stretches(T + 10 * MINUTE, kept)
    for each in (known, again):
        each.moved(LATER)
        assert each.turned() == Standing(None, T, LATER)
        assert each.hold(T + 5 * MINUTE, LATER + 1) == LATER + REOPEN_HOLD


def test_a_present_that_moves_as_it_does_is_worth_no_row() -> None:
    known = Stretches(T)
    for second in range(1, 300):
        known.moved(T + second * SECOND)
        if second % 3:
            known.took()
        assert known.turned() is None
    assert known.hold(T + MINUTE, T + 5 * MINUTE) is None


def test_who_reads_a_log_from_its_start_has_seen_nothing_stand_still() -> None:
    new = Stretches()
    for at in (T, T + 10 * MINUTE):
        new.moved(at)
        new.took()
        assert new.turned() is None
    new.moved(LATER)
    assert new.turned() is None
