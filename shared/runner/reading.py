"""A second reading of the log: a new monitor is brought to where the service stands, and nothing is told meanwhile.

What rebuilding a whole service and bringing one home back have in common. A service that decides from what others have
told decides `BEHIND` what has been read, and at the end as far as it had when it was running. Nothing is written here;
no rule lives here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from shared.alerting import RAISED, RESOLVED
from shared.course import Aside, Course, Turn
from shared.instants import HOUR, Duration, Instant
from shared.log.base import Log, Positions, Record, beside
from shared.monitor import Effect, Row
from shared.runner import rejection
from shared.runner.names import Names
from shared.runner.service import Service
from shared.runner.sieve import Sieve
from shared.store.ledger import Entry
from shared.topics import ALERTS

STEP = 10_000
"""Records that are read at a time."""
BEHIND: Final[Duration] = HOUR
"""What was told later than that, the running service did not wait for either."""


class Reading:
    """One new reading, of a whole home-partition or of one home."""

    def __init__(
        self, log: Log, service: Service, partition: int, sieve: Sieve, home_id: str | None = None
    ) -> None:
        self._log = log
        self.sieve = sieve
        self._service = service
        self._partition = partition
        self._home_id = home_id
        self.monitor = service.make()
        self._names = Names(sieve.named, lambda: self._course.clock)
        self._course = Course(self.monitor, self._names, self._names.named)
        self.positions: Positions = {}
        self.open: dict[str, list[Effect]] = {}
        """What is to be told of each alert that is open by this reading, by alert id."""
        self.others: dict[str, Effect] = {}
        """The last that is to be told of each alert that another service has raised, by alert id."""
        self.rejected: list[Effect] = []
        self.set_aside: dict[str, Aside] = {}
        """The homes that this reading could not go through with."""

    @property
    def clock(self) -> Instant:
        """Where it stands."""
        return self._course.clock

    def begin_at(
        self, rows: Iterable[Row], positions: Positions, clock: Instant, alerts: Iterable[str]
    ) -> None:
        """Begin in the middle: with these rows, as they stood then, and the alerts that were open then, all of which
        have been told."""
        self.monitor.restore(rows, clock)
        self._course.clock = clock
        self.positions = positions
        self.open = {alert_id: [] for alert_id in alerts}

    def step(self, goal: Entry) -> int:
        """Read on, but nothing that is not before the goal's clock, nor what the service itself has not read; how many
        records that were. Raises Unavailable."""
        topics = self.monitor.topics
        records, positions = self._log.read(self._partition, topics, self.positions, goal.clock, STEP)
        if _beyond(positions, goal.positions):
            records = [
                each for each in records if each.position <= goal.positions.get(each.topic, each.position)
            ]
            positions = _up_to(positions, goal.positions)
        self.take(records)
        self.positions = positions
        return len(records)

    def reach(self, entry: Entry) -> None:
        """Come to where the service stands, by its ledger: what it has read has been read, and the clock is its own. A
        topic that it has never read is read as far as the clock."""
        while self.step(entry):
            pass
        last, _ = self._log.read(self._partition, self.monitor.topics, self.positions, entry.clock + 1, STEP)
        self.take([record for record in last if record.position <= entry.positions.get(record.topic, 0)])
        self.positions = {**self.positions, **entry.positions}
        self._keep(self._course.reach(entry.clock))

    def decide(self, upto: Mapping[str, Instant]) -> None:
        """Decide as far as the service had."""
        if upto:
            self._keep(self._course.decide(upto))

    def take(self, records: Sequence[Record]) -> None:
        """Take these, in order and in whole instants."""
        mine = [r for r in records if self._home_id in (None, r.home_id)]
        read, rejected = rejection.decoded(self._partition, mine, self._service.decode)
        sifted = self.sieve.sift(read)
        self._names.look_up(sifted.facts)
        turn = self._course.take(sifted.facts)
        rejected += [rejection.turned_away(self._partition, *each) for each in sifted.turned_away]
        self.rejected += [*rejected, *rejection.refused(self._partition, mine, turn.refused)]
        self._keep(turn)
        self.decide(dict.fromkeys(self._service.after, self._course.clock - BEHIND))

    def _keep(self, turn: Turn) -> None:
        """Of an alert that has closed nothing has to be told any more."""
        for effect in turn.effects:
            if effect.topic != ALERTS:
                self.rejected.append(effect)
                continue
            alert_id, type_ = effect.event["data"]["alert_id"], effect.event["type"]
            if type_ != RAISED and alert_id not in self.open and self._service.after:
                self.others[alert_id] = effect
            elif type_ == RESOLVED:
                self.open.pop(alert_id, None)
            else:
                self.open.setdefault(alert_id, []).append(effect)
        self.set_aside |= {aside.home_id: aside for aside in turn.set_aside}


def _beyond(positions: Positions, goal: Positions) -> bool:
    """Whether more was read than the service has: what is derived can come late, with an instant that has passed."""
    return any(position > goal.get(topic, position) for topic, position in positions.items())


def _up_to(positions: Positions, goal: Positions) -> Positions:
    """Not beyond the goal, with all that belongs to a place."""
    over = [topic for topic, position in positions.items() if position > goal.get(topic, position)]
    cut = {name for topic in over for name in beside(topic)}
    return {name: goal[name] if name in cut and name in goal else at for name, at in positions.items()}
