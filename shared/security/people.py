"""People: staff, managers, commissioners' people. Who they are, what they may, how they can be reached.

The only place where names live: never in an event, a metric, a trace or a log line (ARCHITECTURE.md,
"Doors"). PINs go in and never come out. Time is an argument.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select

from shared.instants import Instant
from shared.security import secrets
from shared.security.memory import Memory
from shared.security.rights import HomeLike, Right, Scope, rights_of
from shared.security.tables import PEOPLE
from shared.store.engine import writing
from shared.store.texts import storable
from shared.store.upserts import insert_into


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `repr` leaves the name and the addresses out, so that no log line can carry them."""

    id: str
    name: str = field(repr=False)
    scope: Scope
    rights: frozenset[Right]
    reach: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    """How to reach them, best first, as `shared.security.ways` keeps it: what opens anything is sealed."""
    active: bool = True
    has_pin: bool = False

    def may(self, right: Right, home: HomeLike, commissioner_id: str | None = None) -> bool:
        """Whether the person, as of now, holds `right` for that home (or a child there)."""
        return self.active and right in self.rights and self.scope.reaches(home, commissioner_id)

    def belongs_to(self, home: HomeLike) -> bool:
        """Whether the person is one of that home's own people."""
        return self.active and self.scope.commissioner_id is None and self.scope.reaches(home)


class People:
    """The `people` table. Safe for use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._memory: Memory[Person] = Memory()

    def remembered(self, person_id: str) -> Person | None:
        """The person, if looked up a moment ago: no disk, so that an event loop may ask."""
        return self._memory.get(person_id)

    def find(self, person_id: str) -> Person | None:
        """The person, from memory or else the disk: for the hot path, at most two seconds old."""
        return self._memory.get(person_id) or self._memory.look_up(person_id, lambda: self.get(person_id))

    def forget(self) -> None:
        """Forget who was looked up: the next look reads the table."""
        self._memory.forget()

    def get(self, person_id: str) -> Person | None:
        with self._engine.connect() as connection:
            return read_person(connection, person_id)

    def all(self) -> list[Person]:
        """Everybody, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(PEOPLE).order_by(PEOPLE.c.id)).mappings().all()
        return [_person(row) for row in rows]

    def put(self, person: Person, at: Instant, *, pin: str | None = None) -> None:
        """Add or replace a person; the PIN stays as it was unless one is given. Raises ValueError for a weak
        PIN. Whoever calls this for somebody known also ends what they lose (`Access.put_person`)."""
        with writing(self._engine) as connection:
            write_person(connection, person, at, pin_hash=None if pin is None else secrets.pin_hash(pin))
        self.forget()

    def pin_hash(self, person_id: str) -> str | None:
        """What a PIN is compared with; None for nobody, somebody without one, or somebody not active."""
        known = select(PEOPLE.c.pin_hash).where(PEOPLE.c.id == person_id, PEOPLE.c.active)
        with self._engine.connect() as connection:
            found: str | None = connection.scalar(known)
        return found


def read_person(connection: Connection, person_id: str) -> Person | None:
    """One person, within somebody's transaction."""
    row = connection.execute(select(PEOPLE).where(PEOPLE.c.id == storable(person_id))).mappings().first()
    return None if row is None else _person(row)


def write_person(connection: Connection, person: Person, at: Instant, *, pin_hash: str | None) -> None:
    """Upsert within somebody's transaction."""
    scope = person.scope
    values: dict[str, Any] = {
        "name": person.name,
        "provider_id": scope.provider_id,
        "commissioner_id": scope.commissioner_id,
        "homes": None if scope.homes is None else sorted(scope.homes),
        "everywhere": scope.everywhere,
        "rights": sorted(person.rights),
        "reach": [dict(way) for way in person.reach],
        "active": person.active,
        "changed_at": at,
    }
    if pin_hash is not None:
        values["pin_hash"] = pin_hash
    statement = insert_into(connection, PEOPLE).values(id=person.id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _person(row: RowMapping) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        scope=scope_of(row["provider_id"], row["commissioner_id"], row["homes"], row["everywhere"]),
        rights=rights_of(row["rights"]),
        reach=tuple(row["reach"]),
        active=row["active"],
        has_pin=row["pin_hash"] is not None,
    )


def scope_of(
    provider_id: str | None,
    commissioner_id: str | None,
    homes: Iterable[str] | None,
    everywhere: bool = False,
) -> Scope:
    """A scope from columns."""
    return Scope(provider_id, commissioner_id, None if homes is None else frozenset(homes), everywhere)
