"""Who may say that nothing earlier can follow: the laws of the log's present, over every order of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.instants import DAY, HOUR
from shared.log.present import Present
from shared.log.steady import Steady

Event = tuple[str, int]
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("clock"), st.integers(-5_000, 5_000)),
        st.tuples(st.just("later"), st.integers(1, 3_000)),
        st.tuples(st.sampled_from(("stamp", "answer", "shut", "durable", "failed")), st.just(0)),
        st.tuples(st.just("open"), st.integers(1, 4_000)),
    ),
    max_size=60,
)


class Clocks:
    """A wall clock that may step, and a monotonic one that may not."""

    def __init__(self) -> None:
        self.wall = 1_000_000
        self.steady = 0

    def later(self, by: int) -> None:
        self.wall += by
        self.steady += by


def test_the_present_follows_the_clock_while_the_door_is_known_to_be_open() -> None:
    clocks = Clocks()
    present = Present(0, lambda: clocks.wall, lambda: clocks.steady)
    shut = present.answer()
    present.door_open(3_000)
    assert present.answer() == clocks.wall
    clocks.later(2_999)
    assert present.answer() == clocks.wall
    last = present.answer()
    clocks.later(1)
    assert present.answer() == last, "the door was not seen to be open for 3 s"
    present.door_open(3_000)
    present.door_shut()
    assert present.answer() == last
    assert shut == 0


def test_a_wall_clock_that_steps_does_not_open_the_door_for_longer() -> None:
    clocks = Clocks()
    present = Present(0, lambda: clocks.wall, lambda: clocks.steady)
    present.door_open(3_000)
    answered = present.answer()
    clocks.later(3_000)
    clocks.wall -= 10_000
    assert present.answer() == answered


def test_a_log_ahead_of_the_clock_is_not_believed_beyond_it() -> None:
    clocks = Clocks()
    present = Present(clocks.wall + 3_600_000, lambda: clocks.wall, lambda: clocks.steady, always_open=True)
    assert present.answer() == clocks.wall
    assert present.stamp() == clocks.wall + 3_600_000
    assert present.steps_back == 1


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_clock_that_jumps_by_an_hour_stops_the_present_and_no_stamp_goes_astray(jump: int) -> None:
    clocks = Clocks()
    present = Present(0, lambda: clocks.wall, lambda: clocks.steady)
    present.door_open(DAY)
    before = present.answer()
    clocks.wall += jump
    clocks.later(2_000)
    assert present.answer() == before, "nobody is missed by a clock that was set wrong"
    assert present.stamp() == before + 2_000, "what is taken lies where it belongs"
    present.settle(durable=True)
    assert present.clock_off == jump
    clocks.wall -= jump
    clocks.later(1_000)
    assert present.answer() == before + 3_000, "put right, it goes on as if nothing had been"
    assert present.clock_off == 0


def test_a_correction_by_the_time_service_is_believed() -> None:
    clocks = Clocks()
    present = Present(0, lambda: clocks.wall, lambda: clocks.steady)
    present.door_open(DAY)
    before = present.answer()
    for _ in range(10):  # each of them small: a clock that is drawn nearer, not set
        clocks.wall += 29_000
        assert present.answer() == clocks.wall
    assert clocks.wall == before + 290_000


def test_while_the_log_is_ahead_of_the_clock_the_present_does_not_pretend_to_move() -> None:
    clocks = Clocks()
    present = Present(clocks.wall + HOUR, lambda: clocks.wall, lambda: clocks.steady)
    present.door_open(DAY)
    stands = present.answer()
    clocks.later(HOUR - 1)
    assert present.answer() == stands
    assert present.ahead == 1
    clocks.later(1)
    assert present.answer() == clocks.wall
    assert present.ahead == 0


def test_a_clock_that_stood_behind_the_log_and_is_put_right_is_believed_at_once() -> None:
    clocks = Clocks()
    present = Present(clocks.wall + HOUR, lambda: clocks.wall, lambda: clocks.steady)
    present.door_open(DAY)
    stands = present.answer()
    clocks.later(5_000)
    assert present.answer() == stands
    clocks.wall += HOUR
    assert present.answer() == clocks.wall
    assert present.clock_off == 0


def test_a_process_that_was_stopped_between_its_two_clocks_looks_again() -> None:
    clocks = Clocks()
    stops = iter([0, 0, 120_000, 0, 0])

    def wall() -> int:
        clocks.later(next(stops, 0))
        return clocks.wall

    steady = Steady(wall, lambda: clocks.steady)
    assert steady.now() == clocks.wall
    assert steady.now() == clocks.wall
    assert steady.off == 0


def test_a_process_that_was_stopped_does_not_believe_in_the_door_of_before() -> None:
    clocks = Clocks()
    present = Present(0, lambda: clocks.wall, lambda: clocks.steady)
    present.door_open(4_000)
    before, asked = present.answer(), clocks.steady
    clocks.later(120_000)  # the probe's answer waited, and is read only now
    assert not present.door_still_open(4_000, asked)
    present.door_open(4_000, asked)
    assert present.answer() == before


@given(events=EVENTS, last=st.integers(990_000, 1_010_000))
def test_stamps_and_presents_never_overtake_each_other(events: list[Event], last: int) -> None:
    clocks = Clocks()
    present = Present(last, lambda: clocks.wall, lambda: clocks.steady)
    answered, stamped, under_way = 0, last, None
    for event, amount in events:
        if event == "clock":
            clocks.wall += amount
        elif event == "later":
            clocks.later(amount)
        elif event == "open":
            present.door_open(amount)
        elif event == "shut":
            present.door_shut()
        elif event == "stamp" and under_way is None:
            under_way = present.stamp()
            assert under_way >= max(answered, stamped)
            assert under_way >= clocks.wall or present.clock_off
        elif event in ("durable", "failed") and under_way is not None:
            present.settle(durable=event == "durable")
            stamped = under_way if event == "durable" else stamped
            under_way = None
        elif event == "answer":
            now = present.answer()
            assert now >= answered
            assert under_way is None or now <= under_way
            answered = now
