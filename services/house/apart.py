"""What every process over a broker begins with: the broker, its topics, the database, looked at and never made.

What is missing or not as it has to be is told in one line, with the command that mends it. Nothing runs here.
"""

from typing import NamedTuple

from services.house import database
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker, BrokerWrong
from shared.settings import Settings, SettingsWrong


class Ground(NamedTuple):
    """What it stands on."""

    broker: Broker
    url: str
    """Of the database."""


def named(settings: Settings, prefix: str = "") -> Ground:
    """By the settings; nothing is asked yet. `prefix`: of tests, that share a broker. Raises SettingsWrong."""
    if settings.kafka is None:
        raise SettingsWrong(
            "WAKEFUL_KAFKA is not set: write the broker's address, like kafka:9092; for one process without a broker: "
            "wakeful up"
        )
    return Ground(Broker.of(settings, prefix), database.address(settings))


def found(settings: Settings, prefix: str = "", *, sealed: bool = True) -> Ground:
    """The same, looked at. `sealed`: false in tests alone, that bring their own times. Raises SettingsWrong,
    BrokerUnreachable, BrokerWrong, TooOld, TooNew, and what a database raises."""
    ground = named(settings, prefix)
    wrong = topics.check(ground.broker, importing=not sealed)
    if wrong:
        more = f" (and {len(wrong) - 1} more: wakeful topics check)" if len(wrong) > 1 else ""
        raise BrokerWrong(f"{wrong[0]}{more}")
    database.check(ground.url)
    return ground
