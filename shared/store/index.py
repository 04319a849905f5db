"""The index of a broker's log: where each home's facts lie, and which ids are known, by what one service has seen.

A broker finds records by their place alone. The service that reads every input has noted the place of each, in the
transaction of its own rows (`shared.store.seen`), so that the index reaches exactly as far as its ledger says. What
lies behind that is found by reading it (`shared.log.kafka.lookup`). Nothing is written here.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine

from shared.instants import Instant
from shared.log.base import Named, Positions, Unavailable
from shared.log.kafka.deciding import Before, Key
from shared.log.kafka.partition import partition_of
from shared.store import ledger, seen
from shared.store.outage import is_outage, said

T = TypeVar("T")


class SeenIndex:
    """The index, for the log and for the door. Safe for use from several threads. Everything raises Unavailable."""

    def __init__(self, engine: Engine, service: str, partitions: int) -> None:
        """`service`: whose notes; it has to read every topic that is asked for."""
        self._engine = engine
        self._service = service
        self._partitions = partitions

    def of_home(self, home_id: str, topics: Sequence[str]) -> list[tuple[str, int, Instant]]:
        """Topic, position and append time of each of a home's facts, repetitions left out."""
        with _Asked(self._engine) as connection:
            return seen.of_home(connection, self._service, home_id, topics)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """The event with this id, if it is known."""
        found = self._find([(home_id, event_id)]).get((home_id, event_id))
        return None if found is None else Named(event_id, found.type, found.subject, found.appended_at)

    def known(self, keys: Sequence[Key]) -> Mapping[Key, Before]:
        """Those of `keys` that are known."""
        return {key: Before(each.contenthash, each.appended_at) for key, each in self._find(keys).items()}

    def positions(self, partition: int) -> Positions:
        """How far it reaches."""
        with _Asked(self._engine) as connection:
            entry = ledger.find(connection, self._service, partition)
        return {} if entry is None else entry.positions

    def _find(self, keys: Sequence[Key]) -> dict[Key, seen.Known]:
        by_partition: dict[int, list[Key]] = {}
        for key in keys:
            by_partition.setdefault(partition_of(key[0], self._partitions), []).append(key)
        found: dict[Key, seen.Known] = {}
        if keys:
            with _Asked(self._engine) as connection:
                for partition, theirs in by_partition.items():
                    found |= seen.find(connection, self._service, partition, theirs)
        return found


class _Asked:
    """A connection; a database that cannot be reached is Unavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def __enter__(self) -> Connection:
        try:
            self._connection = self._engine.connect()
        except Exception as error:
            raise self._outage(error) from error
        return self._connection

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        cast(Connection, self._connection).close()
        if isinstance(error, Exception) and is_outage(error):
            raise self._outage(error) from error

    def _outage(self, error: Exception) -> Exception:
        return Unavailable(said(error, str(self._engine.url))) if is_outage(error) else error
