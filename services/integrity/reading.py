"""Reading what was raised of records, always as one reader may see it: each query asks the one predicate
(`shared.security.rights.scope_clause`). Nothing is written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Engine, RowMapping, Select, and_, exists, select, tuple_

from services.integrity.tables import ANOMALIES, DECISIONS, HOMES
from shared.security.rights import Actor, scope_clause
from shared.web.cursors import Mark

_RAISED: Final = (
    select(ANOMALIES, HOMES.c.provider_id)
    .join(HOMES, HOMES.c.home_id == ANOMALIES.c.home_id)
    .subquery("raised")
)
_OF: Final = and_(DECISIONS.c.alert_id == _RAISED.c.alert_id, DECISIONS.c.home_id == _RAISED.c.home_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks to see; None asks for everything."""

    home: str | None = None
    pattern: str | None = None
    placement: str | None = None
    open: bool | None = None
    """Open until somebody has decided."""


class Listing(NamedTuple):
    """A page of anomalies, the decisions about them in order of time, and where the next page begins."""

    anomalies: Sequence[RowMapping]
    decisions: Sequence[RowMapping]
    next: Mark | None


def listing(views: Engine, reader: Actor, wanted: Wanted, after: Mark | None, limit: int) -> Listing:
    """Anomalies that the reader may see, the last raised first, read as of one moment. A commissioner sees those about
    its own children; what is about a worker, a device or a home is its provider's."""
    query = _asked(select(_RAISED).where(scope_clause(reader, _RAISED)), wanted)
    if after is not None:
        query = query.where(tuple_(_RAISED.c.raised_at, _RAISED.c.alert_id) < tuple_(*after))
    query = query.order_by(_RAISED.c.raised_at.desc(), _RAISED.c.alert_id.desc()).limit(limit + 1)
    with views.connect() as connection:
        found = list(connection.execute(query).mappings())
        page, more = found[:limit], found[limit:]
        ids = [row["alert_id"] for row in page]
        of_these = select(DECISIONS).where(DECISIONS.c.alert_id.in_(ids))
        in_order = of_these.order_by(DECISIONS.c.decided_at, DECISIONS.c.response_id)
        decisions = list(connection.execute(in_order).mappings()) if ids else []
    last = Mark(page[-1]["raised_at"], page[-1]["alert_id"]) if more else None
    return Listing(page, decisions, last)


def _asked(query: Select[tuple[object, ...]], wanted: Wanted) -> Select[tuple[object, ...]]:
    named = {"home_id": wanted.home, "pattern": wanted.pattern, "placement_id": wanted.placement}
    for column, value in named.items():
        if value is not None:
            query = query.where(_RAISED.c[column] == value)
    if wanted.open is not None:
        decided = exists().where(_OF)
        query = query.where(~decided if wanted.open else decided)
    return query
