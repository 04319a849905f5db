"""A pager's worker over a broker and Postgres is killed at writes and sends of its own, found by instrumenting them,
and begins anew: nobody goes untold, nothing is told as open once that is known to be over, what is told twice has the
same key. The same for a whole house over a folder: `tests/integration/house/kill`.
"""

import base64
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random, SystemRandom
from time import sleep
from typing import Any, Final

import orjson
import pytest
from sqlalchemy import select

from services.house import database
from services.monitors import SERVICES
from services.pager.engine.tables import MESSAGES
from shared.clock import now
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.settings import Settings
from tests.chaos.hurried import hurried
from tests.integration.gateway.broker_house import BrokerHouse, Ground
from tests.integration.gateway.house import bearing
from tests.integration.house.kill.apart import PAGER
from tests.integration.house.kill.pages import not_told_that_it_is_over
from tests.integration.house.kill.pageverdict import Pages, Row, Told, judged, told
from tests.integration.house.kill.points import PAGERS
from tests.integration.house.posting import check, home_registered, placement_started, said
from tests.integration.house.serving import ACTOR, PROVIDER, free_port
from tests.integration.pager.receivers import Receiver
from tests.servers.plugin import Kafka, Postgres
from tests.servers.process import Process, tail

SECRET: Final = "whsec_" + base64.b64encode(b"sample secret of a test's own...").decode()
RULE: Final = {"from": "00:00", "to": "00:00", "ceiling": "PT1S", "grace": "PT0.5S"}
HOME: Final = "sample-home"
PERSON: Final = "S1"
KILLS: Final = 4
TICK_S: Final = 0.3
POINTS: Final = tuple(f" in {name}" for name in sorted(PAGERS))


class Reached(Ground):
    """Whose receivers may be on this machine."""

    def __init__(self, kafka: Kafka, postgres: Postgres, folder: Path) -> None:
        self.prefix = kafka.new_prefix()
        self.settings = Settings(
            kafka=kafka.bootstrap,
            database_url=postgres.new_database(),
            data=folder / "data",
            master_key_file=folder / "configuration" / "master.key",
            partitions=1,
            allow_private_receivers=True,
        )
        topics.make(Broker.of(self.settings, self.prefix))
        database.migrate(database.address(self.settings))


class Killed:
    """The house, and the worker that is killed and begins anew."""

    def __init__(self, folder: Path, ground: Reached, house: BrokerHouse, receiver: Receiver) -> None:
        self.folder, self.ground, self.house, self.receiver = folder, ground, house, receiver
        self.token = house.system(PROVIDER, frozenset(Right))
        house.person(ACTOR, PROVIDER)
        way = {"channel": "webhook", "to": f"{receiver.url}/{PERSON}", "secret": SECRET}
        may = frozenset({Right.READ, Right.RESPOND})
        person = Person(PERSON, "Nobody Real", Scope(provider_id=PROVIDER), may, reach=(way,))
        house.access.put_person(person, now())
        self.process: Process | None = None
        self.over: set[str] = set()

    def begin(self, armed: str = "") -> None:
        """A life, that ends itself at a point."""
        settings = self.ground.settings
        url = settings.database_url
        assert url is not None
        told = {
            "kafka": settings.kafka,
            "database_url": url.get_secret_value(),
            "data": str(settings.data),
            "master_key_file": str(settings.master_key_file),
            "partitions": settings.partitions,
            "allow_private_receivers": True,
            "port": free_port(),
        }
        order = {"settings": told, "prefix": self.ground.prefix, "folder": str(self.folder), "armed": armed}
        command = [sys.executable, "-m", "tests.integration.house.kill.apart", orjson.dumps(order).decode()]
        root = Path(__file__).parents[3]
        self.process = Process(["/usr/bin/env", f"PYTHONPATH={root}", *command], self.folder / "said")

    def end(self) -> None:
        if self.process is not None:
            self.process.end(signal.SIGTERM, 60)

    def until(self, so: Callable[[], bool]) -> None:
        """Wait until it is so; whoever has died begins anew. The test's own time limit ends it."""
        while not so():
            assert self.process is not None
            if not self.process.alive:
                assert (self.folder / "killed").exists(), tail(self.folder / "said")
                self.begin()
            sleep(0.05)

    def put(self, family: str, body: dict[str, Any]) -> None:
        answer = self.house.put(family, body, self.token)
        assert answer.status_code == 202, answer.text

    def settle(self) -> None:
        self.put("homes", home_registered(HOME, RULE))
        steps = [{"after": "PT0S", "who": [PERSON]}]
        policy = {"steps": steps, "repeat_last_every": "PT10M", "last_resort": PERSON}
        self.put("on-call", said("on_call.policy_set.v1", HOME, HOME, policy))
        self.put("checks", check(HOME, "nobody"))  # a home never heard of would be a silent one

    def night(self) -> None:
        """A child whom nobody looks in on, until somebody was told; and it is over."""
        child = f"{HOME}-{uuid.uuid4()}"
        self.put("placements", placement_started(HOME, child))
        self.until(lambda: self._alert(child) is not None)
        alert_id = self._alert(child)
        assert alert_id is not None
        self.until(lambda: any(alert_id in page.alerts and page.status == "open" for page in self.told()))
        self.put("checks", check(HOME, child))
        ended = {"placement_id": child, "reason": "sample text"}
        self.put("placements", said("placement.ended.v1", HOME, child, ended))
        self.over.add(alert_id)
        self.until(lambda: not not_told_that_it_is_over(self.told(), dict.fromkeys(self.over, 0)))

    def told(self) -> list[Told]:
        return told(self.receiver.heard)

    def _alert(self, child: str) -> str | None:
        path = f"/api/v1/alerts?kind=check_missed&placement={child}"
        listed = orjson.loads(self.house.client.get(path, bearing(self.token)).content)["alerts"]
        return listed[-1]["alert_id"] if listed else None

    def points(self) -> list[str]:
        lines = (self.folder / "points").read_text("utf-8").splitlines()
        names = dict.fromkeys(line.partition("\t")[2] for line in lines)
        return [name for name in names if name.endswith(POINTS)]

    def verdict(self) -> Pages:
        """What of it may not be. (What was in the log before a life is asked where the log is a file.)"""
        views = database.views(database.address(self.ground.settings), PAGER)
        try:
            with views.connect() as connection:
                query = select(MESSAGES.c.person, MESSAGES.c.alert_id, MESSAGES.c.bundle)
                rows = [Row(*each) for each in connection.execute(query)]
        finally:
            views.dispose()
        testimony = (self.folder / "testimony").read_text("utf-8").splitlines()
        return judged(self.told(), testimony, {}, rows)


@pytest.fixture
def killed(kafka: Kafka, postgres: Postgres, tmp_path: Path) -> Iterator[Killed]:
    ground = Reached(kafka, postgres, tmp_path)
    stop = threading.Event()
    with hurried(), BrokerHouse(ground) as house, Receiver() as receiver:

        def passes() -> None:
            while not stop.wait(TICK_S):
                house.tick()

        others = ground.worker(*(name for name in SERVICES if name != PAGER))
        time = threading.Thread(target=passes, name="time")
        time.start()
        others.start()
        made = Killed(tmp_path, ground, house, receiver)
        yield made
        made.end()
        others.stop()
        stop.set()
        time.join()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_pager_over_a_broker_killed_at_some_of_its_points_leaves_nobody_untold(killed: Killed) -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    killed.settle()
    killed.begin()  # nobody is killed: what it passes by are the points
    killed.night()
    points = killed.points()
    assert any("SEND" in name for name in points)
    assert any("COMMIT pager_messages" in name for name in points)
    killed.end()
    tried = []
    for point in Random(seed).sample(points, KILLS):
        killed.begin(point)
        killed.night()
        killed.end()
        if (killed.folder / "killed").exists():
            tried.append(point)
            (killed.folder / "killed").unlink()
    assert len(tried) > KILLS // 2, points
    found = killed.verdict()
    assert (found.lost, found.after, found.strange) == ([], [], []), tried
    assert found.alerts >= killed.over
