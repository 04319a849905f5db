"""A home as §3 knows it (`tests.oracle.house`), and a journal of all that §5 asks about, as it took effect.

Nothing is decided here: who lived where, which version came into force, which absence ended, what was told.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shared.instants import parse_instant
from tests.oracle.gap import Sighting, Watch
from tests.oracle.house import ACTS, House
from tests.oracle.plans import Timeline
from tests.oracle.records import Absence, Placement, Stay, Told

CHECK, PLAN, END = "check.recorded.v1", "plan.agreed.v1", "placement.ended.v1"
ASSESSED, POINT = "environment.assessed.v1", "anchor_point.changed.v1"
MOVED, TRIGGERED, SUITABILITY = "placement.moved.v1", "review.triggered.v1", "suitability.reviewed.v1"
LIGATURE, SUICIDE = "ligature_plan.reviewed.v1", "suicide_plan.reviewed.v1"
RECORDED = (ASSESSED, POINT, MOVED, TRIGGERED, SUITABILITY, LIGATURE, SUICIDE)


@dataclass(frozen=True)
class Entry:
    """Something that took effect at `at`, in its turn. `what`: started, moved, ended, came (a version, into force),
    returned, or told (what the fact itself says)."""

    what: str
    at: int
    fact: Told
    placement_id: str = ""
    """Of a placement in force (or just ended)."""
    room: str = ""
    left: str = ""
    """The room that was left."""
    reason: str = ""
    """The reason of the absence that ended."""
    before: dict[str, Any] | None = None
    """The agreed version that was in force before."""


@dataclass
class _Known:
    stay: Stay | None = None
    away: Absence | None = None
    plan: Told | None = None
    room: str = ""


class ReviewedHome(House):
    """One home; whoever wants to hear of each entry in its turn sets `heard`."""

    def __init__(self, home_id: str) -> None:
        super().__init__(home_id)
        self.journal: list[Entry] = []
        self.heard: Callable[[Entry], None] = lambda entry: None
        self.offered: int | None = None
        self._known: dict[str, _Known] = {}

    def take(self, fact: Told) -> None:
        """A fact is told: kept where it promises, else acted on."""
        if fact.type in RECORDED:
            if fact.effective > fact.appended:
                self.promises.append(fact)
            else:
                self.act(fact, fact.effective)
            return
        super().take(fact)
        if fact.type == PLAN:
            comes = max(parse_instant(fact.data["effective_from"]), fact.appended)
            if comes > fact.appended:
                self.promises.append(replace(fact, time=comes))
        self._notice(fact, fact.appended)

    def act(self, fact: Told, at: int) -> None:
        """What the fact changes, it changes now."""
        kept = [one for one in self.promises if one.type == TRIGGERED and one.data.get("room")]
        if fact.type in ACTS:
            super().act(fact, at)
        if fact.type == END:  # what was told of a room does not go with the child
            self.promises += [one for one in kept if one not in self.promises]
        if fact.type == "home.registered.v1":
            self.offered = (fact.data.get("statement_of_purpose") or {}).get("waking_staff")
        if fact.type in RECORDED:
            self._recorded(fact, at)
        self._notice(fact, at)

    def room_of(self, placement_id: str) -> str:
        """The room in which a child in force lives; else nothing."""
        return self._of(placement_id).room

    def plan_of(self, placement_id: str) -> Told | None:
        """The agreed version in force."""
        return self._of(placement_id).plan

    def _of(self, placement_id: str) -> _Known:
        return self._known.setdefault(placement_id, _Known())

    def _recorded(self, fact: Told, at: int) -> None:
        id_ = fact.data.get("placement_id") or ""
        known = self._of(id_) if id_ else _Known()
        in_force = id_ if known.stay is not None else ""
        if fact.type == MOVED:
            if in_force and fact.data["room"] != known.room:
                left, known.room = known.room, fact.data["room"]
                self._tell(Entry("moved", at, fact, id_, known.room, left))
        else:
            room = fact.data.get("room") or (known.room if in_force else "")
            self._tell(Entry("told", at, fact, in_force, room))

    def _notice(self, fact: Told, at: int) -> None:
        """What the fact has changed of its own child's stay, absence and version."""
        placement = self.placements.get(fact.data.get("placement_id") or "")
        if placement is None:
            return
        known = self._of(placement.id)
        if placement.stay is not known.stay:
            self._stay(placement, known, fact, at)
        stay = placement.stay
        if stay is not None:
            if known.away is not None and stay.away is None:
                reason = known.away.fact.data["reason"]
                self._tell(Entry("returned", at, fact, placement.id, known.room, reason=reason))
            known.away = stay.away
            self._version(placement, known, self.timeline(placement, stay), at)

    def _stay(self, placement: Placement, known: _Known, fact: Told, at: int) -> None:
        if known.stay is not None:
            left = known.room
            known.stay, known.away, known.plan, known.room = None, None, None, ""
            self._tell(Entry("ended", at, fact, placement.id, left=left))
        if placement.stay is not None:
            known.stay, known.room = placement.stay, fact.data["room"]
            self._tell(Entry("started", at, fact, placement.id, known.room))

    def _version(self, placement: Placement, known: _Known, timeline: Timeline, at: int) -> None:
        version = timeline.version_at(at)
        if version is None or version.number == 0:
            return
        if known.plan is None or known.plan.data["version"] != version.number:
            plan = next(one for one in placement.plans if one.data["version"] == version.number)
            before, known.plan = known.plan, plan
            data = None if before is None else before.data
            self._tell(Entry("came", at, plan, placement.id, known.room, before=data))

    def _tell(self, entry: Entry) -> None:
        self.journal.append(entry)
        self.heard(entry)

    def _within_a_watch(self, stay: Stay, watch: Watch, fact: Told, check: Sighting) -> None:
        """Deadlines of checks are none of §5's."""
