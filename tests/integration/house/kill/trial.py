"""Every kill point of `wakeful up`, found and tried.

1. A first life on an empty folder, a second, and a third whose rules are of another version, so that it makes its rows
   anew, are recorded: what they pass by are the points.
2. Each is tried once, a hot one also at a later passing that the seed draws: the process ends itself there by SIGKILL,
   while clients go on posting; the next life begins with the next point, so one start is one kill.
3. After each kill: every acknowledged fact is in the log, once. After some dozens, and at the end: a life that ends in
   order, and then the alerts are those of a replay, byte for byte, `audit` has no difference, nothing waits, and who
   was let in is known.

A point that is not passed again is not tried: it is named, never counted.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, TypeAlias

from shared.security.access import Access
from tests.chaos.hurried import hurried
from tests.integration.house.kill.lives import Lives, rows_later
from tests.integration.house.kill.points import OFTEN
from tests.integration.house.verdict import Verdict, counted, inputs_of, judged

OWN: Final = 0
OTHER: Final = 1
"""By how many versions a life's rules are later than this code's."""
CHAIN: Final = 40
"""Kills in one folder between two verdicts."""
ROUNDS: Final = 2
TRIES: Final = 2


Night: TypeAlias = Callable[[Path, int], Lives]
"""Lives over a folder, by a seed."""


class Point(NamedTuple):
    """A point and its which-th passing."""

    name: str
    nth: int = 1
    anew: bool = False
    """In a life that makes its rows anew."""

    def __str__(self) -> str:
        return f"{self.name} (passing {self.nth}{', rows made anew' if self.anew else ''})"


@dataclass
class Found:
    """What a recording found: in the order in which they were first passed."""

    first: list[str] = field(default_factory=list)
    """Only on an empty folder, or before its homes are settled."""
    always: list[str] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    """Only where rows are made anew."""
    hot: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.first) + len(self.always) + len(self.anew)

    def only(self, wanted: Callable[[str], bool]) -> "Found":
        """Those of such a name."""
        first, always, anew = (list(filter(wanted, each)) for each in (self.first, self.always, self.anew))
        return Found(first, always, anew, set(filter(wanted, self.hot)))

    def points(self, random: Random) -> tuple[list[Point], list[Point]]:
        """Those of a first start, and all others."""
        later = [Point(name, random.randint(2, OFTEN)) for name in self.always if name in self.hot]
        made_anew = [Point(name, anew=True) for name in self.anew]
        return [Point(name) for name in self.first], [*map(Point, self.always), *made_anew, *later]


@dataclass
class Outcome:
    """What came of it."""

    found: int = 0
    tried: list[Point] = field(default_factory=list)
    missed: list[Point] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    twice: dict[str, str] = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)
    alerts: int = 0
    told_by: set[str] = field(default_factory=set)
    """Services that told something."""

    def add(self, verdict: Verdict, after: object) -> None:
        self.alerts += verdict.alerts
        self.told_by |= {name for name, count in verdict.told_by.items() if count}
        for into, found in (
            (self.lost, verdict.lost),
            (self.twice, verdict.twice),
            (self.differs, verdict.differs),
        ):
            into.update(dict.fromkeys(found, f"after {after}"))


def record(
    folder: Path,
    seed: int,
    night: Night = Lives,
    *,
    versions: Sequence[int] = (OWN, OWN, OTHER),
    rounds: int = ROUNDS,
) -> Found:
    """A life for each of `versions`, nobody killed. The third is one that makes its rows anew."""
    lived: list[list[tuple[int, str]]] = []
    with hurried(), night(folder, seed) as lives:
        for later in versions:
            assert lives.begin(later=later), lives.said
            assert not lives.ended_within(rounds), lives.said
            assert lives.stop() == 0, lives.said
            lived.append(passed(folder))
            (folder / "points").unlink()
    once = [[name for count, name in life if count == 1] for life in lived]
    first, always, anew = (*once, [])[:3]
    return Found(
        [name for name in first if name not in always],
        always,
        [name for name in anew if name not in always and name not in first],
        {name for life in lived for count, name in life if count == OFTEN},
    )


def passed(folder: Path) -> list[tuple[int, str]]:
    """How often, by when it was written down, and what: since `points` was taken away."""
    lines = (line.split("\t") for line in (folder / "points").read_text("utf-8").splitlines())
    return [(int(count), name) for count, name in lines]


def tried(folder: Path, found: Found, seed: int, sample: int | None = None, night: Night = Lives) -> Outcome:
    """All of them, or so many of them as the seed draws."""
    random = Random(seed)
    first, always = found.points(random)
    outcome = Outcome(found=found.count)
    if sample is not None:
        some = set(random.sample([*first, *always], sample))
        first, always = [each for each in first if each in some], [each for each in always if each in some]
    for number, chain in enumerate(_chains(always)):
        _through(folder / f"night-{number}", chain, outcome, random.randrange(1 << 32), night)
    _from_nothing(folder, first, outcome, random, night)
    return outcome


def _from_nothing(
    folder: Path, points: Sequence[Point], outcome: Outcome, random: Random, night: Night
) -> None:
    """What a first start makes is undone by the kill, mostly, and passed again by the next life: so one folder serves
    for many. With the first that is not passed any more a new one begins; not passed there either, it is missed."""
    left, number = list(points), 0
    while left:
        tries, number = left, number + 1
        seed = random.randrange(1 << 32)
        left = _through(folder / f"first-{number}", tries, outcome, seed, night, anew=True)
        if left == tries:
            outcome.missed.append(left.pop(0))


def _chains(points: Sequence[Point]) -> Iterable[Sequence[Point]]:
    return (points[start : start + CHAIN] for start in range(0, len(points), CHAIN))


def _through(
    folder: Path, points: Sequence[Point], outcome: Outcome, seed: int, night: Night, *, anew: bool = False
) -> list[Point]:
    """Lives, each but the last ended at its point. `anew`: up to the first that is not passed; what is left then."""
    left: list[Point] = []
    with hurried(), night(folder, seed) as lives:
        for number, point in enumerate(points):
            if any(_killed_at(lives, point) for _ in range(1 if anew else TRIES)):
                outcome.tried.append(point)
                _look(lives, point, outcome)
            elif anew:
                left = list(points[number:])
                break
            else:
                outcome.missed.append(point)
        assert lives.begin(later=OWN), lives.said
        assert not lives.ended_within(1), lives.said
        lives.settle()
        assert lives.stop() == 0, lives.said
        lives.judge()
        acknowledged, kept = list(lives.acknowledged.ids), lives.errands.kept
    with hurried():
        outcome.add(judged(folder, acknowledged), f"seed {seed}: {', '.join(map(str, points))}")
    with closing(Access.open(folder / "data" / "access.sqlite3")) as access:
        outcome.lost.update({t: "a token" for t in kept.tokens if access.tokens.find(t) is None})
        outcome.lost.update({p: "a person" for p in kept.people if access.people.get(p) is None})
    return left


def _killed_at(lives: Lives, point: Point) -> bool:
    """One life; whether it ended at the point."""
    killed = lives.folder / "killed"
    killed.unlink(missing_ok=True)
    later = OWN + OTHER - rows_later(lives.folder).get("checks", OWN) if point.anew else None
    gone = not lives.begin(point.name, point.nth, later=later) or lives.ended_within(ROUNDS)
    code = None if gone else lives.stop()
    if killed.exists():
        return True
    assert code == 0, f"it ended by itself on the way to {point}:\n{lives.said}"
    return False


def _look(lives: Lives, point: Point, outcome: Outcome) -> None:
    """What was acknowledged before the kill."""
    acknowledged = list(lives.acknowledged.ids)
    if acknowledged:
        outcome.add(counted(inputs_of(lives.folder / "data"), acknowledged), point)
