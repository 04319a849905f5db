"""From an alert that is durable in the log to the first byte at whoever is paged: the pager's runner and engine over
files on disk, signed webhooks, and 500 receivers in a process of their own.

1. Alerts one by one, each for a home of its own, while nothing else happens: `page_p50_s`, `page_p99_s`.
2. The same again while a third of the receivers hang: how much later the worst of the others comes,
   `page_hanging_delay_s`.
3. 10,000 alerts of 500 homes at once, a third hanging still, when nobody has been told anything for as long as messages
   are gathered: the first page out, and until everybody else has been told everything, grouped as §6 says (the first at
   once, the others 30 s later as one).
"""

import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from services import monitors
from services.house import paging
from services.pager.chain.gathering import WINDOW
from services.pager.channels.all import Channels
from services.pager.channels.base import Address, Message
from services.pager.engine.loop import Engine
from services.pager.engine.ports import Ports, Told
from services.pager.running import SERVICE
from services.pager.telling.compose import compose
from services.pager.telling.given import Occasion, all_of_it, no_way
from shared import clock
from shared.alerting import raised
from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import MINUTE, SECOND, Instant
from shared.log.base import Draft
from shared.log.sqlite import SqliteLog
from shared.onecore import stay_on_one_core
from shared.runner import Runner
from shared.runner.observer import Silence
from shared.settings import Settings
from shared.store import outbox
from shared.store.engine import make_engine
from shared.topics import ALERTS as ALERTS_TOPIC
from shared.topics import PLAN_CHANGES
from shared.web.patience import raise_limit
from tests.integration.pager.receivers import Receiver, hang
from tests.load.drafts import draft_of

HOMES: Final = 500
HANG: Final = HOMES // 3
ALERTS: Final = 10_000
PORTION: Final = 1_000
"""As a runner publishes them."""
ONE_BY_ONE: Final = 150
_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # a sample, of the standard's own text


def run() -> dict[str, float]:
    """All the figures."""
    raise_limit()
    with (
        TemporaryDirectory(prefix="wakeful-bench-") as folder,
        _receivers() as heard,
        _house(folder, heard) as house,
    ):
        quiet = house.one_by_one(range(HANG, HANG + ONE_BY_ONE))
        heard.hang()
        house.tell([house.alert(home) for home in range(HANG)])
        heard.until(lambda said: len({each for _, each, _ in said}) >= HANG + ONE_BY_ONE)
        beside = house.one_by_one(range(HANG + ONE_BY_ONE, HANG + 2 * ONE_BY_ONE))
        # else whoever was just told gathers first, and no page is due at once
        time.sleep(2 * WINDOW / SECOND)
        first, everything = house.storm()
    cut = quantiles(quiet, n=100)
    return {
        "page_p50_s": cut[49],
        "page_p99_s": cut[98],
        "page_hanging_delay_s": max(0.0, max(beside) - max(quiet)),
        "page_storm_first_s": first,
        "page_storm_all_s": everything,
    }


# -- the receivers -----------------------------------------------------------------------------------------------

Said = tuple[Instant, str, Sequence[str]]
"""When its first byte came, to which path, about which alerts."""


class Heard:
    """What has come, asked of the other process."""

    def __init__(self, pipe: Connection, url: str) -> None:
        self._pipe, self.url = pipe, url
        self._said: list[Said] = []

    def hang(self) -> None:
        """From now on a third of them do."""
        self._pipe.send("hang")
        self._pipe.recv()

    def said(self) -> list[Said]:
        """All so far."""
        self._pipe.send("said")
        self._said += self._pipe.recv()
        return self._said

    def until(self, holds: Any) -> list[Said]:
        """Wait for it."""
        while not holds(said := self.said()):
            time.sleep(0.05)
        return said


@contextmanager
def _receivers() -> Iterator[Heard]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_listen, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Heard(ours, ours.recv())
    finally:
        ours.send("end")
        process.join()


def _listen(pipe: Connection) -> None:
    raise_limit()
    known = 0
    with Receiver() as receiver:
        pipe.send(receiver.url)
        while (asked := pipe.recv()) != "end":
            if asked == "hang":
                for home in range(HANG):
                    receiver.behave(hang(), path=f"/r{home}")
                pipe.send(None)
            else:
                new = receiver.heard[known:]
                known += len(new)
                pipe.send(
                    [(each.at, each.path, orjson.loads(each.body)["data"]["alert_ids"]) for each in new]
                )


# -- the house ---------------------------------------------------------------------------------------------------


class House:
    """The log, and what is told in it."""

    def __init__(self, log: SqliteLog, heard: Heard) -> None:
        self._log, self._heard = log, heard
        self._number = 0

    def alert(self, home: int) -> Draft:
        """A child of this home was not seen."""
        self._number += 1
        now = clock.now()
        subject = {"placement_id": f"P{self._number}"}
        effect = raised(
            "checks", "check_missed", f"H{home}", subject, now - 30 * MINUTE, now, {"ceiling": "PT15M"}, now
        )
        return outbox.draft(effect.topic, effect.home_id, effect.id, canonical(effect.event))

    def tell(self, alerts: Sequence[Draft]) -> Instant:
        """Durable from the instant that is given back."""
        self._log.append(alerts)
        return clock.now()

    def one_by_one(self, homes: Sequence[int]) -> list[float]:
        """Seconds from durable to the first byte, of one alert a home."""
        durable = {}
        for home in homes:
            durable[f"/r{home}"] = self.tell([self.alert(home)])
            time.sleep(0.03)
        said = self._heard.until(lambda said: {path for _, path, _ in said} >= durable.keys())
        first = {path: at for at, path, _ in reversed(said)}
        return [max(0, first[path] - at) / SECOND for path, at in durable.items()]

    def storm(self) -> tuple[float, float]:
        """Seconds to the first page, and until everybody who answers was told everything."""
        before = len(self._heard.said())
        drafts = [self.alert(number % HOMES) for number in range(ALERTS)]
        wanted = {
            orjson.loads(draft.body)["subject"]
            for draft in drafts
            if int(draft.home_id.removeprefix("H")) >= HANG
        }
        began = self.tell(drafts[:PORTION])
        for start in range(PORTION, ALERTS, PORTION):
            self.tell(drafts[start : start + PORTION])

        def all_told(said: Sequence[Said]) -> bool:
            return {alert for _, _, alerts in said[before:] for alert in alerts} >= wanted

        said = list(self._heard.until(all_told))[before:]
        return (min(at for at, _, _ in said) - began) / SECOND, (
            max(at for at, _, _ in said) - began
        ) / SECOND


@contextmanager
def _house(folder: str, heard: Heard) -> Iterator[House]:
    stay_on_one_core()
    log = SqliteLog(Path(folder) / "log.sqlite3", always_open=True)
    views = make_engine(Path(folder) / "views.sqlite3")
    monitors.migrate(views)
    paging.migrate(views)
    log.append([draft_of(fact) for home in range(HOMES) for fact in _on_call(home)])
    waking = paging.Waking(Silence())
    runner = Runner(log, views, SERVICE, observer=waking)
    engine = Engine(views, _ports(folder, log, runner, heard.url), me="bench")
    waking.engine = engine
    stop = threading.Event()
    threads = [threading.Thread(target=partial(each.run, stop)) for each in (runner, engine)]
    for thread in threads:
        thread.start()
    try:
        yield House(log, heard)
    finally:
        stop.set()
        engine.wake()
        for thread in threads:
            thread.join()
        views.dispose()
        log.close()


def _ports(folder: str, log: SqliteLog, runner: Runner, url: str) -> Ports:
    channels = Channels(Settings(data=Path(folder), allow_private_receivers=True))
    hands = paging.Hands(lambda: {0: runner}, log.present)
    return Ports(
        held=hands.held,
        channels=channels,
        closes=channels.close,
        reach=lambda person: [Address("webhook", f"{url}/{person}", _SECRET)],
        compose=_words,
        admins=list,
        log=log,
        ends=lambda partition: log.ends(partition, [ALERTS_TOPIC])[ALERTS_TOPIC],
    )


def _words(told: Told) -> Message | None:
    zones = {home_id: home.zone for home_id, home in told.homes.items()}
    occasion = Occasion(told.person, told.purpose, told.status, told.step, told.round, told.at, key=told.key)
    return compose(told.alerts, zones, occasion, {}, lambda _ids: no_way(()), all_of_it)


def _on_call(home: int) -> list[Fact]:
    now, home_id = clock.now(), f"H{home}"
    registered = {
        "home_id": home_id, "provider_id": "PR", "time_zone": "Europe/London", "rooms": [],
        "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
    }  # fmt: skip
    policy = {
        "steps": [{"after": "PT0S", "who": [f"r{home}"]}, {"after": "PT10M", "who": [f"r{home}"]}],
        "repeat_last_every": "PT10M",
        "last_resort": f"r{home}",
    }
    return [
        _fact(home_id, "home.registered.v1", registered, now),
        _fact(home_id, "on_call.policy_set.v1", policy, now),
    ]


def _fact(home_id: str, type_: str, data: dict[str, Any], now: Instant) -> Fact:
    id_ = f"{home_id}-{type_}"
    return Fact(PLAN_CHANGES, now, home_id, id_, type_, home_id, "system/bench", "bench", now, now, data)


if __name__ == "__main__":
    print(run())
