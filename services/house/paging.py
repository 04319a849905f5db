"""The pager's engine in a process: what it is given, by the parts of the house; put together here, because no service
knows another.

No rule lives here.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import urljoin

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine as Database

from services.alerts.feed import Feed
from services.alerts.rows import SendRow, StepRow
from services.gateway import operationspage
from services.house.answered import answer_links
from services.house.reached import Reach
from services.house.rotas import Rotas
from services.pager.answering.late import sees
from services.pager.answering.ways import answering
from services.pager.channels.base import Message
from services.pager.engine import tables
from services.pager.engine.loop import Engine
from services.pager.engine.ports import Held, Ports, Told
from services.pager.figures import Counting, Standing
from services.pager.operators.running import Operators, Parts
from services.pager.telling.compose import compose
from services.pager.telling.given import Happened, Occasion, Shows, all_of_it
from shared.instants import Instant
from shared.log.base import Log
from shared.runner import Runner
from shared.runner.observer import Handing, Observer
from shared.security.people import Person
from shared.security.rights import Actor, Right, Scope
from shared.security.tokens import Kind
from shared.store.schema import upgrade, version_table_of
from shared.topics import ALERTS

ALONE: Final = "the pager of this folder"
"""Who claims receivers where only one process can ever run: nobody waits for the lease of the one before."""
_HAPPENED: Final[Mapping[str, str]] = {"sent": "told", "undelivered": "unreached", "declined": "declined"}
_LIVED: Final[Mapping[str, str]] = {
    "acknowledged": "has_it",
    "reopened": "open_again",
    "resolved": "closed",
}
_EVERYTHING: Final = Actor(Kind.SYSTEM, "pager", frozenset({Right.READ}), Scope(everywhere=True))


def migrate(views: Database) -> None:
    """Bring the engine's own tables up to date: beside the pager's read model, and no part of it."""
    upgrade(views, tables.MIGRATIONS, version_table_of("pager_engine"))


def engine(
    reach: Reach,
    log: Log,
    feed: Feed,
    held: Callable[[], Mapping[int, Held]],
    registry: CollectorRegistry,
    *,
    alone: bool,
) -> Engine:
    """The engine, not begun. `held`: the home-partitions whose pager runs here. `registry`: of metrics. `alone`: no
    other process can run it."""
    channels = reach.channels()
    ports = Ports(
        held=held,
        channels=channels,
        closes=channels.close,
        reach=reach.ways,
        compose=Words(reach, feed).message,
        admins=reach.admins,
        log=Counting(log, registry),
        ends=lambda partition: log.ends(partition, [ALERTS])[ALERTS],
        blind_after=reach.settings.blind_after,
    )
    made = Engine(reach.views, ports, me=ALONE if alone else None)
    registry.register(Standing(reach.views, made.last_turn))
    return made


def operators(reach: Reach, mine: Callable[[], bool]) -> Operators:
    """Who tells whoever runs the system of operations' entries, not begun. `mine`: whether this process does."""
    link = urljoin(reach.settings.url, operationspage.PATH)
    return Operators(Parts(reach.views, mine, reach.admins, reach.ways, reach.carriers, link))


class Words:
    """Puts what is told into words: for each person as much as he may see."""

    def __init__(self, reach: Reach, feed: Feed) -> None:
        self._reach = reach
        self._feed = feed
        self._links = answer_links(reach.settings.url, reach.keys)

    def message(self, told: Told) -> Message | None:
        """In words; None where the reader may see none of it."""
        first = told.status == "open" and told.step == 0 and told.round == 0  # there is no story yet
        stories = {} if first else {alert.alert_id: self._story(alert.alert_id) for alert in told.alerts}
        occasion = Occasion(
            told.person,
            told.purpose,
            told.status,
            told.step,
            told.round,
            told.at,
            beside=told.beside,
            key=told.key,
        )
        zones = {home_id: home.zone for home_id, home in told.homes.items()}
        ways = answering(self._links, told.person, told.at)
        return compose(told.alerts, zones, occasion, stories, ways, self._shows(told))

    def _story(self, alert_id: str) -> list[Happened]:
        sends = (_happened(row) for row in self._feed.sends(_EVERYTHING, alert_id))
        life = (_lived(step) for step in self._feed.life(alert_id))
        return sorted((each for each in (*sends, *life) if each is not None), key=lambda each: each.at)

    def _shows(self, told: Told) -> Shows:
        """The home's own are shown all of it, since its policy names them; a commissioner's, their children's."""
        person = self._reach.people.find(told.person)
        if person is None or person.scope.commissioner_id is None:
            return all_of_it
        return partial(_shown, self._feed, _reader(person), told)


def _shown(feed: Feed, reader: Actor, told: Told, alert_id: str) -> bool:
    """As in the feed; what that does not know yet, as on the desk."""
    alert = next((each for each in told.alerts if each.alert_id == alert_id), None)
    if alert is None:  # a member of one that is told
        return bool(feed.named(reader, [alert_id]))
    home = told.homes.get(alert.home_id)
    return feed.shows(reader, alert.home_id, alert_id) or (home is not None and sees(reader, alert, home))


def _reader(person: Person) -> Actor:
    return Actor(Kind.PERSON, person.id, person.rights | {Right.READ}, person.scope)


def _happened(row: SendRow) -> Happened | None:
    what = _HAPPENED.get(row.outcome)
    if what is None:
        return None
    return Happened(row.at, what, row.person_id, row.step)  # type: ignore[arg-type]


def _lived(step: StepRow) -> Happened | None:
    """Who has it is told by the alert's own life: an answer alone may have come to nothing."""
    what = _LIVED.get(step.step)
    if what is None:
        return None
    return Happened(step.at, what, step.by, until=step.until)  # type: ignore[arg-type]


class Hands:
    """The home-partitions of this process, as their pagers' runners have them. From any thread.

    A runner has caught up when it has read what the log held when it was first seen. While no door is open the present
    may stand at the log's last instant, and what carries a present's own instant is read after it has passed: so a
    runner must have come beyond it.
    """

    def __init__(
        self, runners: Callable[[], Mapping[int, Runner]], present: Callable[[int], Instant]
    ) -> None:
        """`present`: of a home-partition, or a clock that it follows."""
        self._runners = runners
        self._present = present
        self._goals: dict[tuple[int, int], Instant] = {}

    def held(self) -> Mapping[int, Held]:
        """Those that have begun."""
        return {partition: self._held(partition, runner) for partition, runner in self._begun()}

    def _begun(self) -> Sequence[tuple[int, Runner]]:
        return [each for each in self._runners().items() if each[1].clock is not None]

    def _held(self, partition: int, runner: Runner) -> Held:
        epoch = runner.entry.epoch
        if (partition, epoch) not in self._goals:
            self._goals[partition, epoch] = self._present(partition)
        reached = (runner.clock or 0) > self._goals[partition, epoch]
        return Held(epoch, reached and not runner.behind)


class Waking(Handing):
    """Wakes the engine once the desk has changed."""

    def __init__(self, inner: Observer) -> None:
        super().__init__(inner)
        self.engine: Engine | None = None

    def applied(self, service: str, facts: int) -> None:
        super().applied(service, facts)
        if service == "pager" and self.engine is not None:
            self.engine.wake()


class Paging:
    """The engine as a loop of a process: `run` in a thread of its own, until `stop`. As long as it runs, holes in
    on-call are looked for too, and whoever runs the system is told of them."""

    def __init__(self, engine: Engine, rotas: Rotas, operators: Operators) -> None:
        self.engine = engine
        self._beside = (rotas, operators)
        self._stop = threading.Event()

    def run(self) -> None:
        """Until it is told to stop. Raises what is a fault of the loop itself."""
        for each in self._beside:
            each.start()
        try:
            self.engine.run(self._stop)
        finally:
            for each in self._beside:
                each.stop()

    def stop(self) -> None:
        """What is under way may end; what is given up goes again, under the same key."""
        self._stop.set()
        self.engine.wake()
