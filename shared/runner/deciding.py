"""How far a service may decide from what others have told, and from what they have not (ARCHITECTURE.md, "Derived
facts").

Each turn, in this order:

    1. Look up in the ledger how far each of the services has `published`; then ask where the derived topic ends.
    2. The turn reads. Once that end is behind it, all that they had told of before those instants has been read.
    3. Decide so far, but never beyond what this service has read itself. What was waited for longer than `blind_after`,
       by the monotonic clock, is waited for no longer: a present that was seen so long ago may be decided on.
    4. Where that was needed, it goes on record, so that an audit can explain it.

What is decided is the monitor's.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Engine

from shared import clock as machine
from shared.events.canonical import canonical
from shared.instants import NEVER, Duration, Instant, show_instant
from shared.log.base import Log, Positions
from shared.monitor import Effect
from shared.store import ledger, outbox
from shared.topics import ALERTS, SWAPS

BLINDLY: Final = "alerts.decided_blindly.v1"
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wakeful:decided-blindly")
_SAMPLES: Final = 60
"""How many presents are remembered for as long as is waited."""


class Undecided:
    """From when on there is something undecided, told to those who are waited for where they run in the same process:
    whoever has come past it says so at once, and not only when his clock alone would be worth a commit."""

    __slots__ = ("since",)

    def __init__(self) -> None:
        self.since: Instant = NEVER
        """NEVER: nothing is."""

    def waits(self, published: Instant, reached: Instant) -> bool:
        """Whether it is worth saying that this has been reached, for one who has said `published`."""
        return published <= self.since < reached


class Asked(NamedTuple):
    """What the services had published, and where the topic ended after that."""

    published: Mapping[str, Instant]
    end: int


class Upto(NamedTuple):
    """How far may be decided, by service; and how far that is known to be complete."""

    may: Mapping[str, Instant]
    known: Mapping[str, Instant]

    @property
    def least(self) -> Instant:
        """Everything of before it may be decided."""
        return min(self.may.values())

    @property
    def blind(self) -> Sequence[str]:
        """The services that are waited for no longer."""
        return sorted(service for service, upto in self.may.items() if upto > self.known[service])


class Waiting:
    """What one service waits for in one home-partition. Its `now` is the machine's monotonic clock."""

    def __init__(
        self,
        log: Log,
        engine: Engine,
        owner: outbox.Owner,
        after: Sequence[str],
        blind_after: Duration,
        now: Callable[[], Duration] = machine.monotonic,
    ) -> None:
        self._log = log
        self._engine = engine
        self._owner = owner
        self._blind_after = blind_after
        self._now = now
        self._known: dict[str, Instant] = dict.fromkeys(after, 0)
        self._asked: Asked | None = None
        self._presents: deque[tuple[Duration, Instant]] = deque()

    def ask(self) -> None:
        """Step 1, before the turn reads. Raises Unavailable."""
        if self._asked is not None:
            return  # it is still being read
        with self._engine.connect() as connection:
            published = ledger.published(connection, list(self._known), self._owner.partition)
        if any(upto > self._known[service] for service, upto in published.items()):
            end = self._log.ends(self._owner.partition, [ALERTS])[ALERTS]
            self._asked = Asked(published, end)

    def upto(self, positions: Positions, present: Instant, clock: Instant) -> Upto:
        """Steps 2 and 3, after the turn has read: up to `positions`, and as far as `clock`."""
        if self._asked is not None and positions.get(ALERTS, 0) >= self._asked.end:
            for service, published in self._asked.published.items():
                self._known[service] = max(self._known[service], published)
            self._asked = None
        old = self._seen_long_ago(present)
        may = {service: min(clock, max(known, old)) for service, known in self._known.items()}
        return Upto(may, dict(self._known))

    def _seen_long_ago(self, present: Instant) -> Instant:
        """The latest present that was seen `blind_after` ago; 0: none was."""
        now, seen = self._now(), self._presents
        if not seen or now - seen[-1][0] >= self._blind_after // _SAMPLES:
            seen.append((now, present))
        while len(seen) > 1 and now - seen[1][0] >= self._blind_after:
            seen.popleft()
        return seen[0][1] if now - seen[0][0] >= self._blind_after else 0


def on_record(owner: outbox.Owner, upto: Upto) -> Effect:
    """Step 4: what is told of having decided without somebody."""
    at, since = upto.least, min(upto.known[service] for service in upto.blind)
    last = max(upto.may[service] for service in upto.blind)
    data: dict[str, Any] = {
        "service": owner.service,
        "partition": owner.partition,
        "without": list(upto.blind),
        "since": show_instant(since),
        "upto": show_instant(last),
    }
    id_ = str(uuid5(_NAMESPACE, canonical(data).decode()))
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": f"wakeful/{owner.service}",
        "type": BLINDLY,
        "subject": owner.service,
        "time": show_instant(last),
        "enteredat": show_instant(last),
        "homeid": "",
        "actor": "wakeful",
        "datacontenttype": "application/json",
        "data": data,
    }
    return Effect(SWAPS, "", id_, at, event)
