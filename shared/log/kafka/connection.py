"""How the broker is reached: one frozen description, made of the settings. What is wrong where it is not reached is
found out by `shared.log.kafka.diagnosis`; here is only what that is called.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Self

from shared.instants import Duration
from shared.log.base import Unavailable
from shared.settings import Settings

BOOTSTRAP_MS: Final[Duration] = 5_000
"""How long the first connection may take."""
REQUEST_MS: Final[Duration] = 10_000
"""How long one request may take before the broker counts as away."""


class BrokerUnreachable(Unavailable):
    """No broker answers, for now or at all. The message names the setting and the remedy."""


class BrokerWrong(Unavailable):
    """The broker answers and will not, or must not, be used as it is set: who may do what, how it is spoken to, its
    topics. Waiting does not mend it; the message says what does."""


class LogTruncated(BrokerWrong):
    """Records that were read, or have to be, are no longer in the broker's log: data was lost. Never passed over."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and how it is spoken to."""

    bootstrap: str
    """`host:port`, with commas between."""
    partitions: int = 8
    """Home-partitions of every topic."""
    prefix: str = ""
    """Before every topic's name on the broker; of tests alone, that share one."""
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None

    @classmethod
    def of(cls, settings: Settings, prefix: str = "") -> Self:
        """The broker that the settings name. Raises ValueError where they name none."""
        if settings.kafka is None:
            raise ValueError("WAKEFUL_KAFKA is not set: name the broker, like kafka:9092")
        password = settings.kafka_sasl_password
        return cls(
            settings.kafka,
            settings.partitions,
            prefix,
            settings.kafka_sasl_mechanism,
            settings.kafka_sasl_username,
            None if password is None else password.get_secret_value(),
            settings.kafka_tls,
            *(
                None if path is None else str(path)
                for path in (
                    settings.kafka_tls_ca_file,
                    settings.kafka_tls_cert_file,
                    settings.kafka_tls_key_file,
                )
            ),
        )

    def topic(self, name: str) -> str:
        """A topic's name on the broker."""
        return self.prefix + name

    def plain(self, topic: str) -> str:
        """The name by which everything above the log knows a topic of the broker."""
        return topic.removeprefix(self.prefix)

    @property
    def servers(self) -> list[str]:
        """The bootstrap servers, one by one."""
        return [server.strip() for server in self.bootstrap.split(",") if server.strip()]

    def client(self) -> dict[str, Any]:
        """What every client of kafka-python is given."""
        layers = ("SASL_" if self.sasl_mechanism else "") + ("SSL" if self.tls else "PLAINTEXT")
        return {
            "bootstrap_servers": self.servers,
            "client_id": "wakeful",
            "security_protocol": layers,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_cafile": self.ca_file,
            "ssl_certfile": self.cert_file,
            "ssl_keyfile": self.key_file,
            "bootstrap_timeout_ms": BOOTSTRAP_MS,
            # A broker that comes back is to be found at once, not after half a minute.
            "reconnect_backoff_max_ms": 1_000,
        }
