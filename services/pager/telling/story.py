"""An alert's story in a few lines: who was told and when, what they answered, until when somebody had it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from services.pager.telling.given import Happened
from shared.instants import Instant
from shared.words import Wall

LINES_AT_MOST: Final = 12
"""The latest lines that are told; before them, how many there were."""


class Line(NamedTuple):
    """A line of the story."""

    clock: str
    text: str


def story_lines(story: Sequence[Happened], wall: Wall, *, beside: bool) -> tuple[Line, ...]:
    """The story, the earliest first. `beside`: for a reader outside the provider, to whom it is not said whom each
    message went to, nor who could not take it: as on the alert's page."""
    told = (each for each in story if not (beside and each.what == "declined"))
    ordered = sorted(told, key=lambda each: each.at)
    lines = tuple(_lines(ordered, wall, beside=beside))
    hidden = len(lines) - LINES_AT_MOST
    if hidden <= 0:
        return lines
    return (Line("", f"{hidden} earlier lines are on the alert's page"), *lines[hidden:])


def _lines(story: Sequence[Happened], wall: Wall, *, beside: bool) -> Iterator[Line]:
    for (what, step), some in groupby(story, key=lambda each: (each.what, each.step)):
        together = list(some)
        if what == "told":
            yield Line(wall.clock(together[0].at), _told(together, step, beside=beside))
        else:
            lines = [Line(wall.clock(each.at), _one(each, wall)) for each in together]
            yield from dict.fromkeys(lines)  # that a step reached nobody is on record of each person in it


def _told(together: Sequence[Happened], step: int | None, *, beside: bool) -> str:
    people = list(dict.fromkeys(each.who for each in together if each.who))
    nth = "" if step is None else f"step {step + 1}: "
    if beside:
        count = len(people)
        return f"{nth}{count} {'person was' if count == 1 else 'people were'} told"
    return f"{nth}told to {', '.join(people)}"


def _one(each: Happened, wall: Wall) -> str:
    who = each.who or "somebody"
    if each.what == "unreached":
        return f"step {each.step + 1}: nobody could be reached" if each.step is not None else "nobody reached"
    if each.what == "has_it":
        had = each.until is not None and each.until <= wall.now
        return f"{who} {'had' if had else 'has'} it{_until(each.until, wall)}"
    return {
        "declined": f"{who} cannot take it",
        "open_again": "open again: nobody has it",
        "closed": "closed" if each.who is None else f"closed by a decision of {who}",
    }.get(each.what, each.what)


def _until(until: Instant | None, wall: Wall) -> str:
    return "" if until is None else f" until {wall.clock(until)}"
