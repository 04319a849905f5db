"""The snapshot of the door's fold: homes at rest, as of one position of the log, so that a start reads only the rest.

1. It is made from the log alone, never from what the door holds: the keeper folds what is new of a home onto the home's
   row, in a fold of its own. So it asks nothing of the door's lock, and knows of nothing that is not durable.
2. Rows and position are one transaction: a position never claims what the rows lack.
3. It is disposable. Of another version, of another log, damaged or gone: the log is read from its start.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import SQLAlchemyError

from services.gateway.folded import TOPICS, VERSION, AtRest, Folded
from services.gateway.tables import HOMES, METADATA, MIGRATIONS, REJECTED, STANDING
from shared import topics
from shared.instants import SECOND, Duration
from shared.log.base import Log, Record
from shared.log.mark import mark
from shared.monitor import Row
from shared.store import rows
from shared.store.engine import writing
from shared.store.schema import upgrade, version_table_of

READ: Final = (*TOPICS, topics.REJECTED)
"""What is read for it."""
KEPT: Final = 10_000
"""How many of the rejected facts are kept, the latest."""
EVERY: Final[Duration] = 60 * SECOND
"""How often it is brought up to date: what a process that was killed leaves to be read."""
_STEP: Final = 2_000
_PAUSE_S: Final = 0.05
"""Between two steps: the door shares this process."""
_AT_ONCE: Final = 1_000

_log = structlog.get_logger("gateway")


class Loaded:
    """A snapshot in memory: homes that lie at rest until they are asked for. Empty: the log is read from its start."""

    def __init__(self, position: int = 0) -> None:
        self.position = position
        self.anew: list[str] = []
        """Homes whose fold raised: they are to be folded anew."""
        self.rejected: list[Record] = []
        self._states: dict[str, bytes] = {}
        self._unsettled: set[str] = set()
        self._providers: dict[str, str] = {}
        self._commissioners: dict[str, dict[str, str]] = {}

    def add(self, home: AtRest) -> None:
        """Lay a home here."""
        if home.state is None:
            self.anew.append(home.home_id)
        else:
            self._states[home.home_id] = home.state
        if home.unsettled:
            self._unsettled.add(home.home_id)
        if home.provider_id is not None:
            self._providers[home.home_id] = home.provider_id
        if home.commissioners:
            self._commissioners[home.home_id] = home.commissioners

    def lay(self, folded: Folded) -> None:
        """Tell a new fold what is asked of homes that nobody restores for it."""
        folded.provider_of.update(self._providers)
        folded.commissioners.update(self._commissioners)
        for home_id, theirs in self._commissioners.items():
            for placement_id in theirs:
                folded.started_in(placement_id, home_id)

    def take(self, home_id: str) -> bytes | None:
        """See `Rest`."""
        return self._states.pop(home_id, None)

    def unsettled(self, home_id: str) -> bool:
        """See `Rest`."""
        return home_id in self._unsettled

    def some(self, count: int) -> list[str]:
        """Some of the homes that lie here."""
        return list(islice(self._states, count))


class Snapshot:
    """The snapshot in the views' database."""

    def __init__(self, views: Engine) -> None:
        """Brings its tables up to date. Raises TooNew."""
        self._views = views
        upgrade(views, MIGRATIONS, version_table_of("gateway"))

    def load(self, log: Log) -> Loaded:
        """The snapshot, if it is of this version and of this log; else an empty one. Raises Unavailable."""
        try:
            with self._views.connect() as connection:
                position = _position(connection, log)
                return _load(connection, position) if position else Loaded()
        except (SQLAlchemyError, ValueError, TypeError) as error:
            _log.warning("the door's snapshot cannot be read; the log is", error=type(error).__name__)
            return Loaded()

    def keep(
        self,
        log: Log,
        position: int,
        homes: Iterable[AtRest],
        rejected: Iterable[Record],
        *,
        anew: bool = False,
    ) -> None:
        """Bring it to `position`: these homes have changed up to there. `anew`: it held nothing that counts. In one
        transaction. Raises SQLAlchemyError, Unavailable."""
        marked = mark(log, 0, position)
        with writing(self._views) as connection:
            if anew:
                rows.clear(connection, METADATA, [HOMES.name, REJECTED.name])
            changed = (_home_row(home) for home in homes)
            while some := list(islice(changed, _AT_ONCE)):
                rows.put(connection, METADATA, some)
            rows.put(connection, METADATA, [_rejected_row(record) for record in rejected])
            _forget_old(connection)
            values = {"version": VERSION, "position": position, "mark": marked}
            rows.put(connection, METADATA, [Row(STANDING.name, {"one": 1}, values)])

    def follow(self, log: Log) -> "Follower":
        """What brings it up to date from where it stands. Raises SQLAlchemyError, Unavailable."""
        with self._views.connect() as connection:
            position = _position(connection, log)
            unsettled = set(connection.scalars(select(HOMES.c.home_id).where(HOMES.c.unsettled)))
            anew = set(connection.scalars(select(HOMES.c.home_id).where(HOMES.c.state.is_(None))))
        return (
            Follower(self, log, position, unsettled, anew)
            if position
            else Follower(self, log, 0, set(), set())
        )

    def state(self, home_id: str) -> bytes | None:
        """One home's state at rest."""
        with self._views.connect() as connection:
            found: bytes | None = connection.scalar(select(HOMES.c.state).where(HOMES.c.home_id == home_id))
        return found


class Follower:
    """Folds what is new in the log onto the snapshot's rows, home by home."""

    def __init__(
        self, snapshot: Snapshot, log: Log, position: int, unsettled: set[str], anew: set[str]
    ) -> None:
        self._snapshot = snapshot
        self._log = log
        self.position = position
        self._unsettled = unsettled
        self._anew = anew

    def step(self) -> bool:
        """Read on, before the log's present; whether there may be more. Raises Unavailable, SQLAlchemyError."""
        after, present = dict.fromkeys(READ, self.position), self._log.present(0)
        records, reached = self._log.read(0, READ, after, present, _STEP)
        position = min(reached.values())
        if position > self.position:
            self._take(records, position)
        return len(records) >= _STEP

    def take(self, home_id: str) -> bytes | None:
        """See `Rest`."""
        return self._snapshot.state(home_id) if self.position else None

    def unsettled(self, home_id: str) -> bool:
        """See `Rest`."""
        return home_id in self._unsettled

    def _take(self, records: Sequence[Record], position: int) -> None:
        folded = Folded(self)
        folded.aside = dict.fromkeys(self._anew, 0)
        for record in records:
            if record.topic != topics.REJECTED:
                folded.replay(record)
        rejected = [record for record in records if record.topic == topics.REJECTED]
        failed = folded.aside.keys() - self._anew
        homes = [folded.at_rest(home_id) for home_id in (folded.homes.homes.keys() | failed)]
        self._snapshot.keep(self._log, position, homes, rejected, anew=not self.position)
        self.position = position
        self._anew |= failed
        for home in homes:
            (self._unsettled.add if home.unsettled else self._unsettled.discard)(home.home_id)


class Keeper(threading.Thread):
    """Keeps the snapshot up to date while the process runs, and once more when it ends. Whatever goes wrong with it is
    told, and costs the next start some time; nothing else."""

    def __init__(self, log: Log, views: Engine) -> None:
        super().__init__(name="snapshot", daemon=True)
        self._log = log
        self._views = views
        self._stopping = threading.Event()

    def run(self) -> None:
        try:
            follower = Snapshot(self._views).follow(self._log)
            while True:
                last = self._stopping.wait(EVERY / SECOND)
                while follower.step():
                    self._stopping.wait(_PAUSE_S)
                if last:
                    return
        except Exception as error:
            _log.warning("the door's snapshot is not kept up to date", error=type(error).__name__)

    def stop(self) -> None:
        """Bring it up to date, and end."""
        self._stopping.set()
        self.join()


def _position(connection: Connection, log: Log) -> int:
    """Where it stands; 0 where it is not of this version or of this log."""
    standing = connection.execute(select(STANDING)).one_or_none()
    if standing is None or standing.version != VERSION or standing.mark != mark(log, 0, standing.position):
        return 0
    position: int = standing.position
    return position


def _load(connection: Connection, position: int) -> Loaded:
    loaded = Loaded(position)
    for home in connection.execute(select(HOMES)):
        theirs = orjson.loads(home.commissioners)
        loaded.add(AtRest(home.home_id, home.provider_id, theirs, home.unsettled, home.state))
    loaded.rejected = list(_rejected(connection))
    return loaded


def _rejected(connection: Connection) -> Iterator[Record]:
    for row in connection.execute(select(REJECTED).order_by(REJECTED.c.position)):
        yield Record(topics.REJECTED, row.position, row.appended_at, row.home_id, "", "", row.body)


def _home_row(home: AtRest) -> Row:
    values: dict[str, Any] = {
        "provider_id": home.provider_id,
        "commissioners": orjson.dumps(home.commissioners).decode(),
        "unsettled": home.unsettled,
        "state": home.state,
    }
    return Row(HOMES.name, {"home_id": home.home_id}, values)


def _rejected_row(record: Record) -> Row:
    values = {"home_id": record.home_id, "appended_at": record.appended_at, "body": record.body}
    return Row(REJECTED.name, {"position": record.position}, values)


def _forget_old(connection: Connection) -> None:
    column = REJECTED.c.position
    last = connection.scalar(select(column).order_by(column.desc()).offset(KEPT).limit(1))
    if last is not None:
        connection.execute(delete(REJECTED).where(column <= last))
