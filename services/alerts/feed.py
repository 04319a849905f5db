"""Reading the feed: alerts, the steps of their lives and homes, always as one reader may see them.

Page, feed and stream all read through `Feed`, and every query of it asks the one predicate
(`shared.security.rights.scope_clause`). Nothing is written here, and no query goes without a reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Select, func, null, select, tuple_

from services.alerts.rows import AlertRow, HomeRow, SendRow, StepRow
from services.alerts.tables import ALERTS, COMMISSIONERS, HOMES, LIFE, SENDS
from shared.instants import Instant
from shared.security.rights import Actor, scope_clause
from shared.web.cursors import Mark

OPEN = ("raised", "acknowledged")
"""The states of an alert that is open. What was refused is `noted`: told once, never open."""
SCANNED = 20_000
"""Steps that one reading of the stream looks at, at most."""

_ALERT = [ALERTS.c[field.name] for field in fields(AlertRow)]
_STEP = [LIFE.c[field.name] for field in fields(StepRow)]
_SEND = [SENDS.c[field.name] for field in fields(SendRow)]
_HOME = [HOMES.c[field.name] for field in fields(HomeRow)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks to see; None asks for everything. `since` is the earliest `raised_at`."""

    open: bool | None = None
    kind: str | None = None
    home: str | None = None
    placement: str | None = None
    since: Instant | None = None


class Listing(NamedTuple):
    """A page of the list, where the next begins (None: nowhere), and the stream's position it was read at."""

    alerts: list[AlertRow]
    next: Mark | None
    position: int


class Told(NamedTuple):
    """A step with the alert whose life it is of."""

    step: StepRow
    alert: AlertRow


class Feed:
    """The read model of alerts, opened for reading. Safe for use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def position(self) -> int:
        """The position of the last step committed; 0 where there is none."""
        with self._engine.connect() as connection:
            return _position(connection)

    def listing(self, actor: Actor, wanted: Wanted, after: Mark | None = None, limit: int = 100) -> Listing:
        """Alerts that `actor` may see, the last raised first, read as of one moment.

        The order is fixed (`raised_at`, then id), so a page that was begun stays whole while new ones come.
        """
        with self._engine.connect() as connection:
            query = _asked(_seen(connection, actor, select(*_ALERT)), wanted)
            if after is not None:
                query = query.where(tuple_(ALERTS.c.raised_at, ALERTS.c.alert_id) < tuple_(*after))
            query = query.order_by(ALERTS.c.raised_at.desc(), ALERTS.c.alert_id.desc()).limit(limit + 1)
            alerts = _alerts(connection, actor, connection.execute(query).all())
            more = (
                Mark(alerts[limit - 1].raised_at, alerts[limit - 1].alert_id) if len(alerts) > limit else None
            )
            return Listing(alerts[:limit], more, _position(connection))

    def closed(self, actor: Actor, home: str | None, since: Instant, limit: int) -> list[AlertRow]:
        """What closed, or was refused, at or after `since`: the latest first."""
        with self._engine.connect() as connection:
            query = _asked(_seen(connection, actor, select(*_ALERT)), Wanted(open=False, home=home))
            query = query.where(ALERTS.c.changed_at >= since).order_by(ALERTS.c.position.desc()).limit(limit)
            return _alerts(connection, actor, connection.execute(query).all())

    def alert(self, actor: Actor, alert_id: str) -> tuple[AlertRow, list[StepRow]] | None:
        """One alert with its life; None where there is none that `actor` may see (which of the two is not told)."""
        with self._engine.connect() as connection:
            query = _seen(connection, actor, select(*_ALERT)).where(ALERTS.c.alert_id == alert_id)
            found = _alerts(connection, actor, connection.execute(query).all())
            if not found:
                return None
            steps = select(*_STEP).where(LIFE.c.alert_id == alert_id).order_by(LIFE.c.position)
            life = [StepRow(*row) for row in connection.execute(steps)]
            return found[0], _told_to(connection, actor, life)

    def sends(self, actor: Actor, alert_id: str) -> list[SendRow]:
        """Who was told of an alert, and what they answered, in order: of one that `actor` may see. A reader of the
        provider sees all of it; a commissioner, what was told to them and what they answered."""
        with self._engine.connect() as connection:
            seen = _seen(connection, actor, select(ALERTS.c.alert_id))
            query = select(*_SEND).where(SENDS.c.alert_id.in_(seen.where(ALERTS.c.alert_id == alert_id)))
            if (theirs := actor.scope.commissioner_id) is not None:
                query = query.where(SENDS.c.person_id.in_((f"commissioner:{theirs}", actor.id)))
            return [SendRow(*row) for row in connection.execute(query.order_by(SENDS.c.at, SENDS.c.id))]

    def named(self, actor: Actor, alert_ids: Sequence[str]) -> list[AlertRow]:
        """Those of these alerts that `actor` may see, the first raised first."""
        with self._engine.connect() as connection:
            query = _seen(connection, actor, select(*_ALERT)).where(ALERTS.c.alert_id.in_(sorted(alert_ids)))
            query = query.order_by(ALERTS.c.raised_at, ALERTS.c.alert_id)
            return _alerts(connection, actor, connection.execute(query).all())

    def life(self, alert_id: str) -> list[StepRow]:
        """One alert's life whoever asks: for the pager, which tells of alerts that it knows. Never for a reader."""
        with self._engine.connect() as connection:
            steps = select(*_STEP).where(LIFE.c.alert_id == alert_id).order_by(LIFE.c.position)
            return [StepRow(*row) for row in connection.execute(steps)]

    def row(self, alert_id: str) -> AlertRow | None:
        """One alert whoever asks: for the door itself, which asks on its own who may answer. Never for a reader."""
        with self._engine.connect() as connection:
            found = connection.execute(select(*_ALERT).where(ALERTS.c.alert_id == alert_id)).first()
        return None if found is None else AlertRow(*found)

    def shows(self, actor: Actor, home_id: str, alert_id: str) -> bool:
        """Whether `actor` may see that alert of that home."""
        with self._engine.connect() as connection:
            query = _seen(connection, actor, select(ALERTS.c.alert_id))
            query = query.where(ALERTS.c.alert_id == alert_id, ALERTS.c.home_id == home_id)
            return connection.scalar(query) is not None

    def steps(self, actor: Actor, after: int, limit: int = 200) -> tuple[list[Told], int]:
        """Up to `limit` steps behind the position `after` that `actor` may see, and the position read up to.

        Read from there on, nothing is missed and nothing comes twice. One call looks at so many steps at most, seen
        or not, that a reader of one home does not read a country's year at once.
        """
        with self._engine.connect() as connection:
            end = min(_position(connection), after + SCANNED)
            both = select(*_STEP, *_ALERT).join(ALERTS, ALERTS.c.alert_id == LIFE.c.alert_id)
            query = _seen(connection, actor, both).where(LIFE.c.position > after, LIFE.c.position <= end)
            rows = connection.execute(query.order_by(LIFE.c.position).limit(limit)).all()
            alerts = _alerts(connection, actor, [row[len(_STEP) :] for row in rows])
            steps = _told_to(connection, actor, [StepRow(*row[: len(_STEP)]) for row in rows])
            told = [Told(step, alert) for step, alert in zip(steps, alerts, strict=True)]
            return told, (told[-1].step.position if len(told) == limit else max(after, end))

    def homes(self, actor: Actor) -> list[HomeRow]:
        """The homes that `actor` may see as a whole, in order of their ids."""
        with self._engine.connect() as connection:
            whole = select(*_HOME, null().label("commissioner_id")).subquery()
            clause = scope_clause(actor, whole, their_homes=_their_homes(connection, actor))
            columns = [whole.c[field.name] for field in fields(HomeRow)]
            rows = connection.execute(select(*columns).where(clause).order_by(whole.c.home_id))
            return [HomeRow(*row) for row in rows]


def _position(connection: Connection) -> int:
    return connection.scalar(select(func.coalesce(func.max(LIFE.c.position), 0))) or 0


def _their_homes(connection: Connection, actor: Actor) -> list[str]:
    commissioner_id = actor.scope.commissioner_id
    if commissioner_id is None:
        return []
    theirs = select(COMMISSIONERS.c.home_id).where(COMMISSIONERS.c.commissioner_id == commissioner_id)
    return list(connection.scalars(theirs))


def _seen(connection: Connection, actor: Actor, query: Select[Any]) -> Select[Any]:
    """The one place where a query of alerts learns who is asking."""
    return query.where(scope_clause(actor, ALERTS, their_homes=_their_homes(connection, actor)))


def _asked(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.open is not None:
        is_open = ALERTS.c.state.in_(OPEN)
        query = query.where(is_open if wanted.open else ~is_open)
    for column, value in ((ALERTS.c.kind, wanted.kind), (ALERTS.c.home_id, wanted.home)):
        if value is not None:
            query = query.where(column == value)
    if wanted.placement is not None:
        query = query.where(ALERTS.c.placement_id == wanted.placement)
    if wanted.since is not None:
        query = query.where(ALERTS.c.raised_at >= wanted.since)
    return query


def _alerts(connection: Connection, actor: Actor, rows: Sequence[Any]) -> list[AlertRow]:
    return _told_to(connection, actor, [AlertRow(*row) for row in rows])


_Told = TypeVar("_Told", AlertRow, StepRow)


def _told_to(connection: Connection, actor: Actor, found: list[_Told]) -> list[_Told]:
    """What was found, less the members that are other authorities' children."""
    named = {member for each in found for member in _members(each)}
    if not named:
        return found
    query = _seen(connection, actor, select(ALERTS.c.alert_id)).where(ALERTS.c.alert_id.in_(sorted(named)))
    seen = set(connection.scalars(query))
    return [
        replace(each, facts={**each.facts, "members": [member for member in members if member in seen]})
        if (members := _members(each))
        else each
        for each in found
    ]


def _members(each: AlertRow | StepRow) -> list[str]:
    return list((each.facts or {}).get("members", ()))
