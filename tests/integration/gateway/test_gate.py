"""The door over a broker answers as the one over a file does, whichever of several a phone comes to."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from services.gateway.probe import probe_token
from services.monitors import SERVICES
from shared import clock
from shared.events.canonical import canonical
from shared.instants import HOUR, NEVER
from shared.log.base import Draft
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.security.rights import Right
from shared.security.tokens import Issued, Standing
from shared.topics import PLAN_CHANGES, REJECTED
from tests.integration.gateway.broker_house import PARTITIONS, BrokerHouse, Ground
from tests.integration.gateway.house import away, registration, started
from tests.servers.plugin import Kafka, Postgres
from tests.waiting import LONG_S, until


@pytest.fixture(scope="module")
def ground(kafka: Kafka, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    ground = Ground(kafka, postgres, tmp_path_factory.mktemp("gate"))
    worker = ground.worker(*SERVICES)
    worker.start()
    yield ground
    worker.stop()


@pytest.fixture(scope="module")
def house(ground: Ground) -> Iterator[BrokerHouse]:
    with BrokerHouse(ground) as house:
        yield house


@pytest.fixture(scope="module")
def other(ground: Ground, house: BrokerHouse) -> Iterator[BrokerHouse]:
    """A second door, open all the while."""
    with BrokerHouse(ground) as other:
        yield other


@pytest.fixture
def home() -> str:
    return f"home-{uuid.uuid4().hex[:8]}"


def test_new_again_and_another_under_the_same_id(house: BrokerHouse, home: str) -> None:
    system = house.settle(home, placement=f"P-{home}")
    body, id_ = house.of_system(house.check(f"P-{home}"), home), str(uuid.uuid4())
    assert house.put("checks", body, system, id_=id_).status_code == 202
    again = house.put("checks", body, system, id_=id_)
    assert again.status_code == 200
    other = house.of_system(house.check(f"P-{home}", state="awake_settled"), home)
    assert house.put("checks", other, system, id_=id_).status_code == 409


def test_what_one_door_took_another_knows_once_the_index_has_come_so_far(
    house: BrokerHouse, other: BrokerHouse, home: str
) -> None:
    system = house.settle(home, placement=f"P-{home}")
    body, id_ = house.of_system(house.check(f"P-{home}"), home), str(uuid.uuid4())
    assert house.put("checks", body, system, id_=id_).status_code == 202
    house.watched()
    again = other.put("checks", body, system, id_=id_)
    assert again.status_code == 200, again.text
    changed = house.of_system(house.check(f"P-{home}", state="awake_settled"), home)
    assert other.put("checks", changed, system, id_=id_).status_code == 409


def test_a_door_knows_at_once_what_another_has_let_in(
    house: BrokerHouse, other: BrokerHouse, home: str
) -> None:
    """Else a child's start would be refused for good, because the home was registered at the door next to it."""
    system = house.settle(home, placement=None)
    start = other.of_system(started(f"P-{home}", home), home)
    assert other.put("placements", start, system).status_code == 202
    again = house.put("placements", house.of_system(started(f"P-{home}", home), home), system)
    assert (again.status_code, again.json()["type"]) == (422, "urn:wakeful:placement-in-force")
    correction = {
        "type": "check.corrected.v1",
        "subject": f"P-{home}",
        "data": {"check_id": (id_ := str(uuid.uuid4())), "reason": "wrong", "withdrawn": True, "changes": {}},
    }
    check = house.of_system(house.check(f"P-{home}"), home)
    assert house.put("checks", check, system, id_=id_).status_code == 202
    assert other.put("corrections", other.of_system(correction, home), system).status_code == 202


def test_a_check_is_taken_by_the_door_next_to_the_one_at_which_its_home_was_registered(
    house: BrokerHouse, other: BrokerHouse, home: str
) -> None:
    """At once, and also where nothing but checks and the door's own probe ever comes in there."""
    system = house.settle(home, placement=f"P-{home}")
    checked = other.of_system(other.check(f"P-{home}"), home)
    assert other.put("checks", checked, system).status_code == 202


def test_what_another_door_took_a_moment_ago_is_the_same_fact_here(
    house: BrokerHouse, other: BrokerHouse, home: str
) -> None:
    """And no second start, by which a rightful fact would be refused for good: the answer to it may have been lost."""
    system = house.settle(home, placement=None)
    start, id_ = other.of_system(started(f"P-{home}", home), home), str(uuid.uuid4())
    assert other.put("placements", start, system, id_=id_).status_code == 202
    assert house.put("placements", start, system, id_=id_).status_code == 200


def test_what_a_newer_door_has_written_stops_nothing_here(house: BrokerHouse, home: str) -> None:
    system = house.settle(home, placement=f"P-{home}")
    event = {**house.of_system(started(f"P-{home}", home), home), "id": str(uuid.uuid4()), "source": "test"}
    strange = {**event, "type": "placement.started.v9"}
    with closing(KafkaLog(Broker.of(house.ground.settings, house.ground.prefix))) as newer:
        newer.append([Draft(PLAN_CHANGES, home, strange["id"], "0" * 64, canonical(strange))])
    assert house.door.probe()
    assert house.put("checks", house.of_system(house.check(f"P-{home}"), home), system).status_code == 202
    assert (
        house.put("placements", house.of_system(started(f"Q-{home}", home), home), system).status_code == 202
    )


def test_each_door_has_a_probe_of_its_own(house: BrokerHouse) -> None:
    """One that starts, and may end again, must not shut the one that is open."""
    now = clock.now()
    first = probe_token(house.access, now, alone=False)
    probe_token(house.access, now, alone=False)
    found = house.access.tokens.find(first)
    assert found is not None
    assert found.standing(now) is Standing.GOOD


def test_a_batch_is_judged_with_its_own_earlier_items(house: BrokerHouse, home: str) -> None:
    system = house.system()
    house.person("manager")
    facts = [
        {**house.of_system(body, home), "id": str(uuid.uuid4()), "specversion": "1.0"}
        for body in (registration(home), started(f"P-{home}", home), house.check(f"P-{home}"))
    ]
    answer = house.batch([*facts, {**facts[1], "id": str(uuid.uuid4())}], system)
    assert [each["status"] for each in answer.json()["results"]] == [202, 202, 202, 422]


def test_the_same_fact_from_many_threads_at_once_is_taken_once(house: BrokerHouse, home: str) -> None:
    system = house.settle(home, placement=f"P-{home}")
    body, id_ = house.of_system(house.check(f"P-{home}"), home), str(uuid.uuid4())
    begin = threading.Barrier(8)

    def put(_: int) -> int:
        begin.wait(LONG_S)
        return house.put("checks", body, system, id_=id_).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(put, range(8))) == [200] * 7 + [202]


def test_a_door_that_starts_knows_who_is_away_and_who_has_come_back(
    ground: Ground, house: BrokerHouse, home: str
) -> None:
    """It does not read every check that was ever made: only those of homes in which somebody was away."""
    system = house.settle(home, placement=f"P-{home}")
    gone = away(f"P-{home}", "home_leave", house.now + HOUR)
    assert house.put("dispositions", house.of_system(gone, home), system).status_code == 202
    house.now = clock.now()  # a check of before the absence is no return
    returned = house.of_system(house.check(f"P-{home}"), home)
    assert house.put("checks", returned, system).status_code == 202
    house.watched()
    with BrokerHouse(ground) as fresh:
        ended = {
            "type": "disposition.ended.v1",
            "subject": f"P-{home}",
            "data": {"placement_id": f"P-{home}"},
        }
        shown = fresh.get(f"/homes/{home}", system).json()
        assert [each.get("away") for each in shown["placements"]] == [None]
        assert fresh.put("dispositions", fresh.of_system(ended, home), system).status_code in (202, 422)


def test_what_the_services_raise_comes_by_the_doors_feed(house: BrokerHouse, home: str) -> None:
    system = house.settle(home, placement=f"P-{home}")
    gone = house.check(f"P-{home}", outcome="not_found", sign_of_life=None)
    assert house.put("checks", house.of_system(gone, home), system).status_code == 202
    reader = house.commissioner(rights=frozenset({Right.READ}))
    until(lambda: _kinds(house, home, reader) == ["child_not_found"], meanwhile=house.watched)
    assert _kinds(house, home, house.system("south")) == []


def test_a_refused_fact_is_shown_once_however_many_services_have_seen_it(
    house: BrokerHouse, home: str
) -> None:
    system = house.settle(home, placement=f"P-{home}")
    event = {**house.of_system(started(f"P-{home}", home), home), "id": str(uuid.uuid4()), "source": "test"}
    draft = Draft(PLAN_CHANGES, home, event["id"], "0" * 64, canonical(event))
    house.door.append([draft])  # nobody was asked: another installation's door, an older version of ours
    until(lambda: _reasons(house, home, system) == ["placement_in_force"], meanwhile=house.watched)
    told = [
        record
        for partition in range(PARTITIONS)
        for record in house.door.read(partition, [REJECTED], {}, NEVER)[0]
        if record.home_id == home
    ]
    assert len(told) == len(SERVICES), "each service says it"


def test_ready_and_operations_say_who_watches(house: BrokerHouse) -> None:
    house.watched()
    until(lambda: house.client.get("/readyz").json() == {"status": "ready"}, meanwhile=house.watched)


def _kinds(house: BrokerHouse, home: str, reader: Issued) -> list[str]:
    return [
        each["kind"]
        for each in house.get(f"/alerts?home={home}", reader).json()["alerts"]
        if each["kind"] != "fact_refused"
    ]


def _reasons(house: BrokerHouse, home: str, reader: Issued) -> list[str]:
    return [each["reason"] for each in house.get(f"/rejected?home={home}", reader).json()["rejected"]]
