"""Reading a file of facts line by line (EVENTS.md, "The replay contract"). What is wrong with a line is said by
`shared.events.lines`; what comes of the facts is the caller's.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Final, NamedTuple

import orjson

from shared.events.errors import Invalid, Unreadable
from shared.events.lines import read_line
from shared.facts import Fact
from shared.topics import ALL, INPUTS, OWNERSHIP

_CHUNK: Final = 1 << 20
_PASSED_OVER: Final = frozenset(ALL) - frozenset(INPUTS) | {OWNERSHIP}
"""Topics whose lines are nothing to a replay: they could be computed again."""


class Bad(NamedTuple):
    """A line that cannot be read."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


@dataclass(slots=True)
class Lines:
    """What a file holds: its facts of input topics as they come, the line of each, and how many are bad."""

    facts: list[Fact] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    bad: int = 0


def read_lines(stream: IO[bytes], bad: Callable[[Bad], None], reached: Callable[[int], None]) -> Lines:
    """The lines of `stream`. `bad` is told of each that cannot be read, and may raise; `reached`, how many bytes are
    behind. Blank lines and derived topics are passed over."""
    read, behind, number = Lines(), 0, 0
    inputs = frozenset(INPUTS)
    facts, numbers = read.facts.append, read.numbers.append
    while chunk := stream.readlines(_CHUNK):
        for line in chunk:
            number += 1
            try:
                fact = read_line(line)
            except (Unreadable, Invalid) as error:
                if not _is_passed_over(line):
                    read.bad += 1
                    bad(Bad(number, str(error)))
                continue
            if fact.topic in inputs:
                facts(fact)
                numbers(number)
        behind += sum(map(len, chunk))
        reached(behind)
    return read


def _is_passed_over(line: bytes) -> bool:
    if not line.strip():
        return True
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(record, dict) and record.get("topic") in _PASSED_OVER


@contextmanager
def without_collector() -> Iterator[None]:
    """Millions of small objects that all stay: looking through them for cycles again and again finds nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
