"""A small real house for tests of the feed: a log in a SQLite file, the runner of alerts, the app over its tables.

Nothing is imitated. What the other monitors would say is appended to the log as they say it, and comes back through the
runner; tokens are real ones. A browser can come to it too (`tests/browser`).
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from services.alerts import api
from services.alerts.feed import Feed
from services.alerts.running import SERVICE, make_runner
from services.alerts.stream import Streams
from services.alerts.watch import Watch
from shared import alerting, clock
from shared.alerting import Resolution
from shared.events.canonical import canonical
from shared.instants import HOUR, MINUTE, SECOND, Duration, Instant, show_instant
from shared.log.sqlite import SqliteLog
from shared.monitor import Effect
from shared.runner import Runner, rebuild
from shared.security.access import Access
from shared.security.rights import Right, Scope
from shared.security.tokens import Kind
from shared.store import outbox
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of
from shared.topics import PLAN_CHANGES
from shared.web import access as gate
from shared.web import pages as web_pages
from shared.web import problems
from shared.web.live import Notifier
from shared.web.pages import Pages
from shared.web.session import session_routes
from tests import fresh

URL = "http://127.0.0.1"


class House:
    """One process's worth of feed, over the folder of a test."""

    def __init__(self, folder: Path, present_every: Duration = 5 * SECOND) -> None:
        self._ids = count(1)
        self.log = SqliteLog(folder / "log.sqlite3", always_open=True)
        self.engine = views(folder)
        self.access = Access.open(folder / "access.sqlite3")
        self.blind_since: Instant | None = None
        self.asides: dict[str, Instant] = {}
        self._talks = threading.Event()
        self._talks.set()
        self.watch = Watch(self._present, lambda: self.blind_since, lambda: self.asides)
        self.feed = Feed(self.engine)
        self._present_every = present_every
        self.revive()

    def _make_runner(self) -> Runner:
        return make_runner(self.log, self.engine, self.notifier)

    def revive(self) -> None:
        """Streams and runner for another life of the server: those of the one before have ended."""
        self.notifier = Notifier()
        self.streams = Streams(self.feed, self.notifier, self.watch, self._present_every)
        self._runner = self._make_runner()
        self._runner.start()

    def hush(self) -> None:
        """The server hangs: connections stand, and nothing comes."""
        self._talks.clear()

    def speak(self) -> None:
        """It goes on."""
        self._talks.set()

    def _present(self) -> Instant:
        self._talks.wait()
        return self.log.present(0)

    def close(self) -> None:
        self.notifier.close()
        self.log.close()
        self.engine.dispose()
        self.access.close()

    def token(
        self, who: str = "officer", rights: frozenset[Right] = frozenset({Right.READ}), **scope: Any
    ) -> str:
        """A new token of a person with that scope."""
        return self.access.tokens.issue_person(who, rights, Scope(**scope), clock.now()).secret

    def end_tokens(self, who: str = "officer") -> None:
        """All tokens of a person end."""
        self.access.tokens.revoke_holder(Kind.PERSON, who, clock.now())

    def app(self) -> FastAPI:
        """The app as the composition root makes it, with the routers of the feed alone."""
        app = FastAPI()
        problems.install(app)
        gate.install(app, self.access, clock.now)
        pages = Pages([api.TEMPLATES])
        app.include_router(api.api_routes(self.feed, self.streams), prefix="/api/v1")
        app.include_router(api.page_routes(self.feed, self.watch, pages, 8 * self._present_every))
        app.include_router(session_routes(pages, URL))
        web_pages.install(app, URL)
        return app

    def append(self, *effects: Effect) -> None:
        """Append to the log, let the runner read it: it wakes the streams, as in the running house."""
        drafts = [outbox.draft(e.topic, e.home_id, e.id, canonical(e.event)) for e in effects]
        self.log.append(drafts)
        while self.feed_behind():
            self._runner.turn()

    def rebuild(self) -> None:
        """The read model is made anew from the start of the log."""
        rebuild.whole(self.log, self.engine, SERVICE)
        self._runner = self._make_runner()
        self._runner.start()
        while self.feed_behind():
            self._runner.turn()

    def feed_behind(self) -> bool:
        """Whether the log holds more than the feed was made of."""
        read = self._runner.entry.positions
        return max(read.values(), default=0) < self.log.end()

    def home(self, home: str, provider: str, zone: str = "Europe/London") -> None:
        data = {"home_id": home, "provider_id": provider, "time_zone": zone, "rooms": ["R1"]}
        self._fact("home.registered.v1", home, home, {**data, "statement_of_purpose": _PURPOSE})

    def child(self, placement: str, commissioner: str, home: str) -> None:
        data = {"placement_id": placement, "home_id": home, "commissioner_id": commissioner, "room": "R1"}
        self._fact(
            "placement.started.v1", home, placement, {**data, "emergency": False, "suicide_risk": False}
        )

    def missed(self, placement: str, home: str, since: Instant | None = None) -> Effect:
        """`check_missed` of a child, raised now: not seen since `since` (22 minutes ago), due 15 minutes later."""
        since = clock.now() - 22 * MINUTE if since is None else since
        facts = {"ceiling": "PT15M", "grace": "PT2M", "plan_version": 1}
        subject, due = {"placement_id": placement}, since + 15 * MINUTE
        alert = alerting.raised("checks", "check_missed", home, subject, since, due + 2 * MINUTE, facts, due)
        self.append(alert)
        return alert

    def cover_gap(self, home: str) -> Effect:
        """`cover_gap` of a home, since ten minutes ago."""
        facts = {"required": 2, "evidenced": 1, "lapsed": ["S3"], "on_break": ["S4"]}
        return self.raised("cover_gap", home, {}, facts, 10 * MINUTE)

    def overrun(self, home: str, placement: str) -> Effect:
        """`observer_overrun` of a worker with one child, since two hours ago."""
        return self.raised(
            "observer_overrun", home, {"staff_id": "S7"}, {"placement_id": placement}, 2 * HOUR
        )

    def raised(
        self, kind: str, home: str, subject: dict[str, str], facts: dict[str, Any], ago: Duration
    ) -> Effect:
        """Any alert, raised now and since `ago`, as some monitor would raise it."""
        now = clock.now()
        alert = alerting.raised("some", kind, home, subject, now - ago, now, facts)
        self.append(alert)
        return alert

    def worsen(self, alert: Effect, level: int) -> None:
        facts = alert.event["data"]["facts"]
        self.append(alerting.worsened("checks", alert.home_id, id_of(alert), level, clock.now(), facts))

    def close_alert(self, alert: Effect, how: Resolution = Resolution.LATE) -> None:
        self.append(alerting.resolved("checks", alert.home_id, id_of(alert), clock.now(), how, "the-check"))

    def _fact(self, type_: str, home: str, subject: str, data: dict[str, Any]) -> None:
        at = show_instant(clock.now())
        event = {
            "specversion": "1.0",
            "id": f"fact-{next(self._ids)}",
            "source": "test/house",
            "type": type_,
            "subject": subject,
            "time": at,
            "enteredat": at,
            "homeid": home,
            "actor": "manager",
            "datacontenttype": "application/json",
            "data": data,
        }
        self.append(Effect(PLAN_CHANGES, home, str(event["id"]), clock.now(), event))


_PURPOSE = {"waking_staff": 2, "sleep_in_staff": 0}


def id_of(alert: Effect) -> str:
    """The id of a raised alert."""
    return str(alert.event["data"]["alert_id"])


def views(folder: Path) -> Engine:
    """The read models' database, brought up to date."""
    return fresh.views(folder, _migrate)


def _migrate(engine: Engine) -> None:
    upgrade(engine, STORE_MIGRATIONS, version_table_of("store"))
    SERVICE.migrate(engine)


@contextmanager
def house(folder: Path, present_every: Duration = 5 * SECOND) -> Iterator[House]:
    """A house, closed in the end."""
    built = House(folder, present_every)
    try:
        yield built
    finally:
        built.close()


@contextmanager
def serving(app: FastAPI, notifier: Notifier, port: int = 0) -> Iterator[str]:
    """The app in a real server on a port (0: a free one) of this machine, in a thread; where it is."""
    up = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            up.set()

    server = Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        up.wait()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        notifier.close()
        server.should_exit = True
        thread.join()
