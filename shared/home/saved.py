"""The fold's form at rest: homes and placements as JSON values, and back. Monitors keep them in rows of their own."""

from typing import Any

from shared.facts import Fact
from shared.home.fold import Homes
from shared.home.parts import NO_VERSIONS, Absence, Home, Placement, Promise
from shared.home.plans import PlanVersion, shared_terms, shared_text, stated


def home_state(home: Home) -> list[Any]:
    """A home without its placements."""
    waiting = [_fact_state(fact) for fact in home.waiting]
    return [home.zone, home.provider_id, home.rooms, home.registrations, waiting]


def restore_home(homes: Homes, home_id: str, state: list[Any]) -> Home:
    """The home of this state, in `homes`."""
    home = homes.homes[home_id] = Home(home_id)
    home.zone, home.provider_id = shared_text(state[0]), shared_text(state[1])
    home.registrations = tuple((since, stated(registration)) for since, registration in state[3])
    home.rooms = state[2]
    for _, standing in home.registrations:
        if standing["rooms"] == home.rooms:
            home.rooms = standing["rooms"]
    home.waiting = tuple(_fact(fact) for fact in state[4])
    return home


def placement_state(placement: Placement) -> list[Any]:
    """A placement, its versions and promises included."""
    return [
        placement.commissioner_id,
        placement.room,
        placement.suicide_risk,
        placement.in_force,
        placement.started_at,
        placement.ended_at,
        None if placement.plan is None else _version_state(placement.plan),
        [_version_state(version) for version in placement.told.values()],
        [_version_state(version) for version in placement.history],
        None if placement.away is None else tuple(placement.away),
        [[at, serial, _fact_state(fact)] for at, serial, fact in placement.promises],
    ]


def restore_placement(homes: Homes, home_id: str, placement_id: str, state: list[Any]) -> Placement:
    """The placement of this state, in its home, which must have been restored before."""
    home = homes.homes[home_id]
    placement = homes.begin(home, placement_id)
    placement.commissioner_id, placement.room = shared_text(state[0]), shared_text(state[1])
    placement.suicide_risk, placement.in_force = state[2:4]
    placement.started_at, placement.ended_at = state[4:6]
    placement.plan = None if state[6] is None else _version(home.zone, state[6])
    versions = [_version(home.zone, version) for version in state[7]]
    placement.told = {version.number: version for version in versions} or NO_VERSIONS
    placement.history = tuple(_version(home.zone, version) for version in state[8])
    if placement.history and placement.history[-1] == placement.plan:
        placement.plan = placement.history[-1]
    placement.away = None if state[9] is None else Absence(*state[9])
    placement.promises = tuple(Promise(at, serial, _fact(fact)) for at, serial, fact in state[10])
    homes.promised(max((promise.serial for promise in placement.promises), default=0))
    return placement


def _version_state(version: PlanVersion) -> list[Any]:
    return [version.number, version.since, version.terms.text.decode()]


def _version(zone: str, state: list[Any]) -> PlanVersion:
    return PlanVersion(state[0], state[1], shared_terms(zone, state[2].encode()))


def _fact_state(fact: Fact) -> list[Any]:
    return [
        fact.topic,
        fact.appended_at,
        fact.home_id,
        fact.id,
        fact.type,
        fact.subject,
        fact.source,
        fact.actor,
        fact.observed_at,
        fact.entered_at,
        fact.data,
        fact.contenthash,
    ]


def _fact(state: list[Any]) -> Fact:
    return Fact(*state)
