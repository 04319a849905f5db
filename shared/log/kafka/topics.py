"""What each topic on the broker has to be; made, checked, and sealed after an import.

Every topic is keyed by home and has the same number of partitions, keeps everything for ever, and is stamped by the
broker as it is appended (`LogAppendTime`), but while a history is imported: then what is written brings its own times
(`CreateTime`), until the topics are sealed. The ownership topic holds a heartbeat and nothing else, for an hour.
"""

from collections.abc import Iterable, Mapping
from time import sleep
from typing import Any, Final, NamedTuple

from kafka.admin import ConfigResource, ConfigResourceType

from shared.instants import HOUR
from shared.log.kafka.connection import Broker, BrokerUnreachable, BrokerWrong
from shared.log.kafka.diagnosis import admin
from shared.topics import ALL, OWNERSHIP

TOPICS: Final = (*ALL, OWNERSHIP)

STAMPED_BY: Final = "message.timestamp.type"
APPEND_TIME: Final = "LogAppendTime"
CREATE_TIME: Final = "CreateTime"
_REPLICAS: Final = 3
"""As many copies as there are brokers, up to three."""
_LOOKS: Final = 100
_PAUSE_S: Final = 0.1


class Mismatch(NamedTuple):
    """A topic that is not what it has to be."""

    topic: str
    setting: str
    found: str
    wanted: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found} and has to be {self.wanted}; {self.remedy}"


def wanted(topic: str, brokers: int, importing: bool = False) -> dict[str, str]:
    """The settings of one topic, by Kafka's names, where there are so many brokers."""
    return {
        STAMPED_BY: CREATE_TIME if importing and topic != OWNERSHIP else APPEND_TIME,
        "cleanup.policy": "delete",
        "retention.ms": str(HOUR) if topic == OWNERSHIP else "-1",
        "retention.bytes": "-1",
        "min.insync.replicas": "2" if brokers >= _REPLICAS else "1",
    }


def make(broker: Broker, importing: bool = False) -> list[str]:
    """Make the topics that are not there; those that are stay as they are. The names of those that were made. Raises
    BrokerUnreachable, BrokerWrong."""
    with admin(broker) as client:
        brokers = _brokers(client)
        there = set(client.list_topics())
        new = {
            broker.topic(topic): {
                "num_partitions": broker.partitions,
                "replication_factor": min(_REPLICAS, brokers),
                "configs": wanted(topic, brokers, importing),
            }
            for topic in TOPICS
            if broker.topic(topic) not in there
        }
        if new:
            client.create_topics(new, wait_for_metadata=True)
    return [broker.plain(topic) for topic in new]


def check(broker: Broker, importing: bool = False) -> list[Mismatch]:
    """What of the topics is not as it has to be; nothing if all is well. `importing`: before they are sealed. Raises
    BrokerUnreachable, BrokerWrong."""
    found: list[Mismatch] = []
    with admin(broker) as client:
        brokers = _brokers(client)
        described = _described(client, broker)
        configs = _configs(client, described)
        for topic in TOPICS:
            name = broker.topic(topic)
            if name not in described:
                found.append(Mismatch(name, "the topic", "missing", "there", "make it: wakeful topics make"))
                continue
            found += _of_partitions(broker, name, described[name], brokers)
            found += _of_settings(broker, name, configs[name], wanted(topic, brokers, importing))
    return found


def seal(broker: Broker) -> list[str]:
    """From here on the broker stamps what is appended; what was imported keeps its times. May be called again. The
    names of those that were changed. Raises BrokerUnreachable, BrokerWrong."""
    with admin(broker) as client:
        brokers = _brokers(client)
        configs = _configs(client, _described(client, broker))
        open_ = {name: values for name, values in configs.items() if values.get(STAMPED_BY) != APPEND_TIME}
        if open_:
            _set(client, {name: wanted(broker.plain(name), brokers) for name in open_})
            _wait_until_sealed(client, list(open_))
    return sorted(broker.plain(name) for name in open_)


def _wait_until_sealed(client: Any, names: list[str]) -> None:
    """A broker takes a changed setting a moment later; what is appended before that still brings its own time."""
    for _ in range(_LOOKS):
        if all(values.get(STAMPED_BY) == APPEND_TIME for values in _configs(client, names).values()):
            return
        sleep(_PAUSE_S)
    raise BrokerUnreachable(
        f"the broker has taken {STAMPED_BY} and does not go by it yet; seal again in a moment"
    )


def _of_partitions(
    broker: Broker, name: str, partitions: list[Mapping[str, Any]], brokers: int
) -> Iterable[Mismatch]:
    if len(partitions) != broker.partitions:
        yield Mismatch(
            name,
            "partitions",
            str(len(partitions)),
            str(broker.partitions),
            f"set WAKEFUL_PARTITIONS={len(partitions)} if that is what all topics have; they cannot change once homes "
            "lie in them: else export, delete the topics, make them anew and import",
        )
    fewest = min((len(each["replica_nodes"]) for each in partitions), default=0)
    if fewest < min(_REPLICAS, brokers):
        remedy = "add copies: kafka-reassign-partitions.sh --execute, with a plan that names more brokers"
        yield Mismatch(name, "replication factor", str(fewest), str(min(_REPLICAS, brokers)), remedy)


def _of_settings(
    broker: Broker, name: str, found: Mapping[str, str], settings: Mapping[str, str]
) -> Iterable[Mismatch]:
    for setting, value in settings.items():
        if found.get(setting, "not set") == value:
            continue
        alter = (
            f"kafka-configs.sh --bootstrap-server {broker.servers[0]} --alter --topic {name} "
            f"--add-config {setting}={value}"
        )
        remedy = f"mend it: {'wakeful topics seal' if value == APPEND_TIME else alter}"
        yield Mismatch(name, setting, found.get(setting, "not set"), value, remedy)


def _brokers(client: Any) -> int:
    return len(client.describe_cluster()["brokers"])


def _described(client: Any, broker: Broker) -> dict[str, list[Mapping[str, Any]]]:
    """The partitions of those of our topics that are there, by their names on the broker."""
    ours = [broker.topic(topic) for topic in TOPICS]
    return {
        each["name"]: each["partitions"] for each in client.describe_topics(ours) if each["error_code"] == 0
    }


def _configs(client: Any, names: Iterable[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    if not resources:
        return {}
    described = client.describe_configs(resources, config_filter="all")["topic"]
    return {
        name: {setting: each["value"] for setting, each in settings.items()}
        for name, settings in described.items()
    }


def _set(client: Any, changes: Mapping[str, Mapping[str, str]]) -> None:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, dict(each)) for name, each in changes.items()]
    answers = client.alter_configs(resources)["topic"]
    refused = {name: answer for name, answer in answers.items() if answer != "OK"}
    if refused:
        raise BrokerWrong(f"the broker did not take the settings of {refused}; see its log")
