"""Lives of a process that tells people, and what became of what it told."""

import queue
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Engine, func, select

from services.pager.engine.tables import MESSAGES
from shared.instants import NEVER, Instant
from shared.log.sqlite import SqliteLog
from shared.store.engine import make_engine
from shared.store.tables import OUTBOX
from shared.topics import ALERTS
from tests.integration.house.kill.errands import Errands
from tests.integration.house.kill.lives import Lives
from tests.integration.house.kill.pages import PageErrands, not_told_that_it_is_over, waited
from tests.integration.house.kill.pageverdict import Pages, Row, judged
from tests.integration.pager.receivers import Receiver
from tests.waiting import LONG_S

PATIENCE_S: Final = LONG_S
"""How long a life that nobody kills may take to tell somebody. A page that has not come by then is lost."""


class PageLives(Lives):
    """The lives over one folder. `outcome` is added to when they are over."""

    patience_s = PATIENCE_S

    def __init__(
        self, folder: Path, seed: int, *, receiver: Receiver, outcome: Pages, port: int | None = None
    ) -> None:
        self._receiver, self._outcome = receiver, outcome
        receiver.forget()
        super().__init__(folder, seed, posters=0, port=port)

    def _going(self, seed: int) -> Errands:
        self._told = PageErrands(self.folder, self._url, self.acknowledged, self._stop, seed, self._receiver)
        return self._told

    def _options(self) -> dict[str, Any]:
        return {"receiver": self._receiver.url}

    def ended_within(self, rounds: int) -> bool:
        """The same; but a life in which nothing comes for long has lost it."""
        wanted, stood, since = self.errands.rounds + rounds, self.errands.rounds, time.monotonic()
        while self.errands.rounds < wanted:
            for each in self._running:
                if each.done():
                    each.result()
            if self.errands.rounds != stood:
                stood, since = self.errands.rounds, time.monotonic()
                self._told.give_up.clear()
            elif time.monotonic() - since > self.patience_s:
                self._told.give_up.set()
            try:
                self._lines.get(timeout=0.05)
            except queue.Empty:
                continue
            return True
        return False

    def settle(self) -> None:
        """Whoever was told of what is over now is told that, and nothing waits."""
        self._told.enough.set()
        if not waited(lambda: all(each.done() for each in self._running), self.patience_s):
            self._told.give_up.set()
        for each in self._running:
            each.result()

        def quiet() -> bool:
            return not self._waiting() and not not_told_that_it_is_over(self._told.told(), self._resolved())

        if not waited(quiet, self.patience_s):
            over = self._resolved()
            self._told.lost += [
                f"{person} was never told that {id_} is over"
                for person, id_ in sorted(not_told_that_it_is_over(self._told.told(), over))
            ]

    def judge(self) -> None:
        testimony = (self.folder / "testimony").read_text("utf-8").splitlines()
        views = self._views()
        try:
            with views.connect() as connection:
                query = select(MESSAGES.c.person, MESSAGES.c.alert_id, MESSAGES.c.bundle)
                rows = [Row(*each) for each in connection.execute(query)]
        finally:
            views.dispose()
        found = judged(self._told.told(), testimony, self._resolved(), rows)
        into = self._outcome
        into.lost += self._told.lost
        into.after += found.after
        into.strange += found.strange
        into.told += found.told
        into.again += found.again
        into.alerts |= found.alerts

    def _views(self) -> Engine:
        """The pager's read model."""
        return make_engine(self.folder / "data" / "views.sqlite3", read_only=True)

    def _resolved(self) -> Mapping[str, Instant]:
        """By alert: when its end came into the log."""
        with closing(SqliteLog(self.folder / "data" / "log.sqlite3", read_only=True)) as log:
            records, _ = log.read(0, (ALERTS,), {}, NEVER, 10_000_000)
        events = ((each.appended_at, orjson.loads(each.body)) for each in records)
        return {
            event["data"]["alert_id"]: at
            for at, event in events
            if event["type"].startswith("alert.resolved")
        }

    def _waiting(self) -> Counter[str]:
        """What is to be told, or to be published."""
        views = self._views()
        try:
            with views.connect() as connection:
                queued = select(func.count()).select_from(MESSAGES).where(MESSAGES.c.state == "queued")
                outbox = select(func.count()).select_from(OUTBOX)
                counts = {
                    "messages": connection.scalar(queued) or 0,
                    "outbox": connection.scalar(outbox) or 0,
                }
        finally:
            views.dispose()
        return +Counter(counts)
