"""How fast the door is: durable PUTs beside a bare FastAPI route with the same body model, and batches.

`run()` starts real servers (uvicorn with uvloop and httptools, on 127.0.0.1, each in a process of its own) and
calls them from this one with a client that costs next to nothing, so that the server is what is measured. The
checks service's runner reads behind the door, in the door's process, as it does in `wakeful up`.
"""

import asyncio
import multiprocessing
import socket
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Final

import orjson

CONNECTIONS: Final = 8
SECONDS: Final = 4.0
BATCH: Final = 500
HOMES: Final = 50
CHILDREN: Final = 3


def run() -> dict[str, float]:
    """door_put_per_s, door_put_ratio and door_batch_facts_per_s."""
    with tempfile.TemporaryDirectory() as folder:
        bare = _served(_serve_bare, folder)
        door = _served(_serve_door, folder)
        try:
            token = Path(folder, "token").read_text()
            # In turns, so that what else the machine does falls on both alike.
            rates: dict[str, list[float]] = {"bare": [], "door": []}
            for _ in range(3):
                rates["bare"].append(asyncio.run(_puts(bare.port, "bare")))
                rates["door"].append(asyncio.run(_puts(door.port, token)))
            batches = asyncio.run(_batches(door.port, token))
        finally:
            bare.stop()
            door.stop()
    put, beside = max(rates["door"]), max(rates["bare"])
    return {"door_put_per_s": put, "door_put_ratio": put / beside, "door_batch_facts_per_s": batches}


class _Served:
    def __init__(self, process: Any, port: int) -> None:
        self._process = process
        self.port = port

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()


def _served(serve: Any, folder: str) -> _Served:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    up = context.Event()
    process = context.Process(target=serve, args=(folder, port, up), daemon=True)
    process.start()
    if not up.wait(60):
        raise TimeoutError("the server did not come up")
    return _Served(process, port)


# -- the servers ---------------------------------------------------------------------------------------------


def _serve(app: Any, port: int, up: Any) -> None:
    import uvicorn

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


def _serve_bare(_folder: str, port: int, up: Any) -> None:
    """What anybody would write first: the same body model, no rights, no log."""
    from fastapi import FastAPI
    from pydantic import BaseModel

    from shared.events.checkins import CheckRecorded
    from shared.events.fields import Id, InstantText

    class Body(BaseModel):
        type: Id
        subject: Id
        time: InstantText
        enteredat: InstantText
        homeid: Id
        actor: Id
        data: CheckRecorded

    app = FastAPI()

    @app.put("/api/v1/checks/{event_id}", status_code=202)
    async def put(event_id: str, body: Body) -> dict[str, Any]:
        return {"id": event_id, "status": 202}

    _serve(app, port, up)


def _serve_door(folder: str, port: int, up: Any) -> None:
    from services.gateway.app import Deps, make_app
    from services.gateway.shares import Limits
    from shared.clock import now
    from shared.log.sqlite import SqliteLog
    from shared.onecore import stay_on_one_core
    from shared.security.access import Access
    from shared.security.keys import KeyRing
    from shared.security.people import Person
    from shared.security.rights import Right, Scope

    stay_on_one_core()  # as `wakeful up` does
    here = Path(folder)
    log = SqliteLog(here / "log.sqlite3", always_open=True)
    access = Access.open(here / "access.sqlite3")
    scope = Scope(provider_id="sample")
    rights = frozenset({Right.RECORD, Right.MANAGE, Right.READ})
    access.put_person(Person("ann", "Sample Ann", scope, rights), now())
    (here / "token").write_text(access.tokens.issue_system("bench", rights, scope, now()).secret)
    limits = Limits(facts=1 << 40)  # the door is measured here, and not what one token may have of it
    app = make_app(Deps(log, KeyRing(here / "keys.sqlite3", b"k" * 32), access, limits=limits))
    _settle(log)
    app.state.fold.catch_up()
    watch = _watch(log, here)
    _serve(app, port, up)
    watch()


def _settle(log: Any) -> None:
    """The homes and their children, as facts."""
    from shared.events.canonical import canonical
    from shared.log.base import Draft

    for home in (f"h{n}" for n in range(HOMES)):
        purpose = {"waking_staff": 1, "sleep_in_staff": 0}
        registered = {"home_id": home, "provider_id": "sample", "time_zone": "Europe/London", "rooms": ["1"]}
        plan = {"checks": [{"from": "00:00", "to": "00:00", "ceiling": "PT15M"}]}
        home_data = {**registered, "statement_of_purpose": purpose, "default_plan": plan}
        facts: list[tuple[str, str, dict[str, Any]]] = [("home.registered.v1", home, home_data)]
        for child in range(CHILDREN):
            stay = {"placement_id": f"{home}-{child}", "home_id": home, "commissioner_id": "c", "room": "1"}
            start = {**stay, "emergency": False, "suicide_risk": True}
            facts.append(("placement.started.v1", f"{home}-{child}", start))
        drafts = []
        for type_, subject, data in facts:
            event = {**_said(type_, subject, home, data), "id": str(uuid.uuid4()), "source": "system/bench"}
            event |= {"specversion": "1.0", "datacontenttype": "application/json"}
            drafts.append(
                Draft("wakeful.plan-changes", home, event["id"], uuid.uuid4().hex, canonical(event))
            )
        log.append(drafts)


def _watch(log: Any, here: Path) -> Any:
    """The checks service behind the door, in a thread as in `wakeful up`; how to end it."""
    from services import monitors
    from services.checks.running import SERVICE
    from shared.runner import Runner
    from shared.store.engine import make_engine

    engine = make_engine(here / "views.sqlite3")
    monitors.migrate(engine)
    runner = Runner(log, engine, SERVICE)
    stop = threading.Event()
    thread = threading.Thread(target=runner.run, args=(stop,), daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join()
        log.close()

    return end


# -- the client ----------------------------------------------------------------------------------------------


def _said(type_: str, subject: str, home: str, data: dict[str, Any]) -> dict[str, Any]:
    from shared.clock import now
    from shared.instants import show_instant

    at = show_instant(now())
    return {
        "type": type_, "subject": subject, "time": at, "enteredat": at, "homeid": home, "actor": "ann", "data": data,
    }  # fmt: skip


def _check(n: int) -> dict[str, Any]:
    home = f"h{n % HOMES}"
    child = f"{home}-{n // HOMES % CHILDREN}"
    seen = {
        "outcome": "seen",
        "sign_of_life": "breathing",
        "state": "asleep",
        "view": "doorway",
        "proof": "nfc",
    }
    return _said("check.recorded.v1", child, home, {"placement_id": child, **seen})


def _request(method: str, path: str, token: str, body: bytes) -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().index(b"content-length:") + 15
    length = int(head[at : head.index(b"\r\n", at)])
    return int(head[9:12]), await reader.readexactly(length)


async def _puts(port: int, token: str) -> float:
    """Durable PUTs a second over 8 connections, each sending as soon as it is answered."""

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        requests = [
            _request("PUT", f"/api/v1/checks/{uuid.uuid4()}", token, orjson.dumps(_check(n)))
            for n in range(4000)
        ]
        await ready.wait()
        done, end = 0, time.perf_counter() + SECONDS
        while time.perf_counter() < end and requests:
            writer.write(requests.pop())
            status, body = await _answer(reader)
            if status != 202:
                raise RuntimeError(f"{status} {body!r}")
            done += 1
        writer.close()
        return done

    ready = asyncio.Barrier(CONNECTIONS + 1)
    clients = [asyncio.create_task(one()) for _ in range(CONNECTIONS)]
    await ready.wait()
    begun = time.perf_counter()
    done = sum(await asyncio.gather(*clients))
    return done / (time.perf_counter() - begun)


async def _batches(port: int, token: str) -> float:
    """Facts a second in batches of 500, two on the way at a time."""

    async def one(batches: list[bytes]) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done = 0
        for batch in batches:
            writer.write(batch)
            status, body = await _answer(reader)
            results = orjson.loads(body)["results"]
            if status != 200 or any(result["status"] != 202 for result in results):
                raise RuntimeError(f"{status} {body[:500]!r}")
            done += len(results)
        writer.close()
        return done

    def batch(first: int) -> bytes:
        facts = [{"id": str(uuid.uuid4()), **_check(first + n)} for n in range(BATCH)]
        return _request("POST", "/api/v1/facts:batch", token, orjson.dumps({"facts": facts}))

    await one([batch(0)])
    work = [[batch(n * BATCH) for n in range(60)] for _ in range(2)]
    begun = time.perf_counter()
    done = sum(await asyncio.gather(*map(one, work)))
    return done / (time.perf_counter() - begun)


if __name__ == "__main__":
    print(run())
