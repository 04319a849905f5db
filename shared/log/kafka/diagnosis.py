"""What is wrong with a broker, in one line that names the setting and the remedy.

kafka-python tells why a connection failed only in its log, and raises a timeout; so that log is listened to, and where
it says too little the broker is tried by hand. Nothing of the log itself is read or written here.
"""

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka import errors as broker_errors

from shared.log.base import Unavailable
from shared.log.kafka.connection import REQUEST_MS, Broker, BrokerUnreachable, BrokerWrong

_CONNECT_S: Final = 3.0
_LOGGER: Final = "kafka.net"


@contextmanager
def admin(broker: Broker) -> Iterator[Any]:
    """kafka-python's admin client, for as long as the block lasts. Raises BrokerUnreachable, BrokerWrong."""
    with connecting(broker):
        client = KafkaAdminClient(**broker.client(), request_timeout_ms=REQUEST_MS)
    try:
        with connecting(broker):
            yield client
    finally:
        client.close()


def reach(broker: Broker) -> None:
    """Go the whole way: connect, sign in, and ask every node that the broker names. Raises BrokerUnreachable,
    BrokerWrong."""
    with admin(broker) as client:
        nodes = client.describe_cluster()["brokers"]
    for node in nodes:
        wrong = _connect(node["host"], node["port"])
        if wrong is not None:
            raise _wrong_listener(broker, f"{node['host']}:{node['port']}", wrong)


@contextmanager
def connecting(broker: Broker) -> Iterator[None]:
    """What kafka-python raises in the block is raised as what is wrong, with what its log said meanwhile."""
    heard = _Heard()
    logger = logging.getLogger(_LOGGER)
    logger.addHandler(heard)
    try:
        yield
    except broker_errors.KafkaError as error:
        raise said(broker, error, heard.errors) from error
    finally:
        logger.removeHandler(heard)


def said(broker: Broker, error: Exception, heard: list[Exception] | None = None) -> Unavailable:
    """What is wrong, in one line: the setting and the remedy. `heard`: what kafka-python's log said before."""
    for each in [error, *reversed(heard or [])]:
        if (known := _known(broker, each)) is not None:
            return known
    if isinstance(error, broker_errors.KafkaTimeoutError | broker_errors.KafkaConnectionError):
        return _why_no_connection(broker, error, heard or [])
    return BrokerUnreachable(
        f"the broker at {broker.bootstrap} could not do it ({_line(error)}); see its log"
    )


def _known(broker: Broker, error: Exception) -> Unavailable | None:
    """What needs no asking: the broker said it itself."""
    if isinstance(error, broker_errors.SaslAuthenticationFailedError):
        return BrokerWrong(
            f"the broker at {broker.bootstrap} does not let {broker.sasl_username!r} in; mend "
            "WAKEFUL_KAFKA_SASL_USERNAME and WAKEFUL_KAFKA_SASL_PASSWORD, or make that user on the broker"
        )
    if isinstance(error, broker_errors.UnsupportedSaslMechanismError):
        return BrokerWrong(
            f"the broker at {broker.bootstrap} knows no {broker.sasl_mechanism}; set WAKEFUL_KAFKA_SASL_MECHANISM to "
            "one of its sasl.enabled.mechanisms"
        )
    if isinstance(error, broker_errors.IllegalSaslStateError):
        return BrokerWrong(
            f"nobody signs in at {broker.bootstrap}: leave WAKEFUL_KAFKA_SASL_MECHANISM out, or name the port of the "
            "listener with SASL in WAKEFUL_KAFKA"
        )
    if isinstance(error, broker_errors.AuthorizationError | broker_errors.TopicAuthorizationFailedError):
        who = broker.sasl_username or "who does not sign in (WAKEFUL_KAFKA_SASL_USERNAME is not set)"
        return BrokerWrong(
            f"the broker does not allow this to {who}: {_line(error)}; give it the ACLs of deploy/"
        )
    if isinstance(
        error, broker_errors.NotEnoughReplicasError | broker_errors.NotEnoughReplicasAfterAppendError
    ):
        return BrokerUnreachable(
            "fewer brokers hold this partition than its min.insync.replicas asks for; bring the missing ones back"
        )
    return None


def _why_no_connection(broker: Broker, error: Exception, heard: list[Exception]) -> Unavailable:
    """Try it by hand: kafka-python has only said that it took too long."""
    try:
        context = _context(broker)
    except OSError as unreadable:
        return BrokerWrong(
            f"{_files(broker)} cannot be used ({_line(unreadable)}); mend the path or the file"
        )
    tried = {server: _connect(*_address(server)) for server in broker.servers}
    if all(wrong is not None for wrong in tried.values()):
        what = "; ".join(f"{server}: {wrong}" for server, wrong in tried.items())
        return BrokerUnreachable(f"no broker answers ({what}); start it, or mend WAKEFUL_KAFKA")
    server = next(server for server, wrong in tried.items() if wrong is None)
    if (wrong := _tls_wrong(broker, context, *_address(server))) is not None:
        return BrokerWrong(f"{server} answers, and {wrong}")
    nodes = _nodes(broker)
    if not nodes and any("disconnected" in str(each) for each in heard):
        return BrokerWrong(f"{server} answers and then hangs up: {_who_hangs_up(broker)}")
    for node in nodes:
        if (wrong := _connect(*_address(node))) is not None:
            return _wrong_listener(broker, node, wrong)
    return BrokerUnreachable(
        f"the broker at {broker.bootstrap} answers too slowly ({_line(error)}); see its log"
    )


def _who_hangs_up(broker: Broker) -> str:
    settings = "WAKEFUL_KAFKA_SASL_MECHANISM, WAKEFUL_KAFKA_SASL_USERNAME and WAKEFUL_KAFKA_SASL_PASSWORD"
    if broker.sasl_mechanism is not None:
        return f"it does not let {broker.sasl_username!r} in; mend {settings}"
    return f"where it wants a sign-in, set {settings}; where it is a controller, name a broker"


def _wrong_listener(broker: Broker, node: str, wrong: str) -> BrokerWrong:
    return BrokerWrong(
        f"{broker.bootstrap} answers, and names {node} as a node to be asked, which does not ({wrong}): mend the "
        "broker's advertised.listeners, so that it names an address that can be reached from here, or start that node"
    )


def _nodes(broker: Broker) -> list[str]:
    """The nodes that the bootstrap servers name, `host:port`; none where they name none."""
    with suppress(broker_errors.KafkaError, OSError):
        client = KafkaAdminClient(**broker.client() | {"bootstrap_timeout_ms": 1_500})
        try:
            # The client has no public way to tell what it learned when it cannot ask a node any more.
            return [f"{node.host}:{node.port}" for node in client._manager.cluster.brokers()]
        finally:
            client.close()
    return []


def _connect(host: str, port: int) -> str | None:
    """None if something listens there, else what was in the way."""
    try:
        socket.create_connection((host, port), _CONNECT_S).close()
    except OSError as error:
        return _line(error)
    return None


def _context(broker: Broker) -> ssl.SSLContext:
    """TLS as it is set; where it is not, one that believes anybody, to see whether the broker speaks it."""
    context = ssl.create_default_context(cafile=broker.ca_file)
    if not broker.tls:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    elif broker.cert_file is not None:
        context.load_cert_chain(broker.cert_file, broker.key_file)
    return context


def _tls_wrong(broker: Broker, context: ssl.SSLContext, host: str, port: int) -> str | None:
    """None if TLS is as it is set, else what is not."""
    try:
        with socket.create_connection((host, port), _CONNECT_S) as plain:
            context.wrap_socket(plain, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        return (
            f"its certificate is not believed ({error.verify_message}): name its authority's in "
            "WAKEFUL_KAFKA_TLS_CA_FILE, and in WAKEFUL_KAFKA a host that the certificate is for"
        )
    except (ssl.SSLError, OSError):
        if broker.tls:
            return "does not speak TLS there: set WAKEFUL_KAFKA_TLS=false, or name the port of its listener with TLS"
        return None
    return (
        None
        if broker.tls
        else "wants TLS: set WAKEFUL_KAFKA_TLS=true, or name the port of a listener without"
    )


def _files(broker: Broker) -> str:
    named = {"CA": broker.ca_file, "CERT": broker.cert_file, "KEY": broker.key_file}
    return (
        " or ".join(f"WAKEFUL_KAFKA_TLS_{name}_FILE ({path})" for name, path in named.items() if path)
        or "a file"
    )


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    if not host:
        return server, 9092
    return host.strip("[]"), int(port)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


class _Heard(logging.Handler):
    """The errors that kafka-python has logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.errors: list[Exception] = []

    def emit(self, record: logging.LogRecord) -> None:
        args = record.args if isinstance(record.args, tuple) else ()
        self.errors += [each for each in args if isinstance(each, Exception)]
