"""Alerts in the read model of a house, as the alerts service keeps them: for tests of answers."""

from dataclasses import fields
from typing import Any

from services.alerts.rows import AlertRow
from services.alerts.tables import ALERTS
from services.pager.desk import DeskAlert, DeskHome
from services.pager.tables import ALERTS as DESK
from services.pager.tables import HOMES
from shared.instants import MINUTE
from tests.integration.gateway.house import House


def shown(house: House, alert_id: str, home: str = "larch", **values: Any) -> None:
    """The alert stands like that: an open `check_missed` of north's, but for `values`."""
    usual: dict[str, Any] = dict.fromkeys(AlertRow.__dataclass_fields__)
    usual |= {"home_id": home, "provider_id": "north", "zone": "Europe/London", "kind": "check_missed"}
    usual |= {"severity": "page", "facts": {}, "state": "raised", "level": 1, "position": 1}
    then = house.now - 5 * MINUTE
    usual |= {"since": then, "raised_at": then, "changed_at": then, "alert_id": alert_id}
    with house.views.begin() as connection:
        connection.execute(ALERTS.delete().where(ALERTS.c.alert_id == alert_id))
        connection.execute(ALERTS.insert(), usual | values)


def has_it(house: House, alert_id: str, by: str, minutes: int = 10, **values: Any) -> None:
    """Somebody has the alert, by the read model."""
    until = house.now + minutes * MINUTE
    taken: dict[str, Any] = {
        "state": "acknowledged",
        "acknowledged_by": by,
        "until": until,
        "changed_at": house.now,
    }
    shown(house, alert_id, **taken, **values)


def over(house: House, alert_id: str, how: str = "late", **values: Any) -> None:
    """The alert is over, by the read model."""
    shown(house, alert_id, state="resolved", resolved_at=house.now, how=how, changed_at=house.now, **values)


def on_the_desk(house: House, alert_id: str, **values: Any) -> None:
    """The pager knows of the alert, as of a `check_missed` of P1 in larch but for `values`; the feed does not yet."""
    row: dict[str, Any] = dict.fromkeys(field.name for field in fields(DeskAlert))
    row |= {"alert_id": alert_id, "home_id": "larch", "kind": "check_missed", "severity": "page", "about": {}}
    row |= {"since": house.now, "raised_at": house.now, "facts": {}, "level": 1, "state": "raised"}
    row |= {"running": 0, "declined": 0, "declined_by": [], "reached": -1, "changed": 1}
    row |= {"placement_id": "P1", "commissioner_id": "county"} | values
    home: dict[str, Any] = {field.name: [] for field in fields(DeskHome)}
    home |= {"home_id": "larch", "provider_id": "north", "zone": "Europe/London", "policy": None, "rotas": {}}
    home |= {"commissioners": ["county"], "changed": 1, "state": b""}
    with house.views.begin() as connection:
        connection.execute(HOMES.delete())
        connection.execute(HOMES.insert(), home)
        connection.execute(DESK.insert(), row)
