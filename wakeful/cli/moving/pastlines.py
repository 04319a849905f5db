"""Lines of a file of facts made ready for a log that keeps their times: what `wakeful import` takes in.

    1. Every line is validated as `wakeful replay` validates it; what was appended in the future is bad.
    2. A text that is plain is sealed, and the content hash is worked out before, where none is carried; both as at the
       door. What is sealed already stays as it is, and so does the hash that is carried.
    3. Lines of derived topics are passed over: they are worked out again. Recorded swaps are not, and are kept.

Reading and making ready live here; the log is `shared.log.importing`'s, what is told of it `importing`'s.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from shared.events.canonical import canonical
from shared.events.contenthash import contenthash
from shared.events.errors import FieldError, Invalid, Unreadable
from shared.events.lines import read_event
from shared.events.quick import instant_of
from shared.events.sealing import seal
from shared.instants import Instant, show_instant
from shared.log.base import Draft
from shared.log.importing import Past
from shared.store.outbox import draft as as_it_is
from shared.topics import ALL, INPUTS, OWNERSHIP, SWAPS
from wakeful.cli.proving.factlines import Bad

if TYPE_CHECKING:
    from shared.security.keys import KeyRing
    from wakeful.cli.installation import Installation

_CHUNK: Final = 1 << 18
"""Bytes that are read at once."""
_INPUTS: Final = frozenset(INPUTS)
_KEPT: Final = frozenset({SWAPS})
"""Topics that no replay needs, and that nobody could compute again."""
_PASSED_OVER: Final = frozenset((*ALL, OWNERSHIP)) - _INPUTS - _KEPT


class Portion(NamedTuple):
    """Some lines that are ready, and the number of each one's line."""

    past: list[Past]
    numbers: list[int]


class Ring:
    """The installation's keys, opened when the first text or hash needs them: a file that was exported here needs
    none."""

    def __init__(self, here: "Installation", stack: ExitStack) -> None:
        self._here = here
        self._stack = stack
        self._opened: KeyRing | None = None

    def seal(self, text: str, home_id: str, placement_id: str | None) -> dict[str, str]:
        """See `KeyRing.seal`."""
        return self._keys().seal(text, home_id, placement_id)

    @property
    def contenthash_key(self) -> bytes:
        """See `KeyRing.contenthash_key`."""
        return self._keys().contenthash_key

    def _keys(self) -> "KeyRing":
        if self._opened is None:
            self._opened = self._stack.enter_context(self._here.ring(make=True))
        return self._opened


class PastLines:
    """Reads one file. `bad` is told of each line that cannot be taken, and may raise; `reached`, how many bytes are
    behind."""

    def __init__(
        self, ring: Ring, now: Instant, bad: Callable[[Bad], None], reached: Callable[[int], None]
    ) -> None:
        self._ring = ring
        self._now = now
        self._bad = bad
        self._reached = reached
        self.bad = 0
        self.passed_over = 0
        """Lines of derived topics."""

    def read(self, stream: IO[bytes]) -> Iterator[Portion]:
        """The lines of `stream`, some at a time."""
        behind = number = 0
        while lines := stream.readlines(_CHUNK):
            portion = Portion([], [])
            for number, line in enumerate(lines, number + 1):  # noqa: B020 - it goes on where the last chunk ended
                try:
                    past = self._past(line)
                except (Unreadable, Invalid) as error:
                    self.bad += 1
                    self._bad(Bad(number, str(error)))
                    continue
                if past is not None:
                    portion.past.append(past)
                    portion.numbers.append(number)
            yield portion
            behind += sum(map(len, lines))
            self._reached(behind)

    def _past(self, line: bytes) -> Past | None:
        """The line, ready for the log; None where there is nothing to take. Raises Unreadable or Invalid."""
        try:
            fact, event = read_event(line)
        except (Unreadable, Invalid):
            if not line.strip():
                return None
            topic, record = _other(line)
            if topic in _KEPT:
                return self._not_later(_kept(topic, record))
            if topic not in _PASSED_OVER:
                raise
        else:
            topic = fact.topic
            if topic in _INPUTS:
                return self._not_later(Past(fact.appended_at, self._draft(topic, event)))
            if topic in _KEPT:
                return self._not_later(_kept(topic, orjson.loads(line)))
        self.passed_over += 1
        return None

    def _draft(self, topic: str, event: dict[str, Any]) -> Draft:
        digest = event.get("contenthash")
        if digest is None:
            digest = contenthash(event, self._ring.contenthash_key)
            event = {**event, "contenthash": digest}
        sealed = seal(event, self._ring)
        return Draft(topic, sealed["homeid"], sealed["id"], digest, canonical(sealed))

    def _not_later(self, past: Past) -> Past:
        if past.appended_at > self._now:
            raise Invalid(
                [
                    FieldError(
                        "appended_at",
                        show_instant(past.appended_at),
                        f"it lies in the future (this machine's clock shows {show_instant(self._now)}); "
                        "set the clock right, or import when that time has come",
                    )
                ]
            )
        return past


def _other(line: bytes) -> tuple[Any, dict[str, Any]]:
    """The topic of a line that is no fact, and all of it."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None, {}
    return (record.get("topic"), record) if isinstance(record, dict) else (None, {})


def _kept(topic: str, record: dict[str, Any]) -> Past:
    """What a service wrote, byte for byte. Raises Unreadable."""
    try:
        event = record["event"]
        draft = as_it_is(topic, str(event.get("homeid") or ""), str(event["id"]), canonical(event))
        return Past(instant_of(record["appended_at"]), draft)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(
            f"a line of {topic} has no readable event, id or appended_at ({error!r}); export it again"
        ) from error
