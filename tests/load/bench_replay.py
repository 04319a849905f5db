"""`wakeful replay` as a whole: a file of checks of 10,000 placements read, validated, replayed and written.

`run()` writes the file first, in the shape of `bench_core`'s night, then times the command's own code in this process,
from opening the file to the last byte of the alerts. `python -m tests.load.bench_replay` prints the rate.
"""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import show_instant
from tests.load.bench_core import checks, setting
from tests.load.drafts import envelope_of
from wakeful.cli.replay import Format
from wakeful.cli.replay import run as replay

_PLACEMENTS = 10_000
_ROUNDS = 20
_REPEATS = 3


def lines() -> Iterator[bytes]:
    """About 210,000 lines: the homes, and a night's checks as a phone sends them (500 to 600 bytes each)."""
    for number, fact in enumerate(setting(_PLACEMENTS)):
        yield _line(fact, number)
    rounds = (fact for turn in range(_ROUNDS) for fact in checks(range(_PLACEMENTS), turn))
    night = sorted(rounds, key=lambda fact: fact.appended_at)
    for number, fact in enumerate(night):
        fact.source, fact.actor = f"device/{fact.home_id}", f"staff-{fact.home_id}-{number % 2}"
        fact.id = f"018f3c5e-7a10-7c3e-9a51-{number:012x}"
        fact.data["room"] = f"R{number % 3 + 1}"
        yield _line(fact, number)


def _line(fact: Fact, number: int) -> bytes:
    event = {**envelope_of(fact), "contenthash": f"{number:064x}"}
    line = {"topic": fact.topic, "appended_at": show_instant(fact.appended_at), "event": event}
    return canonical(line) + b"\n"


def facts_per_s(path: Path, count: int) -> float:
    """Lines a second, from the file to the alerts' bytes."""
    out = io.TextIOWrapper(io.BytesIO())
    began = perf_counter()
    with path.open("rb") as stream:
        wrong = replay(stream, out, until=None, format=Format.JSONL, keep_going=False)
    took = perf_counter() - began
    if wrong:
        raise RuntimeError("a good file was found wrong")
    return count / took


def run() -> dict[str, float]:
    """The figure of this benchmark; the best of three, since it asks what the code can do."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.jsonl"
        with path.open("wb") as file:
            count = sum(1 for line in lines() if file.write(line))
        return {"replay_facts_per_s": max(facts_per_s(path, count) for _ in range(_REPEATS))}


if __name__ == "__main__":
    print(run())
