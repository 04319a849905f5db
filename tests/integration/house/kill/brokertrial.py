"""Every kill point of a pager's worker over a broker and Postgres, found and tried.

1. Two lives are recorded, nobody killed: what they pass by are the points.
2. Each is tried, a hot one also at a later passing that the seed draws: the worker ends itself there by SIGKILL while
   people go on being told, and the next life begins with the next point, so one start is one kill.
3. After some dozens, and at the end: a life that ends in order, and the verdict on what was told (`pageverdict`).
4. What only a life after a kill passes by is a point too: found meanwhile, it is tried as well.

A point that is not passed again is not tried: it is named, never counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final, Protocol

from tests.chaos.hurried import hurried
from tests.integration.house.kill.brokerlives import BrokerLives
from tests.integration.house.kill.pageverdict import Pages
from tests.integration.house.kill.points import OFTEN, PAGERS
from tests.integration.house.kill.trial import Found, Point, passed

CHAIN: Final = 20
"""Kills over one broker's topics between two verdicts."""
TRIES: Final = 3
"""Lives of a round each, until a point counts as not passed again."""
LOOPS: Final = tuple(f" in {name}" for name in sorted(PAGERS))


class Begun(Protocol):
    """Begins lives in a folder, by a seed; `outcome`: where what they came to is added."""

    def __call__(self, folder: Path, seed: int, *, outcome: Pages) -> BrokerLives: ...


@dataclass
class Outcome:
    """What came of it."""

    found: set[str] = field(default_factory=set)
    tried: list[Point] = field(default_factory=list)
    missed: list[Point] = field(default_factory=list)
    pages: Pages = field(default_factory=Pages)


def record(folder: Path, seed: int, begun: Begun) -> Found:
    """Two lives, nobody killed."""
    lived = []
    with hurried(), begun(folder, seed, outcome=Pages()) as lives:
        for _ in range(2):
            assert lives.begin(), lives.said
            assert not lives.ended_within(1), lives.said
            assert lives.stop() == 0, lives.said
            lived.append(passed(folder))
            (folder / "points").unlink()
    always = list(dict.fromkeys(name for life in lived for count, name in life if count == 1))
    hot = {name for life in lived for count, name in life if count == OFTEN}
    return Found(always=always, hot=hot).only(_pagers)


def tried(folder: Path, found: Found, seed: int, begun: Begun, sample: int | None = None) -> Outcome:
    """All of them, and what is found on the way; or so many of them as the seed draws."""
    random = Random(seed)
    outcome = Outcome(found=set(found.always))
    _, left = found.points(random)
    if sample is not None:
        left = random.sample(left, sample)
    number = 0
    while left:
        number += 1
        chain, left = left[:CHAIN], left[CHAIN:]
        where = folder / f"lives-{number}"
        with hurried(), begun(where, random.randrange(1 << 32), outcome=outcome.pages) as lives:
            _through(lives, chain, outcome)
        new = {name for _, name in passed(where) if _pagers(name)} - outcome.found
        outcome.found |= new
        left += [Point(name) for name in sorted(new)] if sample is None else []
    return outcome


def _through(lives: BrokerLives, points: Sequence[Point], outcome: Outcome) -> None:
    for point in points:
        killed = any(_killed_at(lives, point) for _ in range(TRIES))
        (outcome.tried if killed else outcome.missed).append(point)
    assert lives.begin(), lives.said
    assert not lives.ended_within(1), lives.said
    lives.settle()
    assert lives.stop() == 0, lives.said
    lives.judge()


def _pagers(name: str) -> bool:
    return name.endswith(LOOPS)


def _killed_at(lives: BrokerLives, point: Point) -> bool:
    """One life; whether it ended at the point."""
    killed = lives.folder / "killed"
    killed.unlink(missing_ok=True)
    gone = not lives.begin(point.name, point.nth) or lives.ended_within(1)
    code = None if gone else lives.stop()
    if killed.exists():
        return True
    assert code == 0, f"it ended by itself on the way to {point}:\n{lives.said}"
    return False
