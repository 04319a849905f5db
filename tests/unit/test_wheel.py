"""The laws of the timing wheel, against the plainest thing that does its work: look at all, take the least.

Whatever is filed, moved, moved back or removed, in whatever order and also while it fires: what comes out,
and in which order, is what the plain list gives.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.instants import NEVER, Instant
from shared.wheel import UNFILED, Wheel

unhurried = settings(deadline=None, max_examples=400)
"""No example is timed: the machine may be busy."""


class Alarm:
    """The smallest thing that can be filed."""

    def __init__(self, name: int) -> None:
        self.due: Instant = NEVER
        self.filed: Instant = UNFILED
        self.order = ("home", str(name))


Fired = tuple[Instant, tuple[str, ...]]


class Plain:
    """The yardstick: no buckets, no entries, one look at everything."""

    def __init__(self, count: int) -> None:
        self.alarms = [Alarm(n) for n in range(count)]

    def move(self, name: int, due: Instant) -> None:
        self.alarms[name].due = due

    def remove(self, name: int) -> None:
        self.alarms[name].due = NEVER

    def earliest(self) -> Instant:
        return min(alarm.due for alarm in self.alarms)

    def fire(self, before: Instant, then: Iterator["Moves"]) -> list[Fired]:
        fired: list[Fired] = []
        while self.earliest() < before:
            alarm = min(self.alarms, key=lambda each: (each.due, each.order))
            fired.append((alarm.due, alarm.order))
            alarm.due = NEVER
            _react(self.move, int(alarm.order[1]), next(then, Moves()))
        return fired


class Wheeled(Plain):
    """The same, by the wheel, used as its owner must: what has become earlier is filed again."""

    def __init__(self, count: int, always_file: bool) -> None:
        super().__init__(count)
        self.wheel: Wheel[Alarm] = Wheel()
        self.always_file = always_file

    def move(self, name: int, due: Instant) -> None:
        alarm = self.alarms[name]
        earlier = due < alarm.due or alarm.filed == UNFILED
        alarm.due = due
        if earlier or self.always_file:
            self.wheel.file(alarm)

    def remove(self, name: int) -> None:
        self.wheel.remove(self.alarms[name])

    def fire(self, before: Instant, then: Iterator["Moves"]) -> list[Fired]:
        fired: list[Fired] = []
        while (alarm := self.wheel.pop(before)) is not None:
            assert alarm.filed == UNFILED, "what was popped is still filed"
            fired.append((alarm.due, alarm.order))
            alarm.due = NEVER
            _react(self.move, int(alarm.order[1]), next(then, Moves()))
        assert self.wheel.next >= before, "it would be asked again at once, for nothing"
        return fired


class Moves(NamedTuple):
    """What happens when an alarm fires: when it wants to fire next, and an alarm that is moved with it."""

    again: Instant = NEVER
    other: tuple[int, Instant] | None = None


def _react(move: Callable[[int, Instant], None], name: int, moves: Moves) -> None:
    move(name, moves.again)
    if moves.other is not None:
        move(*moves.other)


class Move(NamedTuple):
    name: int
    due: Instant


class Remove(NamedTuple):
    name: int


class Fire(NamedTuple):
    before: Instant
    then: tuple[Moves, ...]
    """What the alarms do that fire, in order of firing; those after the last fire no more."""


Step = Move | Remove | Fire

COUNT = 6
names = st.integers(0, COUNT - 1)
instants = st.one_of(
    st.sampled_from(
        [n * 500 + d for n in range(-2, 9) for d in (-1, 0, 1)]
    ),  # edges of the buckets, and ties
    st.integers(-2_000, 6_000),
)
dues = st.one_of(instants, instants, instants, st.just(NEVER))
moves = st.builds(Moves, dues, st.none() | st.tuples(names, dues))
steps = st.one_of(
    st.builds(Move, names, dues),
    st.builds(Move, names, dues),
    st.builds(Remove, names),
    st.builds(Fire, instants, st.lists(moves, max_size=6).map(tuple)),
)
histories = st.lists(steps, max_size=40)


def take(alarms: Plain, step: Step, cuts: Sequence[Instant] = ()) -> list[Fired]:
    match step:
        case Move(name, due):
            alarms.move(name, due)
        case Remove(name):
            alarms.remove(name)
        case Fire(before, then):
            reactions = iter(then)
            goals = [*(cut for cut in sorted(cuts) if cut < before), before]
            return [each for goal in goals for each in alarms.fire(goal, reactions)]
    return []


END = Fire(NEVER, ())


@unhurried
@given(histories, st.booleans())
def test_what_fires_and_in_which_order_is_what_a_plain_list_gives(
    history: list[Step], always_file: bool
) -> None:
    wheel, plain = Wheeled(COUNT, always_file), Plain(COUNT)
    for step in (*history, END):
        assert take(wheel, step) == take(plain, step)


@unhurried
@given(histories, st.booleans())
def test_nothing_is_due_before_next(history: list[Step], always_file: bool) -> None:
    alarms = Wheeled(COUNT, always_file)
    for step in history:
        take(alarms, step)
        assert alarms.wheel.next <= alarms.earliest()


@unhurried
@given(histories, st.lists(instants, max_size=5))
def test_firing_in_pieces_changes_nothing(history: list[Step], cuts: list[Instant]) -> None:
    whole, pieces = Wheeled(COUNT, always_file=False), Wheeled(COUNT, always_file=False)
    for step in (*history, END):
        assert take(whole, step) == take(pieces, step, cuts)


@unhurried
@given(histories)
def test_filing_what_has_not_become_earlier_is_harmless(history: list[Step]) -> None:
    lazy, eager = Wheeled(COUNT, always_file=False), Wheeled(COUNT, always_file=True)
    for step in (*history, END):
        assert take(lazy, step) == take(eager, step)


@unhurried
@given(st.lists(st.tuples(names, instants), min_size=1, max_size=40), instants)
def test_an_alarm_fires_once_however_often_it_was_filed(
    filings: list[tuple[int, Instant]], before: Instant
) -> None:
    alarms = Wheeled(COUNT, always_file=True)
    for name, due in filings:
        alarms.move(name, due)
    fired = take(alarms, Fire(before, ())) + take(alarms, END)
    assert sorted(order for _, order in fired) == sorted({("home", str(name)) for name, _ in filings})


def test_what_is_due_at_the_instant_itself_has_not_fired_yet() -> None:
    alarms = Wheeled(1, always_file=False)
    alarms.move(0, 1_000)
    assert take(alarms, Fire(1_000, ())) == []
    assert take(alarms, Fire(1_001, ())) == [(1_000, ("home", "0"))]


def test_ties_come_in_the_order_of_their_names_whatever_the_order_of_filing() -> None:
    alarms = Wheeled(3, always_file=False)
    for name in (2, 0, 1):
        alarms.move(name, 1_500)
    assert [order[1] for _, order in take(alarms, END)] == ["0", "1", "2"]


def test_next_is_never_when_nothing_is_filed_any_more() -> None:
    alarms = Wheeled(1, always_file=False)
    assert alarms.wheel.next == NEVER
    alarms.move(0, 1_500)
    assert alarms.wheel.next <= 1_500
    alarms.remove(0)
    assert take(alarms, Fire(5_000, ())) == []
    assert alarms.wheel.next == NEVER


def test_next_holds_for_what_moves_earlier_within_its_second() -> None:
    alarms = Wheeled(1, always_file=True)
    alarms.move(0, 1_900)
    alarms.move(0, 1_100)
    assert alarms.wheel.next <= 1_100


def test_a_deadline_that_moves_later_a_million_times_leaves_one_entry() -> None:
    alarms = Wheeled(1, always_file=True)
    for due in range(1_000, 1_000_000, 1_000):
        alarms.move(0, due)
    assert sum(len(bucket) for _, bucket in alarms.wheel._buckets.values()) == 1
    assert take(alarms, END) == [(999_000, ("home", "0"))]
