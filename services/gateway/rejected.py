"""The facts that the log holds and that changed nothing, the latest of them, for `GET /rejected`.

Whoever may see a home as a whole sees all of its; a commissioner those that are about a child of theirs, and say so.

Kept in memory, from the log's own topic and the door's snapshot; what was refused at the door was answered there, and
is not here.
"""

import threading
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

import orjson

from services.gateway.shapes import RejectedShape
from services.gateway.snapshot import KEPT, Loaded
from shared.events.registry import TYPES
from shared.instants import NEVER, show_instant
from shared.log.base import Log, Positions, Record
from shared.security.rights import Actor, HomeRef, visible
from shared.topics import REJECTED

_UNSAID: Final = frozenset({"id_used", "unreadable"})


class Whose(Protocol):
    """Whose a home and a child are, as the door knows."""

    def home(self, home_id: str) -> HomeRef | None: ...
    def commissioner_now(self, home_id: str, placement_id: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    home_id: str
    body: bytes
    appended_at: int

    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = orjson.loads(self.body)["data"]
        return data


class RejectedFacts:
    """The latest rejected facts. Safe for use from several threads."""

    def __init__(self, log: Log, snapshot: Loaded | None = None) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._after: dict[int, Positions] = {}
        self._kept: dict[str, _Kept] = {}  # by id: every service that sees a refused fact may have told of it
        if snapshot is not None:
            for record in snapshot.rejected:
                self._take(0, record)
            self._after[0] = {REJECTED: snapshot.position}

    def note(self, partition: int, record: Record) -> None:
        """One that a reader of the log came by."""
        with self._lock:
            self._take(partition, record)

    def shown(self, reader: Actor, whose: Whose, home: str | None, limit: int) -> list[RejectedShape]:
        """Those that the reader may see, the latest first."""
        with self._lock:
            self._read_on()
            kept = list(reversed(self._kept.values()))
        seen = (each for each in kept if home is None or each.home_id == home)
        shown = (_shape(each) for each in seen if self._sees(reader, each, whose))
        return list(islice(shown, limit))

    def _sees(self, reader: Actor, kept: _Kept, whose: Whose) -> bool:
        home = whose.home(kept.home_id) or HomeRef(kept.home_id, "")
        if visible(reader, home, None):
            return True
        if reader.scope.commissioner_id is None:
            return False
        commissioner_id = self._commissioner(kept, whose)
        return commissioner_id is not None and visible(reader, home, commissioner_id)

    def _commissioner(self, kept: _Kept, whose: Whose) -> str | None:
        """Who placed the child that a refused fact is about; None where it is not about one, or does not say so
        itself (of two facts under one id the log's index knows the first)."""
        data = kept.data()
        named = None if data["reason"] in _UNSAID else self._log.named(kept.home_id, data["event_id"])
        kind = None if named is None else TYPES.get(named.type)
        if named is None or kind is None or kind.about != "placement":
            return None
        return whose.commissioner_now(kept.home_id, named.subject)

    def _read_on(self) -> None:
        for partition in range(self._log.partitions):
            while True:
                records, after = self._log.read(
                    partition, (REJECTED,), self._after.get(partition, {}), NEVER, 1000
                )
                for record in records:
                    self._take(partition, record)
                self._after[partition] = after
                if not records:
                    break

    def _take(self, partition: int, record: Record) -> None:
        known = self._after.get(partition, {})
        if record.position > known.get(REJECTED, 0):
            self._after[partition] = {**known, REJECTED: record.position}
            key = record.id or f"{partition}/{record.position}"
            self._kept.setdefault(key, _Kept(record.home_id, record.body, record.appended_at))
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]


def _shape(kept: _Kept) -> RejectedShape:
    data = kept.data()
    return RejectedShape(
        event_id=data["event_id"],
        home_id=kept.home_id,
        topic=data["topic"],
        appended_at=show_instant(kept.appended_at),
        reason=data["reason"],
        field=data.get("field"),
        remedy=data.get("remedy"),
    )
