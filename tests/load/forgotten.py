"""Children whom nobody looks in on, falling due one after the other, while checks of others come in at a steady rate:
what the lateness of alerts is measured with, over whatever log.
"""

import asyncio
import random
import uuid
from dataclasses import dataclass
from typing import Any, Final

import orjson

from shared.clock import monotonic, now
from shared.instants import SECOND, Duration, show_duration, show_instant

RATE: Final = 200
"""Checks a second."""
CONNECTIONS: Final = 8
CHILDREN: Final = 3
LOOKED_AFTER: Final = 50
"""Homes whose children are checked."""
GRACE: Final = 1 * SECOND
_SEEN: Final = {
    "outcome": "seen",
    "sign_of_life": "breathing",
    "state": "asleep",
    "view": "doorway",
    "proof": "nfc",
}


@dataclass(frozen=True)
class Night:
    """How many homes are forgotten, when their children fall due after their start, and how long checks are posted."""

    forgotten: int
    first_due: Duration
    last_due: Duration
    seconds: int

    @property
    def children(self) -> int:
        """How many children fall due."""
        return self.forgotten * CHILDREN


async def load(port: int, token: str, night: Night) -> None:
    """Register the homes by the door at that port, and post checks for as long as the night lasts."""
    await _settle(port, token, night)
    begun = monotonic()
    await asyncio.gather(*(_post(port, token, night, number, begun) for number in range(CONNECTIONS)))


async def _settle(port: int, token: str, night: Night) -> None:
    """Homes and children; no two children of one home start at the same instant."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for home, ceiling in _homes(night):
        await _put(reader, writer, token, "homes", _home(home, ceiling))
        for number in range(CHILDREN):
            await _put(reader, writer, token, "placements", _stay(home, f"{home}-{number}"))
    writer.close()


def _homes(night: Night) -> list[tuple[str, int]]:
    """Each home's id and ceiling: in random order, so that those which fall due next are not neighbours."""
    step = (night.last_due - night.first_due) // night.forgotten
    due = [(f"sample-forgotten-{n}", night.first_due + n * step + n % 7) for n in range(night.forgotten)]
    homes = due + [(f"sample-home-{n}", 900 * SECOND) for n in range(LOOKED_AFTER)]
    random.Random(13).shuffle(homes)
    return homes


async def _post(port: int, token: str, night: Night, number: int, begun: int) -> None:
    """One connection's share of the checks, each at its time, whether or not the one before was quick."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    draw = random.Random(number)
    for turn in range(number, RATE * night.seconds, CONNECTIONS):
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
