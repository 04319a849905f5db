"""Pager time: deadlines wait for the monitors, but never longer than `blind_after`; no wall clock is asked."""

from services.pager.engine.time import PagerTime, Stood
from shared.instants import MINUTE, SECOND, Duration, Instant

T: Instant = 1_000_000_000


def goes_on(time: PagerTime, at: Instant, monotonic: Duration, published: Instant | None = None) -> None:
    """The log's present comes to `at`; whoever wants to know is told where the alerts end, and has read so far."""
    time.see(at, at if published is None else published, 0, monotonic)
    if (asked := time.asks()) is not None:
        time.asked(asked, 0)


def test_a_deadline_waits_until_what_the_monitors_have_published_was_read() -> None:
    time = PagerTime(MINUTE)
    time.see(T, T - 5 * SECOND, 10, 0)
    assert time.best(0) == T
    assert time.asks() == T - 5 * SECOND
    time.asked(T - 5 * SECOND, 12)
    assert time.asks() is None
    time.see(T + 2 * SECOND, T + SECOND, 11, 2000)
    assert time.settled(2000) < T - 5 * SECOND
    time.see(T + 3 * SECOND, T + SECOND, 12, 3000)
    assert time.settled(3000) == T - 5 * SECOND
    assert time.asks() == T + SECOND


def test_a_monitor_that_is_sick_holds_nobody_up_for_longer_than_a_minute() -> None:
    time = PagerTime(MINUTE)
    for second in range(0, 70, 2):
        goes_on(time, T + second * SECOND, second * SECOND, published=T)
        assert time.settled(second * SECOND) <= max(T, T + second * SECOND - MINUTE) or second > 60
    assert time.settled(68 * SECOND) == T + 68 * SECOND


def test_while_the_log_stands_still_the_monotonic_clock_goes_on() -> None:
    time = PagerTime(MINUTE)
    for second in (0, 2, 4):
        goes_on(time, T + second * SECOND, second * SECOND)
    assert time.settled(4 * SECOND) <= T + 4 * SECOND
    later = 4 * SECOND + 5 * MINUTE
    goes_on(time, T + 4 * SECOND, 6 * SECOND)
    goes_on(time, T + 4 * SECOND, later)
    assert time.settled(later) == time.best(later) == T + later


def test_it_never_goes_back() -> None:
    time = PagerTime(MINUTE)
    goes_on(time, T, 0)
    ahead = time.best(10 * SECOND)
    goes_on(time, T + SECOND, 11 * SECOND)
    assert time.best(11 * SECOND) >= ahead


# -- a restart


def test_nothing_is_kept_while_all_goes_on() -> None:
    time = PagerTime(MINUTE)
    for second in range(60):
        goes_on(time, T + second * SECOND, second * SECOND)
        assert time.to_keep(second * SECOND) is None


def test_how_long_the_log_stood_still_survives_a_restart_while_it_does() -> None:
    time = PagerTime(MINUTE)
    for second in range(4):
        goes_on(time, T + second * SECOND, second * SECOND)
    kept: list[Stood] = []
    for second in range(4, 121):
        goes_on(time, T + 3 * SECOND, second * SECOND)
        if (stood := time.to_keep(second * SECOND)) is not None:
            kept.append(stood)
    assert 20 <= len(kept) <= 24
    again, started = PagerTime(MINUTE, kept[-1]), 7_777_777  # on another machine: another monotonic clock
    goes_on(again, T + 3 * SECOND, started)
    assert again.stands(started)
    assert again.settled(started) == again.best(started)
    assert T + 114 * SECOND < again.best(started) <= T + 120 * SECOND
    now = again.best(started)
    assert again.best(started + SECOND) == now + SECOND


def test_of_a_log_that_goes_on_nobody_remembers_how_long_it_had_stood() -> None:
    stood = Stood(T, 10 * MINUTE, T, 10 * MINUTE)
    again = PagerTime(MINUTE, stood)
    goes_on(again, T + 11 * MINUTE, 0, published=T + 11 * MINUTE)
    assert again.best(0) == T + 11 * MINUTE
    assert not again.stands(0)
    assert again.settled(0) <= T + 10 * MINUTE


def test_a_monitor_that_was_sick_before_the_restart_is_not_waited_for_anew() -> None:
    again = PagerTime(MINUTE, Stood(T + 5 * MINUTE, 0, T, 2 * MINUTE))
    goes_on(again, T + 6 * MINUTE, 0, published=T)
    assert again.stands(0)
    assert again.settled(0) == T + 6 * MINUTE
