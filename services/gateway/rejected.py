"""The facts that the log holds and that changed nothing, the latest of them, for `GET /rejected`.

Kept in memory, from the log's own topic; what was refused at the door was answered there, and is not here.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

import orjson

from services.gateway.shapes import RejectedShape
from shared.instants import NEVER, show_instant
from shared.log.base import Log, Record
from shared.security.rights import Actor, HomeRef, Right, visible
from shared.topics import REJECTED

KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Kept:
    home_id: str
    body: bytes
    appended_at: int


class RejectedFacts:
    """The latest rejected facts. Safe for use from several threads."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._after: dict[str, int] = {}
        self._kept: deque[_Kept] = deque(maxlen=KEPT)

    def note(self, record: Record) -> None:
        """One that a reader of the log came by."""
        with self._lock:
            self._take(record)

    def shown(
        self, reader: Actor, provider_of: dict[str, str], home: str | None, limit: int
    ) -> list[RejectedShape]:
        """Those that the reader may see, the latest first. One may be about any child of the home: only who
        may see the whole home is shown it."""
        with self._lock:
            self._read_on()
            kept = list(reversed(self._kept))
        seen = (each for each in kept if home is None or each.home_id == home)
        shown = [_shape(each) for each in seen if _sees(reader, each.home_id, provider_of)]
        return shown[:limit]

    def _read_on(self) -> None:
        while True:
            records, after = self._log.read(0, (REJECTED,), self._after, NEVER, 1000)
            for record in records:
                self._take(record)
            self._after = dict(after)
            if not records:
                return

    def _take(self, record: Record) -> None:
        if record.position > self._after.get(REJECTED, 0):
            self._after[REJECTED] = record.position
            self._kept.append(_Kept(record.home_id, record.body, record.appended_at))


def _sees(reader: Actor, home_id: str, provider_of: dict[str, str]) -> bool:
    home = HomeRef(home_id, provider_of.get(home_id, ""))
    return Right.READ in reader.rights and visible(reader, home, None)


def _shape(kept: _Kept) -> RejectedShape:
    data = orjson.loads(kept.body)["data"]
    return RejectedShape(
        event_id=data["event_id"],
        home_id=kept.home_id,
        topic=data["topic"],
        appended_at=show_instant(kept.appended_at),
        reason=data["reason"],
        field=data.get("field"),
        remedy=data.get("remedy"),
    )
