"""The runner: log + monitor + database → a running service. One loop, for either log.

To start: take over the ledger's row (its epoch goes up by one), and give a new monitor its state back; if the rows are
of another version of the rules, let them be made again beside the old ones first (`shared.runner.rebuild`). Then, turn
by turn:

    1. Ask the log for its present, and read what is new before it, up to 1,000 facts and never half an instant.
    2. Decode; what cannot be read goes to `wakeful.rejected`. Pass over what was seen before (`shared.runner.sieve`);
       look up what the facts name.
    3. Let the course take the facts in order: ids seen before are left out, acceptance is asked, the clock is put to
       each fact's instant. At the end of what there is, the clock is put to the present. A service that decides from
       what others have not told decides as far as they have (`shared.runner.deciding`).
    4. In one transaction: compare-and-swap the ledger's row; changed rows, effects in the outbox, homes set aside.
    5. Publish the outbox, mark it, move `published` in the ledger's row (`shared.runner.publisher`).

Delivery is at least once, ids are deterministic, so the effect is exactly once: a crash between any two of
these loses nothing and repeats nothing that is visible in the log. A turn that raised may be called again:
what was computed and not committed is kept. What a rule means never lives here.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, cast

from sqlalchemy import Connection, Engine

from shared import clock as machine
from shared.blind import BLIND_AFTER
from shared.course import Course, Turn
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Log, Positions, Unavailable
from shared.monitor import Deciding, Effect, Monitor, Row
from shared.runner import deciding, rebuild, rejection, setaside
from shared.runner.names import Names
from shared.runner.observer import Observer, Silence
from shared.runner.publisher import Publisher
from shared.runner.service import Service
from shared.runner.sieves import sieve_for
from shared.store import asides, ledger, outbox, rows
from shared.store.engine import writing
from shared.store.outage import is_outage
from shared.undisturbed import undisturbed

READ: Final = 1000
"""Facts a turn (more, where one instant holds more)."""
IDLE_COMMIT: Final[Duration] = SECOND
"""How far the clock moves before it alone is worth a commit."""
GATHER: Final[Duration] = 40
"""The pause after a turn that read all there was, so that the next one has more to do: a turn costs the same for one
fact as for a hundred, and the door shares this process."""
YIELD: Final[Duration] = 40
"""The pause after a turn that left something to read while the door goes on taking: a phone's backlog is acknowledged
first, and judged by the log's clock whenever it is read."""
REST: Final[Duration] = 50
"""The longest pause between two turns: an alert is durable well within 100 ms of its instant."""
RETRY: Final[Duration] = SECOND
"""The pause after the database could not be reached (the log says itself how long)."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What steps 1 to 3 made, until step 4 has committed it."""

    entry: ledger.Entry
    facts: int
    effects: list[Effect]
    rejected: list[Effect]
    turn: Turn
    rows: list[Row]
    differed: list[str]
    told_upto: Instant
    """Nothing of before it will be told any more, once the effects are."""


class Runner:
    """Runs one service over one home-partition. Not thread-safe: one thread starts it and turns it."""

    def __init__(
        self,
        log: Log,
        engine: Engine,
        service: Service,
        *,
        partition: int = 0,
        observer: Observer | None = None,
        clock: Callable[[], Instant] = machine.now,
        read: int = READ,
        blind_after: Duration = BLIND_AFTER,
        monotonic: Callable[[], Duration] = machine.monotonic,
        undecided: deciding.Undecided | None = None,
    ) -> None:
        """`engine` holds the service's read model, migrated. `clock`: for lags only. `read`: facts a turn.
        `blind_after`, by `monotonic`: how long it waits for other services, where it waits for any. `undecided`: shared
        by those who run in one process and those who wait for them."""
        self._log = log
        self._engine = engine
        self._service = service
        self._owner = outbox.Owner(service.name, partition)
        self._sieve = sieve_for(log, engine, self._owner)
        self._read = read
        self._observer = observer or Silence()
        self._now = clock
        self._publisher = Publisher(log, engine, self._owner, self._observer, clock)
        self._names = Names(self._sieve.named, lambda: self._course.clock)
        self._undecided = undecided or deciding.Undecided()
        self._waiting = deciding.Waiting(log, engine, self._owner, service.after, blind_after, monotonic)
        self.entry: ledger.Entry
        """The ledger's row as this runner wrote it last; none before the start."""
        self._monitor: Monitor
        self._course: Course
        self._unsaved: _Batch | None
        self._unpublished: bool
        self._told_upto: Instant
        self._rested_at: int
        self._behind: bool  # the last turn left something to read

    @property
    def clock(self) -> Instant | None:
        """How far this service has come, durably; None before the start. From any thread."""
        entry: ledger.Entry | None = getattr(self, "entry", None)
        return None if entry is None else entry.clock

    @property
    def behind(self) -> bool:
        """Whether the last turn left something to read."""
        return self._behind

    # -- starting --------------------------------------------------------------------------------------------

    def start(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Take over, and put a new monitor where its predecessor committed last; also after another one has taken
        over. Raises `rebuild.Stopped` where it was told to stop in the middle of a rebuild."""
        self._monitor = self._service.make()
        self._unsaved = None
        self._unpublished = True  # a predecessor may have left something
        self._rested_at, self._behind = -1, False
        entry = self._take_over(stopping)
        with self._engine.connect() as connection, undisturbed():
            remembered = self._service.remembered(connection, self._monitor, self._owner.partition)
            self._monitor.restore(remembered, entry.clock)
            unwatched = [aside.home_id for aside in asides.of_service(connection, *self._owner)]
        for home_id in unwatched:
            self._monitor.drop(home_id)
        self._course = Course(self._monitor, self._names, self._names.named, entry.clock, unwatched)
        self._told_upto = (
            entry.published if self._service.after else entry.clock
        )  # else nothing is still to come
        self.entry = entry

    def _take_over(self, stopping: Callable[[], bool]) -> ledger.Entry:
        with writing(self._engine) as connection:
            entry = ledger.take_over(connection, *self._owner, self._monitor.version)
        self._log.not_before(entry.clock)
        if entry.version == self._monitor.version:
            return entry
        return rebuild.whole(
            self._log, self._engine, self._service, partition=self._owner.partition, stopping=stopping
        )

    # -- the loop --------------------------------------------------------------------------------------------

    def run(self, stop: threading.Event, *, sole: bool = False) -> None:
        """Start, then turn until `stop` is set. Raises what is a fault of the loop itself (LostOwnership, a bug):
        whoever runs it ends the process. A log or a database that cannot be reached is waited for.

        `sole`: nobody else can be running this service. Whoever takes over then has made its rows anew, and is done:
        this runner takes them over in its turn.
        """
        while not stop.is_set():
            try:
                self._run(stop)
            except rebuild.Stopped:
                return
            except ledger.LostOwnership:
                if not sole:
                    raise

    def _run(self, stop: threading.Event) -> None:
        self.start(stop.is_set)
        while not stop.is_set():
            grown = self._log.end()
            try:
                moved = self.turn()
            except Exception as error:
                if not (isinstance(error, Unavailable) or is_outage(error)):
                    raise
                self._observer.unavailable(self._owner.service, error)
                stop.wait(getattr(error, "retry_after", RETRY) / 1000)
                continue
            if not moved:
                self._rest(grown)
            elif not self._behind:
                stop.wait(GATHER / 1000)
            elif self._log.end() > grown:
                stop.wait(YIELD / 1000)

    def turn(self) -> bool:
        """One turn; True if facts were read or something came of it. Raises Unavailable, LostOwnership."""
        if self._unsaved is None:
            self._unsaved = self._take()
        batch = self._unsaved
        moved = bool(batch.facts or batch.effects or batch.rejected or batch.turn.set_aside or batch.rows)
        if moved or self._clock_is_worth_it(batch):
            self._save(batch)
        self._unsaved = None
        while self._unpublished:
            self.entry, self._unpublished = self._publisher.publish(self.entry, self._told_upto)
        lag = max(0, self._now() - self._course.clock)
        self._observer.reached(self._owner.service, self._course.clock, lag)
        return moved

    def _take(self) -> _Batch:
        """Steps 1 to 3. Until the course takes them, nothing has moved; from there on nothing here can fail
        but a bug."""
        partition, topics, entry = self._owner.partition, self._monitor.topics, self.entry
        if self._service.after and self._is_asked_for():
            self._waiting.ask()
        present = self._log.present(partition)
        records, positions = self._log.read(partition, topics, entry.positions, present, self._read)
        read, rejected = rejection.decoded(partition, records, self._service.decode)
        sifted = self._sieve.sift(read)
        self._names.look_up(sifted.facts)
        self._behind = len(records) >= self._read
        turn = self._course.take(sifted.facts)
        if not self._behind:
            _add(turn, self._course.reach(present))
        told_upto = self._decide(turn, positions, present) if self._service.after else self._course.clock
        rejected += [rejection.turned_away(partition, *each) for each in sifted.turned_away]
        rejected += rejection.refused(partition, records, turn.refused)
        reached = replace(entry, positions=positions, clock=max(self._course.clock, entry.clock))
        changed = list(self._monitor.changed())
        differed = sifted.differed
        return _Batch(reached, len(records), turn.effects, rejected, turn, changed, differed, told_upto)

    def _is_asked_for(self) -> bool:
        """Whether it matters how far the others are: something is undecided, or it alone is worth a commit."""
        clock = self._course.clock
        undecided = cast(Deciding, self._monitor).undecided()
        return undecided <= clock or clock - self._told_upto >= IDLE_COMMIT

    def _decide(self, turn: Turn, positions: Positions, present: Instant) -> Instant:
        """Decide as far as may be; everything of before which instant has then been decided."""
        monitor, before = cast(Deciding, self._monitor), cast(Deciding, self._monitor).undecided()
        upto = self._waiting.upto(positions, present, self._course.clock)
        _add(turn, self._course.decide(upto.may))
        if upto.blind and (monitor.undecided() != before or turn.effects):
            turn.effects.append(deciding.on_record(self._owner, upto))
        self._undecided.since = monitor.undecided()
        return upto.least

    def _clock_is_worth_it(self, batch: _Batch) -> bool:
        return (
            batch.entry.clock - self.entry.clock >= IDLE_COMMIT
            or batch.told_upto - self._told_upto >= IDLE_COMMIT
            or (not self._service.after and self._undecided.waits(self.entry.published, batch.told_upto))
        )

    def _save(self, batch: _Batch) -> None:
        """Step 4."""
        entry = batch.entry
        unpublished = self._unpublished or bool(batch.rejected or batch.effects)
        told_upto = max(batch.told_upto, entry.published)
        if not unpublished:
            entry = replace(entry, published=told_upto)
        with writing(self._engine) as connection:
            # First: on Postgres the ledger's row is the turn to write what follows.
            if ledger.moved(connection, self.entry, entry):
                self._write(connection, entry, batch)
        self.entry, self._unpublished = entry, unpublished  # only now is it so
        self._told_upto = told_upto
        self._tell(batch)

    def _write(self, connection: Connection, entry: ledger.Entry, batch: _Batch) -> None:
        changed = self._service.numbered(connection, batch.rows)
        rows.put(connection, self._service.tables, changed, partition=entry.partition)
        setaside.set_aside(connection, entry, batch.turn.set_aside)
        outbox.put(connection, self._owner, [*batch.rejected, *batch.effects])
        self._sieve.save(connection)

    def _tell(self, batch: _Batch) -> None:
        service = self._owner.service
        if batch.facts:
            self._observer.applied(service, batch.facts)
        for effect in batch.rejected:
            self._observer.rejected(service, effect.event["data"]["reason"])
        for event_id in batch.differed:
            self._observer.differed(service, event_id)
        for aside in batch.turn.set_aside:
            self._observer.set_aside(service, aside.home_id, aside.reason)

    def _rest(self, grown: int) -> None:
        """Wait for the log to grow beyond `grown`, but not past the next deadline, nor for long."""
        pause = REST
        if grown != self._rested_at:
            pause = 1  # what came last may carry the present's own instant: it is read when that has passed
        elif self._course.clock < (due := self._monitor.next_due()):
            pause = min(REST, due - self._course.clock + 1)
        self._rested_at = grown
        self._log.wait(grown, pause / 1000)


def _add(turn: Turn, more: Turn) -> None:
    turn.effects += more.effects
    turn.refused += more.refused
    turn.set_aside += more.set_aside
