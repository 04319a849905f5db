"""What one person is told of homes that belong to two workers over a broker: nothing is lost and nothing goes under
another key, whichever of them goes, and whenever. Who owns what is said by the tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from services.pager.engine import lanes
from services.pager.engine.tables import MESSAGES
from shared.instants import SECOND
from tests.chaos.hurried import hurried
from tests.integration.gateway.broker_house import PARTITIONS, BrokerHouse, Ground
from tests.integration.house.posting import check
from tests.integration.pager.land import Land
from tests.integration.pager.receivers import Receiver, hang, ok, status
from tests.servers.plugin import Kafka, Postgres
from tests.waiting import until

EVERYTHING = frozenset(range(PARTITIONS))


@pytest.fixture
def land(kafka: Kafka, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Land]:
    monkeypatch.setattr(lanes, "LONGEST_PAUSE", SECOND)
    ground = Ground(kafka, postgres, tmp_path, allow_private_receivers=True)
    with hurried(), BrokerHouse(ground) as house, Receiver() as receiver:
        land = Land(ground, house, receiver)
        land.begin_by_hand()
        yield land
        land.close()


@dataclass
class Part:
    """Of a message that was gathered."""

    alert_id: str
    partition: int
    attempts: int
    state: str


def parts(land: Land, key: str) -> list[Part]:
    """All that goes under this key."""
    columns = (MESSAGES.c.alert_id, MESSAGES.c.partition, MESSAGES.c.attempts, MESSAGES.c.state)
    with land.views.connect() as connection:
        return [Part(*each) for each in connection.execute(select(*columns).where(MESSAGES.c.bundle == key))]


def gathered(land: Land, person: str) -> str:
    """The key of one message of homes in several home-partitions, which one worker owned when it tried to tell it;
    nobody has taken it, and by now two of them own its parts."""
    land.own(EVERYTHING, ())
    next_one = (
        land.person()
    )  # the chain goes on to him, as the first is not reached; what is his goes on being tried
    homes = [land.home(partition, person, next_one) for partition in sorted(EVERYTHING)]
    for home in homes:
        land.put("checks", check(home, "nobody"))  # a home never heard of would be a silent one
    land.receiver.behave(status(503), path=f"/{person}")
    key: str | None = None
    while key is None:  # the first goes at once, and what comes soon after it as one
        _told(land, person, {land.child(home) for home in homes})
        key = next((each["key"] for each in land.told(person) if len(each["alert_ids"]) > 1), None)
    mine, *_ = sorted({each.partition for each in parts(land, key)})
    land.own({mine}, EVERYTHING - {mine})
    return key


def _told(land: Land, person: str, children: set[str]) -> None:
    """He was told of them, or was tried to be."""
    until(lambda: children <= land.children_told(person))


def came_under(land: Land, person: str, about: set[str]) -> set[str]:
    """The keys under which he was told of any of these."""
    return {each["key"] for each in land.told(person) if about & set(each["alert_ids"])}


@pytest.mark.parametrize("goes", [0, 1], ids=["one of them goes", "the other one goes"])
def test_a_message_of_homes_of_two_workers_goes_on_under_its_key_when_one_of_them_goes(
    land: Land, goes: int
) -> None:
    person = land.person()
    key = gathered(land, person)
    before = {each.alert_id: each.attempts for each in parts(land, key)}
    until(lambda: all(each.attempts > before[each.alert_id] for each in parts(land, key)))  # by both of them

    land.receiver.behave(hang(), path=f"/{person}")
    heard = len(land.told(person))
    until(lambda: len(land.told(person)) > heard)  # one of them has him, and waits for an answer
    land.pagers.pop(goes).stop()
    heard = len(land.told(person))
    land.receiver.behave(ok(), path=f"/{person}")
    land.own(EVERYTHING)

    until(
        lambda: {each.state for each in parts(land, key)} == {"sent"},
        lambda: (parts(land, key), land.told(person)),
    )
    assert came_under(land, person, set(before)) == {key}
    taken = [each for each in land.told(person)[heard:] if each["key"] == key]
    assert {alert_id for each in taken for alert_id in each["alert_ids"]} == set(before)


def test_what_two_workers_tell_of_one_message_goes_under_one_key_and_is_marked_by_both(land: Land) -> None:
    person = land.person()
    key = gathered(land, person)
    about = {each.alert_id for each in parts(land, key)}
    land.receiver.behave(ok(), path=f"/{person}")
    until(
        lambda: {each.state for each in parts(land, key)} == {"sent"},
        lambda: (parts(land, key), land.told(person)),
    )
    assert came_under(land, person, about) == {key}
    assert {each.alert_id for each in parts(land, key)} == about
