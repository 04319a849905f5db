"""What a second reading of a broker's log is told of an event that a fact names: what the first one noted."""

from services.house import database
from shared.log.base import Named
from shared.runner.seensieve import RepeatsSieve
from shared.store import seen
from shared.store.engine import make_engine, writing
from shared.store.outbox import Owner
from shared.store.seen import Known
from shared.topics import CHECK_INS
from tests import fresh
from tests.servers.plugin import Postgres

CHECK = Known("H1", "c1", "hash", CHECK_INS, 7, 1_000, "check.recorded.v1", "P1")


def test_a_check_that_is_corrected_is_known_without_a_look_into_the_log(postgres: Postgres) -> None:
    url = fresh.postgres_database(postgres)
    engine = make_engine(url, schema=("checks", database.SHARED))
    try:
        with writing(engine) as connection:
            seen.put(connection, "checks", 0, [CHECK])
        sieve = RepeatsSieve(engine, Owner("checks", 0), 1, (), (CHECK_INS,))
        assert sieve.named("H1", "c1") == Named("c1", "check.recorded.v1", "P1", 1_000)
        assert sieve.named("H1", "c2") is None
        assert sieve.named("H2", "c1") is None
    finally:
        engine.dispose()
