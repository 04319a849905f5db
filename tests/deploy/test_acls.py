"""Who may do what on the broker: the table names what there is, and on a real broker that refuses what is not allowed
each process can do its work and nothing beyond it."""

import importlib.util
import os
import shlex
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from kafka import KafkaConsumer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import GroupAuthorizationFailedError

from services.monitors import SERVICES
from shared import topics as ours
from shared.events.canonical import canonical
from shared.log.base import Unavailable
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker, BrokerWrong
from shared.log.kafka.producer import Outgoing, Producer
from shared.worker.ownership import Ownership
from tests.deploy.described import DEPLOY
from tests.servers.broker import KafkaServer
from tests.servers.process import Unavailable as NoBroker

PASSWORD = "pw"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("acls", DEPLOY / "kafka" / "acls.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ACLS: Any = loaded()
TABLE: list[Any] = list(ACLS.table())
USERS = sorted({rule.user for rule in TABLE})
OPERATIONS = {each.name.replace("_", ""): each for each in ACLOperation}


def test_the_table_knows_every_topic_and_every_service() -> None:
    assert (set(ACLS.INPUTS), set(ACLS.DERIVED)) == (set(ours.INPUTS), set(ours.DERIVED))
    assert set(ACLS.ALL) == {*ours.ALL, ours.OWNERSHIP}
    assert set(ACLS.SERVICES) == SERVICES.keys()


def test_only_the_door_writes_what_people_did_and_nobody_deletes_anything() -> None:
    writers: dict[str, set[str]] = {}
    for rule in TABLE:
        assert not {"Delete", "All", "Alter"} & set(rule.operations)
        if "Write" in rule.operations:
            for topic in rule.topics:
                writers.setdefault(topic, set()).add(rule.user)
    services = {f"wakeful-{name}" for name in SERVICES}
    for topic in (*ours.INPUTS, ours.OWNERSHIP):
        assert writers[topic] - {"wakeful-import"} == {"wakeful-gateway"}
    for topic in (ours.REJECTED, ours.SWAPS):
        assert writers[topic] - {"wakeful-import"} == services
    assert writers[ours.PAGES] == {"wakeful-pager"}
    assert writers[ours.ALERTS] == services - {"wakeful-pager"}


def test_the_commands_say_what_the_table_says() -> None:
    said = [shlex.split(line) for line in ACLS.commands(["--bootstrap-server", "kafka:9093"])]
    assert len(said) == len(TABLE)
    for words, rule in zip(said, TABLE, strict=True):
        assert words[:4] == ["kafka-acls.sh", "--bootstrap-server", "kafka:9093", "--add"]
        options = list(zip(words[4::2], words[5::2], strict=True))
        assert [value for name, value in options if name == "--allow-principal"] == [f"User:{rule.user}"]
        assert tuple(value for name, value in options if name == "--operation") == rule.operations
        assert tuple(value for name, value in options if name == "--topic") == rule.topics
        assert [value for name, value in options if name == "--group"] == [rule.group] * (
            rule.group is not None
        )


# --- On a broker that refuses ------------------------------------------------------------------------------------

STRICT = """
listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
username="broker" password="pw" {users};
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:broker;User:ANONYMOUS
"""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker where everybody signs in, and may do what the table says; the topics were made by who may make them."""
    folder = tmp_path_factory.mktemp("strict")
    try:
        server = KafkaServer(folder)
    except NoBroker as why:
        if os.environ.get("WAKEFUL_REQUIRE_KAFKA") == "1":
            raise
        pytest.skip(f"no broker: {why}")
    server.format()
    users = " ".join(f'user_{name}="{PASSWORD}"' for name in ("broker", *USERS))
    with (folder / "server.properties").open("a", encoding="utf-8") as settings:
        settings.write(STRICT.format(users=users))
    try:
        server.start()
        broker = Broker(
            server.bootstrap, 2, sasl_mechanism="PLAIN", sasl_username="broker", sasl_password=PASSWORD
        )
        allow(broker)
        topics.make(as_user(broker, "wakeful-admin"))
        yield broker
    finally:
        server.stop()


def allow(broker: Broker) -> None:
    client = KafkaAdminClient(**broker.client())
    try:
        made = [each for rule in TABLE for each in acls(rule)]
        assert client.create_acls(made)["failed"] == []
    finally:
        client.close()


def acls(rule: Any) -> Iterator[Any]:
    """A rule as the broker keeps it, as kafka-acls.sh would ask."""
    resources = [ResourcePattern(ResourceType.TOPIC, topic) for topic in rule.topics]
    resources += [ResourcePattern(ResourceType.GROUP, rule.group)] if rule.group else []
    for resource in resources:
        for name in rule.operations:
            operation = OPERATIONS[name.upper()]
            yield ACL(f"User:{rule.user}", "*", operation, ACLPermissionType.ALLOW, resource)


def as_user(broker: Broker, user: str) -> Broker:
    return replace(broker, sasl_username=user)


def writes(broker: Broker, topic: str) -> bool:
    """Whether what it sends there is taken."""
    producer = Producer(broker)
    try:
        producer.put([Outgoing(topic, 0, b"H1", canonical({"id": "1"}))])
    except Unavailable as failed:
        refused = isinstance(failed, BrokerWrong) or "AuthorizationFailed" in str(failed)
        if not refused:
            raise
        return False
    finally:
        producer.close()
    return True


def test_who_makes_topics_can_and_writes_no_fact(strict: Broker) -> None:
    admin = as_user(strict, "wakeful-admin")
    assert topics.check(admin) == []
    assert topics.seal(admin) == []
    assert not writes(admin, ours.CHECK_INS)


def test_the_door_writes_facts_and_heartbeats_and_no_alert(strict: Broker) -> None:
    door = as_user(strict, "wakeful-gateway")
    assert topics.check(door) == []
    assert all(writes(door, topic) for topic in (*ours.INPUTS, ours.OWNERSHIP))
    assert not any(writes(door, topic) for topic in ours.DERIVED)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_writes_what_it_makes_and_no_fact(strict: Broker, service: str) -> None:
    worker = as_user(strict, f"wakeful-{service}")
    assert topics.check(worker) == []
    makes, others = (ours.PAGES, ours.ALERTS) if service == "pager" else (ours.ALERTS, ours.PAGES)
    assert all(writes(worker, topic) for topic in (makes, ours.REJECTED, ours.SWAPS))
    assert not any(writes(worker, topic) for topic in (*ours.INPUTS, ours.OWNERSHIP, others))


def test_a_service_owns_home_partitions_in_its_own_group(strict: Broker) -> None:
    assert owns(as_user(strict, "wakeful-checks"), "wakeful-checks") == frozenset({0, 1})


def test_a_service_does_not_come_into_anothers_group(strict: Broker) -> None:
    checks = as_user(strict, "wakeful-checks")
    consumer = KafkaConsumer(ours.OWNERSHIP, group_id="wakeful-alerts", **checks.client())
    try:
        with pytest.raises(GroupAuthorizationFailedError):
            consumer.poll(timeout_ms=60_000)
    finally:
        consumer.close(autocommit=False)


def owns(broker: Broker, group: str) -> frozenset[int]:
    """What falls to it, or nothing after a minute."""
    told = threading.Event()
    owned: list[frozenset[int]] = [frozenset()]

    def change(now: frozenset[int]) -> None:
        if now:
            owned.append(now)
            told.set()

    ownership = Ownership(broker, group, change)
    ownership.start()
    told.wait(60.0)
    ownership.stop(5.0)
    return owned[-1]


def test_the_example_of_a_brokers_settings_is_one_that_refuses() -> None:
    text = (DEPLOY / "kafka" / "broker.properties").read_text("utf-8")
    assert "allow.everyone.if.no.acl.found=false" in text
    assert "min.insync.replicas=2" in text
    assert 'password="${file:' in text
    assert Path(DEPLOY / "kafka" / "admin.properties").exists()
