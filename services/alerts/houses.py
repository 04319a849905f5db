"""The homes as the alerts service knows them: whose each child is now, and was then. Pure.

It carries the one fold (`shared.home`) and keeps its promises in time; out of it come the rows that readers need
(homes, whose children live there), and the answer to *whose is this alert*. What that means for alerts is not here.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import heappop, heappush
from typing import Any

import orjson

from services.alerts.lives import NOBODY, Whose
from services.alerts.names import COMMISSIONERS, HOME_STATE, HOMES, PLACEMENT_STATE
from shared.facts import Fact
from shared.home import Change, ChangeKind, Home, Homes, Placement
from shared.home.saved import (
    Resting,
    home_state,
    placement_state,
    promises_nothing,
    restore_home,
    restore_placement,
)
from shared.home.valid import is_valid, seen_at
from shared.instants import NEVER, Instant
from shared.monitor import HomeFault, Row


class _Rest:
    """A home as its rows hold it: JSON, as text where the database keeps text."""

    __slots__ = ("placements", "state")

    def __init__(self, state: Any) -> None:
        self.state = state
        self.placements: list[tuple[str, Any, Any]] = []
        """Each one's id, state, and whose it was earlier."""


class Houses:
    """The fold of homes at the monitor's clock, and what of it has been told to readers."""

    def __init__(self) -> None:
        self.fold = Homes()
        self.fold.homes = self._homes = Resting(self._wake)
        self._resting: dict[str, _Rest] = {}
        self._promising: list[str] = []  # homes at rest in which something is promised
        self._promised: list[tuple[Instant, str, str]] = []
        self._told_homes: dict[str, tuple[str, str]] = {}
        self._told: dict[str, frozenset[str]] = {}
        self._earlier: dict[tuple[str, str], list[tuple[Instant, str]]] = {}
        self._unsaved: dict[
            tuple[str, str | None], None
        ] = {}  # homes and placements, in the order they changed

    @property
    def next_promise(self) -> Instant:
        """The instant of the next promise, or one before it; NEVER if nothing is promised."""
        return self._promised[0][0] if self._promised else NEVER

    def take(self, fact: Fact) -> list[Row]:
        """Fold in a fact of plan-changes."""
        whose = self._commissioner(fact)
        changes = self.fold.apply(fact)
        self._look(changes, whose)
        home = self.fold.homes.get(fact.home_id)
        if home is None:
            return []
        if fact.type == "home.registered.v1" or not home.registered:
            self._unsaved[home.id, None] = None  # what was told before it was registered waits with it
            touched = list(home.placements.values())
        else:
            touched = [
                home.placements[id_] for id_ in (fact.data.get("placement_id"),) if id_ in home.placements
            ]
        for placement in touched:
            self._unsaved[home.id, placement.id] = None
            self._expect(placement)
        return self._news(home)

    def see(self, check: Fact) -> None:
        """A valid check during an absence is a return (§3): acceptance measures absences from it."""
        child = self.fold.placement(check.home_id, check.data["placement_id"])
        if child is not None and child.away is not None and is_valid(check, child):
            self.fold.returned(child, check, seen_at(check))
            self._unsaved[child.home_id, child.id] = None

    def keep(self, upto: Instant) -> list[Row]:
        """Keep every promise up to and including `upto`, in order. Raises HomeFault."""
        rows: list[Row] = []
        while self._promised and self._promised[0][0] <= upto:
            _, home_id, placement_id = heappop(self._promised)
            placement = self.fold.placement(home_id, placement_id)
            if placement is None or placement.next_promise > upto:
                continue  # the home was dropped, or what was promised was taken back
            try:
                rows += self._keep(placement, upto)
            except Exception as error:
                raise HomeFault(home_id, error) from error
        return rows

    def whose(self, fact: Fact) -> Whose:
        """Whose an alert is: of its placement as it was when it was raised, else of its home."""
        home = self.fold.homes.get(fact.home_id)
        placement_id = fact.data.get("placement_id") or fact.data.get("facts", {}).get("placement_id")
        commissioner_id = (
            None if placement_id is None else self._at(fact.home_id, placement_id, fact.observed_at)
        )
        if home is None or not home.registered:
            return Whose(None, commissioner_id, None)
        return Whose(home.provider_id, commissioner_id, home.zone)

    def whose_refused(self, fact: Fact) -> Whose:
        """A refused fact may be about any child there: only the home's provider is shown it."""
        return self.whose(fact)._replace(commissioner_id=NOBODY)

    def drop(self, home_id: str) -> None:
        """Forget one home; what readers were told of it stays."""
        self.fold.drop(home_id)
        self._resting.pop(home_id, None)
        self._earlier = {key: stays for key, stays in self._earlier.items() if key[0] != home_id}
        self._unsaved = {key: None for key in self._unsaved if key[0] != home_id}

    def unsaved(self) -> list[Row]:
        """The rows of the memory itself that have changed since last asked."""
        changed, self._unsaved = self._unsaved, {}
        rows = []
        for home_id, placement_id in changed:
            if placement_id is None:
                state = home_state(self.fold.homes[home_id])
                rows.append(Row(HOME_STATE, {"home_id": home_id}, {"state": state}))
            else:
                child = self.fold.homes[home_id].placements[placement_id]
                values = {
                    "state": placement_state(child),
                    "earlier": self._earlier.get((home_id, placement_id), []),
                }
                rows.append(Row(PLACEMENT_STATE, {"home_id": home_id, "placement_id": placement_id}, values))
        return rows

    def restore(self, row: Row) -> None:
        """One row, as it was stored. Homes come before their placements; what readers were told follows from both."""
        values, home_id = row.values or {}, row.key["home_id"]
        if row.table == HOME_STATE:
            self._resting[home_id] = _Rest(values["state"])
            self._homes.lay(home_id)
        elif row.table == PLACEMENT_STATE:
            state = values["state"]
            self._resting[home_id].placements.append((row.key["placement_id"], state, values["earlier"]))
            if not (isinstance(state, str) and promises_nothing(state)):
                self._promising.append(home_id)

    def restored(self) -> None:
        """All rows are here: what is promised has its time."""
        promising, self._promising = self._promising, []
        for home_id in promising:
            self._homes.get(home_id)

    def _wake(self, home_id: str) -> None:
        rest = self._resting.pop(home_id)
        home = restore_home(self.fold, home_id, _read(rest.state))
        for placement_id, state, earlier in rest.placements:
            child = restore_placement(self.fold, home_id, placement_id, _read(state))
            stays = [(until, whose) for until, whose in _read(earlier)]
            if stays:
                self._earlier[home_id, child.id] = stays
            self._expect(child)
        if home.registered:
            self._told_homes[home_id] = _stated(home.provider_id, home.zone)
            self._told[home_id] = _commissioners(home)

    def _keep(self, placement: Placement, upto: Instant) -> Iterable[Row]:
        before = placement.commissioner_id
        while placement.next_promise <= upto:
            self._look(self.fold.keep(placement, upto), before)
        self._unsaved[placement.home_id, placement.id] = None
        self._expect(placement)
        return self._news(placement.home)

    def _expect(self, placement: Placement) -> None:
        if placement.promises:
            heappush(self._promised, (placement.next_promise, placement.home_id, placement.id))

    def _commissioner(self, fact: Fact) -> str:
        placement = self.fold.placement(fact.home_id, fact.data.get("placement_id", ""))
        return "" if placement is None else placement.commissioner_id

    def _look(self, changes: Sequence[Change], before: str) -> None:
        """A placement that starts anew under another commissioner: what was raised before stays the first one's."""
        for change in changes:
            if change.kind is ChangeKind.STARTED and before and before != change.placement.commissioner_id:
                key = (change.placement.home_id, change.placement.id)
                self._earlier.setdefault(key, []).append((change.at, before))

    def _at(self, home_id: str, placement_id: str, at: Instant) -> str:
        for until, commissioner_id in self._earlier.get((home_id, placement_id), ()):
            if at < until:
                return commissioner_id
        placement = self.fold.placement(home_id, placement_id)
        return NOBODY if placement is None else placement.commissioner_id

    def _news(self, home: Home) -> list[Row]:
        """What readers must be told anew of a home."""
        if not home.registered:
            return []
        rows: list[Row] = []
        stated = _stated(home.provider_id, home.zone)
        if self._told_homes.get(home.id) != stated:
            self._told_homes[home.id] = stated
            rows.append(Row(HOMES, {"home_id": home.id}, {"provider_id": stated[0], "zone": stated[1]}))
        now = _commissioners(home)
        before = self._told.get(home.id, frozenset())
        for commissioner_id in sorted(now ^ before):
            key = {"home_id": home.id, "commissioner_id": commissioner_id}
            rows.append(Row(COMMISSIONERS, key, {} if commissioner_id in now else None))
        self._told[home.id] = now
        return rows


def _read(json: Any) -> Any:
    return orjson.loads(json) if isinstance(json, str) else json


def _commissioners(home: Home) -> frozenset[str]:
    return _shared(frozenset(each.commissioner_id for each in home.placements.values() if each.in_force))


@lru_cache(maxsize=4096)
def _shared(commissioners: frozenset[str]) -> frozenset[str]:
    """The one for all homes with the same."""
    return commissioners


@lru_cache(maxsize=4096)
def _stated(provider_id: str, zone: str) -> tuple[str, str]:
    """The one for all homes of which the same is told."""
    return provider_id, zone
