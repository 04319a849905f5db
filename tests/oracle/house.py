"""One home, fact by fact: what each fact changes, raises and closes in its turn (DOMAIN.md §2, §3).

What fires because time passes is in `tests.oracle.checks`; what may not stand, in `tests.oracle.refusals`.
"""

from collections.abc import Iterator
from typing import Any

from shared.instants import MINUTE, parse_instant, show_instant
from tests.oracle.gap import Sighting, Watch, Withdrawal, deadlines, own_deadline, since_of
from tests.oracle.plans import Timeline, Version, read_items, read_rules
from tests.oracle.records import Absence, Placement, Stay, Told, absence_facts, remember
from tests.oracle.telling import Teller

SIGNS = ("breathing", "moved", "spoke", "awake")
CLOSED_BY_ABSENCE = ("check_missed", "child_not_found", "concern_raised")


class House:
    """One home as known when the clock stands at `clock`."""

    def __init__(self, home_id: str) -> None:
        self.id = home_id
        self.zone: str | None = None
        self.default_plan: dict[str, Any] | None = None
        self.placements: dict[str, Placement] = {}
        self.checks: dict[str, Told] = {}
        self.promises: list[Told] = []
        self.teller = Teller(home_id)
        self._timelines: dict[tuple[object, ...], Timeline] = {}

    def placement(self, placement_id: str) -> Placement:
        """The placement by that id, known or not."""
        return self.placements.setdefault(placement_id, Placement(placement_id))

    def stays(self) -> Iterator[tuple[Placement, Stay]]:
        """The placements in force."""
        for placement in self.placements.values():
            if placement.stay is not None:
                yield placement, placement.stay

    def timeline(self, placement: Placement, stay: Stay) -> Timeline:
        """The plan versions of a stay, each from when its time came, and version 0."""
        key = (placement.id, stay.started, id(stay.default_plan), *(plan.id for plan in placement.plans))
        if key not in self._timelines:
            self._timelines[key] = Timeline(self.zone or "UTC", self._versions(placement, stay))
        return self._timelines[key]

    def _versions(self, placement: Placement, stay: Stay) -> list[Version]:
        versions = [
            Version(
                plan.data["version"],
                max(parse_instant(plan.data["effective_from"]), plan.appended, stay.started),
                read_rules(plan.data["checks"]),
                read_items(plan.data["checks"]),
            )
            for plan in placement.plans
        ]
        if stay.default_plan is not None:
            checks = stay.default_plan["checks"]
            versions.append(Version(0, stay.started, read_rules(checks), read_items(checks)))
        return versions

    def take(self, fact: Told) -> None:
        """A fact is told: kept where it promises, else acted on."""
        if fact.type == "check.recorded.v1":
            self._check(fact)
        elif fact.type == "plan.agreed.v1":
            self.placement(fact.data["placement_id"]).plans.append(fact)
        elif fact.type in ACTS:
            self._displace_promised_start(fact)
            if fact.effective > fact.appended:
                self.promises.append(fact)
            else:
                self.act(fact, fact.effective)

    def _displace_promised_start(self, fact: Told) -> None:
        if fact.type == "placement.started.v1":
            placement_id = fact.data["placement_id"]
            self.promises = [one for one in self.promises if not _starts(one, placement_id)]

    def act(self, fact: Told, at: int) -> None:
        """What the fact changes, it changes now."""
        ACTS[fact.type](self, fact, at)

    def _register(self, fact: Told, at: int) -> None:
        self.zone = fact.data["time_zone"]
        self.default_plan = fact.data.get("default_plan")

    def _start(self, fact: Told, at: int) -> None:
        self.placement(fact.data["placement_id"]).stay = Stay(at, self.default_plan, Watch(at))

    def _end(self, fact: Told, at: int) -> None:
        placement = self.placement(fact.data["placement_id"])
        if placement.stay is None:
            return
        self._close(placement.stay, tuple(placement.stay.open), at, "ended", fact)
        placement.stay, placement.plans = None, []
        self.promises = [one for one in self.promises if one.data.get("placement_id") != placement.id]

    def _absence(self, fact: Told, at: int) -> None:
        stay = self.placement(fact.data["placement_id"]).stay
        if stay is None:
            return
        before, reason = stay.away, fact.data["reason"]
        self._close(stay, CLOSED_BY_ABSENCE, at, "disposition", fact)
        self._close(stay, ("absence_expired",), at, "disposition", fact)
        self._close(stay, ("child_away",), at, "superseded", fact)
        if reason != "missing":
            self._close(stay, ("child_missing",), at, "disposition", fact)
        stay.watch = None
        stay.away = Absence(fact, at, at if before is None else before.absence_start)
        placement_id, facts = fact.data["placement_id"], absence_facts(fact)
        self._raise(stay, "child_away", placement_id, at, at, facts, fact.order)
        if reason == "missing":
            stay.missing_since = at
            if "child_missing" not in stay.open:
                self._raise(stay, "child_missing", placement_id, at, at, facts, fact.order)

    def _return(self, fact: Told, at: int) -> None:
        placement_id = fact.data["placement_id"]
        stay = self.placement(placement_id).stay
        if stay is None or stay.away is None:  # "told while none is open cancels those promised"
            self.promises = [
                one
                for one in self.promises
                if one.type != "disposition.started.v1" or one.data["placement_id"] != placement_id
            ]
            return
        self._close(stay, ("child_away", "absence_expired"), at, "returned", fact)
        stay.away, stay.watch = None, Watch(at)
        remember(stay)

    def _concern(self, fact: Told, at: int) -> None:
        stay = self.placement(fact.data["placement_id"]).stay
        if stay is None:
            return
        facts = {"concern_id": fact.id, "from": fact.data["from"]}
        stay.concern = max(stay.concern, at)
        self._raise_or_worsen(stay, "concern_raised", fact, at, at, facts)

    def _check(self, fact: Told) -> None:
        self.checks[fact.id] = fact
        stay = self.placement(fact.data["placement_id"]).stay
        if stay is None:
            return
        if fact.data["outcome"] == "not_found":
            self._not_found(stay, fact)
        elif self._is_valid(stay, fact):
            self._seen(stay, fact)

    def _is_valid(self, stay: Stay, fact: Told) -> bool:
        prompt = fact.entered - fact.time <= 5 * MINUTE
        alive = fact.data["outcome"] == "seen" and fact.data.get("sign_of_life") in SIGNS
        return alive and prompt and fact.observed >= stay.started

    def _not_found(self, stay: Stay, fact: Told) -> None:
        later = any(one.observed > fact.observed for one in stay.kept)
        if stay.away is not None or later:
            return
        latest = stay.not_found if "child_not_found" in stay.open else fact.observed
        stay.not_found = max(latest, fact.observed)
        facts = {"check_id": fact.id}
        self._raise_or_worsen(stay, "child_not_found", fact, fact.observed, fact.appended, facts)

    def _seen(self, stay: Stay, fact: Told) -> None:
        """A valid check: closes what it answers, ends an absence, moves the gap."""
        at, observed = fact.appended, fact.observed
        check = Sighting(fact.id, observed, fact.order)
        stay.sightings.append(check)
        if observed > stay.not_found:
            self._close(stay, ("child_not_found",), at, "late", fact)
        if observed > stay.concern:
            self._close(stay, ("concern_raised",), at, "restored", fact)
        if stay.missing_since is not None and observed >= stay.missing_since:
            self._close(stay, ("child_missing",), at, "returned", fact)
        if stay.away is not None and observed >= stay.away.start:
            self._close(stay, ("child_away", "child_missing", "absence_expired"), at, "returned", fact)
            stay.away, stay.watch = None, Watch(observed, fact.id, [check])
        elif stay.watch is not None:
            self._within_a_watch(stay, stay.watch, fact, check)
        remember(stay, check)

    def _within_a_watch(self, stay: Stay, watch: Watch, fact: Told, check: Sighting) -> None:
        timeline = self.timeline(self.placement(fact.data["placement_id"]), stay)
        others = [one for one in stay.sightings if one is not check]
        before = deadlines(timeline, watch, others, max(fact.appended, check.observed))
        check.late = any(one.at < check.observed for one in before)
        if check.observed >= watch.began:
            watch.told.append(check)
        own = own_deadline(timeline, watch, stay.sightings, fact.appended)
        if own is None or own >= fact.appended:
            self._close_missed(stay, fact)

    def _close_missed(self, stay: Stay, fact: Told) -> None:
        """ "Within the ceiling again as of the log's clock": late if a check since was after its deadline."""
        alert = stay.open.get("check_missed")
        if alert is None:
            return
        since = [
            one
            for one in stay.sightings
            if one.observed > alert.since and one.order > alert.order and not one.withdrawn
        ]
        how = "late" if any(one.late for one in since) else "unreported"
        self._close(stay, ("check_missed",), fact.appended, how, fact)

    def _correct(self, fact: Told, at: int) -> None:
        if not fact.data["withdrawn"]:
            return
        check_id = fact.data["check_id"]
        stay = self.placement(self.checks[check_id].data["placement_id"]).stay
        for check in stay.sightings if stay is not None else ():
            if check.fact_id == check_id and not check.withdrawn:
                check.withdrawn = True
                if stay is not None:
                    remember(stay)
                if stay is not None and stay.watch is not None:
                    stay.watch.told.append(Withdrawal(check_id, at))

    def raise_missed(
        self, placement: Placement, stay: Stay, watch: Watch, at: int, to: int, order: int
    ) -> None:
        """The earliest deadline has gone by with its grace: `check_missed`."""
        worst = deadlines(self.timeline(placement, stay), watch, stay.sightings, to)[0]
        deadline, facts = show_instant(worst.at), dict(worst.facts)
        since = since_of(watch)
        self._raise(stay, "check_missed", placement.id, since, at, facts, order, deadline=deadline)

    def raise_expired(self, placement: Placement, stay: Stay, away: Absence, at: int, order: int) -> None:
        """ "Past `expected_end` → `absence_expired`." """
        away.expired = True
        since, facts = parse_instant(away.fact.data["expected_end"]), absence_facts(away.fact)
        self._raise(stay, "absence_expired", placement.id, since, at, facts, order)

    def _raise_or_worsen(
        self, stay: Stay, kind: str, fact: Told, since: int, at: int, facts: dict[str, Any]
    ) -> None:
        if kind in stay.open:
            self.teller.worsen(stay.open[kind], at, facts)
        else:
            self._raise(stay, kind, fact.data["placement_id"], since, at, facts, fact.order)

    def _raise(
        self,
        stay: Stay,
        kind: str,
        placement_id: str,
        since: int,
        at: int,
        facts: dict[str, Any],
        order: int,
        **more: Any,
    ) -> None:
        alert = self.teller.raise_alert(kind, placement_id, since, at, facts, order, **more)
        stay.open[kind] = alert

    def _close(self, stay: Stay, kinds: tuple[str, ...], at: int, how: str, fact: Told) -> None:
        for kind in kinds:
            alert = stay.open.pop(kind, None)
            if alert is not None:
                self.teller.resolve(alert, at, how, fact.id)


def _starts(fact: Told, placement_id: str) -> bool:
    return fact.type == "placement.started.v1" and fact.data["placement_id"] == placement_id


ACTS = {
    "home.registered.v1": House._register,
    "placement.started.v1": House._start,
    "placement.ended.v1": House._end,
    "disposition.started.v1": House._absence,
    "disposition.ended.v1": House._return,
    "concern.received.v1": House._concern,
    "check.corrected.v1": House._correct,
}
