"""A present that lies far ahead of what the machine believes the time to be is not believed."""

from shared.instants import MINUTE, SECOND, Instant
from shared.log.kafka.belief import Belief

NOON = 1_790_000_000_000


class Machine:
    """Two clocks that go together unless somebody sets one."""

    def __init__(self) -> None:
        self.wall: Instant = NOON
        self.steady = 0

    def goes(self, by: int) -> None:
        self.wall += by
        self.steady += by


def belief(machine: Machine) -> Belief:
    return Belief(lambda: machine.wall, lambda: machine.steady)


def test_thirty_seconds_ahead_are_believed_and_no_more() -> None:
    believing = belief(Machine())
    assert believing.believes(NOON + 30 * SECOND)
    assert not believing.believes(NOON + 30 * SECOND + 1)


def test_what_was_not_believed_is_believed_when_its_time_comes() -> None:
    machine = Machine()
    believing = belief(machine)
    assert not believing.believes(NOON + 40 * SECOND)
    machine.goes(11 * SECOND)
    assert believing.believes(NOON + 40 * SECOND)


def test_a_present_that_jumps_with_the_machines_clock_is_not_believed() -> None:
    """The broker runs on the same machine, and somebody has set its clock."""
    machine = Machine()
    believing = belief(machine)
    assert believing.believes(NOON)
    machine.wall += 5 * MINUTE
    assert not believing.believes(machine.wall)
    assert believing.clock_off == 5 * MINUTE
    machine.wall -= 5 * MINUTE
    assert believing.believes(machine.wall)


def test_a_clock_that_was_wrong_from_the_start_is_believed_once_it_agrees_with_the_log() -> None:
    machine = Machine()
    believing = belief(machine)
    assert not believing.believes(NOON + 5 * MINUTE)
    machine.goes(SECOND)
    assert not believing.believes(NOON + 5 * MINUTE + SECOND)
    machine.wall += 5 * MINUTE
    assert believing.believes(NOON + 5 * MINUTE + SECOND)
    assert believing.clock_off == 0
