"""For how long somebody may have an alert, as the choices that a page offers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.answering import TERMS
from shared.instants import DAY, HOUR, MINUTE, Duration


@dataclass(frozen=True, slots=True)
class Length:
    """One choice."""

    minutes: int
    words: str
    default: bool


def lengths(kinds: Iterable[str]) -> tuple[Length, ...]:
    """The choices for alerts of these kinds together: what the strictest of them allows. None: nobody is asked."""
    terms = [TERMS[kind] for kind in kinds if kind in TERMS]
    if not terms:
        return ()
    longest = min(each.longest for each in terms)
    default = min(longest, *(each.default for each in terms))
    shorter = (default // 2,) if default < DAY else ()
    offered = sorted({*shorter, default, *(each for each in (2 * default, longest) if each <= longest)})
    return tuple(Length(each // MINUTE, words(each), each == default) for each in offered)


def chosen(kind: str, minutes: int | None) -> Duration:
    """How long, for an alert of this kind: what was chosen, or the kind's default; never longer than it allows."""
    terms = TERMS[kind]
    return terms.default if minutes is None else max(MINUTE, min(minutes * MINUTE, terms.longest))


def words(length: Duration) -> str:
    """`10 min`, `2 h`, `1 day`."""
    if length < HOUR:
        return f"{length // MINUTE} min"
    if length < DAY:
        return f"{length // HOUR} h"
    return f"{length // DAY} day{'' if length == DAY else 's'}"
