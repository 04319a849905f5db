"""The embedded log: one SQLite file, one writer, total order for free (docs/decisions/0005).

Here is what callers meet: opening, appending, reading, the present. How a commit is made is
`shared.log.writer`; who may say what time it is, `shared.log.present`. No rule about facts lives here.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from shared import clock as machine
from shared.instants import Duration, Instant
from shared.log.base import Decide, Draft, Named, Positions, Receipt, Record, Unavailable
from shared.log.lockfile import LockFile
from shared.log.present import Present
from shared.log.reader import Reader
from shared.log.tail import Tail
from shared.log.writer import Ask, Row, Writer
from shared.store.damage import Damaged, is_damage, said
from shared.store.engine import make_engine
from shared.store.schema import LOG_MIGRATIONS, current, upgrade
from shared.topics import ALL

TAIL: Final = 10_000
"""Records that are kept in memory behind the writer: some 10 MB."""


class SqliteLog:
    """The `Log` of one folder. Open it once a process; share it between threads; close it.

    Opened for writing it holds the folder's lock (Locked if another process has it). `read_only` opens it
    beside a running writer, for export and audit: appending is Unavailable, and the present is the last
    instant on disk. Damaged, where the disk has spoilt the file.
    """

    partitions = 1
    once = True

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        always_open: bool = False,
        clock: Callable[[], Instant] = machine.now,
        monotonic: Callable[[], Duration] = machine.monotonic,
        tail: int = TAIL,
    ) -> None:
        """`always_open`: the present never waits for a probe (tools and tests). The clocks are for tests
        too. `tail`: how many of the last records are kept in memory for whoever reads on."""
        self._path = path
        self._closed = False
        self._grown = threading.Condition()
        self._lock: LockFile | None = None
        self._writer: Writer | None = None
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = LockFile(path)
        try:
            _look_at(path) if read_only else bring_up_to_date(path)
            self._reader = Reader(path)
            standing = self._reader.standing()
            self._end = standing.position
            self._tail = Tail(standing.position, tail)
            self._topics = {code: name for name, code in standing.codes.items()}
            self._present = Present(standing.last, clock, monotonic, always_open)
            if not read_only:
                self._writer = Writer(self._connect, standing.codes, self._present, self._committed)
                self._writer.start()
        except BaseException as error:
            if self._lock is not None:
                self._lock.release()
            if is_damage(error):
                raise Damaged(said(path, error)) from error
            raise

    # -- appending -------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft], decide: Decide | None = None) -> list[Receipt]:
        """Append as one step; durable on return (see `Log.append`). Raises Unavailable."""
        return self.append_future(drafts, decide).result()

    def append_future(self, drafts: Sequence[Draft], decide: Decide | None = None) -> Future[list[Receipt]]:
        """`append` without waiting; for asyncio, wrap it (`asyncio.wrap_future`)."""
        if drafts:
            return self._put(Ask(drafts, decide)).answer
        nothing: Future[list[Receipt]] = Future()
        nothing.set_result([])
        return nothing

    def probe(self) -> Instant:
        """Write the probe's row by the very path that facts take; its stamp, once durable. Raises
        Unavailable."""
        ask = self._put(Ask((), None))
        ask.answer.result()
        assert ask.instant is not None  # noqa: S101 - the writer sets it before it answers
        return ask.instant

    @property
    def on_rollback(self) -> Callable[[Sequence[Draft]], None] | None:
        """See `Log.on_rollback`; called in the writer's thread."""
        return self._writer.on_rollback if self._writer else None

    @on_rollback.setter
    def on_rollback(self, call: Callable[[Sequence[Draft]], None] | None) -> None:
        if self._writer is not None:
            self._writer.on_rollback = call

    def _put(self, ask: Ask) -> Ask:
        if self._writer is None:
            ask.answer.set_exception(
                Unavailable(f"{self._path} is open for reading only; open it for writing")
            )
        else:
            self._writer.put(ask)
        return ask

    def _committed(self, position: int, rows: Sequence[Row]) -> None:
        topics = self._topics
        self._tail.put(Record(topics[t], p, a, h, i, c, b) for p, t, a, h, i, c, b in rows)
        with self._grown:
            self._end = position
            self._grown.notify_all()

    # -- the present -----------------------------------------------------------------------------------------

    def present(self, partition: int) -> Instant:
        """See `Log.present` and `shared.log.present`."""
        _only_partition(partition)
        if self._writer is None:
            return self._reader.standing().last
        return self._present.answer()

    def not_before(self, clock: Instant) -> None:
        """See `Log.not_before`."""
        self._present.not_before(clock)

    def door_open(self, for_ms: Duration, asked: Duration | None = None) -> None:
        """See `Present.door_open`: the present moves for `for_ms` of monotonic time."""
        self._present.door_open(for_ms, asked)

    def door_still_open(self, for_ms: Duration, asked: Duration) -> bool:
        """See `Present.door_still_open`."""
        return self._present.door_still_open(for_ms, asked)

    def door_shut(self) -> None:
        """The prober could not get in: the present stands still."""
        self._present.door_shut()

    def now(self) -> Instant:
        """See `Present.now`."""
        return self._present.now()

    @property
    def clock_off(self) -> Duration:
        """See `Present.clock_off`."""
        return self._present.clock_off

    @property
    def ahead(self) -> Duration:
        """See `Present.ahead`."""
        return self._present.ahead

    @property
    def steps_back(self) -> int:
        """How often a stamp had to be raised because the machine's clock stood behind the log."""
        return self._present.steps_back

    def end(self) -> int:
        """The last position."""
        return self._end if self._writer is not None else self._reader.standing().position

    def wait(self, seen: int, timeout_s: float) -> bool:
        """See `Log.wait`."""
        with self._grown:
            self._grown.wait_for(lambda: self._end > seen or self._closed, timeout_s)
            return self._end > seen

    # -- reading ---------------------------------------------------------------------------------------------

    def read(
        self, partition: int, topics: Sequence[str], after: Positions, before: Instant, limit: int = 1000
    ) -> tuple[list[Record], Positions]:
        """See `Log.read`."""
        _only_partition(partition)
        if self._writer is not None and (found := self._tail.read(topics, after, before, limit)) is not None:
            return found
        return self._reader.read(topics, after, before, limit)

    def ends(self, partition: int, topics: Sequence[str]) -> Positions:
        """See `DoorLog.ends`."""
        _only_partition(partition)
        return dict.fromkeys(topics, self.end())

    def home(
        self, home_id: str, topics: Sequence[str], until: Instant | None = None, since: Instant = 0
    ) -> Iterator[Record]:
        """See `Log.home`."""
        return self._reader.home(home_id, topics, until, since)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """See `Log.named`."""
        return self._reader.named(home_id, event_id)

    # -- opening and closing ---------------------------------------------------------------------------------

    def close(self) -> None:
        """Take what is queued, then close the file and let go of the folder."""
        if self._closed:
            return
        if self._writer is not None:
            self._writer.stop()
        with self._grown:
            self._closed = True
            self._grown.notify_all()
        self._reader.close()
        if self._lock is not None:
            self._lock.release()

    def _connect(self) -> sqlite3.Connection:
        """The writer's connection. Its WAL goes back into the file every 16 MiB, not every 4: fewer syncs."""
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=4000")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection


def _look_at(path: Path) -> None:
    """Refuse a log that is not there, or that this code cannot read."""
    if not path.exists():
        raise FileNotFoundError(f"there is no log at {path}; say where it is with WAKEFUL_DATA")
    if path.with_name(f"{path.name}-journal").exists():
        raise Unavailable(
            f"an import into {path} is under way, or was cut off: until it has ended the log is empty; wait for it, or "
            "run `wakeful import` again"
        )
    engine = make_engine(path, read_only=True)
    try:
        current(engine, LOG_MIGRATIONS)
    finally:
        engine.dispose()


def bring_up_to_date(path: Path) -> None:
    """Make the log file, or bring it up to date, and give every topic a code in it."""
    engine = make_engine(path, durable=True)
    try:
        upgrade(engine, LOG_MIGRATIONS)
        with engine.begin() as connection:
            for topic in ALL:
                connection.exec_driver_sql(
                    "INSERT INTO topics (name) VALUES (?) ON CONFLICT DO NOTHING", (topic,)
                )
    finally:
        engine.dispose()


def _only_partition(partition: int) -> None:
    if partition != 0:
        raise ValueError(f"partition {partition}: the embedded log has one home-partition, 0")
