"""What a Postgres that is stopped, killed, full of others or not ours to enter looks like, and what is said of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from services.checks.tables import METADATA
from services.house import database
from shared.monitor import Row
from shared.store import ledger, rows, seen
from shared.store.engine import make_engine, writing
from shared.store.outage import is_outage, said
from tests import fresh
from tests.servers.plugin import Postgres
from tests.servers.postgres import PostgresServer
from tests.waiting import LONG_S

MANY = 500


@contextmanager
def opened(url: str, service: str = "checks") -> Iterator[Engine]:
    engine = database.views(url, service)
    try:
        yield engine
    finally:
        engine.dispose()


def homes(count: int) -> list[Row]:
    values = {"provider_id": "PR1", "zone": "Europe/London", "state": b"x"}
    return [Row("checks_homes", {"home_id": f"H{number}"}, values) for number in range(count)]


def kept(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(list(rows.load(connection, METADATA, ["checks_homes"])))


def end(connection: Connection, server: Postgres) -> None:
    """End this connection as an administrator would, and wait until it is gone."""
    pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
    other = make_engine(server.url)
    with other.connect() as asking:
        asking.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
    other.dispose()


@pytest.mark.parametrize("before", [1, MANY])
@pytest.mark.parametrize("step", ["a few rows", "many rows", "a look at ids", "the ledger"])
def test_a_connection_that_is_ended_within_a_transaction_is_an_outage_and_leaves_nothing(
    postgres: Postgres, before: int, step: str
) -> None:
    url = fresh.postgres_database(postgres)
    steps: dict[str, Callable[[Connection], object]] = {
        "a few rows": lambda connection: rows.put(connection, METADATA, homes(1)),
        "many rows": lambda connection: rows.put(connection, METADATA, homes(MANY)),
        "a look at ids": lambda connection: seen.find(connection, "checks", 0, [("H1", "e1")]),
        "the ledger": lambda connection: ledger.lock(connection, "checks", 0),
    }
    with opened(url) as engine:
        with pytest.raises(DBAPIError) as told, writing(engine) as connection:  # noqa: PT012
            rows.put(connection, METADATA, homes(before))
            end(connection, postgres)
            steps[step](connection)
        assert is_outage(told.value)
        assert "WAKEFUL_DATABASE_URL" in said(told.value, url)
        assert kept(engine) == 0
        with writing(engine) as connection:
            rows.put(connection, METADATA, homes(MANY))
        assert kept(engine) == MANY


def test_a_server_that_is_restarted_or_killed_costs_what_was_under_way_and_no_more(
    own_postgres: PostgresServer,
) -> None:
    url = own_postgres.new_database()
    database.migrate(url)
    with opened(url) as engine:
        for ends in (own_postgres.stop, own_postgres.kill):
            with writing(engine) as connection:
                rows.put(connection, METADATA, homes(MANY))
            with pytest.raises(DBAPIError) as told, writing(engine) as connection:  # noqa: PT012
                rows.clear(connection, METADATA, ["checks_homes"])
                ends()
                rows.put(connection, METADATA, homes(1))
            assert is_outage(told.value)
            with pytest.raises(DBAPIError) as away:
                kept(engine)
            assert is_outage(away.value)
            assert "it does not answer there; start it" in said(away.value, url)
            own_postgres.start()
            assert kept(engine) == MANY, "no connection of before is taken for a live one"


def test_who_may_not_come_in_is_told_why_and_what_to_change_and_never_the_password(
    own_postgres: PostgresServer,
) -> None:
    with writing(engine := make_engine(own_postgres.url)) as connection:
        connection.execute(text("CREATE ROLE wakeful LOGIN PASSWORD 'right one'"))
    engine.dispose()
    own_postgres.stop()
    (own_postgres.data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    own_postgres.start()
    host = own_postgres.url.partition("?")[2]

    def told(address: str) -> str:
        engine = make_engine(url := f"postgresql+psycopg://{address}?{host}")
        with pytest.raises(DBAPIError) as error:
            engine.connect()
        engine.dispose()
        assert is_outage(error.value), "it may be put right while a worker waits"
        line = said(error.value, url)
        assert "wrong one" not in line
        assert len(line.splitlines()) == 1
        return line

    assert "the user or the password is another; correct it" in told("wakeful:wrong one@/postgres")
    assert "it asks for a password; add it" in told("wakeful@/postgres")
    assert "make the database first" in told("postgres@/nowhere")
    assert "there is no such user" not in told("nobody:wrong one@/postgres"), "the server does not say who is"


def test_a_database_that_is_read_only_says_so_and_may_become_another(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    with opened(f"{url}&options=-c%20default_transaction_read_only%3Don") as engine:
        with pytest.raises(DBAPIError) as told, writing(engine) as connection:
            rows.put(connection, METADATA, homes(1))
        assert is_outage(told.value)
        assert "read-only; name the primary" in said(told.value, url)


def test_a_lock_is_not_waited_for_without_an_end(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    with opened(url) as patient, opened(f"{url}&options=-c%20lock_timeout%3D100") as engine:
        with writing(patient) as holder:
            ledger.take_over(holder, "checks", 0, 1)
            with pytest.raises(DBAPIError) as told, writing(engine) as connection:
                ledger.take_over(connection, "checks", 0, 1)
        assert is_outage(told.value)
        assert "somebody else holds what is written" in said(told.value, url)
        with writing(engine) as connection:
            assert ledger.take_over(connection, "checks", 0, 1).epoch == 2


def test_a_worker_that_stands_still_within_a_transaction_holds_nobody_up(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    with (
        opened(url) as engine,
        opened(f"{url}&options=-c%20idle_in_transaction_session_timeout%3D200") as frozen,
    ):
        taken = threading.Event()

        def take_over() -> None:
            with writing(engine) as connection:
                ledger.take_over(connection, "checks", 0, 1)
            taken.set()

        with pytest.raises(DBAPIError) as told, writing(frozen) as zombie:  # noqa: PT012
            mine = ledger.take_over(zombie, "checks", 0, 1)
            other = threading.Thread(target=take_over)
            other.start()
            assert taken.wait(LONG_S), "the server has let go of what the zombie holds"
            other.join()
            ledger.swap(zombie, mine, mine)
        assert is_outage(told.value)


def test_two_who_wait_for_each_other_are_parted_and_the_loser_may_try_again(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    lost: list[BaseException] = []
    met = threading.Barrier(2)

    def cross(first: int, second: int) -> None:
        try:
            with writing(engine) as connection:
                rows.put(connection, METADATA, [homes(2)[first]])
                met.wait(LONG_S)
                rows.put(connection, METADATA, [homes(2)[second]])
        except DBAPIError as error:
            lost.append(error)

    with opened(url) as engine:
        several = [threading.Thread(target=cross, args=pair) for pair in ((0, 1), (1, 0))]
        for each in several:
            each.start()
        for each in several:
            each.join(LONG_S)
    (error,) = lost
    assert is_outage(error)
    assert "it is tried again" in said(error, url)


def test_what_is_wrong_with_what_was_asked_is_no_outage(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    with opened(url) as engine:
        for statement in ("SELEKT 1", "SELECT * FROM nowhere", "INSERT INTO checks_homes VALUES ('H1')"):
            with pytest.raises(DBAPIError) as told, engine.connect() as connection:
                connection.execute(text(statement))
            assert not is_outage(told.value)
    assert not is_outage(ledger.LostOwnership())


def test_all_that_one_reader_sees_is_of_one_commit(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    with opened(url) as engine, engine.connect() as reading:
        assert ledger.find(reading, "checks", 0) is None
        with writing(engine) as connection:
            ledger.take_over(connection, "checks", 0, 1)
            rows.put(connection, METADATA, homes(MANY))
        assert list(rows.load(reading, METADATA, ["checks_homes"])) == []
        assert ledger.find(reading, "checks", 0) is None
        reading.rollback()
        assert len(list(rows.load(reading, METADATA, ["checks_homes"]))) == MANY


def test_the_servers_own_view_names_who_is_connected(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    with opened(url) as engine, engine.connect() as connection:
        shown = text("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        assert connection.scalar(shown) == "wakeful checks"
