"""The book of tests: who was tried by which way, whether it went, who answered in what time. Tables, and what is
written into them; they lie beside the pager's read model, and no rebuild touches them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    select,
    update,
)

from services.pager.trial.plan import Leg
from shared.instants import Instant
from shared.store.upserts import insert_into

Kind: TypeAlias = Literal["asked", "daily"]
METADATA: Final = MetaData()
TESTS: Final = Table(
    "pager_tests",
    METADATA,
    Column("test_id", String, primary_key=True),
    Column("home_id", String, nullable=False),
    Column("kind", String, nullable=False),  # asked | daily
    Column("by", String, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger),  # None: it is under way, or its process has ended in it
    Index("pager_tests_of_home", "home_id", "began"),
)
TRIES: Final = Table(
    "pager_test_tries",
    METADATA,
    Column("test_id", String, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("person_id", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("channel", String),
    Column("at", BigInteger, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("error", Text),
)
ANSWERS: Final = Table(
    "pager_test_answers",
    METADATA,
    Column("test_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Try:
    """One message of a test."""

    step: int
    person_id: str
    number: int
    channel: str | None
    at: Instant
    sent: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class OnCallTest:
    """One test, as the book has it."""

    test_id: str
    home_id: str
    kind: Kind
    by: str
    began: Instant
    ended: Instant | None
    tries: Sequence[Try]
    answers: Sequence[tuple[str, Instant]]
    """Who answered, and when; the first first."""


def begin(connection: Connection, test_id: str, home_id: str, kind: Kind, by: str, at: Instant) -> bool:
    """Write down that it begins; False: somebody has made it already."""
    row = {"test_id": test_id, "home_id": home_id, "kind": kind, "by": by, "began": at}
    return bool(
        connection.execute(insert_into(connection, TESTS).values(**row).on_conflict_do_nothing()).rowcount
    )


def tried(connection: Connection, test_id: str, leg: Leg, at: Instant, sent: bool, error: str | None) -> None:
    """What became of one leg."""
    row = {
        "test_id": test_id,
        "step": leg.step,
        "person_id": leg.person_id,
        "number": leg.number,
        "channel": None if leg.way is None else leg.way.channel,
        "at": at,
        "sent": int(sent),
        "error": error,
    }
    connection.execute(insert_into(connection, TRIES).values(**row).on_conflict_do_nothing())


def end(connection: Connection, test_id: str, at: Instant) -> None:
    """It is through."""
    connection.execute(update(TESTS).where(TESTS.c.test_id == test_id).values(ended=at))


def answered(connection: Connection, test_id: str, person_id: str, at: Instant) -> bool:
    """Somebody has answered; the first answer stands. False: there is no such test, or he was not tried."""
    his = (TRIES.c.test_id == test_id, TRIES.c.person_id == person_id)
    if connection.execute(select(TRIES.c.step).where(*his).limit(1)).first() is None:
        return False
    row = {"test_id": test_id, "person_id": person_id, "at": at}
    connection.execute(insert_into(connection, ANSWERS).values(**row).on_conflict_do_nothing())
    return True


def latest(connection: Connection, home_id: str, limit: int = 30) -> list[OnCallTest]:
    """The newest tests of a home first."""
    query = select(TESTS).where(TESTS.c.home_id == home_id).order_by(TESTS.c.began.desc(), TESTS.c.test_id)
    found = connection.execute(query.limit(limit)).mappings().all()
    return [
        OnCallTest(
            **row, tries=_tries(connection, row["test_id"]), answers=_answers(connection, row["test_id"])
        )
        for row in found
    ]


def find(connection: Connection, test_id: str) -> tuple[str, Instant] | None:
    """The home of a test, and when it began."""
    row = connection.execute(select(TESTS.c.home_id, TESTS.c.began).where(TESTS.c.test_id == test_id)).first()
    return None if row is None else (row.home_id, row.began)


def _tries(connection: Connection, test_id: str) -> list[Try]:
    order = (TRIES.c.step, TRIES.c.at, TRIES.c.person_id, TRIES.c.number)
    query = select(TRIES).where(TRIES.c.test_id == test_id).order_by(*order)
    return [
        Try(row.step, row.person_id, row.number, row.channel, row.at, bool(row.sent), row.error)
        for row in connection.execute(query)
    ]


def _answers(connection: Connection, test_id: str) -> list[tuple[str, Instant]]:
    query = (
        select(ANSWERS.c.person_id, ANSWERS.c.at).where(ANSWERS.c.test_id == test_id).order_by(ANSWERS.c.at)
    )
    return [(row.person_id, row.at) for row in connection.execute(query)]
