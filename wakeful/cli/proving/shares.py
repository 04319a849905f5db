"""A long file, replayed by several processes at once, each of a share of its homes (docs/decisions/0022).

    1. Every process goes through the whole file, and takes the lines of its own homes.
    2. Each says when its last fact was appended; all put the clock to the latest of these.
    3. What came of all of them is put in the order of the contract: the same bytes as of one process.

Where anything is not as it should be (a line that is bad or comes too early, a home that fails, a process that ends),
all of it is left, and the file is read by one process, as any other: what is told of it is that one's.
"""

import gc
import os
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import IO, TYPE_CHECKING, Any, Final
from zlib import crc32

from shared.events.lines import read_line_of
from shared.facts import Fact
from shared.instants import Instant
from shared.monitor import Monitor
from wakeful.cli.proving.factlines import Bad, chunks
from wakeful.cli.proving.streaming import Disorder, Outcome, Streamed, in_order_of_the_contract

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

WORTH: Final = 1 << 25
"""Bytes from which on it is worth it: starting a process takes as long as replaying a few thousand lines."""
_MOST: Final = 8
"""Processes: each looks at every line, so that more and more of them gain less and less."""
_AFTER_OTHERS: Final = 10
"""How much they stand back (`nice`), so that a watch on the same machine has its core."""


class NotShared(Exception):  # noqa: N818 - reads as what it says
    """One process has to do it."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one process is to do: the homes whose number, divided by `of`, leaves `share`."""

    path: str
    start: int
    until: Instant | None
    share: int
    of: int
    monitors: Mapping[str, Callable[[], Monitor]]

    def read(self, line: bytes) -> Fact | None:
        """The fact of a line of one of its homes."""
        return read_line_of(line, self._is_mine)

    def _is_mine(self, home_id: str) -> bool:
        return crc32(home_id.encode(errors="surrogatepass")) % self.of == self.share


def replayed(
    stream: IO[bytes],
    until: Instant | None,
    reached: Callable[[int], None],
    monitors: Mapping[str, Callable[[], Monitor]],
) -> Outcome | None:
    """What comes of a file from where it stands; None: one process is to read it, and nothing has been told of it."""
    processes = min(_cores(), _MOST)
    path = _path(stream)
    if processes < 2 or path is None or os.fstat(stream.fileno()).st_size < WORTH:
        return None
    start = stream.tell()
    tasks = [Task(path, start, until, share, processes, dict(monitors)) for share in range(processes)]
    try:
        return _together(tasks, stream, reached)
    except NotShared:
        stream.seek(start)
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _path(stream: IO[bytes]) -> str | None:
    name = getattr(stream, "name", None)
    return name if isinstance(name, str) and os.path.isfile(name) else None


def _together(tasks: Sequence[Task], stream: IO[bytes], reached: Callable[[int], None]) -> Outcome:
    """The first share is this process's own."""
    mine, *others = tasks
    helpers: list[_Helper] = []
    try:
        helpers.extend(_Helper(task) for task in others)  # one by one: all that have begun are ended
        streamed = read(mine, stream, reached)
        ends = [(streamed.end, stream.tell()), *(helper.hear() for helper in helpers)]
        if len({behind for _, behind in ends}) > 1:
            raise NotShared  # the file has grown meanwhile
        end = max(ends)[0]
        for helper in helpers:
            helper.say(end)
        return combined([finished(streamed, end), *(helper.hear() for helper in helpers)])
    finally:
        for helper in helpers:
            helper.end()


def combined(outcomes: Iterable[Outcome]) -> Outcome:
    """What came of all shares."""
    every = Outcome()
    for outcome in outcomes:
        every.effects += outcome.effects
        every.refused += outcome.refused
    return in_order_of_the_contract(every)


def read(task: Task, stream: IO[bytes], reached: Callable[[int], None]) -> Streamed:
    """Step 1. Raises NotShared."""
    streamed = Streamed(task.until, task.monitors)
    try:
        for chunk in chunks(stream, _not_shared, reached, task.read):
            streamed.take(chunk)
    except Disorder as error:
        raise NotShared from error
    return streamed


def finished(streamed: Streamed, end: Instant) -> Outcome:
    """Step 2. Raises NotShared."""
    outcome = streamed.finish(end)
    if outcome.set_aside:
        raise NotShared
    return outcome


def _not_shared(bad: Bad) -> None:
    raise NotShared


class _Helper:
    """Another process with its share, seen from here."""

    def __init__(self, task: Task) -> None:
        spawning = get_context("spawn")
        self._connection, its = spawning.Pipe()
        self._process: BaseProcess = spawning.Process(target=_help, args=(task, its), daemon=True)
        try:
            self._process.start()
        except OSError as error:  # no room for another process
            raise NotShared from error
        its.close()

    def hear(self) -> Any:
        """What it says next. Raises NotShared where it has ended."""
        try:
            return self._connection.recv()
        except (EOFError, OSError) as error:
            raise NotShared from error

    def say(self, end: Instant) -> None:
        """Raises NotShared where it has ended."""
        try:
            self._connection.send(end)
        except OSError as error:
            raise NotShared from error

    def end(self) -> None:
        """It is not needed any more, whatever it does."""
        self._connection.close()
        self._process.terminate()
        self._process.join()


def _help(task: Task, connection: Connection) -> None:
    """The whole life of such a process. Where it cannot go on it ends, which is heard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it is told too, and ends it
    if hasattr(os, "nice"):
        os.nice(_AFTER_OTHERS)
    gc.disable()
    try:
        with open(task.path, "rb") as stream:
            stream.seek(task.start)
            streamed = read(task, stream, lambda _bytes: None)
            connection.send((streamed.end, stream.tell()))
        connection.send(finished(streamed, connection.recv()))
    except (NotShared, EOFError, OSError):
        connection.close()
