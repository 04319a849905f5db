"""The fold's form at rest: homes and placements as JSON values, and back. Monitors keep them in rows of their own."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from shared.facts import Fact
from shared.home.completeness import parts_state, restore_parts
from shared.home.fold import Homes
from shared.home.on_record import restore_sessions, sessions_state
from shared.home.parts import Absence, Home, Placement, Promise
from shared.home.plans import PlanTerms, PlanVersion, registration, shared_terms, shared_text


def home_state(home: Home) -> list[Any]:
    """A home without its placements."""
    waiting = [_fact_state(fact) for fact in home.waiting]
    stated_ = [home.zone, home.provider_id, home.rooms, home.registrations, waiting]
    if not (home.sessions or home.promises):
        return stated_
    return [*stated_, sessions_state(home.sessions), [promise_state(each) for each in home.promises]]


def restore_home(homes: Homes, home_id: str, state: list[Any]) -> Home:
    """The home of this state, in `homes`."""
    home = homes.begin_home(home_id)
    home.zone, home.provider_id = shared_text(state[0]), shared_text(state[1])
    home.registrations = tuple(each for told in state[3] for each in registration(*told))
    home.rooms = state[2]
    for _, standing in home.registrations:
        if standing["rooms"] == home.rooms:
            home.rooms = standing["rooms"]
    home.waiting = tuple(_fact(fact) for fact in state[4])
    if len(state) > 5:
        home.sessions = restore_sessions(state[5])
        home.promises = restore_promises(homes, state[6])
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
        [promise_state(promise) for promise in placement.promises],
    ]


def restore_placement(homes: Homes, home_id: str, placement_id: str, state: list[Any]) -> Placement:
    """The placement of this state, in its home, which must have been restored before."""
    home = homes.homes[home_id]
    placement = homes.begin(home, placement_id)
    placement.commissioner_id, placement.room = shared_text(state[0]), shared_text(state[1])
    placement.suicide_risk, placement.in_force = state[2:4]
    placement.started_at, placement.ended_at = state[4:6]
    zone, told, came = home.zone, state[7], state[8]
    plan = None if state[6] is None else _version(zone, state[6])
    # One object for what is the same version: as a rule the one in force is the last that was told and that came.
    if told:
        versions = [plan if plan and each == state[6] else _version(zone, each) for each in told]
        placement.told = {version.number: version for version in versions}
    placement.stands(
        plan, tuple(plan if plan and each == state[6] else _version(zone, each) for each in came)
    )
    placement.away = None if state[9] is None else Absence(*state[9])
    if state[10]:
        placement.promises = restore_promises(homes, state[10])
    return placement


class Resting(dict[str, Home]):
    """Homes by id, of which some lie at rest until they are asked for; then `wake` puts them here. One that cannot be
    woken raises at that, and is not here afterwards."""

    def __init__(self, wake: Callable[[str], None]) -> None:
        super().__init__()
        self._wake = wake
        self._lying: set[str] = set()

    def lay(self, home_id: str) -> None:
        """This home lies at rest."""
        self._lying.add(home_id)

    def lies(self, home_id: str) -> bool:
        """Whether the home lies at rest."""
        return home_id in self._lying

    def get(self, home_id: str, default: Any = None) -> Any:
        if self._lying and home_id in self._lying:
            self._woken(home_id)
        return super().get(home_id, default)

    def pop(self, home_id: str, default: Any = None) -> Any:
        self._lying.discard(home_id)
        return super().pop(home_id, default)

    def setdefault(self, home_id: str, default: Any = None) -> Any:
        if home_id in self._lying:
            self._woken(home_id)
        return super().setdefault(home_id, default)

    def __missing__(self, home_id: str) -> Home:
        if home_id not in self._lying:
            raise KeyError(home_id)
        self._woken(home_id)
        return self[home_id]

    def __contains__(self, home_id: object) -> bool:
        return super().__contains__(home_id) or home_id in self._lying

    def __len__(self) -> int:
        return super().__len__() + len(self._lying)

    def __iter__(self) -> Iterator[str]:
        self._all()
        return super().__iter__()

    def keys(self) -> Any:
        self._all()
        return super().keys()

    def values(self) -> Any:
        self._all()
        return super().values()

    def items(self) -> Any:
        self._all()
        return super().items()

    def _all(self) -> None:
        for home_id in sorted(self._lying):
            self._woken(home_id)

    def _woken(self, home_id: str) -> None:
        self._lying.discard(home_id)
        try:
            self._wake(home_id)
        except BaseException:
            super().pop(home_id, None)  # half a home is worse than none
            raise


def promises_nothing(state: str) -> bool:
    """Whether a placement of this state, as JSON, has no promise: known by its end, without reading it."""
    return state.endswith(",[]]")


def promise_state(promise: Promise) -> list[Any]:
    """What is kept until its time."""
    return [promise.at, promise.serial, _fact_state(promise.fact)]


def restore_promises(homes: Homes, state: list[Any]) -> tuple[Promise, ...]:
    """The promises of this state; their serials are taken in `homes`."""
    promises = tuple(Promise(at, serial, _fact(fact)) for at, serial, fact in state)
    homes.promised(max((promise.serial for promise in promises), default=0))
    return promises


def _version_state(version: PlanVersion) -> list[Any]:
    return [version.number, version.since, version.terms.text.decode(), parts_state(version.parts)]


def _version(zone: str, state: list[Any]) -> PlanVersion:
    parts = restore_parts(state[3]) if len(state) > 3 else None  # rows of before they were kept
    return PlanVersion(state[0], state[1], _terms(zone, state[2]), parts)


@lru_cache(maxsize=65_536)
def _terms(zone: str, text: str) -> PlanTerms:
    return shared_terms(zone, text.encode())


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
