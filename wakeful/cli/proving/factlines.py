"""Reading a file of facts line by line (EVENTS.md, "The replay contract"). What is wrong with a line is said by
`shared.events.lines`; what comes of the facts is `replaying`'s.
"""

from collections.abc import Callable, Iterator
from typing import IO, Final, NamedTuple

import orjson

from shared.events.errors import Invalid, Unreadable
from shared.events.lines import read_line
from shared.facts import Fact
from shared.topics import ALL, INPUTS, OWNERSHIP

_CHUNK: Final = 1 << 20
"""Bytes that are read at once."""
_INPUTS: Final = frozenset(INPUTS)
_PASSED_OVER: Final = frozenset((*ALL, OWNERSHIP)) - _INPUTS
"""Topics whose lines are nothing to a replay: they could be computed again."""


class Bad(NamedTuple):
    """A line that cannot be read."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


class Chunk(NamedTuple):
    """Some lines' facts as they come, and the number of each one's line."""

    facts: list[Fact]
    numbers: list[int]


def chunks(
    stream: IO[bytes],
    bad: Callable[[Bad], None],
    reached: Callable[[int], None],
    read: Callable[[bytes], Fact | None] = read_line,
) -> Iterator[Chunk]:
    """The facts of `stream`, some at a time. `bad` is told of each line that cannot be read, and may raise; `reached`,
    how many bytes are behind. Blank lines, derived topics, and lines of which `read` makes nothing are passed over."""
    behind = number = 0
    while lines := stream.readlines(_CHUNK):
        facts: list[Fact] = []
        numbers: list[int] = []
        add, count = facts.append, numbers.append
        for number, line in enumerate(lines, number + 1):  # noqa: B020 - it goes on where the last chunk ended
            try:
                fact = read(line)
            except (Unreadable, Invalid) as error:
                if not _is_passed_over(line):
                    bad(Bad(number, str(error)))
                continue
            if fact is not None and fact.topic in _INPUTS:
                add(fact)
                count(number)
        yield Chunk(facts, numbers)
        behind += sum(map(len, lines))
        reached(behind)


def _is_passed_over(line: bytes) -> bool:
    if not line.strip():
        return True
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(record, dict) and record.get("topic") in _PASSED_OVER
