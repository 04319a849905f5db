"""How fast facts are read: decoding a check from the log's bytes, and validating it as a line of a file.

A check as a phone sends it: device clock, sealed note, content hash. `run()` takes a few seconds and gives
rates, not verdicts; `python -m tests.load.bench_decode` prints them.
"""

import gc
import time
from collections.abc import Callable
from typing import Any

from shared.events.canonical import canonical
from shared.events.decode import decode
from shared.events.lines import read_line
from shared.events.validate import validate
from shared.instants import MINUTE, show_instant
from shared.topics import CHECK_INS

_BEGIN = 1_774_663_800_000
_FACTS = 100_000
_ROUNDS = 3


def _check(number: int) -> dict[str, Any]:
    placement, at = f"placement-{number % 9_999}", show_instant(_BEGIN + number * 7)
    return {
        "specversion": "1.0",
        "id": f"018f3c5e-7a10-7c3e-9a51-{number:012x}",
        "source": f"device/{number % 3_333}",
        "type": "check.recorded.v1",
        "subject": placement,
        "time": at,
        "enteredat": show_instant(_BEGIN + number * 7 + 4_000),
        "homeid": f"home-{number % 3_333}",
        "actor": f"staff-{number % 6_666}",
        "datacontenttype": "application/json",
        "contenthash": f"{number:064x}",
        "data": {
            "placement_id": placement,
            "outcome": "seen",
            "sign_of_life": "breathing",
            "state": "asleep",
            "room": f"room-{number % 9}",
            "view": "entered",
            "proof": "nfc",
            "note": {
                "sealed": "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8BI0Vn",
                "key": f"key_{number % 9_999:024x}",
            },
            "clock": {"device_at": at, "monotonic_ms": number, "offset_ms": -412, "uncertainty_ms": 35},
        },
    }


def _rate(work: Callable[[Any], object], items: list[Any]) -> float:
    """Items a second in the best of a few rounds: what the code can do, not what the machine was busy
    with."""
    best = float("inf")
    for _ in range(_ROUNDS):
        gc.collect()
        begin = time.perf_counter()
        for item in items:
            work(item)
        best = min(best, time.perf_counter() - begin)
    return len(items) / best


def run() -> dict[str, float]:
    """Facts a second, by name, over checks of 9,999 placements in 3,333 homes."""
    events = [_check(number) for number in range(_FACTS)]
    bodies = [canonical(event) for event in events]
    line = {"topic": CHECK_INS, "appended_at": show_instant(_BEGIN + 5 * MINUTE)}
    lines = [canonical({**line, "event": event}) for event in events]
    odd = [{**event, "unknown": 1} for event in events[: _FACTS // 10]]
    return {
        "decode_facts_per_s": _rate(lambda body: decode(CHECK_INS, _BEGIN, body), bodies),
        "read_line_facts_per_s": _rate(read_line, lines),
        "validate_facts_per_s": _rate(lambda event: validate(event, unknown="refuse"), events),
        "validate_by_models_facts_per_s": _rate(lambda event: validate(event, unknown="ignore"), odd),
    }


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name} {value:,.0f}")
