"""What the runners of one crew tell, put together for whoever measures a service: the worst of its home-partitions.

A gauge is one for a service. Were each home-partition to set it, the last one would be all that anybody sees; and one
that is owned no more would stand there for ever. Nothing is decided here.
"""

from shared.instants import Duration, Instant
from shared.runner.observer import Handing, Observer


class Shares:
    """The home-partitions of one crew. One thread."""

    def __init__(self, inner: Observer, service: str) -> None:
        self._inner = inner
        self._service = service
        self._reached: dict[int, tuple[Instant, Duration]] = {}
        self._waiting: dict[int, tuple[int, Duration]] = {}

    def of(self, partition: int) -> "Share":
        """The observer of this home-partition's runner."""
        return Share(self, self._inner, partition)

    def release(self, partition: int) -> None:
        """Somebody else tells of it now."""
        self._waiting.pop(partition, None)
        self._reached.pop(partition, None)
        self._tell_of_the_outbox()
        self._tell_of_the_clock()

    def reached(self, partition: int, clock: Instant, lag: Duration) -> None:
        """See `Observer.reached`: told is the one that is furthest behind."""
        self._reached[partition] = (clock, lag)
        self._tell_of_the_clock()

    def outbox(self, partition: int, waiting: int, age: Duration) -> None:
        """See `Observer.outbox`: told are all that wait, and the oldest."""
        self._waiting[partition] = (waiting, age)
        self._tell_of_the_outbox()

    def _tell_of_the_clock(self) -> None:
        clocks = [clock for clock, _ in self._reached.values()]
        lags = [lag for _, lag in self._reached.values()]
        self._inner.reached(self._service, min(clocks, default=0), max(lags, default=0))

    def _tell_of_the_outbox(self) -> None:
        waiting = sum(number for number, _ in self._waiting.values())
        self._inner.outbox(self._service, waiting, max((age for _, age in self._waiting.values()), default=0))


class Share(Handing):
    """One home-partition's observer: what is counted is handed on, what stands is put together."""

    def __init__(self, shares: Shares, inner: Observer, partition: int) -> None:
        super().__init__(inner)
        self._shares = shares
        self._partition = partition

    def reached(self, service: str, clock: Instant, lag: Duration) -> None:
        self._shares.reached(self._partition, clock, lag)

    def outbox(self, service: str, waiting: int, age: Duration) -> None:
        self._shares.outbox(self._partition, waiting, age)
