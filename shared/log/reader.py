"""Reading the embedded log: connections of their own beside the writer, and the order of what they give.

Nothing here writes, and nothing here knows what time it is.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from shared.instants import NEVER, Instant
from shared.log.base import Named, Positions, Record, Unavailable
from shared.store.damage import is_damage, said
from shared.topics import RANK

_COLUMNS: Final = "topic, position, appended_at, home_id, id, contenthash, body"
_CHUNK: Final = 500
_Raw = tuple[int, int, Instant, str, str, str, bytes]


class Standing(NamedTuple):
    """Where the file stands: topics' codes, the last durable instant (of a fact or a probe), the last
    position."""

    codes: dict[str, int]
    last: Instant
    position: int


class Reader:
    """Reads one log file from any number of threads. Its methods are those of `Log`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._idle_lock = threading.Lock()
        self._closed = False
        self.codes = self.standing().codes
        self._names = {code: name for name, code in self.codes.items()}

    def standing(self) -> Standing:
        """As it stands on disk now."""
        with self._connection() as connection:
            codes = dict(connection.execute("SELECT name, code FROM topics").fetchall())
            newest = "SELECT position, appended_at FROM facts ORDER BY position DESC LIMIT 1"
            position, appended_at = connection.execute(newest).fetchone() or (0, 0)
            probed = connection.execute("SELECT coalesce(max(at), 0) FROM probe").fetchone()[0]
        return Standing(codes, max(appended_at, probed), position)

    def close(self) -> None:
        """No connection stays open; whoever is still reading closes his own."""
        with self._idle_lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def read(
        self, topics: Sequence[str], after: Positions, before: Instant, limit: int = 1000
    ) -> tuple[list[Record], Positions]:
        """See `Log.read`. Positions here are one row of numbers for all topics, so a reader that is at the
        end of what lies before `before` is put to that end in all its topics, whatever they hold."""
        start = min((after.get(topic, 0) for topic in topics), default=0)
        with self._connection() as connection:
            bound = _bound(connection, before)
            rows, whole = _whole_instants(self._scan(connection, topics, start, bound), limit)
        reached = bound if whole else rows[-1][1]
        if any(after.get(topic, 0) > start for topic in topics):
            own = {code: after.get(topic, 0) for topic, code in self._codes(topics)}
            rows = [row for row in rows if row[1] > own[row[0]]]
        return self._ordered(rows), {topic: max(reached, after.get(topic, 0)) for topic in topics}

    def home(
        self, home_id: str, topics: Sequence[str], until: Instant | None = None, since: Instant = 0
    ) -> Iterator[Record]:
        """See `Log.home`."""
        with self._connection() as connection:
            after = _bound(connection, since) if since else 0
            query = "SELECT position FROM facts WHERE home_id = ? AND position > ?"
            found = connection.execute(query, (home_id, after))
            positions = sorted(position for (position,) in found)
        wanted = {code for _, code in self._codes(topics)}
        step: list[_Raw] = []  # an instant may lie across two chunks
        for first in range(0, len(positions), _CHUNK):
            with self._connection() as connection:
                rows = _at(connection, positions[first : first + _CHUNK])
            step += [row for row in rows if row[0] in wanted and (until is None or row[2] <= until)]
            whole = [row for row in step if row[2] < step[-1][2]] if step else []
            yield from self._ordered(whole)
            step = step[len(whole) :]
        yield from self._ordered(step)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """See `Log.named`."""
        with self._connection() as connection:
            query = "SELECT appended_at, body FROM facts WHERE home_id = ? AND id = ?"
            row = connection.execute(query, (home_id, event_id)).fetchone()
        if row is None:
            return None
        event = orjson.loads(row[1])
        return Named(event_id, event["type"], event.get("subject", ""), row[0])

    def _codes(self, topics: Sequence[str]) -> list[tuple[str, int]]:
        """The topics' codes. A file that an older version wrote has none for what is newer: nothing of it is there."""
        return [(topic, self.codes[topic]) for topic in topics if topic in self.codes]

    def _scan(
        self, connection: sqlite3.Connection, topics: Sequence[str], start: int, bound: int
    ) -> sqlite3.Cursor:
        codes = [code for _, code in self._codes(topics)]
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

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
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
                reason = f"the log could not be read ({error}); see to the disk of {self._path}"
                raise Unavailable(said(self._path, error) if is_damage(error) else reason) from error
            raise
        with self._idle_lock:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)


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
