"""What of the read model a reader may see: what falls due, how plans stand, a room's anchor points.

Who sees what is asked by the one predicate of `shared.security.rights`: a commissioner sees rooms and suitability of
the homes in which a child of theirs is in force, and no other child's plan.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    String,
    and_,
    cast,
    false,
    literal,
    null,
    or_,
    select,
    union_all,
)

from services.reviews.reviewed import BY_DATE
from services.reviews.tables import DUE, HOMES, PLACEMENTS, POINTS
from shared.security.rights import Actor, HomeRef, scope_clause, visible
from shared.web.cursors import Mark

LIGATURE_ACTION: Final = "ligature_action"
PLAN: Final = "plan"
_TEXT: Final = cast(null(), String)
_NUMBER: Final = cast(null(), BigInteger)


class Reading:
    """The read model, for readers."""

    def __init__(self, views: Engine) -> None:
        self._views = views

    def home(self, actor: Actor, home_id: str) -> RowMapping | None:
        """The home, where the reader may see it as a whole."""
        with self._views.connect() as connection:
            row = connection.execute(select(HOMES).where(HOMES.c.home_id == home_id)).mappings().first()
            if row is None or not row["zone"]:
                return None
            ref, theirs = HomeRef(home_id, row["provider_id"]), _their_homes(connection, actor)
            return row if visible(actor, ref, None, their_homes=theirs) else None

    def due(
        self, actor: Actor, home_id: str, after: Mark | None = None, limit: int | None = None, **where: Any
    ) -> Sequence[RowMapping]:
        """What falls due in the home, the first first. `where`: of a placement or of a room alone."""
        seen = _falls_due(home_id)
        query = select(seen).where(*(seen.c[column] == value for column, value in where.items()))
        if after is not None:
            query = query.where(_behind(seen.c.due_at, seen.c.what, seen.c.subject, after))
        with self._views.connect() as connection:
            query = query.where(scope_clause(actor, seen, their_homes=_their_homes(connection, actor)))
            ordered = query.order_by(seen.c.due_at, seen.c.what, seen.c.subject).limit(limit)
            return connection.execute(ordered).mappings().all()

    def plans(self, actor: Actor, home_id: str) -> Sequence[RowMapping]:
        """The children in force in the home whom the reader may see, by id."""
        return self._stays(actor, PLACEMENTS.c.home_id == home_id, PLACEMENTS.c.in_force)

    def stays(self, actor: Actor, placement_id: str) -> Sequence[RowMapping]:
        """Where the placement is in force, or was, as far as the reader may see it."""
        return self._stays(actor, PLACEMENTS.c.placement_id == placement_id)

    def _stays(self, actor: Actor, *where: ColumnElement[bool]) -> Sequence[RowMapping]:
        of_homes = select(PLACEMENTS, HOMES.c.provider_id, HOMES.c.zone).join(
            HOMES, HOMES.c.home_id == PLACEMENTS.c.home_id
        )
        seen = of_homes.where(*where).subquery("stays")
        query = select(seen).where(scope_clause(actor, seen)).order_by(seen.c.placement_id, seen.c.home_id)
        with self._views.connect() as connection:
            return connection.execute(query).mappings().all()

    def reviewed(self, home_id: str, what: str, subject: str) -> RowMapping | None:
        """One thing that is reviewed, watched or not. The home is one that the reader may see."""
        query = select(DUE).where(DUE.c.home_id == home_id, DUE.c.what == what, DUE.c.subject == subject)
        with self._views.connect() as connection:
            return connection.execute(query).mappings().first()

    def points(self, home_id: str, room: str) -> Sequence[RowMapping]:
        """The anchor points of a room that its latest assessment lists. The home is one that the reader may see."""
        mine = (POINTS.c.home_id == home_id, POINTS.c.room == room, POINTS.c.listed)
        with self._views.connect() as connection:
            return (
                connection.execute(select(POINTS).where(*mine).order_by(POINTS.c.point_id)).mappings().all()
            )


def _falls_due(home_id: str) -> Any:
    """Everything that falls due in the home, whatever it is, in the columns of `reviews_due`, and whose home and whose
    child it is: what `scope_clause` asks."""
    reviews = select(
        DUE.c.home_id,
        DUE.c.what,
        DUE.c.subject,
        DUE.c.placement_id,
        DUE.c.room,
        _TEXT.label("point_id"),
        DUE.c.date,
        DUE.c.due_at,
        DUE.c.because,
        DUE.c.overdue_since,
        DUE.c.due_soon,
        DUE.c.last,
    )
    actions = select(
        POINTS.c.home_id,
        literal(LIGATURE_ACTION),
        POINTS.c.point_id,
        _TEXT,
        POINTS.c.room,
        POINTS.c.point_id,
        POINTS.c.action_due,
        POINTS.c.due_at,
        literal(BY_DATE),
        POINTS.c.overdue_since,
        false(),
        _TEXT,
    )
    plans = select(
        PLACEMENTS.c.home_id,
        literal(PLAN),
        PLACEMENTS.c.placement_id,
        PLACEMENTS.c.placement_id,
        _TEXT,
        _TEXT,
        _TEXT,
        PLACEMENTS.c.plan_due_at,
        literal(BY_DATE),
        PLACEMENTS.c.plan_missing_since,
        false(),
        _TEXT,
    )
    due = union_all(
        reviews.where(DUE.c.home_id == home_id, DUE.c.due_at.is_not(None)),
        actions.where(POINTS.c.home_id == home_id, POINTS.c.due_at.is_not(None)),
        plans.where(PLACEMENTS.c.home_id == home_id, PLACEMENTS.c.plan_due_at.is_not(None)),
    ).subquery("falls_due")
    placement = and_(PLACEMENTS.c.home_id == due.c.home_id, PLACEMENTS.c.placement_id == due.c.placement_id)
    return (
        select(due, HOMES.c.provider_id, PLACEMENTS.c.commissioner_id)
        .join(HOMES, HOMES.c.home_id == due.c.home_id)
        .outerjoin(PLACEMENTS, placement)
        .subquery("due_of_readers")
    )


def _behind(at: Any, what: Any, subject: Any, mark: Mark) -> ColumnElement[bool]:
    told, _, about = mark.id.partition("/")
    same = and_(what == told, subject > about)
    return or_(at > mark.at, and_(at == mark.at, or_(what > told, same)))


def _their_homes(connection: Connection, actor: Actor) -> list[str]:
    """The homes in which a child of the reader's is in force, where the reader is a commissioner."""
    commissioner_id = actor.scope.commissioner_id
    if commissioner_id is None:
        return []
    theirs = select(PLACEMENTS.c.home_id).where(
        PLACEMENTS.c.commissioner_id == commissioner_id, PLACEMENTS.c.in_force
    )
    return list(connection.scalars(theirs.distinct()))
