"""What an operator meets when a broker is not reached as it is set: one line that names the setting and the remedy."""

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from shared.log.kafka import connection, topics
from shared.log.kafka.connection import Broker, BrokerUnreachable, BrokerWrong
from shared.log.kafka.diagnosis import reach
from shared.log.kafka.producer import Producer
from shared.settings import Settings
from tests.servers.broker import KafkaServer
from tests.servers.plugin import Kafka, _skipped_where_unavailable
from tests.servers.ports import free_port

_MORE = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},SASL://127.0.0.1:{sasl},TLS://127.0.0.1:{tls},ELSEWHERE://127.0.0.1:{elsewhere}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL://127.0.0.1:{sasl},TLS://127.0.0.1:{tls},ELSEWHERE://127.0.0.1:1
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL,ELSEWHERE:PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config={login} required user_alice="right";
ssl.keystore.type=PEM
ssl.keystore.location={pem}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""


_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


class Guarded(KafkaServer):
    """A broker with a listener that asks who one is, one with TLS, and one that is advertised wrongly. Whoever signs in
    is allowed nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        self.sasl, self.tls, self.elsewhere = (f"127.0.0.1:{free_port()}" for _ in range(3))
        self.ca = folder / "ca.pem"

    def format(self) -> None:
        super().format()
        pem = self.folder / "broker.pem"
        certificate(pem, self.ca)
        ports = {name: getattr(self, name).rpartition(":")[2] for name in ("sasl", "tls", "elsewhere")}
        more = _MORE.format(port=self.port, controller=self._controller, pem=pem, login=_LOGIN, **ports)
        with self._settings.open("a") as settings:
            settings.write(more)


def certificate(pem: Path, ca: Path) -> None:
    """A key and a certificate of its own making for 127.0.0.1."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    said = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    ca.write_bytes(said)
    pem.write_bytes(secret + said)


@pytest.fixture(scope="module")
def guarded(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Where the run has a broker, there can be this one too."""
    with _skipped_where_unavailable():
        server = Guarded(tmp_path_factory.mktemp("guarded"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BOOTSTRAP_MS", 2_500)


ALICE: dict[str, Any] = {"sasl_mechanism": "PLAIN", "sasl_username": "alice", "sasl_password": "right"}


def wrong(bootstrap: str, **more: Any) -> str:
    """What is said of a broker that answers and is not used as it has to be."""
    with pytest.raises(BrokerWrong) as told:
        reach(Broker(bootstrap, **more))
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_broker_that_is_used_as_it_has_to_be_is_reached(guarded: Guarded) -> None:
    reach(Broker(guarded.bootstrap))
    reach(Broker(guarded.sasl, **ALICE))
    reach(Broker(guarded.tls, tls=True, ca_file=str(guarded.ca)))


@pytest.mark.parametrize(
    ("bootstrap", "why"), [("127.0.0.1:1", "refused"), ("nowhere.invalid:9092", "not known")]
)
def test_where_nothing_answers_the_address_is_named(bootstrap: str, why: str) -> None:
    with pytest.raises(
        BrokerUnreachable, match=rf"no broker answers \({bootstrap}: .*{why}.*\).*mend WAKEFUL_KAFKA"
    ):
        reach(Broker(bootstrap))


def test_a_listener_that_wants_a_sign_in_names_the_settings(guarded: Guarded) -> None:
    assert "set WAKEFUL_KAFKA_SASL_MECHANISM" in wrong(guarded.sasl)


def test_a_wrong_password_is_told_and_never_shown(guarded: Guarded) -> None:
    said = wrong(guarded.sasl, **{**ALICE, "sasl_password": "guessed"})
    assert "does not let 'alice' in; mend WAKEFUL_KAFKA_SASL_" in said
    assert "WAKEFUL_KAFKA_SASL_PASSWORD" in said
    assert "guessed" not in said
    assert "guessed" not in repr(Broker(guarded.sasl, **{**ALICE, "sasl_password": "guessed"}))


def test_a_mechanism_that_the_broker_does_not_know_is_told(guarded: Guarded) -> None:
    assert "WAKEFUL_KAFKA_SASL_MECHANISM" in wrong(
        guarded.sasl, **{**ALICE, "sasl_mechanism": "SCRAM-SHA-512"}
    )


def test_a_sign_in_where_nobody_signs_in_is_told(guarded: Guarded) -> None:
    assert "leave WAKEFUL_KAFKA_SASL_MECHANISM out" in wrong(guarded.bootstrap, **ALICE)


def test_a_listener_with_tls_that_is_met_without_is_told(guarded: Guarded) -> None:
    assert "wants TLS: set WAKEFUL_KAFKA_TLS=true" in wrong(guarded.tls)


def test_a_listener_without_tls_that_is_met_with_it_is_told(guarded: Guarded) -> None:
    assert "does not speak TLS" in wrong(guarded.bootstrap, tls=True, ca_file=str(guarded.ca))


def test_a_certificate_of_an_unknown_authority_is_told(guarded: Guarded) -> None:
    assert "WAKEFUL_KAFKA_TLS_CA_FILE" in wrong(guarded.tls, tls=True)


def test_a_file_that_is_not_there_is_named(guarded: Guarded) -> None:
    said = wrong(guarded.tls, tls=True, ca_file="/nowhere/ca.pem")
    assert said.startswith("WAKEFUL_KAFKA_TLS_CA_FILE (/nowhere/ca.pem) cannot be used")


def test_an_address_that_the_broker_advertises_and_that_does_not_answer_is_told(guarded: Guarded) -> None:
    said = wrong(guarded.elsewhere)
    assert f"{guarded.elsewhere} answers, and names 127.0.0.1:1 as a node to be asked" in said
    assert "advertised.listeners" in said


def test_what_the_broker_does_not_allow_is_told_with_who_asked(guarded: Guarded) -> None:
    broker = Broker(guarded.sasl, 1, **ALICE)
    with pytest.raises(BrokerWrong, match=r"does not allow this to alice.*ACLs of deploy/"):
        topics.make(broker)


def test_a_client_that_cannot_begin_says_the_same(guarded: Guarded) -> None:
    with pytest.raises(BrokerWrong, match="wants TLS"):
        Producer(Broker(guarded.tls))


def test_the_settings_make_the_broker() -> None:
    settings = Settings.read(
        {
            "WAKEFUL_KAFKA": "one:1, two:2",
            "WAKEFUL_PARTITIONS": "16",
            "WAKEFUL_KAFKA_SASL_MECHANISM": "PLAIN",
            "WAKEFUL_KAFKA_SASL_USERNAME": "alice",
            "WAKEFUL_KAFKA_SASL_PASSWORD": "right",
            "WAKEFUL_KAFKA_TLS": "true",
            "WAKEFUL_KAFKA_TLS_CA_FILE": "/ca",
        }
    )
    broker = Broker.of(settings)
    assert broker == Broker("one:1, two:2", 16, tls=True, ca_file="/ca", **ALICE)
    assert broker.client()["bootstrap_servers"] == ["one:1", "two:2"]
    assert broker.client()["security_protocol"] == "SASL_SSL"
    with pytest.raises(ValueError, match="WAKEFUL_KAFKA is not set"):
        Broker.of(Settings())
