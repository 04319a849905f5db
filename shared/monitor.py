"""What a monitoring service is: a pure state machine, fed facts in log order and told how far time has come.

Here live the `Monitor` protocol, what a monitor gives back (`Effect`, `Row`) and how a fault of one home is told
(`HomeFault`). No I/O, no clock. The timing wheel is `shared.wheel`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from shared.facts import Fact
from shared.home import Homes
from shared.instants import Instant


@dataclass(frozen=True, slots=True)
class Effect:
    """A derived event to be published: its topic, and the whole envelope, ready for canonical JSON."""

    topic: str
    home_id: str
    id: str
    at: Instant
    event: dict[str, Any]


class Row(NamedTuple):
    """A read-model row to put, or (`values` is None) to delete. `key` and `values` by column name."""

    table: str
    key: dict[str, Any]
    values: dict[str, Any] | None


class HomeFault(Exception):  # noqa: N818 - a fault of one home, not an error of the program
    """A bug or a poison fact in one home. The runner sets that home aside; the others go on."""

    def __init__(self, home_id: str, cause: Exception) -> None:
        super().__init__(f"home {home_id}: {type(cause).__name__}: {cause}")
        self.home_id = home_id
        self.cause = cause


class Monitor(Protocol):
    """A service's rules. State is held by home, so that one home can be dropped, restored or set aside alone."""

    name: str
    """The service's folder name: `checks`."""
    version: int
    """Of its rules and state; rows of another version are never loaded: they are rebuilt."""
    topics: Sequence[str]
    """What it reads."""
    tables: Sequence[str]
    """Its read-model tables, state included."""
    homes: Homes
    """Its fold of the homes, at the monitor's own clock; acceptance asks it."""

    def apply(self, fact: Fact) -> Iterable[Effect]:
        """Take one fact. The clock must already stand at its `appended_at` (call `advance` first)."""
        ...

    def advance(self, to: Instant) -> Iterable[Effect]:
        """Put the clock to `to`: what is promised up to and including `to` takes effect, every deadline strictly
        before it fires, in order of time. Called again with the same instant it fires what the facts of that
        instant have made past (the end of the step). Never called with less than before. Raises HomeFault."""
        ...

    def next_due(self) -> Instant:
        """No deadline fires while the clock is at or before this instant (NEVER if there is none); it may be early."""
        ...

    def changed(self) -> Iterable[Row]:
        """Read-model rows put or deleted since last asked, state included."""
        ...

    def restore(self, rows: Iterable[Row], clock: Instant) -> None:
        """State back from the rows that its memory is made of, standing at `clock`."""
        ...

    def drop(self, home_id: str) -> None:
        """Forget one home (it is set aside, or will be rebuilt)."""
        ...


class Deciding(Monitor, Protocol):
    """A monitor that also reads what others told, and decides from the absence of it."""

    def decide(self, upto: Mapping[str, Instant], *, through: bool = False) -> Iterable[Effect]:
        """Decide about all that lies before these instants. `upto`: by service, the instant before which it has told
        everything; all of that, and every input of before it, has been taken. `through`: of the instant itself too (the
        end of a replay). Raises HomeFault."""
        ...

    def undecided(self) -> Instant:
        """Nothing will be decided about before this instant (NEVER: nothing waits); it may be early."""
        ...
