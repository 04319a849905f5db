"""The one way into a log that keeps `appended_at`: a whole history at once, and only into an empty log
(ARCHITECTURE.md, "Moving in").

    1. Take the folder's lock, bring the file up to date; refuse a log that holds anything.
    2. One transaction for all: rows go in as they come, each id of a home once.
    3. What came in another order than that of `appended_at` is put in order, by SQLite, before the end.
    4. COMMIT with `synchronous=FULL`. Before it, nothing of this is in the log; after it, all is, for ever.

Meanwhile the file has a rollback journal in place of the WAL: what it must remember of an empty file is next to
nothing, so that a gigabyte is written once. A process that dies leaves that journal, and whoever opens the file for
writing next finds the log empty again. What a fact means, and who may say so, is asked elsewhere.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from shared.instants import Instant, show_instant
from shared.log.base import Draft, Taken, Unavailable
from shared.log.lockfile import LockFile
from shared.log.sqlite import bring_up_to_date

_INSERT: Final = (
    "INSERT INTO facts (position, topic, appended_at, home_id, id, contenthash, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_KNOWN: Final = "SELECT position, appended_at, contenthash FROM facts WHERE home_id = ? AND id = ?"
_IN_ORDER: Final = (
    "CREATE TEMP TABLE gathered AS SELECT * FROM facts",
    "DELETE FROM facts",
    "INSERT INTO facts (position, topic, appended_at, home_id, id, contenthash, body) "
    "SELECT row_number() OVER (ORDER BY appended_at, position), topic, appended_at, home_id, id, contenthash, body "
    "FROM gathered ORDER BY appended_at, position",
    "DROP TABLE gathered",
)
_PRAGMAS: Final = ("journal_mode=DELETE", "synchronous=FULL", "cache_size=-262144")


class NotEmpty(Exception):  # noqa: N818 - reads as what it says
    """The log holds facts already. Nothing was touched; the message says what to do."""


class Past(NamedTuple):
    """An event of the past: when a log took it, and what it is filed under."""

    appended_at: Instant
    draft: Draft


class Importer:
    """Takes a history, portion by portion. Got from `importing`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._codes: dict[str, int] = dict(connection.execute("SELECT name, code FROM topics").fetchall())
        self._latest: Instant | None = None
        self._disorder = False
        self.taken = 0
        """How many facts are in."""

    def add(self, past: Sequence[Past]) -> list[Taken]:
        """What became of each: NEW, SAME (its id is known with the same content) or CONFLICT (with other content; the
        one appended first stands). Raises Unavailable."""
        for each in past:
            if self._latest is not None and each.appended_at < self._latest:
                self._disorder = True
            self._latest = each.appended_at
        rows = [self._row(each, self.taken + number) for number, each in enumerate(past, 1)]
        self._connection.execute("SAVEPOINT portion")
        try:
            self._connection.executemany(_INSERT, rows)
        except sqlite3.IntegrityError:  # an id for the second time: which, is found one by one
            self._connection.execute("ROLLBACK TO portion")
            return [self._add_one(each) for each in past]
        finally:
            self._connection.execute("RELEASE portion")
        self.taken += len(rows)
        return [Taken.NEW] * len(rows)

    def put_in_order(self) -> None:
        """Positions in order of `appended_at`, as they came where that is the same."""
        if self._disorder:
            for statement in _IN_ORDER:
                self._connection.execute(statement)

    def _add_one(self, each: Past) -> Taken:
        draft = each.draft
        known = self._connection.execute(_KNOWN, (draft.home_id, draft.id)).fetchone()
        if known is None:
            self.taken += 1
            self._connection.execute(_INSERT, self._row(each, self.taken))
            return Taken.NEW
        position, appended_at, contenthash = known
        if each.appended_at < appended_at:
            self._connection.execute("DELETE FROM facts WHERE position = ?", (position,))
            self._connection.execute(_INSERT, self._row(each, position))
        return Taken.SAME if contenthash == draft.contenthash else Taken.CONFLICT

    def _row(self, past: Past, position: int) -> tuple[int, int, Instant, str, str, str, bytes]:
        topic, home_id, id_, contenthash, body = past.draft
        return position, self._codes[topic], past.appended_at, home_id, id_, contenthash, body


@contextmanager
def importing(path: Path) -> Iterator[Importer]:
    """An importer into the log at `path`, which is made where there is none. All of it is durable when the block has
    ended; where the block raises, nothing is taken.

    Raises Locked, NotEmpty, TooNew, Unavailable.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = LockFile(path)
    try:
        bring_up_to_date(path)
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            yield from _one_transaction(connection, path)
        except sqlite3.Error as error:
            raise Unavailable(
                f"the log could not be written ({error}); nothing was imported: see to the disk that holds {path} "
                "(free space, permissions), then import again"
            ) from error
        finally:
            connection.close()
    finally:
        lock.release()


def _one_transaction(connection: sqlite3.Connection, path: Path) -> Iterator[Importer]:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    _refuse_facts(connection, path)
    importer = Importer(connection)
    yield importer
    importer.put_in_order()
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")


def _refuse_facts(connection: sqlite3.Connection, path: Path) -> None:
    count, first, last = connection.execute(
        "SELECT count(*), min(appended_at), max(appended_at) FROM facts"
    ).fetchone()
    if count:
        raise NotEmpty(
            f"the log at {path} holds {count} facts, from {show_instant(first)} to {show_instant(last)}; a history is "
            "imported only into an empty log: name another folder with --data or WAKEFUL_DATA"
        )
