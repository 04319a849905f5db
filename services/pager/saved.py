"""The pager monitor's state at rest: rows of its read model, and back.

One row a home, one a placement (`state` is JSON that only this module reads), one an alert, whose columns are the
memory themselves, and one of how the log's present has moved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any, Final, NamedTuple, cast

import orjson

from services.pager import answers
from services.pager.desk import DeskAlert
from services.pager.home import NOTHING_SAID, History, Kept, PagerHome, PagerPlacement
from services.pager.stretches import Standing
from shared.home import Homes
from shared.home.saved import home_state, placement_state, restore_home, restore_placement
from shared.monitor import Row

HOMES: Final = "pager_homes"
PLACEMENTS: Final = "pager_placements"
ALERTS: Final = "pager_alerts"
STRETCHES: Final = "pager_stretches"

NO_HOME: Final = ""
COUNTED: Final = ""
"""In place of an alert's id: a row that only says how far changes have been counted."""

_ALERT: Final = tuple(field.name for field in fields(DeskAlert) if field.name != "alert_id")
_DESK: Final = (
    "provider_id",
    "zone",
    "policy",
    "rotas",
    "overrides",
    "silences",
    "on_duty",
    "commissioners",
)


def home_rows(home: PagerHome) -> Iterator[Row]:
    """The row of a home, and those of its placements that have changed."""
    desk = asdict(home.desk())
    state = [home_state(home), home.policies, home.rotas, home.overrides, home.silences, home.changed]
    state.append(answers.rest(home))
    values = {name: desk[name] for name in _DESK}
    values |= {"changed": home.changed, "state": orjson.dumps(state)}
    yield Row(HOMES, {"home_id": home.id}, values)
    for placement_id in home.moved:
        child = cast(PagerPlacement, home.placements[placement_id])
        values = {
            "commissioner_id": child.commissioner_id,
            "in_force": child.in_force,
            "state": orjson.dumps([placement_state(child), child.earlier]),
        }
        yield Row(PLACEMENTS, {"home_id": home.id, "placement_id": placement_id}, values)


def alert_row(kept: Kept) -> Row:
    """The row of an alert."""
    alert = answers.shown(kept)
    values = {name: getattr(alert, name) for name in _ALERT}
    return Row(ALERTS, {"alert_id": alert.alert_id}, {**values, "before": kept.before})


def stretches_row(stands: Standing) -> Row:
    """How the log's present has moved: a row of the home-partition, no home's."""
    return Row(STRETCHES, {"home_id": NO_HOME}, stands._asdict())


class Known(NamedTuple):
    """What is no home's: how far changes have been counted, and how the log's present has moved."""

    alerts: int = 0
    on_calls: int = 0
    stretches: Standing = Standing()


def restored(stored: Iterable[Row], homes: Homes) -> Known:
    """The homes, placements and open alerts of these rows go into `homes`; what is no home's is given. Homes come
    before what is in them."""
    no_homes = Known()
    for table, key, values in stored:
        known = values or {}
        if table == HOMES:
            _home(homes, key["home_id"], orjson.loads(known["state"]))
        elif table == PLACEMENTS:
            state, earlier = orjson.loads(known["state"])
            child = restore_placement(homes, key["home_id"], key["placement_id"], state)
            cast(PagerPlacement, child).earlier = tuple((until, whose) for until, whose in earlier)
        elif table == STRETCHES:
            no_homes = no_homes._replace(stretches=Standing(**known))
        elif key["alert_id"] == COUNTED:
            no_homes = no_homes._replace(alerts=known["changed"], on_calls=known["on_calls"])
        elif known["state"] != "resolved":
            _alert(homes, key["alert_id"], known)
    for home in homes.homes.values():
        cast(PagerHome, home).said = NOTHING_SAID
    return no_homes


def _home(homes: Homes, home_id: str, state: list[Any]) -> None:
    home = cast(PagerHome, restore_home(homes, home_id, state[0]))
    home.policies = _history(state[1])
    home.rotas = {name: _history(each) for name, each in state[2].items()}
    home.overrides, home.silences = tuple(state[3]), tuple(state[4])
    home.changed = state[5]
    answers.restore(home, state[6])


def _history(state: list[Any]) -> History:
    return tuple((since, told) for since, told in state)


def _alert(homes: Homes, alert_id: str, values: dict[str, Any]) -> None:
    alert = DeskAlert(alert_id=alert_id, **{name: values[name] for name in _ALERT})
    home = cast(PagerHome, homes.begin_home(alert.home_id))
    home.open[alert_id] = answers.restored(home, alert, values["before"])
