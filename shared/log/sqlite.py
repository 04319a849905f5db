"""The embedded log: one SQLite file, one writer, total order for free (docs/decisions/0005).

Here is what callers meet: opening, appending, reading, the present. How a commit is made is
`shared.log.writer`; who may say what time it is, `shared.log.present`. No rule about facts lives here.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from shared import clock as machine
from shared.instants import NEVER, Duration, Instant
from shared.log.base import Decide, Draft, Named, Positions, Receipt, Record, Unavailable
from shared.log.lockfile import LockFile
from shared.log.present import Present
from shared.log.writer import Ask, Writer
from shared.store.engine import make_engine
from shared.store.schema import LOG_MIGRATIONS, current, upgrade
from shared.topics import ALL, RANK

_COLUMNS: Final = "topic, position, appended_at, home_id, id, contenthash, body"
_CHUNK: Final = 500
_Raw = tuple[int, int, Instant, str, str, str, bytes]


class SqliteLog:
    """The `Log` of one folder. Open it once a process; share it between threads; close it.

    Opened for writing it holds the folder's lock (Locked if another process has it). `read_only` opens it
    beside a running writer, for export and audit: appending is Unavailable, and the present is the last
    instant on disk.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        always_open: bool = False,
        clock: Callable[[], Instant] = machine.now,
        monotonic: Callable[[], Duration] = machine.monotonic,
    ) -> None:
        """`always_open`: the present never waits for a probe (tools and tests). The clocks are for tests
        too."""
        self._path = path
        self._read_only = read_only
        self._idle: list[sqlite3.Connection] = []
        self._idle_lock = threading.Lock()
        self._closed = False
        self._grown = threading.Condition()
        self._writer: Writer | None = None
        if read_only:
            self._open_reading()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = LockFile(path)
        try:
            if not read_only:
                _upgrade(path)
            self._codes, last, self._end = self._standing()
            self._present = Present(last, clock, monotonic, always_open)
            if not read_only:
                self._writer = Writer(self._connect_writing, self._codes, self._present, self._committed)
        except BaseException:
            self.close()
            raise
        self._names = {code: name for name, code in self._codes.items()}
        if self._writer is not None:
            self._writer.start()

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

    def _committed(self, position: int) -> None:
        with self._grown:
            self._end = position
            self._grown.notify_all()

    # -- the present -----------------------------------------------------------------------------------------

    def present(self, partition: int) -> Instant:
        """See `Log.present` and `shared.log.present`."""
        _only_partition(partition)
        if self._read_only:
            return self._standing()[1]
        return self._present.answer()

    def not_before(self, clock: Instant) -> None:
        """See `Log.not_before`."""
        self._present.not_before(clock)

    def door_open(self, for_ms: Duration) -> None:
        """The prober has just got in by the public door: the present moves for `for_ms` of monotonic time."""
        self._present.door_open(for_ms)

    def door_shut(self) -> None:
        """The prober could not get in: the present stands still."""
        self._present.door_shut()

    @property
    def steps_back(self) -> int:
        """How often a stamp had to be raised because the machine's clock stood behind the log."""
        return self._present.steps_back

    def end(self) -> int:
        """The last position."""
        return self._standing()[2] if self._read_only else self._end

    def wait(self, seen: int, timeout_s: float) -> bool:
        """See `Log.wait`."""
        with self._grown:
            self._grown.wait_for(lambda: self._end > seen or self._closed, timeout_s)
            return self._end > seen

    # -- reading ---------------------------------------------------------------------------------------------

    def read(
        self, partition: int, topics: Sequence[str], after: Positions, before: Instant, limit: int = 1000
    ) -> tuple[list[Record], Positions]:
        """See `Log.read`. Positions here are one row of numbers for all topics, so a reader that is at the
        end of what lies before `before` is put to that end in all its topics, whatever they hold."""
        _only_partition(partition)
        start = min((after.get(topic, 0) for topic in topics), default=0)
        with self._reading() as connection:
            bound = _bound(connection, before)
            rows, whole = _whole_instants(self._scan(connection, topics, start, bound), limit)
        reached = bound if whole else rows[-1][1]
        if any(after.get(topic, 0) > start for topic in topics):
            own = {self._codes[topic]: after.get(topic, 0) for topic in topics}
            rows = [row for row in rows if row[1] > own[row[0]]]
        return self._ordered(rows), {topic: max(reached, after.get(topic, 0)) for topic in topics}

    def home(self, home_id: str, topics: Sequence[str], until: Instant | None = None) -> Iterator[Record]:
        """See `Log.home`."""
        with self._reading() as connection:
            found = connection.execute("SELECT position FROM facts WHERE home_id = ?", (home_id,))
            positions = sorted(position for (position,) in found)
        wanted = {self._codes[topic] for topic in topics}
        step: list[_Raw] = []  # an instant may lie across two chunks
        for first in range(0, len(positions), _CHUNK):
            with self._reading() as connection:
                rows = _at(connection, positions[first : first + _CHUNK])
            step += [row for row in rows if row[0] in wanted and (until is None or row[2] <= until)]
            whole = [row for row in step if row[2] < step[-1][2]] if step else []
            yield from self._ordered(whole)
            step = step[len(whole) :]
        yield from self._ordered(step)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """See `Log.named`."""
        with self._reading() as connection:
            query = "SELECT appended_at, body FROM facts WHERE home_id = ? AND id = ?"
            row = connection.execute(query, (home_id, event_id)).fetchone()
        if row is None:
            return None
        event = orjson.loads(row[1])
        return Named(event_id, event["type"], event.get("subject", ""), row[0])

    def _scan(
        self, connection: sqlite3.Connection, topics: Sequence[str], start: int, bound: int
    ) -> sqlite3.Cursor:
        codes = [self._codes[topic] for topic in topics]
        marks = ", ".join("?" * len(codes))
        query = (
            f"SELECT {_COLUMNS} FROM facts WHERE position > ? AND position <= ? AND topic IN ({marks}) "  # noqa: S608
            "ORDER BY position"
        )
        return connection.execute(query, (start, bound, *codes))

    def _ordered(self, rows: list[_Raw]) -> list[Record]:
        names = self._names
        records = [Record(names[t], p, a, h, i, c, b) for t, p, a, h, i, c, b in rows]
        records.sort(key=lambda r: (r.appended_at, RANK[r.topic]))  # stable: positions ascend already
        return records

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
        with self._idle_lock:
            while self._idle:
                self._idle.pop().close()
        if not self._read_only:
            self._lock.release()

    def _open_reading(self) -> None:
        if not self._path.exists():
            raise FileNotFoundError(f"there is no log at {self._path}; say where it is with WAKEFUL_DATA")
        engine = make_engine(self._path, read_only=True)
        try:
            current(engine, LOG_MIGRATIONS)
        finally:
            engine.dispose()

    def _standing(self) -> tuple[dict[str, int], Instant, int]:
        """The topics' codes, the last durable instant, the last position."""
        with self._reading() as connection:
            codes = dict(connection.execute("SELECT name, code FROM topics").fetchall())
            row = connection.execute(
                "SELECT position, appended_at FROM facts ORDER BY position DESC LIMIT 1"
            ).fetchone()
            probed = connection.execute("SELECT coalesce(max(at), 0) FROM probe").fetchone()[0]
        position, appended_at = row or (0, 0)
        return codes, max(appended_at, probed), position

    def _connect_writing(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-65536",
            "wal_autocheckpoint=4000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of this thread's own for as long as it is needed; idle ones are kept."""
        with self._idle_lock:
            if self._closed:
                raise Unavailable("the log is closed: the process is stopping")
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            url = f"file:{self._path}?mode=ro"
            connection = sqlite3.connect(
                url, uri=True, timeout=30, isolation_level=None, check_same_thread=False
            )
        try:
            yield connection
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.Error):
                raise Unavailable(f"the log could not be read ({error}); see to the disk of {self._path}") from error
            raise
        with self._idle_lock:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)


def _upgrade(path: Path) -> None:
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


def _at(connection: sqlite3.Connection, positions: Sequence[int]) -> list[_Raw]:
    marks = ", ".join("?" * len(positions))
    query = f"SELECT {_COLUMNS} FROM facts WHERE position IN ({marks}) ORDER BY position"  # noqa: S608
    return connection.execute(query, positions).fetchall()


def _bound(connection: sqlite3.Connection, before: Instant) -> int:
    """The last position with `appended_at` < `before`: by halving, because instants never go down with
    positions."""
    low, high = 0, connection.execute("SELECT coalesce(max(position), 0) FROM facts").fetchone()[0]
    if before >= NEVER:
        return int(high)
    query = "SELECT appended_at FROM facts WHERE position >= ? ORDER BY position LIMIT 1"
    if high and connection.execute(query, (high,)).fetchone()[0] < before:
        return int(high)
    while low < high:
        middle = (low + high + 1) // 2
        if connection.execute(query, (middle,)).fetchone()[0] < before:
            low = middle
        else:
            high = middle - 1
    return int(low)


def _whole_instants(rows: sqlite3.Cursor, limit: int) -> tuple[list[_Raw], bool]:
    """The first `limit` rows and all others of the last one's instant; and whether that is all there is."""
    taken: list[_Raw] = list(islice(rows, limit))
    if len(taken) < limit:
        return taken, True
    for row in rows:
        if row[2] != taken[-1][2]:
            rows.close()
            return taken, False
        taken.append(row)
    return taken, True
