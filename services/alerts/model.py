"""The monitor of alerts: it reads what the other monitors raised and keeps each alert's life as rows. Pure.

It raises nothing of its own yet. Acknowledgements, decisions and reopening (DOMAIN.md §6) are answers to facts that it
reads already, and will come out of `apply` and `advance` as effects; what is shown, and to whom, never lives here.
"""

from collections.abc import Iterable, Sequence

from services.alerts.houses import Houses
from services.alerts.lives import Lives
from services.alerts.tables import ALERTS as ALERTS_TABLE
from services.alerts.tables import COMMISSIONERS, HOME_STATE, HOMES, LIFE, PLACEMENT_STATE
from shared.facts import Fact
from shared.home import Homes
from shared.instants import NEVER, Instant
from shared.monitor import Effect, HomeFault, Row
from shared.topics import ALERTS, CHECK_INS, INPUTS, PLAN_CHANGES, REJECTED

NOTHING: Sequence[Effect] = ()


class AlertsMonitor:
    """What `shared.monitor.Monitor` asks, for the lives of alerts."""

    name = "alerts"
    version = 1
    topics: Sequence[str] = (*INPUTS, ALERTS, REJECTED)
    tables: Sequence[str] = tuple(
        table.name for table in (ALERTS_TABLE, LIFE, HOMES, COMMISSIONERS, HOME_STATE, PLACEMENT_STATE)
    )

    def __init__(self) -> None:
        self._houses = Houses()
        self.homes: Homes = self._houses.fold
        self._lives = Lives()
        self._rows: list[Row] = []

    def apply(self, fact: Fact) -> Iterable[Effect]:
        """Take one fact, with the clock at its `appended_at`. Raises HomeFault."""
        try:
            self._take(fact)
        except Exception as cause:
            raise HomeFault(fact.home_id, cause) from cause
        return NOTHING

    def _take(self, fact: Fact) -> None:
        if fact.topic == ALERTS:
            self._rows += self._lives.take(fact, self._houses.whose)
        elif fact.topic == PLAN_CHANGES:
            self._rows += self._houses.take(fact)
        elif fact.topic == REJECTED:
            self._rows += self._lives.note(fact, self._houses.whose_refused(fact))
        elif fact.topic == CHECK_INS and fact.type == "check.recorded.v1":
            self._houses.see(fact)

    def advance(self, to: Instant) -> Iterable[Effect]:
        """Put the clock to `to`: placements and plans that were promised come into force. Raises HomeFault."""
        self._rows += self._houses.keep(to)
        return NOTHING

    def next_due(self) -> Instant:
        """Nothing happens by time alone up to this instant."""
        promised = self._houses.next_promise
        return promised if promised == NEVER else promised - 1

    def changed(self) -> Iterable[Row]:
        """The rows put or deleted since last asked, in order."""
        rows, self._rows = [*self._rows, *self._houses.unsaved()], []
        return rows

    def restore(self, rows: Iterable[Row], clock: Instant) -> None:
        """State back from rows. Resolved alerts are passed over."""
        for row in rows:
            if row.table in (ALERTS_TABLE.name, LIFE.name):
                self._lives.restore(row)
            else:
                self._houses.restore(row)
        self._houses.restored()

    def drop(self, home_id: str) -> None:
        """Forget one home: it is set aside, or will be read again."""
        self._houses.drop(home_id)
        self._lives.drop(home_id)
