"""Pager time: deadlines wait for the monitors, but never longer than `blind_after`."""

from services.pager.engine.time import PagerTime
from shared.instants import MINUTE, SECOND, Instant

T: Instant = 1_000_000_000


def test_a_deadline_waits_until_the_monitors_have_published_beyond_it_and_that_was_read() -> None:
    time = PagerTime(MINUTE)
    time.see(T, T - 5 * SECOND, wall=T + 1, monotonic=0)
    assert time.best(0) == T
    assert time.settled(0) < T - 5 * SECOND
    time.see(T + 2 * SECOND, T + SECOND, wall=T + 2 * SECOND + 1, monotonic=2000)
    assert time.settled(2000) == T - 5 * SECOND
    time.see(T + 4 * SECOND, T + 4 * SECOND, wall=T + 4 * SECOND + 1, monotonic=4000)
    assert time.settled(4000) == T + SECOND


def test_a_monitor_that_is_sick_holds_nobody_up_for_longer_than_a_minute() -> None:
    time = PagerTime(MINUTE)
    for second in range(0, 70, 2):
        time.see(T + second * SECOND, T, wall=T + second * SECOND + 1, monotonic=second * SECOND)
        assert time.settled(second * SECOND) <= max(T, T + second * SECOND - MINUTE) or second > 60
    assert time.settled(68 * SECOND) == T + 68 * SECOND


def test_while_the_log_stands_still_the_monotonic_clock_goes_on() -> None:
    time = PagerTime(MINUTE)
    for second in (0, 2, 4):
        time.see(
            T + second * SECOND, T + second * SECOND, wall=T + second * SECOND, monotonic=second * SECOND
        )
    assert time.settled(4 * SECOND) <= T + 4 * SECOND
    later = 4 * SECOND + 5 * MINUTE
    time.see(T + 4 * SECOND, T + 4 * SECOND, wall=T + 6 * SECOND, monotonic=6 * SECOND)
    time.see(T + 4 * SECOND, T + 4 * SECOND, wall=T + later, monotonic=later)
    assert time.settled(later) == time.best(later) == T + later


def test_it_never_goes_back() -> None:
    time = PagerTime(MINUTE)
    time.see(T, T, wall=T, monotonic=0)
    ahead = time.best(10 * SECOND)
    time.see(T + SECOND, T + SECOND, wall=T + SECOND, monotonic=11 * SECOND)
    assert time.best(11 * SECOND) >= ahead
