"""The cover monitor's state at rest: rows of its read model, and back.

One row a home, one a placement, and one a home for the proofs, which change with every check; `state` is JSON that only
this module reads, the other columns are for readers.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

import orjson

from services.cover.evidence import restored_evidence, restored_record
from services.cover.home import CoverHome, Shortage
from services.cover.standing import HOUSE
from shared.home import Homes, Placement
from shared.home.saved import home_state, placement_state, restore_home, restore_placement
from shared.instants import Instant
from shared.monitor import Row
from shared.openalerts import OpenAlert

HOMES: Final = "cover_homes"
PLACEMENTS: Final = "cover_placements"
PROOFS: Final = "cover_proofs"


def rows(
    homes: Iterable[CoverHome], placements: Iterable[Placement], proved: Iterable[CoverHome], clock: Instant
) -> Iterator[Row]:
    """The rows of what has changed, each once; `clock`: as of when it stands."""
    for home in homes:
        yield _home_row(home, clock)
    for placement in placements:
        short = (cast(CoverHome, placement.home).short or {}).get(placement.id)
        values = {
            "commissioner_id": placement.commissioner_id,
            "in_force": placement.in_force,
            "short_since": None if short is None else short.since,
            "state": orjson.dumps(placement_state(placement)),
        }
        yield Row(PLACEMENTS, {"home_id": placement.home.id, "placement_id": placement.id}, values)
    for home in proved:
        yield Row(PROOFS, {"home_id": home.id}, {"state": orjson.dumps(home.proofs)})


def _home_row(home: CoverHome, clock: Instant) -> Row:
    house = (home.short or {}).get(HOUSE)
    values = {
        "provider_id": home.provider_id,
        "zone": home.zone,
        "required": home.asking.staff,
        "evidenced": home.evidenced(HOUSE, clock),
        "short_since": None if house is None else house.since,
        "state": orjson.dumps(_state(home)),
    }
    return Row(HOMES, {"home_id": home.id}, values)


def _state(home: CoverHome) -> list[Any]:
    return [
        home_state(home),
        home.step,
        home.relieved,
        [[place, *_shortage_state(shortage)] for place, shortage in (home.short or {}).items()],
        None if home.evidence is None else home.evidence.state(),
        None if home.record is None else home.record.state(),
        {staff_id: alert.state() for staff_id, alert in (home.overruns or {}).items()},
    ]


def _shortage_state(shortage: Shortage) -> list[Any]:
    id_, since, facts, level = shortage.state()
    return [since, shortage.tells, id_, facts, level, shortage.over, shortage.ended_by]


def restored(stored: Iterable[Row], homes: Homes) -> list[CoverHome]:
    """The homes of these rows: they go into `homes`. Their rows come before those of what is in them."""
    found: list[CoverHome] = []
    for table, key, values in stored:
        state = orjson.loads((values or {})["state"])
        if table == HOMES:
            found.append(_home(homes, key["home_id"], state))
        elif table == PLACEMENTS:
            restore_placement(homes, key["home_id"], key["placement_id"], state)
        else:
            cast(CoverHome, homes.homes[key["home_id"]]).proofs = state
    return found


def _home(homes: Homes, home_id: str, state: list[Any]) -> CoverHome:
    home = cast(CoverHome, restore_home(homes, home_id, state[0]))
    home.step, home.relieved = state[1:3]
    for place, *shortage in state[3]:
        home.short = {**(home.short or {}), place: _shortage(shortage)}
    home.evidence = None if state[4] is None else restored_evidence(state[4])
    home.record = None if state[5] is None else restored_record(state[5])
    home.overruns = {staff_id: OpenAlert(*alert) for staff_id, alert in state[6].items()} or None
    return home


def _shortage(state: list[Any]) -> Shortage:
    shortage = Shortage(*state[:5])
    shortage.over, shortage.ended_by = state[5:]
    return shortage
