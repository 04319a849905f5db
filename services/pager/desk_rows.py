"""The desk as it is read: rows of the pager's monitor as `DeskAlert` and `DeskHome`.

Read only, by whoever decides whether something is to be sent, just before it is. `connection`: to the pager's views.
"""

from collections.abc import Iterable
from dataclasses import fields
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from services.pager.desk import DeskAlert, DeskHome
from services.pager.tables import ALERTS, HOMES

_ALERT: Final = tuple(ALERTS.c[field.name] for field in fields(DeskAlert))
_CHANGED: Final = (ALERTS.c.alert_id, ALERTS.c.state, ALERTS.c.changed)
_HOME: Final = tuple(HOMES.c[field.name] for field in fields(DeskHome))


def read(connection: Connection, alert_id: str) -> DeskAlert | None:
    """The alert as it stands, resolved or not; None: no page and no message was ever due for it."""
    return next(iter(_alerts(connection, select(*_ALERT).where(ALERTS.c.alert_id == alert_id))), None)


def read_open(connection: Connection, alert_id: str) -> DeskAlert | None:
    """The alert, while it is open: when and by whom it was resolved, only the feed says."""
    alert = read(connection, alert_id)
    return None if alert is None or alert.state == "resolved" else alert


def read_all(connection: Connection, alert_ids: Iterable[str]) -> dict[str, DeskAlert]:
    """Several at once, by id; those that are not known are left out."""
    query = select(*_ALERT).where(ALERTS.c.alert_id.in_(list(alert_ids)))
    return {alert.alert_id: alert for alert in _alerts(connection, query)}


class Changed(NamedTuple):
    """That an alert has changed, and no more of it: of a storm's ten thousand the rest is read a few at a time."""

    alert_id: str
    state: str
    changed: int


def open_alerts(connection: Connection, partition: int) -> list[Changed]:
    """What is raised or acknowledged in this home-partition, the oldest change first."""
    mine = (ALERTS.c.partition == partition, ALERTS.c.state != "resolved")
    return _changed(connection, *mine)


def changed_since(connection: Connection, partition: int, n: int) -> list[Changed]:
    """What has changed after change `n` of this home-partition, in that order; resolved ones too. Where its rows were
    made anew and have not come to `n` yet, all that is open: begin again from what this gives."""
    mine = ALERTS.c.partition == partition
    if n and (connection.execute(select(func.max(ALERTS.c.changed)).where(mine)).scalar() or 0) < n:
        return open_alerts(connection, partition)
    return _changed(connection, mine, ALERTS.c.changed > n)


def _changed(connection: Connection, *where: ColumnElement[bool]) -> list[Changed]:
    query = select(*_CHANGED).where(*where).order_by(ALERTS.c.changed)
    return [Changed(*row) for row in connection.execute(query)]


def home(connection: Connection, home_id: str) -> DeskHome:
    """The home's on-call as it stands. One that the log does not know has no policy, and nobody on duty."""
    found = connection.execute(select(*_HOME).where(HOMES.c.home_id == home_id)).mappings().one_or_none()
    return nowhere(home_id) if found is None else DeskHome(**found)


def homes_of(connection: Connection, home_ids: Iterable[str]) -> dict[str, DeskHome]:
    """Several homes at once, by id; one that the log does not know has no policy, and nobody on duty."""
    listed = list(home_ids)
    query = select(*_HOME).where(HOMES.c.home_id.in_(listed))
    found = {row["home_id"]: DeskHome(**row) for row in connection.execute(query).mappings()}
    return {home_id: found.get(home_id) or nowhere(home_id) for home_id in listed}


def of_changed_homes(connection: Connection, partition: int, n: int) -> tuple[list[str], int]:
    """The alerts that are open in homes whose on-call has changed after change `n` of this home-partition (a silence
    that was ended, an override), and the number of the last such change. Where the rows were made anew: of all."""
    last: int = (
        connection.execute(select(func.max(HOMES.c.changed)).where(HOMES.c.partition == partition)).scalar()
        or 0
    )
    if last == n:
        return [], n
    changed = select(HOMES.c.home_id).where(
        HOMES.c.partition == partition, HOMES.c.changed > (n if n < last else 0)
    )
    query = select(ALERTS.c.alert_id).where(ALERTS.c.home_id.in_(changed), ALERTS.c.state != "resolved")
    return list(connection.scalars(query.order_by(ALERTS.c.changed))), last


def last_change(connection: Connection, partition: int) -> int:
    """The number of this home-partition's last change; 0: none yet."""
    query = select(func.max(ALERTS.c.changed)).where(ALERTS.c.partition == partition)
    return connection.execute(query).scalar() or 0


def homes(connection: Connection, partition: int | None = None) -> list[DeskHome]:
    """Every home (of a home-partition), by id."""
    mine = () if partition is None else (HOMES.c.partition == partition,)
    query = select(*_HOME).where(*mine).order_by(HOMES.c.home_id)
    return [DeskHome(**row) for row in connection.execute(query).mappings()]


def nowhere(home_id: str) -> DeskHome:
    """A home of which nothing was told."""
    return DeskHome(home_id, None, "UTC", None, {}, [], [], [], [])


def _alerts(connection: Connection, query: Select[tuple[object, ...]]) -> list[DeskAlert]:
    return [DeskAlert(**row) for row in connection.execute(query).mappings()]
