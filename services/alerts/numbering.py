"""Steps of alerts' lives are numbered across all home-partitions, in the order of the commits.

A stream is resumed by one number. The monitor of a home-partition counts for itself; where several share a database,
what it counted is exchanged for the next free numbers at the commit, one commit after the other. No rule lives here.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, Table, func, select, text

from services.alerts.tables import ALERTS, LIFE
from shared.monitor import Row
from shared.store.postgres import take_turn

_NUMBERING: Final = 2
"""What the turn is taken for."""


def numbered(connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows with the numbers that they have for everybody. In a file there is one home-partition, which counts for
    all."""
    if connection.dialect.name != "postgresql":
        return rows
    own = [row.key["position"] for row in rows if row.table == LIFE.name]
    if not own:
        return rows
    take_turn(connection, _NUMBERING)
    last = connection.scalar(select(func.coalesce(func.max(LIFE.c.position), 0))) or 0
    number = {position: last + count for count, position in enumerate(own, 1)}
    return [_numbered(row, number) for row in rows]


def numbered_again(connection: Connection, partition: int, fresh: Mapping[str, Table]) -> None:
    """The same for tables that were filled beside the live ones: a step that is known keeps its number, so that no
    stream tells it twice; the others get the next free ones."""
    if connection.dialect.name != "postgresql":
        return
    take_turn(connection, _NUMBERING)
    names = {"life": fresh[LIFE.name].name, "alerts": fresh[ALERTS.name].name, "live": LIFE.name}
    for statement in _AGAIN:
        connection.execute(text(statement.format_map(names)), {"partition": partition})


def _numbered(row: Row, number: dict[int, int]) -> Row:
    if row.table == LIFE.name:
        return row._replace(key={**row.key, "position": number[row.key["position"]]})
    if row.table == ALERTS.name and row.values is not None and row.values["position"] in number:
        return row._replace(values={**row.values, "position": number[row.values["position"]]})
    return row


# A step is known again by what it says; of several that say the same, by which of them it is.
_SAME: Final = """
    SELECT position, alert_id, step, at, coalesce(level, 0) AS level,
           row_number() OVER (PARTITION BY alert_id, step, at, coalesce(level, 0) ORDER BY position) AS nth
"""
_AGAIN: Final = (
    "UPDATE {life} SET position = -position",
    f"""
    UPDATE {{life}} AS fresh SET position = old.position
    FROM ({_SAME} FROM {{live}} WHERE partition = :partition) AS old,
         ({_SAME.replace("ORDER BY position", "ORDER BY position DESC")} FROM {{life}}) AS new
    WHERE fresh.position = new.position AND (new.alert_id, new.step, new.at, new.level, new.nth)
        = (old.alert_id, old.step, old.at, old.level, old.nth)
    """,  # noqa: S608 - the names are our own tables
    """
    UPDATE {life} AS fresh SET position = next.number
    FROM (SELECT position, (SELECT coalesce(max(position), 0) FROM {live})
                 + row_number() OVER (ORDER BY position DESC) AS number FROM {life} WHERE position < 0) AS next
    WHERE fresh.position = next.position
    """,
    """
    UPDATE {alerts} AS fresh SET position = latest.position
    FROM (SELECT alert_id, max(position) AS position FROM {life} GROUP BY alert_id) AS latest
    WHERE fresh.alert_id = latest.alert_id
    """,
)
