"""Homes over a broker and a Postgres, people who are reached at one receiver, and the workers that watch and page.

Who owns what is decided by the services' groups at the broker, or by the test (`own`), at once.
"""

import base64
import threading
import uuid
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
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
from tests.integration.gateway.broker_house import PARTITIONS, BrokerHouse, Ground
from tests.integration.gateway.house import bearing
from tests.integration.house.posting import home_registered, placement_started, said
from tests.integration.house.serving import ACTOR, PROVIDER
from tests.integration.pager.receivers import Receiver
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
        """All join their groups at the broker, which say who owns what."""
        self._time.start()
        for worker in self.workers:
            worker.start()

    def begin_by_hand(self) -> None:
        """All own everything but the pagers, to which the test says what they own."""
        self._time.start()
        for worker in (self.others, self.checks):
            for crew in worker.crews.values():
                crew.own(range(PARTITIONS))
        for worker in self.workers:
            worker.watch()

    def own(self, *shares: Iterable[int]) -> None:
        """These are the home-partitions of the pagers, one after the other; and they have them."""
        wanted = [set(each) for each in shares]
        for pager, share in zip(self.pagers, wanted, strict=True):
            pager.crews[PAGER].own(share & set(pager.crews[PAGER].owned))
        for pager, share in zip(self.pagers, wanted, strict=True):
            pager.crews[PAGER].own(share)
        until(lambda: [set(each.crews[PAGER].runners()) for each in self.pagers] == wanted)

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

    def child(self, home: str) -> str:
        """One more, whom nobody looks in on."""
        child = f"{home}-{uuid.uuid4().hex[:8]}"
        self.put("placements", placement_started(home, child))
        return child

    def children_told(self, person: str) -> set[str]:
        """Of whom he was told, or was tried to be."""
        query = "/api/v1/alerts?kind=check_missed&limit=200"
        listed = {each["alert_id"]: each["placement_id"] for each in self.get(query)["alerts"]}
        return {
            listed[alert_id]
            for each in self.told(person)
            for alert_id in each["alert_ids"]
            if alert_id in listed
        }

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
        """All that was, or is, to be told of the home."""
        with self.views.connect() as connection:
            return list(connection.execute(select(MESSAGES).where(MESSAGES.c.home_id == home)))

    def pages(self, home: str) -> list[Any]:
        """What is there of its pages, one for each step of a chain and person."""
        return [each for each in self.messages(home) if each.purpose == "page"]

    def pages_told(self, home: str) -> bool:
        """Whether somebody was paged, and nothing waits: where a try took so long that the chain went on to the same
        person, what was before that is skipped."""
        states = {each.state for each in self.pages(home)}
        return "sent" in states and states <= {"sent", "skipped"}

    def shared(self) -> tuple[list[int], list[int]]:
        """The home-partitions of both pagers, once both have some and all are theirs."""
        first, second = self.pagers

        def so() -> bool:
            mine, theirs = (set(each.crews[PAGER].runners()) for each in (first, second))
            return bool(mine and theirs) and mine ^ theirs == set(range(PARTITIONS))

        until(so)
        return sorted(first.crews[PAGER].runners()), sorted(second.crews[PAGER].runners())
