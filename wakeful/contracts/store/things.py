"""Tables, rows, ids and effects that the contract of a store is told with, and the database it is told on. No promise
lives here.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

from shared.monitor import Effect, Row
from shared.store import outbox, seen
from shared.topics import ALERTS, CHECK_INS

NewEngine: TypeAlias = Callable[[], Engine]

METADATA = MetaData()
THINGS = Table(
    "contract_things",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("count", BigInteger),
    Column("facts", JSON(none_as_null=True)),
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("contract_things_by_count", "count"),
)
STEPS = Table(
    "contract_steps",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("partition", Integer, primary_key=True, autoincrement=False, server_default="0"),
    Column("told", JSON, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("state", LargeBinary),
)
KEYS = Table("contract_keys", METADATA, Column("home_id", String, primary_key=True), Column("spare", Integer))

OURS = outbox.Owner("checks", 0)


def thing(name: str, home_id: str = "H1", **values: Any) -> Row:
    return Row(THINGS.name, {"home_id": home_id, "name": name}, values)


def gone(name: str, home_id: str = "H1") -> Row:
    return Row(THINGS.name, {"home_id": home_id, "name": name}, None)


def step(position: int, **values: Any) -> Row:
    return Row(STEPS.name, {"position": position}, {"told": None, "open": True, "state": None, **values})


def known(number: int, home_id: str = "H1", topic: str = CHECK_INS, **values: Any) -> seen.Known:
    told = seen.Known(home_id, f"e{number}", "c0", topic, number, 10 * number, "check.recorded.v1", "P1")
    return told._replace(**values)


def effect(number: int, alert_id: str = "A1", at: int = 0) -> Effect:
    event = {"id": f"e{number}", "type": "alert.raised.v1", "data": {"alert_id": alert_id}}
    return Effect(ALERTS, "H1", f"e{number}", at or number, event)


class OnADatabase:
    """What each part of the contract stands on. Subclass `StoreContract`, and give the fixture."""

    @pytest.fixture
    def new_engine(self) -> NewEngine:
        """A callable: an engine for a new, empty database with the shared tables, disposed of after the
        test."""
        raise NotImplementedError

    @pytest.fixture
    def engine(self, new_engine: NewEngine) -> Engine:
        engine = new_engine()
        METADATA.create_all(engine)
        return engine
