"""The log's writer: one thread that stamps, decides and commits whatever has gathered (group commit).

    1. Take everything that is queued (up to a bound); wait only while nothing is.
    2. Stamp the group: never less than anything stamped or answered before.
    3. For each append in turn, each draft in turn: known id → SAME or CONFLICT; else ask `decide`.
    4. Insert what is new, and the probe's row, and commit with `synchronous=FULL`.
    5. Answer every append of the group. If anything failed: roll back, tell `on_rollback`, answer
    Unavailable, go on.

An answer waits for its own commit and never for a timer. Reading never lives here.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from shared.instants import Instant
from shared.log.base import Decide, Draft, Receipt, Taken, Unavailable
from shared.log.present import Present

QUEUE_BYTES: Final = 64 << 20
"""What may wait; beyond it `append` is Unavailable."""
GROUP_BYTES: Final = 8 << 20
"""What one commit takes at most (always one append at least), so that a full queue is answered bit by bit."""

_KNOWN = "SELECT id, contenthash, appended_at FROM facts WHERE home_id = ? AND id IN (%s)"
_AT_ONCE = 500
"""Ids in one question."""
_INSERT = (
    "INSERT INTO facts (position, topic, appended_at, home_id, id, contenthash, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_PROBE = "INSERT INTO probe (one, at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at"

Row = tuple[int, int, Instant, str, str, str, bytes]
_Id = tuple[str, str]


class Ask:
    """One append (or, without drafts, one probe) on its way, and the future that will hold its answer."""

    __slots__ = ("answer", "decide", "drafts", "instant", "size")

    def __init__(self, drafts: Sequence[Draft], decide: Decide | None) -> None:
        self.drafts = drafts
        self.decide = decide
        self.size = 256 + sum(len(draft.body) + 256 for draft in drafts)
        self.answer: Future[list[Receipt]] = Future()
        self.instant: Instant | None = None
        """The stamp of the group it was committed with."""


class Writer(threading.Thread):
    """The thread. `connect` opens the file (again, after a failure); `committed` is told the new last
    position, and what was written."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        codes: dict[str, int],
        present: Present,
        committed: Callable[[int, Sequence[Row]], None],
    ) -> None:
        super().__init__(name="log-writer", daemon=True)
        self._connect = connect
        self._connection: sqlite3.Connection | None = connect()
        self._position: int = self._connection.execute(
            "SELECT coalesce(max(position), 0) FROM facts"
        ).fetchone()[0]
        self._codes = codes
        self._present = present
        self._committed = committed
        self._queue: deque[Ask] = deque()
        self._queued = 0
        self._closing = False
        self._gathered = threading.Condition()
        self.on_rollback: Callable[[Sequence[Draft]], None] | None = None

    def put(self, ask: Ask) -> None:
        """Queue `ask`, or answer it Unavailable at once where too much is waiting already."""
        with self._gathered:
            refusal = self._no_room(ask)
            if refusal is None:
                self._queue.append(ask)
                self._queued += ask.size
                self._gathered.notify()
        if refusal is not None:
            ask.answer.set_exception(refusal)

    def stop(self) -> None:
        """Take what is queued, then end."""
        with self._gathered:
            self._closing = True
            self._gathered.notify()
        self.join()
        if self._connection is not None:
            self._connection.close()

    def run(self) -> None:
        while group := self._gather():
            group = [ask for ask in group if ask.answer.set_running_or_notify_cancel()]
            try:
                self._commit(group)
            except BaseException as error:  # a fault of the writer itself: nobody may wait for it for ever
                self._give_up(group, error)
                raise

    def _give_up(self, group: list[Ask], error: BaseException) -> None:
        with self._gathered:
            self._closing = True
            group += [ask for ask in self._queue if ask.answer.set_running_or_notify_cancel()]
            self._queue.clear()
        for ask in group:
            if not ask.answer.done():
                ask.answer.set_exception(
                    Unavailable(f"the log's writer has failed ({error!r}); restart the process")
                )

    def _no_room(self, ask: Ask) -> Unavailable | None:
        if self._closing:
            return Unavailable("the log is closed: the process is stopping; send it again in a moment")
        if self._queued and self._queued + ask.size > QUEUE_BYTES:
            waiting = f"{self._queued >> 20} MiB are waiting to be written"
            return Unavailable(f"the log's queue is full ({waiting}); send it again in a second", 1_000)
        return None

    def _gather(self) -> list[Ask]:
        """What has gathered; waits while nothing has; empty when the log is closing and all is done."""
        with self._gathered:
            while not self._queue and not self._closing:
                self._gathered.wait()
            group: list[Ask] = []
            size = 0
            while self._queue and (not group or size + self._queue[0].size <= GROUP_BYTES):
                group.append(self._queue.popleft())
                size += group[-1].size
            self._queued -= size
            return group

    def _commit(self, group: list[Ask]) -> None:
        stamp = self._present.stamp()
        step = _Step(self._codes, stamp, self._position)
        try:
            connection = self._begin()
            answers = [self._take(step, connection, ask) for ask in group]
            connection.executemany(_INSERT, step.rows)
            if any(not ask.drafts for ask in group):
                connection.execute(_PROBE, (stamp,))
            connection.execute("COMMIT")
        except Exception as error:
            self._fail(group, step.let_in, error)
            return
        self._position += len(step.rows)
        self._present.settle(durable=True)
        if step.rows:
            self._committed(self._position, step.rows)
        for ask, answer in zip(group, answers, strict=True):
            ask.instant = stamp
            if isinstance(answer, Exception):
                ask.answer.set_exception(answer)
            else:
                ask.answer.set_result(answer)

    def _begin(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def _take(self, step: "_Step", connection: sqlite3.Connection, ask: Ask) -> list[Receipt] | Exception:
        """One append's receipts; if its `decide` raised, that exception, and nothing of it is taken."""
        mark = len(step.rows)
        try:
            known = _known(connection, ask.drafts)
            return [step.receipt(known, draft, ask.decide) for draft in ask.drafts]
        except sqlite3.Error:
            raise
        except Exception as error:
            step.undo(mark)
            self._tell_rolled_back(ask.drafts)
            return error

    def _fail(self, group: list[Ask], let_in: list[Draft], error: Exception) -> None:
        if self._connection is not None:
            try:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._connection.close()
                self._connection = None
        self._present.settle(durable=False)
        self._tell_rolled_back(let_in)
        for ask in group:
            ask.answer.set_exception(
                Unavailable(
                    f"the log could not be written ({error}); nothing of this was taken: see to the disk "
                    "that holds it (free space, permissions), and send it again"
                )
            )

    def _tell_rolled_back(self, drafts: Sequence[Draft]) -> None:
        if drafts and self.on_rollback is not None:
            self.on_rollback(drafts)


class _Step:
    """What one group has taken so far: the rows to insert, and the ids among them."""

    def __init__(self, codes: dict[str, int], stamp: Instant, position: int) -> None:
        self._codes = codes
        self._stamp = stamp
        self._position = position
        self.rows: list[Row] = []
        self.let_in: list[Draft] = []
        self._hashes: dict[_Id, str] = {}
        self._new = Receipt(Taken.NEW, stamp)

    def receipt(
        self, in_the_log: dict[_Id, tuple[str, Instant]], draft: Draft, decide: Decide | None
    ) -> Receipt:
        key = (draft.home_id, draft.id)
        taken = self._hashes.get(key)
        known = in_the_log.get(key) if taken is None else (taken, self._stamp)
        if known is not None:
            return Receipt(Taken.SAME if known[0] == draft.contenthash else Taken.CONFLICT, known[1])
        if decide is not None and (refusal := decide(draft, self._stamp)) is not None:
            return Receipt(Taken.REFUSED, refusal=refusal)
        self._let_in(draft, key)
        return self._new

    def _let_in(self, draft: Draft, key: _Id) -> None:
        position = self._position + len(self.rows) + 1
        code = self._codes.get(draft.topic)
        if code is None:
            raise ValueError(f"topic {draft.topic!r} is not in the log; it has {', '.join(self._codes)}")
        self._hashes[key] = draft.contenthash
        self.let_in.append(draft)
        self.rows.append((position, code, self._stamp, *key, draft.contenthash, draft.body))

    def undo(self, mark: int) -> None:
        """Take back everything from the `mark`-th row on."""
        for draft in self.let_in[mark:]:
            del self._hashes[draft.home_id, draft.id]
        del self.rows[mark:], self.let_in[mark:]


def _known(connection: sqlite3.Connection, drafts: Sequence[Draft]) -> dict[_Id, tuple[str, Instant]]:
    """What the log holds under the ids of `drafts`: asked home by home, many ids at once."""
    ids: dict[str, list[str]] = {}
    for draft in drafts:
        ids.setdefault(draft.home_id, []).append(draft.id)
    known: dict[_Id, tuple[str, Instant]] = {}
    for home_id, wanted in ids.items():
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            question = _KNOWN % ",".join("?" * len(some))
            for id_, contenthash, at in connection.execute(question, (home_id, *some)):
                known[home_id, id_] = (contenthash, at)
    return known
