"""A replay straight from a file: the same as `shared.replay` gives, without holding the file in memory.

    1. While the lines come in the order in which facts are applied, each is applied and let go. What is kept of
       it is what tells its id from another's.
    2. Where one comes too early, the file is read again from its start, whole, and put in order (from a pipe, which
       cannot be read twice, at once).
    3. A long file is shared out among processes, home by home (`shares`).

Bad lines are the reader's (`factlines`), rules the monitors'.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from services.rules import DECIDER, MONITORS
from shared.facts import Fact
from shared.instants import Instant
from shared.replay import in_order, replay
from wakeful.cli.proving import shares
from wakeful.cli.proving.factlines import Bad, Chunk, chunks
from wakeful.cli.proving.streaming import Disorder, Outcome, Streamed, numbered


def replay_file(
    stream: IO[bytes], until: Instant | None, bad: Callable[[Bad], None], reached: Callable[[int], None]
) -> Outcome:
    """Replay a file through all monitors, the clock put to `until` (default: the last `appended_at`)."""
    told = _Told(bad)
    with without_collector():
        if not stream.seekable():
            outcome = _whole(chunks(stream, told, reached), until)
        else:
            start = stream.tell()
            try:
                outcome = shares.replayed(stream, until, reached, MONITORS) or _streamed(
                    chunks(stream, told, reached), until
                )
            except Disorder:
                stream.seek(start)
                outcome = _whole(chunks(stream, told, reached), until)
    outcome.bad = told.count
    return outcome


class _Told:
    """Tells of each bad line once, though the file may be read twice."""

    def __init__(self, tell: Callable[[Bad], None]) -> None:
        self._tell = tell
        self._last = 0
        self.count = 0

    def __call__(self, bad: Bad) -> None:
        if bad.number > self._last:
            self._last = bad.number
            self.count += 1
            self._tell(bad)


def _whole(read: Iterator[Chunk], until: Instant | None) -> Outcome:
    facts: list[Fact] = []
    numbers: list[int] = []
    for chunk in read:
        facts += chunk.facts
        numbers += chunk.numbers
    done = replay(in_order(facts), MONITORS.values(), until, DECIDER)
    number_of = {id(fact): number for fact, number in zip(facts, numbers, strict=True)}
    return Outcome(done.effects, numbered(done.refused, number_of), done.set_aside)


def _streamed(read: Iterator[Chunk], until: Instant | None) -> Outcome:
    streamed = Streamed(until, MONITORS)
    for chunk in read:
        streamed.take(chunk)
    return streamed.finish(streamed.end)


@contextmanager
def without_collector() -> Iterator[None]:
    """Many small objects, and none in a circle: looking for circles again and again finds nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
