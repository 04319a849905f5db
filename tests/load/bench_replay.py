"""`wakeful replay` as a whole: a file of checks of 10,000 placements read, validated, replayed and written; by the
rules of checks alone, and by all, on a night of which all think well.

`run()` writes the file first, in the shape of `bench_core`'s night, then times the command's own code in this process,
from opening the file to the last byte of the alerts. `python -m tests.load.bench_replay` prints the rate.
"""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter

from services import rules
from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import MINUTE, SECOND, show_instant
from shared.topics import CHECK_INS, NIGHT_COVER
from tests.load.bench_core import EVENING, checks, setting
from tests.load.drafts import envelope_of
from wakeful.cli.proving import replaying
from wakeful.cli.proving.replay import Format
from wakeful.cli.proving.replay import run as replay

_SEEN = {"outcome": "seen", "sign_of_life": "breathing", "state": "asleep", "view": "doorway", "proof": "nfc"}
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


def night() -> Iterator[bytes]:
    """As many checks, as a night has them: each home's worker signs in, and sees each child at random moments within 12
    minutes; nothing is missed, nobody is short, and no record looks odd."""
    rnd = Random(7)
    for number, fact in enumerate(setting(_PLACEMENTS)):
        yield _line(fact, number)
    for number in range(0, _PLACEMENTS, 3):
        home, staff = f"H{number // 3}", f"staff-H{number // 3}"
        data = {"staff_id": staff, "role": "waking"}
        type_ = "cover.started.v1"
        yield _line(
            Fact(
                NIGHT_COVER, EVENING, home, f"n{number}", type_, home, "bench", staff, EVENING, EVENING, data
            ),
            number,
        )
    told = []
    for child in range(_PLACEMENTS):
        at = EVENING
        while (at := at + rnd.randint(7 * MINUTE, 12 * MINUTE)) < EVENING + _ROUNDS * 10 * MINUTE:
            told.append((at, child))
    for number, (at, child) in enumerate(sorted(told)):
        home = f"H{child // 3}"
        data = {"placement_id": f"P{child}", **_SEEN}
        id_ = f"018f3c5e-7a10-7c3e-9a52-{number:012x}"
        type_, staff = "check.recorded.v1", f"staff-{home}"
        yield _line(
            Fact(
                CHECK_INS,
                at + 2 * SECOND,
                home,
                id_,
                type_,
                f"P{child}",
                f"device/{home}",
                staff,
                at,
                at,
                data,
            ),
            number,
        )


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
    """The figures of this benchmark: by the rules of checks alone, and by all; the best of three, since it asks what
    the code can do."""
    every = rules.MONITORS
    try:
        setattr(replaying, "MONITORS", {"checks": every["checks"]})  # noqa: B010 - of this process alone
        checks_alone = _best(lines())
    finally:
        setattr(replaying, "MONITORS", every)  # noqa: B010
    return {"replay_facts_per_s": checks_alone, "replay_all_facts_per_s": _best(night())}


def _best(told: Iterator[bytes]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.jsonl"
        with path.open("wb") as file:
            count = sum(1 for line in told if file.write(line))
        return max(facts_per_s(path, count) for _ in range(_REPEATS))


if __name__ == "__main__":
    print(run())
