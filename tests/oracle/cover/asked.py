"""What the plans in force ask for at an instant (DOMAIN.md §4, "The house", "One-to-one"), and when that may change.
Nothing is known here of who is on duty.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.instants import HOUR, parse_duration, parse_instant
from tests.oracle.cover.duty import HOUSE, Place, proof_moment
from tests.oracle.house import House
from tests.oracle.local import days_around
from tests.oracle.plans import Rule, night_window
from tests.oracle.records import Placement, Stay, Told

UNSTATED = HOUR
""" "One that states none means 60 min." """


@dataclass(frozen=True)
class Asked:
    """Waking staff for the house, how often a proof, and the children who need somebody, with their plan versions."""

    staff: int
    every: int
    versions: tuple[tuple[str, int], ...]

    def required(self, place: Place) -> int:
        """How many are asked for at this place."""
        return self.staff if place == HOUSE else int(place[1] in dict(self.versions))

    def places(self) -> list[Place]:
        """Every place at which anybody is asked for."""
        children: list[Place] = [("one_to_one", child) for child, _ in self.versions]
        return [HOUSE, *children] if self.staff else children


def asked_at(house: House, at: int) -> Asked:
    """From the plans in force of the children present whose night window holds `at`."""
    nights = {}
    for placement, stay in house.stays():
        if stay.away is None:
            number, cover = _cover_at(house, placement, stay, at)
            if cover is not None and _holds(cover, house.zone or "UTC", at):
                nights[placement.id] = number, cover
    covers = [cover for _, cover in nights.values()]
    return Asked(
        max((cover.get("waking_staff") or 0 for cover in covers), default=0),
        min((proof_every(cover) for cover in covers), default=UNSTATED),
        tuple((child, number) for child, (number, cover) in sorted(nights.items()) if cover.get("dedicated")),
    )


def _cover_at(house: House, placement: Placement, stay: Stay, at: int) -> tuple[int, dict[str, Any] | None]:
    """The number of the plan in force, and its night cover."""
    version = house.timeline(placement, stay).version_at(at)
    if version is None:
        return 0, None
    plans = {plan.data["version"]: plan.data for plan in placement.plans}
    plan = plans[version.number] if version.number else stay.default_plan
    return version.number, (plan or {}).get("night_cover")


def proof_every(cover: dict[str, Any]) -> int:
    """How often this night cover wants a proof, in ms."""
    return parse_duration(cover["proof_every"]) if cover.get("proof_every") else UNSTATED


def _holds(cover: dict[str, Any], zone: str, at: int) -> bool:
    night = night_window(cover)
    return night is not None and any(start <= at < end for start, end in _windows(night, zone, at, at))


@lru_cache(maxsize=10_000)
def _windows(night: Rule, zone: str, first: int, last: int) -> list[tuple[int, int]]:
    windows = (night.window(zone, day) for day in days_around(zone, first, last))
    return [window for window in windows if window is not None]


def moments(facts: list[Told], until: int) -> list[int]:
    """Every instant up to `until` at which anything may change: more than matter, and none too few."""
    found = {at for fact in facts for at in (fact.appended, fact.effective, proof_moment(fact))}
    covers = list(_covers(facts))
    everies = {UNSTATED, *(proof_every(cover) for cover in covers)}
    found |= {proof_moment(fact) + every for fact in facts for every in everies}
    found |= {parse_instant(fact.data["effective_from"]) for fact in facts if fact.type == "plan.agreed.v1"}
    zones = {fact.data["time_zone"] for fact in facts if fact.type == "home.registered.v1"}
    first = min((fact.appended for fact in facts), default=until)
    for night in {night_window(cover) for cover in covers}:
        for zone in zones if night is not None else ():
            found |= {edge for window in _windows(night, zone, first, until) for edge in window}
    return sorted(at for at in found | {until} if first <= at <= until)


def _covers(facts: Iterable[Told]) -> Iterator[dict[str, Any]]:
    for fact in facts:
        plan = fact.data.get("default_plan") if fact.type == "home.registered.v1" else fact.data
        if plan and plan.get("night_cover"):
            yield plan["night_cover"]
