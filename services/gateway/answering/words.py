"""What became of an answer, in words for whoever gave it. Pure."""

from typing import NamedTuple

from services.gateway.answering.answers import Given, Result
from services.gateway.answering.standing import Standing
from shared.instants import Instant
from shared.web.problems import Problem
from shared.words import local_clock


class Said(NamedTuple):
    """A line that says it all, and what else there is to say."""

    title: str
    lines: tuple[str, ...] = ()
    good: bool = True


def said_of(given: Given, kind: str, by: str, now: Instant) -> Said:
    """What is said to `by`, who answered."""
    standing = given.standing
    if given.problem is not None or standing is None:
        return _wrong(given.problem)
    if given.result is Result.RESOLVED:
        at = _clock(standing, standing.resolved_at, now)
        return Said("It is closed already", (f"Closed at {at}. Your answer is kept, and changes nothing.",))
    if given.result is Result.BEFORE:
        return Said("You have said so already", _who_has(standing, by, now))
    if kind == "decline":
        asked = "The next person is asked now." if standing.by in (None, by) else ""
        return Said(
            "Thank you for saying so", tuple(line for line in (asked, *_who_has(standing, by, now)) if line)
        )
    if kind == "decide":
        return Said("Your decision is recorded", ("It closes the alert, with your reason.",))
    lines: tuple[str, ...] = ("It stays quiet until then, and comes back if it is still open.",)
    if standing.by not in (None, by):
        lines += (f"{standing.by} had it before.",)
    return Said(f"You have it until {_clock(standing, given.until, now)}", lines)


def _who_has(standing: Standing, by: str, now: Instant) -> tuple[str, ...]:
    if standing.by is None or standing.until is None or standing.until <= now:
        return ()
    who = "You have" if standing.by == by else f"{standing.by} has"
    return (f"{who} it until {_clock(standing, standing.until, now)}.",)


def _wrong(problem: Problem | None) -> Said:
    if problem is None:
        return Said("There is no such alert", good=False)
    lines = (str(problem.detail), *(error.remedy for error in problem.errors))
    return Said("This was not taken", tuple(f"{line[:1].upper()}{line[1:]}." for line in lines), good=False)


def _clock(standing: Standing, at: Instant | None, now: Instant) -> str:
    return "" if at is None else local_clock(at, standing.zone, now)
