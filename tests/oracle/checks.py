"""A slow, second reading of DOMAIN.md §1-§3, written from the page alone: what `wakeful.alerts` must hold.

Here is only the clock: facts home by home in the order of §2, promises and deadlines in between. It shares no
bookkeeping with the checks service: every deadline is worked out again, from all that was told, at each step.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from shared.instants import parse_instant
from tests.oracle.gap import deadlines, worsens_at
from tests.oracle.house import House
from tests.oracle.records import Placement, Stay, Told
from tests.oracle.refusals import is_refused

TOPICS = ("wakeful.plan-changes", "wakeful.night-cover", "wakeful.check-ins", "wakeful.responses")
"""The topics of facts, in the order in which those of one instant are applied."""


def alerts(lines: list[dict[str, Any]], until: int | None = None) -> list[dict[str, Any]]:
    """The envelopes of the checks service's alerts, by `at`, alert id and lifecycle.

    `lines` as in the replay contract (EVENTS.md); `until` in ms since 1970 (default: the last `appended_at`).
    """
    told = [event for night in _nights(lines, until) for event in night.house.teller.events]
    return [event[4] for event in sorted(told, key=lambda one: one[:4])]


def refused(lines: list[dict[str, Any]], until: int | None = None) -> list[str]:
    """The ids of the facts that may not stand, by home, in the home's order."""
    return [fact_id for night in _nights(lines, until) for fact_id in night.refused]


def conflicting(lines: list[dict[str, Any]], until: int | None = None) -> list[str]:
    """The ids of facts that came again with other content, by home, once for each time: "the first one stands"."""
    return [fact_id for night in _nights(lines, until) for fact_id in night.conflicting]


def end_of(lines: list[dict[str, Any]]) -> int:
    """How far the clock goes unless told otherwise: the last `appended_at`."""
    return max((parse_instant(line["appended_at"]) for line in lines), default=0)


def told_by_home(lines: list[dict[str, Any]], until: int) -> Iterator[tuple[str, list[Told]]]:
    """Every home that something is told of until then, by name, with all of its facts in the home's order."""
    homes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        if line["topic"] in TOPICS and parse_instant(line["appended_at"]) <= until:
            homes[line["event"]["homeid"]].append(line)
    for home_id in sorted(homes):
        yield home_id, _in_order(homes[home_id])


def first_ones(told: list[Told]) -> list[Told]:
    """The facts that stand: "the same id twice is one fact"."""
    return [fact for fact in told if _first(told, fact) is fact]


def _nights(lines: list[dict[str, Any]], until: int | None) -> list["Night"]:
    """Every home's facts, played to the end."""
    until = end_of(lines) if until is None else until
    nights = []
    for home_id, told in told_by_home(lines, until):
        night = Night(House(home_id))
        night.play(first_ones(told), until)
        night.conflicting = [fact.id for fact in told if _content(fact) != _content(_first(told, fact))]
        nights.append(night)
    return nights


def _in_order(lines: list[dict[str, Any]]) -> list[Told]:
    """ "In order of `appended_at`, then plan-changes, night-cover, check-ins, responses, then of the log"."""
    ordered = sorted(
        lines, key=lambda line: (parse_instant(line["appended_at"]), TOPICS.index(line["topic"]))
    )
    facts = []
    for order, line in enumerate(ordered, start=1):
        event = line["event"]
        fact = Told(
            order,
            parse_instant(line["appended_at"]),
            parse_instant(event["time"]),
            parse_instant(event["enteredat"]),
            event["id"],
            event["type"],
            event["data"],
            event.get("subject", event["data"].get("placement_id", "")),
            event.get("actor", ""),
        )
        facts.append(fact)
    return facts


def _first(told: list[Told], fact: Told) -> Told:
    """Of the facts with one id, the first stands."""
    return next(one for one in told if one.id == fact.id)


def _content(fact: Told) -> tuple[object, ...]:
    return fact.type, fact.time, fact.entered, fact.data


class Night:
    """One home and its clock."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.refused: list[str] = []
        self.conflicting: list[str] = []
        self._taken = 0

    def play(self, facts: list[Told], until: int) -> None:
        """Instant by instant: put the clock to it, take its facts, then let what they have made past fire."""
        for instant, step in groupby(facts, key=lambda fact: fact.appended):
            self._advance(instant)
            for fact in step:
                self._take(fact)
            self._settle(instant)
        self._advance(until)
        self._settle(until)

    def _take(self, fact: Told) -> None:
        self._taken = fact.order
        if is_refused(self.house, fact):
            self.refused.append(fact.id)
        else:
            self.house.take(fact)

    def _advance(self, to: int) -> None:
        """Promises up to and including `to` act, deadlines strictly before `to` fire, in order of time.

        At one instant a promise goes first: a deadline there has not passed until the clock is beyond it.
        """
        while True:
            promised = min((fact.effective for fact in self.house.promises), default=None)
            fires = self._next(to)
            if promised is not None and promised <= to and (fires is None or promised <= fires[0]):
                self._keep_promises(promised)
                if promised == to:  # the facts of `to` belong to the same step
                    return
                self._settle(promised)
            elif fires is not None:
                self._fire(fires, fires[0])
            else:
                return

    def _keep_promises(self, at: int) -> None:
        """Everything promised for `at`, in the order in which it was told."""
        while True:
            here = [fact for fact in self.house.promises if fact.effective == at]
            if not here:
                return
            first = min(here, key=lambda fact: fact.order)
            self.house.promises.remove(first)
            self.house.act(first, at)

    def _settle(self, at: int) -> None:
        """ "Whatever they have made past fires, with `at` = t." """
        while (fires := self._next(at)) is not None:
            self._fire(fires, at)

    def _next(self, before: int) -> tuple[int, str, str] | None:
        """(due instant, placement id, kind) of the earliest deadline strictly before `before`."""
        due = [
            (at, placement.id, kind)
            for placement, stay in self.house.stays()
            for at, kind in self._due(placement, stay, before)
            if at < before
        ]
        return min(due, default=None)

    def _due(self, placement: Placement, stay: Stay, before: int) -> list[tuple[int, str]]:
        found = []
        timeline = self.house.timeline(placement, stay)
        open_alert = stay.open.get("check_missed")
        if open_alert is not None:
            worsens = worsens_at(timeline, open_alert.last, before)
            if worsens is not None:
                found.append((worsens, "worsens"))
        elif stay.watch is not None:
            missed = deadlines(timeline, stay.watch, stay.sightings, before)
            found += [(one.at + one.grace, "check_missed") for one in missed]
        if stay.away is not None and not stay.away.expired:
            found.append((parse_instant(stay.away.fact.data["expected_end"]), "absence_expired"))
        return found

    def _fire(self, fires: tuple[int, str, str], at: int) -> None:
        due, placement_id, kind = fires
        placement = self.house.placement(placement_id)
        stay = placement.stay
        if stay is None:
            raise AssertionError(f"{kind} of {placement_id} at {due}, but it has no stay; look at Night._due")
        if kind == "worsens":
            alert = stay.open["check_missed"]
            self.house.teller.worsen(alert, at, alert.facts)
        elif kind == "check_missed" and stay.watch is not None:
            self.house.raise_missed(placement, stay, stay.watch, at, due + 1, self._taken)
        elif kind == "absence_expired" and stay.away is not None:
            self.house.raise_expired(placement, stay, stay.away, at, self._taken)
