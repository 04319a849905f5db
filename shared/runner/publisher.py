"""The outbox's way into the log: publish in order, mark, and say in the ledger how far that is (the runner's
step 5).

    1. Take what waits, in order, up to 1,000 effects.
    2. Append them to the log: durable, and a repetition is the same fact.
    3. In one transaction: forget them in the outbox, and move `published` in the ledger's row (compared and swapped).
    4. Again, until nothing waits.

A crash between 2 and 3 publishes again, which changes nothing. What an effect says is its monitor's affair.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson
from sqlalchemy import Engine

from shared.alerting import RAISED
from shared.instants import Instant
from shared.log.base import Log, Receipt, Taken
from shared.runner.observer import Observer
from shared.store import ledger, outbox
from shared.store.engine import writing


class Publisher:
    """Publishes one owner's outbox."""

    def __init__(
        self, log: Log, engine: Engine, owner: outbox.Owner, observer: Observer, now: Callable[[], Instant]
    ) -> None:
        self._log = log
        self._engine = engine
        self._owner = owner
        self._observer = observer
        self._now = now

    def publish(self, entry: ledger.Entry, upto: Instant) -> tuple[ledger.Entry, bool]:
        """The next portion of what waits: the ledger's row after it, and whether more waits. `upto`: nothing of before
        it is still to come. Raises Unavailable and LostOwnership."""
        waiting = self._waiting()
        if waiting:
            receipts = self._log.append([effect.draft for effect in waiting])
            self._tell(waiting, receipts)
        return self._mark(entry, waiting, upto)

    def _waiting(self) -> list[outbox.Waiting]:
        with self._engine.connect() as connection:
            waiting = outbox.waiting(connection, self._owner)
        age = max(0, self._now() - waiting[0].at) if waiting else 0
        self._observer.outbox(self._owner.service, len(waiting), age)
        return waiting

    def _mark(
        self, entry: ledger.Entry, published: Sequence[outbox.Waiting], upto: Instant
    ) -> tuple[ledger.Entry, bool]:
        with writing(self._engine) as connection:
            ledger.lock(connection, *self._owner)
            outbox.mark(connection, self._owner, published)
            left, _ = outbox.standing(connection, self._owner)
            if not left and entry.published < upto:
                entry = ledger.swap(connection, entry, replace(entry, published=upto))
        return entry, left > 0

    def _tell(self, published: Sequence[outbox.Waiting], receipts: Sequence[Receipt]) -> None:
        service, now = self._owner.service, self._now()
        for effect, receipt in zip(published, receipts, strict=True):
            if receipt.taken is Taken.CONFLICT:
                self._observer.differed(service, effect.draft.id)
            elif receipt.taken is Taken.NEW:
                event = orjson.loads(effect.draft.body)
                if event["type"] == RAISED:
                    self._observer.detected(service, event["data"]["kind"], max(0, now - effect.at))
