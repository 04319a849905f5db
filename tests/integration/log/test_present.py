"""Who may say that nothing earlier can follow: the laws of the log's present, over every order of events."""

from hypothesis import given
from hypothesis import strategies as st

from shared.log.present import Present

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
            assert under_way >= max(answered, stamped, clocks.wall)
        elif event in ("durable", "failed") and under_way is not None:
            present.settle(durable=event == "durable")
            stamped = under_way if event == "durable" else stamped
            under_way = None
        elif event == "answer":
            now = present.answer()
            assert now >= answered
            assert under_way is None or now <= under_way
            answered = now
