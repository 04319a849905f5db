"""The servers that tests stand on: they start, answer, and keep what they were given through a kill."""

import os
import shutil
from pathlib import Path

import pytest

from tests.servers.broker import Broker
from tests.servers.plugin import Kafka, Postgres
from tests.servers.postgres import PostgresServer, execute, installed


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs Postgres as somebody else")
def test_postgres_starts_though_its_software_lies_where_only_root_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = installed()
    hidden = tmp_path / "hidden"
    for name in (f"{package.name}.libs", f"{package.name}/pginstall18"):
        shutil.copytree(package.parent / name, hidden / name, symlinks=True)
    hidden.chmod(0o700)
    monkeypatch.setattr("tests.servers.postgres.installed", lambda: hidden / package.name)
    server = PostgresServer(tmp_path / "postgres")
    try:
        server.start()
        assert execute(server.url, "SELECT 1") == [(1,)]
    finally:
        server.remove()


def test_a_paused_broker_goes_on_where_it_was(own_kafka: Broker) -> None:
    own_kafka.pause()
    assert own_kafka.alive
    own_kafka.resume()
    _make_topic(own_kafka.bootstrap, "after")
    assert "after" in _topics(own_kafka.bootstrap)
    own_kafka.stop()
    assert not own_kafka.alive
    own_kafka.start()
    assert "after" in _topics(own_kafka.bootstrap)
