"""What was told and what is so by a new reading, brought together (ARCHITECTURE.md, "The swap reconciles").

    1. An alert that is open by the new reading and was never published is published now, under its own id and instants.
    2. One that was published and is not open is resolved `superseded`. What another service closed, by a person's
       decision, is left as it is.
    3. What the new reading says last of another's alert, and was never published, is published now.
    4. The first two stand in the record of the swap, which goes into the log like everything that was decided: `export`
       shows it, and `audit` explains by it.

How the new reading was made, and what is swapped, is not decided here.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import orjson
from sqlalchemy import Connection

from shared.alerting import RAISED, RESOLVED, Resolution, resolved, retold
from shared.events.canonical import canonical
from shared.instants import NEVER, show_instant
from shared.log.base import Log, Positions
from shared.monitor import Effect
from shared.runner.reading import STEP, Reading
from shared.store import outbox
from shared.store.ledger import Entry
from shared.topics import ALERTS, SWAPS

SWAPPED: Final = "readmodel.swapped.v1"
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wakeful:swaps")


class Published:
    """The alerts of one service that are open by what has been told of them."""

    def __init__(self, log: Log, owner: outbox.Owner, home_id: str | None = None) -> None:
        self._log = log
        self._owner = owner
        self._home_id = home_id
        self._positions: Positions = {}
        self.open: dict[str, str] = {}
        """The home of each, by alert id."""
        self.closed: set[str] = set()
        """Those that were told, and are not open any more."""
        self.decided: set[str] = set()
        """Those that another service has closed: by a person's decision."""
        self.told: set[str] = set()
        """Every event that was told of any alert: a log may hold one twice, the second long after it has closed."""

    def read(self) -> None:
        """Read on in the log, to its end. Raises Unavailable."""
        found = True
        while found:
            records, self._positions = self._log.read(
                self._owner.partition, [ALERTS], self._positions, NEVER, STEP
            )
            self._take(record.body for record in records if self._home_id in (None, record.home_id))
            found = bool(records)

    def read_to_the_end(self, connection: Connection) -> None:
        """The rest of it, with what is committed and on its way. Whoever publishes needs `connection`'s turn (the
        ledger's row) to forget what he has published: nothing is missed between the two."""
        on_its_way = outbox.bodies(connection, self._owner, ALERTS)
        self.read()
        self._take(body for home_id, body in on_its_way if self._home_id in (None, home_id))

    def _take(self, bodies: Iterable[bytes]) -> None:
        for body in bodies:
            event = orjson.loads(body)
            if event["id"] in self.told:
                continue
            self.told.add(event["id"])
            alert_id = event["data"]["alert_id"]
            own = event["source"] == f"wakeful/{self._owner.service}"
            if event["type"] == RAISED and own:
                self.open[alert_id] = event["homeid"]
                self.closed.discard(alert_id)
                self.decided.discard(alert_id)
            elif event["type"] == RESOLVED and not own:
                if self.open.pop(alert_id, None) is not None:
                    self.decided.add(alert_id)
            elif event["type"] == RESOLVED and self.open.pop(alert_id, None) is not None:
                self.closed.add(alert_id)


def reconcile(
    connection: Connection,
    entry: Entry,
    version: int,
    reading: Reading,
    published: Published,
    *,
    home_id: str | None = None,
    unwatched: Collection[str] = (),
) -> None:
    """Tell what has to be told, and record the swap.

    `reading`: what the new one says of the alerts that are open by it; `published`: what was told of them. What was
    told and closed is told anew where it is open after all, since under the ids of then nobody would hear of it;
    `unwatched`: homes of which nobody knows what is so, by the new reading either: their alerts stay as they are.
    """
    owner = outbox.Owner(entry.service, entry.partition)
    found = {id_: told for id_, told in reading.open.items() if id_ not in published.decided}
    raised = sorted(found.keys() - published.open.keys())
    gone = {
        id_: home for id_, home in published.open.items() if id_ not in reading.open and home not in unwatched
    }
    told = [
        retold(effect, entry.clock) if alert_id in published.closed else effect
        for alert_id, effects in found.items()
        for effect in effects
    ]
    told += [effect for effect in reading.others.values() if effect.id not in published.told]
    superseded = [
        resolved(entry.service, home, id_, entry.clock, Resolution.SUPERSEDED)
        for id_, home in sorted(gone.items())
    ]
    outbox.put(connection, owner, [*sorted(told, key=_when), *superseded])
    outbox.put(connection, owner, [_swap(entry, version, home_id, raised, sorted(gone))])


def _when(effect: Effect) -> int:
    return effect.at


def _swap(entry: Entry, version: int, home_id: str | None, raised: list[str], gone: list[str]) -> Effect:
    at = show_instant(entry.clock)
    data: dict[str, Any] = {
        "service": entry.service,
        "partition": entry.partition,
        "from_version": entry.version,
        "to_version": version,
        "at": at,
        "raised": raised,
        "superseded": gone,
    }
    if home_id is not None:
        data["home_id"] = home_id
    id_ = str(uuid5(_NAMESPACE, canonical([data, entry.epoch]).decode()))
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": f"wakeful/{entry.service}",
        "type": SWAPPED,
        "subject": entry.service if home_id is None else home_id,
        "time": at,
        "enteredat": at,
        "homeid": home_id or "",
        "actor": "wakeful",
        "datacontenttype": "application/json",
        "data": data,
    }
    return Effect(SWAPS, home_id or "", id_, entry.clock, event)
