"""The monitor of alerts: it reads what the other monitors raised and keeps each alert's life as rows. Pure.

Rows follow what is read at once. Beside them stands what is decided about alerts (DOMAIN.md §6, `deciding`): that comes
out of `decide`, which is called once it is known that nothing which belongs before is still on its way, and comes back
to the rows out of the log. What is shown, and to whom, never lives here.
"""

from collections.abc import Iterable, Mapping, Sequence

from services.alerts.deciding.decider import Decider
from services.alerts.houses import Houses
from services.alerts.lives import Lives
from services.alerts.names import ALERTS as ALERTS_TABLE
from services.alerts.names import (
    COMMISSIONERS,
    DECIDED,
    DECISIONS,
    HOME_STATE,
    HOMES,
    LIFE,
    PARTITION_OF_ALL,
    PLACEMENT_STATE,
    SENDS,
)
from services.alerts.sends import rows_of
from shared.facts import Fact
from shared.home import Homes
from shared.instants import NEVER, Instant, parse_instant
from shared.monitor import Effect, HomeFault, Row
from shared.schedule import noon_night
from shared.topics import ALERTS, CHECK_INS, INPUTS, NIGHT_COVER, PAGES, PLAN_CHANGES, REJECTED, RESPONSES

NOTHING: Sequence[Effect] = ()


class AlertsMonitor:
    """What `shared.monitor.Deciding` asks, for the lives of alerts."""

    name = "alerts"
    version = 2
    topics: Sequence[str] = (*INPUTS, ALERTS, PAGES, REJECTED)
    tables: Sequence[str] = (
        ALERTS_TABLE, LIFE, SENDS, HOMES, COMMISSIONERS, HOME_STATE, PLACEMENT_STATE, DECISIONS, DECIDED,
    )  # fmt: skip

    def __init__(self) -> None:
        self._houses = Houses()
        self.homes: Homes = self._houses.fold
        self._lives = Lives()
        self._decider = Decider()
        self._decided: Mapping[str, Instant] = {}  # as it was written
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
            self._decider.told(fact, self._night(fact))
        elif fact.topic == RESPONSES:
            self._rows += rows_of(fact)
            self._decider.answered(fact)
        elif fact.topic == PAGES:
            self._rows += rows_of(fact)
        elif fact.topic == PLAN_CHANGES:
            self._rows += self._houses.take(fact)
        elif fact.topic == REJECTED:
            self._rows += self._lives.note(fact, self._houses.whose_refused(fact))
        elif fact.topic in (CHECK_INS, NIGHT_COVER):
            self._decider.hear(fact)
            if fact.type == "check.recorded.v1":
                self._houses.see(fact)

    def _night(self, fact: Fact) -> int | None:
        """The night (noon to noon local) that an alert's `since` lies in; None of an event that states none."""
        home = self.homes.homes.get(fact.home_id)
        since = fact.data.get("since")
        if home is None or not home.registered or since is None:
            return None
        return noon_night(home.zone, parse_instant(since)).toordinal()

    # -- what is decided

    def decide(self, upto: Mapping[str, Instant], *, through: bool = False) -> Iterable[Effect]:
        """See `shared.monitor.Deciding`."""
        return self._decider.decide(upto, through=through)

    def undecided(self) -> Instant:
        """See `shared.monitor.Deciding`."""
        return self._decider.next

    # -- the clock and the rows

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
        for home_id, state in self._decider.changed():
            rows.append(Row(DECISIONS, {"home_id": home_id}, {"state": state}))
        if self._decider.decided != self._decided:
            self._decided = self._decider.decided
            key = {"home_id": PARTITION_OF_ALL}
            rows.append(Row(DECIDED, key, {"upto": dict(self._decided)}))
        return rows

    def restore(self, rows: Iterable[Row], clock: Instant) -> None:
        """State back from rows. Resolved alerts are passed over."""
        for row in rows:
            if row.table in (ALERTS_TABLE, LIFE):
                self._lives.restore(row)
            elif row.table == DECISIONS:
                self._decider.restore(row.key["home_id"], (row.values or {})["state"])
            elif row.table in (HOME_STATE, PLACEMENT_STATE):
                self._houses.restore(row)
        self._houses.restored()

    def drop(self, home_id: str) -> None:
        """Forget one home: it is set aside, or will be read again."""
        self._houses.drop(home_id)
        self._lives.drop(home_id)
        self._decider.drop(home_id)
