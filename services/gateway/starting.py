"""What the door knows before it lets anybody in: its snapshot, and what the log holds since.

Nothing here is asked while the door is open.
"""

from collections import deque

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.gateway.fold import DoorFold
from services.gateway.rejected import RejectedFacts
from services.gateway.snapshot import KEPT, Loaded, Snapshot
from shared.log.base import DoorLog, Record, Unavailable
from shared.undisturbed import undisturbed

_log = structlog.get_logger("gateway")


def caught_up(log: DoorLog, views: Engine | None) -> tuple[DoorFold, RejectedFacts]:
    """The door's fold and the facts that changed nothing, as of the log's end. Without `views`, from its start. Where
    much had to be read, the snapshot is brought up to date with it. Raises Unavailable."""
    with undisturbed():
        return _caught_up(log, None if views is None else Snapshot(views))


def _caught_up(log: DoorLog, snapshot: Snapshot | None) -> tuple[DoorFold, RejectedFacts]:
    loaded = Loaded() if snapshot is None else snapshot.load(log)
    fold, rejected = DoorFold(log, loaded), RejectedFacts(log, loaded)
    passed: deque[Record] = deque(maxlen=KEPT)

    def passing(partition: int, record: Record) -> None:
        rejected.note(partition, record)
        passed.append(record)

    def keep(position: int) -> None:
        if snapshot is None:
            return
        try:
            snapshot.keep(log, position, fold.changed(), passed, anew=not loaded.position)
        except (
            SQLAlchemyError,
            Unavailable,
        ) as error:  # the next start takes as long as this one, and no harm is done
            _log.warning("the door's snapshot was not written", error=type(error).__name__)

    fold.catch_up(passing, keep)
    return fold, rejected
