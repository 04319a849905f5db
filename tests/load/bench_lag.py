"""How late an alert is: from deadline + grace until it is durable in the log, under 200 checks a second.

`run()` starts a real `wakeful up` in a process of its own, registers homes by its door, and posts checks at a steady
rate over several connections while children whom nobody looks in on fall due, one after the other. What is measured
is what the runner tells its observer once an alert has been appended, durably: the machine's clock then, less the
instant at which the alert was raised.
"""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any, Final

import orjson

from shared.clock import monotonic, now
from shared.instants import SECOND, show_duration, show_instant

RATE: Final = 200
"""Checks a second."""
CONNECTIONS: Final = 8
CHILDREN: Final = 3
LOOKED_AFTER: Final = 50
"""Homes whose children are checked."""
FORGOTTEN: Final = 50
"""Homes whose children are not, and fall due."""
FIRST_DUE, LAST_DUE = 8 * SECOND, 46 * SECOND
"""When the children of the forgotten homes fall due, after their start."""
GRACE: Final = 1 * SECOND
SECONDS: Final = 52
"""How long checks are posted."""
_SEEN: Final = {
    "outcome": "seen",
    "sign_of_life": "breathing",
    "state": "asleep",
    "view": "doorway",
    "proof": "nfc",
}
_SAID: Final = "the door is open"


def run() -> dict[str, float]:
    """lag_p50_s, lag_p99_s, lag_max_s, and of how many alerts (lag_alerts)."""
    with tempfile.TemporaryDirectory() as folder:
        process, port = _up(Path(folder))
        try:
            asyncio.run(_load(port, Path(folder, "token").read_text("utf-8")))
        finally:
            process.terminate()
            process.wait(60)
        lags = sorted(each / SECOND for each in orjson.loads(Path(folder, "lags").read_bytes()))
    expected = FORGOTTEN * CHILDREN
    if len(lags) < expected:
        raise RuntimeError(f"{len(lags)} alerts were raised where {expected} children fell due")
    percent = statistics.quantiles(lags, n=100, method="inclusive")
    return {
        "lag_p50_s": percent[49],
        "lag_p99_s": percent[98],
        "lag_max_s": lags[-1],
        "lag_alerts": float(len(lags)),
    }


# -- the house ---------------------------------------------------------------------------------------------------


def _up(folder: Path) -> tuple[subprocess.Popen[str], int]:
    from tests.integration.house.serving import free_port

    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.bench_lag", str(folder), str(port)],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    if not any(_SAID in line for line in process.stdout):
        raise RuntimeError("the house did not come up")
    return process, port


def _serve(folder: Path, port: int) -> None:
    """Be the house; at the end, write down what the runner told of every alert."""
    from services.up import House, serve
    from shared.settings import Settings
    from tests.integration.house.serving import token_for_tests

    lags: list[int] = []

    def ready(house: House) -> None:
        told = house.metrics.detected

        def detected(service: str, kind: str, lag: int) -> None:
            told(service, kind, lag)
            lags.append(lag)

        vars(house.metrics)["detected"] = detected
        (folder / "token").write_text(token_for_tests(house), "utf-8")
        print(_SAID, flush=True)

    key = folder / "configuration" / "master.key"
    settings = Settings(port=port, data=folder / "data", master_key_file=key, log_level="warning")
    serve(settings, ready=ready)
    (folder / "lags").write_bytes(orjson.dumps(lags))


# -- the load ----------------------------------------------------------------------------------------------------


async def _load(port: int, token: str) -> None:
    await _settle(port, token)
    begun = monotonic()
    await asyncio.gather(*(_post(port, token, number, begun) for number in range(CONNECTIONS)))


async def _settle(port: int, token: str) -> None:
    """Homes and children; no two children of one home start at the same instant."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for home, ceiling in _homes():
        await _put(reader, writer, token, "homes", _home(home, ceiling))
        for number in range(CHILDREN):
            await _put(reader, writer, token, "placements", _stay(home, f"{home}-{number}"))
    writer.close()


def _homes() -> list[tuple[str, int]]:
    """Each home's id and ceiling: in random order, so that those which fall due next are not neighbours."""
    step = (LAST_DUE - FIRST_DUE) // FORGOTTEN
    due = [(f"sample-forgotten-{n}", FIRST_DUE + n * step + n % 7) for n in range(FORGOTTEN)]
    homes = due + [(f"sample-home-{n}", 900 * SECOND) for n in range(LOOKED_AFTER)]
    random.Random(13).shuffle(homes)
    return homes


async def _post(port: int, token: str, number: int, begun: int) -> None:
    """One connection's share of the checks, each at its time, whether or not the one before was quick."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    draw = random.Random(number)
    for turn in range(number, RATE * SECONDS, CONNECTIONS):
        await asyncio.sleep(max(0, begun + turn * SECOND // RATE - monotonic()) / SECOND)
        home = f"sample-home-{draw.randrange(LOOKED_AFTER)}"
        child = f"{home}-{draw.randrange(CHILDREN)}"
        seen = {"placement_id": child, **_SEEN}
        await _put(reader, writer, token, "checks", _said("check.recorded.v1", child, home, seen))
    writer.close()


async def _put(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, family: str, said: dict[str, Any]
) -> None:
    body = orjson.dumps(said)
    head = (
        f"PUT /api/v1/{family}/{uuid.uuid4()} HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    at = answer.lower().index(b"content-length:") + 15
    content = await reader.readexactly(int(answer[at : answer.index(b"\r\n", at)]))
    if answer[9:12] != b"202":
        raise RuntimeError(f"{answer!r} {content!r}")


def _home(home: str, ceiling: int) -> dict[str, Any]:
    rule = {"from": "00:00", "to": "00:00", "ceiling": show_duration(ceiling), "grace": show_duration(GRACE)}
    data = {
        "home_id": home,
        "provider_id": "sample-provider",
        "time_zone": "Europe/London",
        "rooms": ["sample-room"],
    }
    purpose = {"waking_staff": 1, "sleep_in_staff": 0}
    return _said(
        "home.registered.v1",
        home,
        home,
        {**data, "statement_of_purpose": purpose, "default_plan": {"checks": [rule]}},
    )


def _stay(home: str, child: str) -> dict[str, Any]:
    data = {
        "placement_id": child,
        "home_id": home,
        "commissioner_id": "sample-commissioner",
        "room": "sample-room",
    }
    return _said("placement.started.v1", child, home, {**data, "emergency": False, "suicide_risk": False})


def _said(type_: str, subject: str, home: str, data: dict[str, Any]) -> dict[str, Any]:
    at = show_instant(now())
    return {
        "type": type_, "subject": subject, "time": at, "enteredat": at, "homeid": home, "actor": "sample-tester",
        "data": data,
    }  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _serve(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        print(run())
