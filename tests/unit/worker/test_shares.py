"""A service is as late as the latest of its home-partitions, and what is owned no more is not told of."""

from shared.runner.observer import Silence
from shared.worker.shares import Shares


class Told(Silence):
    def __init__(self) -> None:
        self.clock: tuple[int, int] | None = None
        self.waiting: tuple[int, int] | None = None
        self.facts = 0

    def reached(self, service: str, clock: int, lag: int) -> None:
        self.clock = (clock, lag)

    def outbox(self, service: str, waiting: int, age: int) -> None:
        self.waiting = (waiting, age)

    def applied(self, service: str, facts: int) -> None:
        self.facts += facts


def test_the_worst_is_told_whoever_speaks_last() -> None:
    told = Told()
    shares = Shares(told, "checks")
    shares.of(0).reached("checks", 1_000, 9_000)
    shares.of(1).reached("checks", 9_500, 500)
    shares.of(0).outbox("checks", 3, 4_000)
    shares.of(1).outbox("checks", 2, 0)
    assert told.clock == (1_000, 9_000)
    assert told.waiting == (5, 4_000)
    shares.of(0).applied("checks", 7)
    shares.of(1).applied("checks", 1)
    assert told.facts == 8


def test_what_somebody_else_owns_now_is_his_to_tell() -> None:
    told = Told()
    shares = Shares(told, "checks")
    shares.of(0).reached("checks", 1_000, 9_000)
    shares.of(0).outbox("checks", 3, 4_000)
    shares.of(1).reached("checks", 9_500, 500)
    shares.release(0)
    assert (told.clock, told.waiting) == ((9_500, 500), (0, 0))
    shares.release(1)
    assert told.clock == (0, 0)
