"""Who was told, by which way, and what they answered: in words that look for nobody at fault (DOMAIN.md §6)."""

from typing import Final, Protocol

from shared.instants import Instant
from shared.words.times import Wall


class Send(Protocol):
    """Somebody was told of an alert, could not be told, or answered."""

    @property
    def at(self) -> Instant: ...
    @property
    def outcome(self) -> str:
        """sent, failed, skipped (`why` says why) or undelivered; of an answer: acknowledged, declined or decided."""
        ...

    @property
    def person_id(self) -> str: ...
    @property
    def step(self) -> int | None:
        """Of the chain, from 0."""
        ...

    @property
    def channel(self) -> str | None: ...
    @property
    def attempt(self) -> int | None: ...
    @property
    def error(self) -> str | None: ...
    @property
    def retry_at(self) -> Instant | None: ...
    @property
    def why(self) -> str | None: ...


_WHY: Final[dict[str, str]] = {
    "resolved": "it was closed by then",
    "acknowledged": "somebody had it by then",
    "grouped": "it was told together with others",
    "superseded_step": "a later step told the same person",
    "silenced": "a silence holds it back",
}


def send_told(send: Send, wall: Wall, last: Send | None = None, tries: int = 1) -> str:
    """One of them in a few words; without its own time, which stands beside it. `last`: of several tries that failed
    alike, the last."""
    step = "" if send.step is None else f"Step {send.step + 1}: "
    if send.why is not None:
        return f"{step}{send.person_id} not told: {_WHY.get(send.why, send.why)}"
    return {
        "sent": f"{step}{send.person_id} told{_by(send)}{_tries(send)}",
        "failed": f"{step}{send.person_id} not reached{_by(send)}{_error(send)}{_often(last, tries, wall)}"
        f"{_again(last or send, wall)}",
        "undelivered": f"{step}nobody could be reached; the chain goes on at once",
        "acknowledged": f"{send.person_id} says: I have it",
        "declined": f"{send.person_id} says: I can’t; the next step is told at once",
        "decided": f"{send.person_id} gives a decision",
    }.get(send.outcome, f"{step}{send.person_id}: {send.outcome}")


def _by(send: Send) -> str:
    return f" by {send.channel}" if send.channel not in (None, "none") else ""


def _tries(send: Send) -> str:
    return f" (try {send.attempt})" if (send.attempt or 1) > 1 else ""


def _error(send: Send) -> str:
    return f": {send.error.rstrip('.')}" if send.error else ""


def _often(last: Send | None, tries: int, wall: Wall) -> str:
    return "" if last is None or tries < 2 else f"; {tries} tries, the last at {wall.second(last.at)}"


def _again(send: Send, wall: Wall) -> str:
    return "" if send.retry_at is None else f"; again at {wall.clock(send.retry_at)}"
