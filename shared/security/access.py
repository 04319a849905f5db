"""`access.sqlite3`, or the schema `access`: who may come in, and the three ways in: a code for a device, a PIN for a
worker, and what `wakeful token` gives out.

It ties people, tokens and attempts together where one changes the other. Time is an argument; the bearer of
a secret is never written to a log.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, insert, select, update

from shared.instants import HOUR, Duration, Instant
from shared.security import secrets
from shared.security.attempts import Attempts
from shared.security.people import People, Person, read_person, write_person
from shared.security.rights import HomeLike, Right
from shared.security.tables import ENROLMENTS, TOKENS
from shared.security.tokens import Issued, Kind, Token, Tokens, end_tokens
from shared.store.engine import make_engine, writing
from shared.store.schema import opened

MIGRATIONS = Path(__file__).parent / "access_migrations"
SCHEMA = "access"
CODE_LIFE: Duration = HOUR


@dataclass(frozen=True, slots=True)
class Pause:
    """Too many wrong PINs: not before so long."""

    wait: Duration


def open_engine(url: str | Path) -> Engine:
    """Where people and tokens lie: a file, or a schema that has one writer as a file has (a PIN is counted before it is
    compared, and a hundred at once are a hundred)."""
    return make_engine(url, schema=(SCHEMA,), durable=True, one_writer=True)


class Access:
    """The access database, opened and brought up to date."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.people = People(engine)
        self.tokens = Tokens(engine)
        self.attempts = Attempts(engine)

    @classmethod
    def open(cls, url: str | Path) -> Self:
        """Open it (a file: make it). What it holds is not disposable: every commit is durable. Raises TooOld where it
        is in a database that `wakeful migrate` has not brought up to date."""
        engine = open_engine(url)
        try:
            opened(engine, MIGRATIONS, "schema_access")
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        self.engine.dispose()

    def put_person(self, person: Person, at: Instant, *, pin: str | None = None) -> None:
        """Add or replace a person. Where they lose a right, a home or their place, or their PIN changes, what
        they are signed in with ends now; facts entered before stay theirs. Raises ValueError for a weak
        PIN."""
        pin_hash = None if pin is None else secrets.pin_hash(pin)
        with writing(self.engine) as connection:
            before = read_person(connection, person.id)
            write_person(connection, person, at, pin_hash=pin_hash)
            if before is not None and (pin_hash is not None or _loses(before, person)):
                own = (TOKENS.c.holder == person.id) & TOKENS.c.kind.in_([Kind.WORKER, Kind.PERSON])
                end_tokens(connection, own, at)
        self.people.forget()
        self.tokens.forget()

    def new_code(self, home_id: str, at: Instant, *, life: Duration = CODE_LIFE) -> str:
        """A one-time code that enrols one device in a home."""
        code = secrets.new_code()
        row = {"hash": secrets.code_hash(code), "home_id": home_id, "expires_at": at + life}
        with writing(self.engine) as connection:
            connection.execute(insert(ENROLMENTS).values(**row))
        return code

    def enrol(self, code: str, device_id: str, at: Instant) -> Issued | None:
        """A device's token for a code that is good: once. None if it is not, whatever the reason."""
        table = ENROLMENTS.c
        known = (table.hash == secrets.code_hash(code), table.used_at.is_(None), table.expires_at > at)
        with writing(self.engine) as connection:
            home_id = connection.scalar(select(table.home_id).where(*known))
            if (
                home_id is None
                or not connection.execute(update(ENROLMENTS).where(*known).values(used_at=at)).rowcount
            ):
                return None
        return self.tokens.issue_device(device_id, home_id, at)

    def sign_in(
        self, device: Token, home: HomeLike, staff_id: str, pin: str, at: Instant
    ) -> Issued | Pause | None:
        """A worker's token for the right PIN of one of the home's own people; None if anything is wrong (the
        answer does not say what); Pause after too many attempts. Slow: never in an event loop."""
        device_id = device.actor.device_id or device.actor.id
        wait = self.attempts.begin(device_id, staff_id, at)
        if wait:
            return Pause(wait)
        right = secrets.pin_matches(pin, self.people.pin_hash(staff_id))
        person = self.people.get(staff_id)
        if not right or person is None or not person.belongs_to(home) or Right.RECORD not in person.rights:
            return None
        self.attempts.succeeded(device_id, staff_id)
        return self.tokens.issue_worker(staff_id, person.rights, device, at)


def _loses(before: Person, after: Person) -> bool:
    narrower = before.scope != after.scope and not before.scope.within(after.scope)
    return narrower or not before.rights <= after.rights or (before.active and not after.active)
