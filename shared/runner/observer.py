"""What the runner tells about itself while it runs: the protocol that metrics plug into, and one that says
nothing.

Every method is called from the runner's thread and must return at once. No storage and no text for people
here.
"""

from typing import Protocol

from shared.instants import Duration, Instant


class Observer(Protocol):
    """Hears what each runner does. `service` is the monitor's name."""

    def applied(self, service: str, facts: int) -> None:
        """So many facts were read and are durable in the read model."""

    def reached(self, service: str, clock: Instant, lag: Duration) -> None:
        """The clock stands here; `lag` is how far the machine's clock is ahead of it."""

    def detected(self, service: str, kind: str, lag: Duration) -> None:
        """An alert is durable in the log, `lag` after the instant at which it was raised."""

    def outbox(self, service: str, waiting: int, age: Duration) -> None:
        """So many effects are not in the log yet; the oldest has waited for `age` of the machine's clock."""

    def rejected(self, service: str, reason: str) -> None:
        """A fact was refused, or a record could not be read."""

    def set_aside(self, service: str, home_id: str, reason: str) -> None:
        """A home is not watched by this service any more."""

    def differed(self, service: str, event_id: str) -> None:
        """The log holds an effect's id with other content: the rules have changed and their version has
        not."""

    def unavailable(self, service: str, error: Exception) -> None:
        """The log or the database could not be reached; the runner tries again."""


class Silence:
    """An observer that says nothing."""

    def applied(self, service: str, facts: int) -> None: ...
    def reached(self, service: str, clock: Instant, lag: Duration) -> None: ...
    def detected(self, service: str, kind: str, lag: Duration) -> None: ...
    def outbox(self, service: str, waiting: int, age: Duration) -> None: ...
    def rejected(self, service: str, reason: str) -> None: ...
    def set_aside(self, service: str, home_id: str, reason: str) -> None: ...
    def differed(self, service: str, event_id: str) -> None: ...
    def unavailable(self, service: str, error: Exception) -> None: ...


class Handing:
    """An observer that hands on all it hears. Whoever wants to hear something himself extends it."""

    def __init__(self, inner: Observer) -> None:
        self._inner = inner

    def applied(self, service: str, facts: int) -> None:
        self._inner.applied(service, facts)

    def reached(self, service: str, clock: Instant, lag: Duration) -> None:
        self._inner.reached(service, clock, lag)

    def detected(self, service: str, kind: str, lag: Duration) -> None:
        self._inner.detected(service, kind, lag)

    def outbox(self, service: str, waiting: int, age: Duration) -> None:
        self._inner.outbox(service, waiting, age)

    def rejected(self, service: str, reason: str) -> None:
        self._inner.rejected(service, reason)

    def set_aside(self, service: str, home_id: str, reason: str) -> None:
        self._inner.set_aside(service, home_id, reason)

    def differed(self, service: str, event_id: str) -> None:
        self._inner.differed(service, event_id)

    def unavailable(self, service: str, error: Exception) -> None:
        self._inner.unavailable(service, error)
