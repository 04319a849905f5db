"""The gateway, the services and two pagers over a broker and a Postgres: people are paged as they are from one folder,
whichever worker owns their homes, and whichever of them goes."""

import base64
import threading
import uuid
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import pytest
from httpx import Response
from sqlalchemy import Engine, select

from services.house import database
from services.monitors import SERVICES
from services.pager.engine.tables import MESSAGES
from services.worker import Worker
from shared.clock import now
from shared.instants import Instant, show_instant
from shared.log.kafka.partition import partition_of
from shared.security.people import Person
from shared.security.rights import Right, Scope
from tests.chaos.hurried import hurried
from tests.integration.gateway.broker_house import PARTITIONS, BrokerHouse, Ground
from tests.integration.gateway.house import bearing
from tests.integration.house.posting import check, home_registered, placement_started, said
from tests.integration.house.serving import ACTOR, PROVIDER
from tests.integration.pager.receivers import Receiver, hang, ok
from tests.servers.plugin import Kafka, Postgres
from tests.waiting import until

RULE: Final = {"from": "00:00", "to": "00:00", "ceiling": "PT1S", "grace": "PT0.5S"}
SECRET: Final = "whsec_" + base64.b64encode(b"sample secret of a test's own...").decode()
PAGER: Final = "pager"
CHECKS: Final = "checks"
TICK_S: Final = 0.3


class Land:
    """Homes in the home-partitions that a test asks for, people who are reached at one receiver, and who pages."""

    def __init__(self, ground: Ground, house: BrokerHouse, receiver: Receiver) -> None:
        self.ground, self.house, self.receiver = ground, house, receiver
        self.views: Engine = database.views(database.address(ground.settings), PAGER)
        self.pagers = [ground.worker(PAGER), ground.worker(PAGER)]
        self.others = ground.worker(*(name for name in SERVICES if name not in (PAGER, CHECKS)))
        self.checks = ground.worker(CHECKS)
        self.token = house.system(PROVIDER, frozenset(Right))
        house.person(ACTOR, PROVIDER)
        self._stop = threading.Event()
        self._time = threading.Thread(target=self._pass, name="time")

    def begin(self) -> None:
        self._time.start()
        for worker in self.workers:
            worker.start()

    @property
    def workers(self) -> list[Worker]:
        return [self.others, self.checks, *self.pagers]

    def close(self) -> None:
        for worker in self.workers:
            worker.stop()
        self._stop.set()
        self._time.join()
        self.views.dispose()

    def _pass(self) -> None:
        """Time goes on, as it does while the door's probe gets in."""
        while not self._stop.wait(TICK_S):
            self.house.tick()

    def person(self) -> str:
        """Somebody who is reached at a path of his own."""
        id_ = f"S-{uuid.uuid4().hex[:8]}"
        way = {"channel": "webhook", "to": f"{self.receiver.url}/{id_}", "secret": SECRET}
        may = frozenset({Right.READ, Right.RESPOND})
        person = Person(id_, "Nobody Real", Scope(provider_id=PROVIDER), may, reach=(way,))
        self.house.access.put_person(person, now())
        return id_

    def home(self, partition: int, *persons: str) -> str:
        """A home whose policy names these, one after the other."""
        home = f"home-{uuid.uuid4().hex[:8]}"
        while partition_of(home, PARTITIONS) != partition:
            home = f"home-{uuid.uuid4().hex[:8]}"
        self.put("homes", home_registered(home, RULE))
        steps = [{"after": f"PT{2 * number}M", "who": [person]} for number, person in enumerate(persons)]
        policy = {"steps": steps, "repeat_last_every": "PT10M", "last_resort": persons[-1]}
        self.put("on-call", said("on_call.policy_set.v1", home, home, policy))
        return home

    def put(self, family: str, body: dict[str, Any]) -> None:
        answer = self.house.put(family, body, self.token)
        assert answer.status_code == 202, answer.text

    def tap(self, url: str) -> Response:
        """As a thumb does, with no token but the link's own."""
        return self.house.client.post(urlsplit(url).path, b"", {"Content-Type": "text/plain"})

    def children(self, home: str, count: int) -> list[str]:
        """They move in, and nobody looks in on them."""
        children = [f"{home}-{number}" for number in range(count)]
        for child in children:
            self.put("placements", placement_started(home, child))
        return children

    def alert(self, home: str) -> dict[str, Any]:
        """The home's last missed check, with its life. (People may be told of it before the feed has it.)"""
        listed: list[dict[str, Any]] = []

        def found() -> bool:
            listed[:] = self.get(f"/api/v1/alerts?home={home}&kind=check_missed")["alerts"]
            return bool(listed)

        until(found)
        return self.get(f"/api/v1/alerts/{listed[-1]['alert_id']}")

    def get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads(self.house.client.get(path, bearing(self.token)).content)
        return answer

    def acknowledged(self, home: str, by: str, until: Instant) -> None:
        """Somebody has the home's last missed check until then."""
        answer = {
            "alert_id": self.alert(home)["alert_id"], "by": by, "kind": "acknowledge", "action": "I go",
            "until": show_instant(until), "via": "phone",
        }  # fmt: skip
        subject = str(answer["alert_id"])
        self.put("responses", said("response.given.v1", home, subject, answer) | {"actor": by})

    def life(self, home: str) -> list[str]:
        """What has become of the home's last missed check so far."""
        return [step["step"] for step in self.alert(home)["life"]]

    def told(self, person: str, purpose: str = "page") -> list[dict[str, Any]]:
        """What came to him."""
        came = [each.json["data"] for each in self.receiver.heard if each.path == f"/{person}"]
        return [each for each in came if each["purpose"] == purpose]

    def outcomes(self, home: str) -> list[str]:
        """What the feed says of the tries to tell of the home's last missed check."""
        return [each["outcome"] for each in self.alert(home)["pages"]]

    def messages(self, home: str) -> list[Any]:
        with self.views.connect() as connection:
            return list(connection.execute(select(MESSAGES).where(MESSAGES.c.home_id == home)))

    def pages_told(self, home: str) -> bool:
        """Whether there are pages, and all have gone."""
        return {each.state for each in self.messages(home) if each.purpose == "page"} == {"sent"}

    def shared(self) -> tuple[list[int], list[int]]:
        """The home-partitions of both pagers, once both have some and all are theirs."""
        first, second = self.pagers

        def so() -> bool:
            mine, theirs = (set(each.crews[PAGER].runners()) for each in (first, second))
            return bool(mine and theirs) and mine ^ theirs == set(range(PARTITIONS))

        until(so)
        return sorted(first.crews[PAGER].runners()), sorted(second.crews[PAGER].runners())


@pytest.fixture(scope="module")
def land(kafka: Kafka, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Land]:
    ground = Ground(kafka, postgres, tmp_path_factory.mktemp("pagers"), allow_private_receivers=True)
    with hurried(), BrokerHouse(ground) as house, Receiver() as receiver:
        land = Land(ground, house, receiver)
        land.begin()
        yield land
        land.close()


def test_a_missed_check_is_paged_once_answered_by_its_link_opened_again_told_to_the_next_and_closed(
    land: Land,
) -> None:
    first, second, other = land.person(), land.person(), land.person()
    home = land.home(0, first, second)
    (child,) = land.children(home, 1)
    until(lambda: land.told(first) != [])
    (page,) = land.told(first)

    have = next(each["url"] for each in page["actions"] if each["label"].startswith("I have"))
    answered = land.tap(have)
    assert answered.status_code == 200, answered.text
    until(lambda: land.alert(home)["state"] == "acknowledged")
    assert land.alert(home)["acknowledged"]["by"] == first

    runs_out = now() + 15_000  # however busy the machine is, it has come to the log by then
    land.acknowledged(home, other, runs_out)
    until(lambda: land.told(second) != [])
    assert land.told(first) == [page], "whoever had it was not paged again"
    sent = [each for each in land.messages(home) if (each.person, each.purpose) == (second, "page")]
    assert [each.queued_at >= runs_out for each in sent] == [True]
    until(lambda: "reopened" in land.life(home))

    land.put("checks", check(home, child))
    until(lambda: land.alert(home)["state"] == "resolved")
    until(lambda: [each["status"] for each in land.told(second, "update")][-1:] == ["resolved"])
    assert len(land.told(second)) == 1


def test_when_a_worker_goes_at_a_receiver_that_hangs_the_other_goes_on_under_the_same_key(land: Land) -> None:
    person = land.person()
    (first, *_), (second, *_) = land.shared()
    home, elsewhere = land.home(first, person), land.home(second, person)
    land.receiver.behave(hang(), path=f"/{person}")
    land.children(home, 1)
    until(lambda: land.told(person) != [])
    land.children(elsewhere, 1)
    land.pagers.pop(0).stop()
    land.receiver.behave(ok(), path=f"/{person}")

    until(
        lambda: land.pages_told(home) and land.pages_told(elsewhere),
        lambda: (land.messages(home), land.messages(elsewhere), land.told(person)),
    )
    keys = {each["key"] for each in land.told(person) if home in each["labels"]["home"]}
    assert len(keys) == 1
    assert len({each for page in land.told(person) for each in page["alert_ids"]}) == 2
    # a try that hung for longer than a try may is a failure of its own, told before or after the one that was taken
    until(lambda: "sent" in land.outcomes(home), lambda: (land.alert(home), land.messages(home)))
    assert set(land.outcomes(home)) <= {"sent", "failed"}
