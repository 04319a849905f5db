"""The servers that tests stand on: they start, answer, and keep what they were given through a kill."""

from tests.servers.broker import Broker
from tests.servers.plugin import Kafka, Postgres
from tests.servers.postgres import PostgresServer, execute


def _topics(bootstrap: str) -> set[str]:
    from kafka.admin import KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return {str(name) for name in admin.list_topics()}
    finally:
        admin.close()


def _make_topic(bootstrap: str, name: str) -> None:
    from kafka.admin import KafkaAdminClient, NewTopic

    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.create_topics([NewTopic(name, num_partitions=2, replication_factor=1)])
    finally:
        admin.close()


def test_the_runs_broker_answers_and_makes_topics(kafka: Kafka) -> None:
    name = kafka.new_prefix() + "wakeful.check-ins"
    _make_topic(kafka.bootstrap, name)
    assert name in _topics(kafka.bootstrap)


def test_the_runs_postgres_gives_each_test_a_database_of_its_own(postgres: Postgres) -> None:
    one, two = postgres.new_database(), postgres.new_database()
    execute(one, "CREATE TABLE t (n integer)")
    assert execute(two, "SELECT to_regclass('t')") == [(None,)]
    assert execute(one, "SELECT 1") == [(1,)]


def test_a_killed_broker_comes_back_where_it_was_with_what_it_had(own_kafka: Broker) -> None:
    where = own_kafka.bootstrap
    _make_topic(where, "kept")
    own_kafka.kill()
    assert not own_kafka.alive
    own_kafka.start()
    assert own_kafka.bootstrap == where
    assert "kept" in _topics(where)


def test_a_killed_postgres_comes_back_where_it_was_with_what_was_committed(
    own_postgres: PostgresServer,
) -> None:
    url = own_postgres.new_database()
    execute(url, "CREATE TABLE t AS SELECT 7 AS n")
    own_postgres.kill()
    assert not own_postgres.alive
    own_postgres.start()
    assert execute(url, "SELECT n FROM t") == [(7,)]
