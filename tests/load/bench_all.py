"""All services in one process: a whole night of 1,000 children through the door, batches as fast as they go, and what a
home takes in memory.

The night is of ten hours, told in the time that it takes: the log's clock is moved by whoever sends. Each home has a
waking worker, signed in at the start; each child is seen at a random moment within its ceiling of 15 minutes. Counted
is all the processor time of the serving process: HTTP, rights, the log, every service, every alert (there is none).
"""

import asyncio
import gc
import multiprocessing
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

CHILDREN: Final = 1000
NIGHT_H: Final = 10
CEILING_MIN: Final = 15
BATCH: Final = 100
HOMES_IN_MEMORY: Final = 10_000
_HEARD: Final = {
    "outcome": "seen",
    "sign_of_life": "breathing",
    "state": "asleep",
    "view": "doorway",
    "proof": "nfc",
}
_PLAN: Final = {
    "checks": [{"from": "00:00", "to": "00:00", "ceiling": f"PT{CEILING_MIN}M"}],
    "night_cover": {"from": "00:00", "to": "00:00", "waking_staff": 1, "dedicated": False},
}


def run() -> dict[str, float]:
    """night_cpu_s_per_1000_children, door_batch_all_facts_per_s, bytes_per_home_all."""
    figures = {}
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        figures["bytes_per_home_all"] = pool.submit(bytes_per_home).result()
    with tempfile.TemporaryDirectory() as folder:
        figures |= _night(folder)
    return figures


# -- the night ---------------------------------------------------------------------------------------------------


def _night(folder: str) -> dict[str, float]:
    from shared.clock import now
    from shared.instants import HOUR

    context = multiprocessing.get_context("spawn")
    clock = context.Value("q", now() - NIGHT_H * HOUR, lock=False)
    up, stop = context.Event(), context.Event()
    ours, theirs = context.Pipe()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = context.Process(target=_serve, args=(folder, port, clock, up, stop, theirs), daemon=True)
    process.start()
    try:
        if not up.wait(60):
            raise TimeoutError("the server did not come up")
        token = Path(folder, "token").read_text("ascii")
        asyncio.run(_settle(port, token, clock))
        begun, _ = _asked(ours)
        count = asyncio.run(_told(port, token, clock))
        spent, _ = _asked(ours)
        fast = asyncio.run(_fast(port, token, clock))
        alerts = _asked(ours)[1]
        if alerts:
            raise RuntimeError(f"a night in which nothing is missed raised {alerts} alerts")
    finally:
        stop.set()
        process.join(10)
        process.kill()
    return {
        "night_cpu_s_per_1000_children": (spent - begun) * 1000 / CHILDREN,
        "night_checks": float(count),
        "door_batch_all_facts_per_s": fast,
    }


def _asked(pipe: Any) -> tuple[float, int]:
    """The server's processor time so far, when all services have read what there is, and the alerts they raised."""
    pipe.send("?")
    cpu, alerts = pipe.recv()
    return float(cpu), int(alerts)


def _serve(folder: str, port: int, clock: Any, up: Any, stop: Any, pipe: Any) -> None:
    """The house of `wakeful up`, by another clock and without its prober."""
    import uvicorn
    from sqlalchemy import func, select

    from services import monitors
    from services.alerts.tables import ALERTS
    from services.gateway.inhand import InHand
    from services.gateway.shares import Limits
    from services.house import together
    from services.house.app import Parts, door_app
    from services.house.reached import Reach
    from shared.log.sqlite import SqliteLog
    from shared.metrics import Metrics
    from shared.onecore import stay_on_one_core
    from shared.security.access import Access
    from shared.security.keys import KeyRing
    from shared.security.people import Person
    from shared.security.rights import Right, Scope
    from shared.settings import Settings
    from shared.store.engine import make_engine
    from shared.undisturbed import look_seldom
    from shared.web.live import Notifier

    stay_on_one_core()  # this and the next as `wakeful up` does
    look_seldom()
    here = Path(folder)
    log = SqliteLog(here / "log.sqlite3", always_open=True, clock=lambda: clock.value)
    access = Access.open(here / "access.sqlite3")
    scope, rights = Scope(provider_id="sample"), frozenset({Right.RECORD, Right.MANAGE, Right.READ})
    access.put_person(Person("ann", "Sample Ann", scope, rights), clock.value)
    (here / "token").write_text(
        access.tokens.issue_system("bench", rights, scope, clock.value).secret, "ascii"
    )
    views = make_engine(here / "views.sqlite3")
    monitors.migrate(views)
    notifier = Notifier()
    runners = together.runners(log, views, notifier)
    settings = Settings.read({"WAKEFUL_DATA": folder})
    keys = KeyRing(here / "keys.sqlite3", b"k" * 32)
    parts = Parts(
        settings,
        log,
        keys,
        access,
        views=dict.fromkeys(runners, views),
        snapshot=None,
        notifier=notifier,
        in_hand=InHand(),
        metrics=Metrics(log, views, lambda: None, here),
        reach=Reach(settings, access.people, keys, views),
        watched_to=lambda: clock.value,
        blind_since=lambda: None,
        limits=Limits(facts=1 << 40),  # what is measured is the house, and not what one token may have of it
    )
    app = door_app(parts)
    ended = threading.Event()
    threads = [threading.Thread(target=each.run, args=(ended,), daemon=True) for each in runners.values()]
    for thread in threads:
        thread.start()

    def answer() -> None:
        while not stop.is_set():
            if pipe.poll(0.2):
                pipe.recv()
                present = clock.value
                while any((each.clock or 0) < present - 1000 for each in runners.values()):
                    time.sleep(0.01)
                with views.connect() as connection:
                    raised = connection.scalar(
                        select(func.count()).select_from(ALERTS).where(ALERTS.c.severity == "page")
                    )
                pipe.send((time.process_time(), raised or 0))

    threading.Thread(target=answer, daemon=True).start()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            up.set()

    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
    Server(config).run()
    ended.set()


# -- what is told ------------------------------------------------------------------------------------------------


def _said(type_: str, subject: str, home: str, at: int, data: dict[str, Any], actor: str) -> dict[str, Any]:
    from uuid import uuid4

    from shared.instants import show_instant

    told = show_instant(at)
    return {
        "id": str(uuid4()), "type": type_, "subject": subject, "time": told, "enteredat": told, "homeid": home,
        "actor": actor, "data": data,
    }  # fmt: skip


def _home(number: int) -> str:
    return f"home-{number}"


def _setting(at: int) -> Iterator[dict[str, Any]]:
    for number in range(-(-CHILDREN // 3)):
        home = _home(number)
        data = {
            "home_id": home, "provider_id": "sample", "time_zone": "Europe/London", "rooms": ["R0", "R1", "R2"],
            "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0}, "default_plan": _PLAN,
        }  # fmt: skip
        yield _said("home.registered.v1", home, home, at, data, "ann")
    for child in range(CHILDREN):
        home = _home(child // 3)
        stay = {
            "placement_id": f"P{child}", "home_id": home, "commissioner_id": f"C{child % 40}", "room": f"R{child % 3}",
            "emergency": False, "suicide_risk": False,
        }  # fmt: skip
        yield _said("placement.started.v1", f"P{child}", home, at, stay, "ann")
    for number in range(-(-CHILDREN // 3)):
        data = {"staff_id": "ann", "role": "waking"}
        yield _said("cover.started.v1", _home(number), _home(number), at, data, "ann")


def _checks(begins: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every child's checks in order of time: *random, 55-95 % of the ceiling*."""
    from shared.instants import HOUR, MINUTE

    rnd = Random(11)
    told = []
    for child in range(CHILDREN):
        at = begins
        while (at := at + rnd.randint(55, 95) * CEILING_MIN * MINUTE // 100) < begins + NIGHT_H * HOUR:
            told.append((at, child))
    for at, child in sorted(told):
        data = {"placement_id": f"P{child}", **_HEARD}
        yield at, _said("check.recorded.v1", f"P{child}", _home(child // 3), at, data, "ann")


class _Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader, self._writer, self._token = reader, writer, token

    @classmethod
    async def to(cls, port: int, token: str) -> "_Client":
        return cls(*await asyncio.open_connection("127.0.0.1", port), token)

    async def send(self, facts: list[dict[str, Any]]) -> None:
        body = orjson.dumps({"facts": facts})
        head = (
            "POST /api/v1/facts:batch HTTP/1.1\r\nHost: door\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        at = answer.lower().index(b"content-length:") + 15
        got = await self._reader.readexactly(int(answer[at : answer.index(b"\r\n", at)]))
        if answer[9:12] != b"200" or any(each["status"] != 202 for each in orjson.loads(got)["results"]):
            raise RuntimeError(f"{answer!r} {got[:500]!r}")


async def _settle(port: int, token: str, clock: Any) -> None:
    client, facts = await _Client.to(port, token), _setting(clock.value)
    while some := list(islice(facts, BATCH)):
        await client.send(some)


async def _told(port: int, token: str, clock: Any) -> int:
    """The night's checks, in batches, each when the last of it was made."""
    from shared.instants import HOUR

    client, begins, count = await _Client.to(port, token), clock.value, 0
    checks = _checks(begins)
    while some := list(islice(checks, BATCH)):
        clock.value = max(clock.value, some[-1][0])
        await client.send([fact for _, fact in some])
        count += len(some)
    clock.value = begins + NIGHT_H * HOUR
    return count


async def _fast(port: int, token: str, clock: Any) -> float:
    """Facts a second in batches of 500, two on the way at a time, each child seen every second or so."""
    batches = []
    for number in range(100):
        at = clock.value + number
        facts = []
        for child in range(500):
            child = (number * 500 + child) % CHILDREN
            data = {"placement_id": f"P{child}", **_HEARD}
            facts.append(_said("check.recorded.v1", f"P{child}", _home(child // 3), at, data, f"w{child}"))
        batches.append(facts)
    for facts in batches:
        for fact in facts:
            fact["actor"] = "ann"
    clients = [await _Client.to(port, token) for _ in range(2)]
    begun = time.perf_counter()

    async def one(client: _Client, mine: list[list[dict[str, Any]]]) -> None:
        for facts in mine:
            clock.value += 1
            await client.send(facts)

    await asyncio.gather(*(one(client, batches[place::2]) for place, client in enumerate(clients)))
    return len(batches) * 500 / (time.perf_counter() - begun)


# -- memory ------------------------------------------------------------------------------------------------------


def bytes_per_home() -> float:
    """Resident bytes a home of three children, in the monitors of all services, after a round of checks by a worker who
    is on duty. Each fact is decoded once for all of them, as in one process (`services.house.together`)."""
    from services.alerts.model import AlertsMonitor
    from services.rules import MONITORS
    from shared.facts import Fact
    from shared.instants import MINUTE
    from shared.topics import NIGHT_COVER
    from tests.load.bench_core import EVENING, checks, setting

    placements = HOMES_IN_MEMORY * 3

    def told() -> Iterator[Fact]:
        yield from setting(placements)
        for number in range(HOMES_IN_MEMORY):
            home, at = f"H{number}", EVENING
            data = {"staff_id": f"S{number}", "role": "waking"}
            yield Fact(
                NIGHT_COVER,
                at,
                home,
                f"n{number}",
                "cover.started.v1",
                home,
                "bench",
                f"S{number}",
                at,
                at,
                data,
                "",
            )
        for turn in range(3):
            for fact in sorted(checks(range(placements), turn), key=lambda fact: fact.appended_at):
                fact.actor = "S" + fact.home_id[1:]
                yield fact

    gc.collect()
    empty = _resident()
    alive = [make() for make in (*MONITORS.values(), AlertsMonitor)]
    for number, fact in enumerate(told()):
        for monitor in alive:
            if fact.topic in monitor.topics:
                list(monitor.advance(fact.appended_at))
                list(monitor.apply(fact))
            if number % 1000 == 0:
                list(monitor.changed())
    for monitor in alive:
        list(monitor.changed())
        list(monitor.advance(EVENING + 37 * MINUTE))
    gc.collect()
    return (_resident() - empty) / HOMES_IN_MEMORY


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(run())
