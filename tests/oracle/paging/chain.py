"""A slow, second reading of DOMAIN.md §6, *The chain*, written from the page alone: who is told of an alert, and when.

One alert of one home, one person a step, each message sent the moment it is due. It shares nothing with the pager but
the words of the policy. Times are ms after the alert was raised.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Told = tuple[int, str]
"""When, who."""
Said = Literal["acknowledged", "declined", "resolved"]


@dataclass(frozen=True)
class Rung:
    """A step."""

    after: int
    who: str | None
    """None: nobody is in it."""
    works: bool = True
    """Whether what is sent to him arrives on any channel."""


@dataclass(frozen=True)
class Happens:
    """What is said of the alert."""

    at: int
    what: Said
    by: str = ""
    until: int = 0


@dataclass
class Paper:
    """The sheet on which the night is worked out."""

    rungs: Sequence[Rung]
    every: int
    resort: str
    told: list[Told] = field(default_factory=list)
    reached: int = -1
    sent: int = 0
    has: str | None = None
    until: int = 0
    had_last: str | None = None

    def go(self, happens: Sequence[Happens], end: int) -> list[Told]:
        """Who is told by `end`."""
        self.next(0)
        for each in sorted(happens, key=lambda one: one.at):
            self.time_goes(each.at)
            if each.what == "resolved":
                return self.told
            if each.what == "declined":
                self.declined(each.at)
            else:
                self.acknowledged(each)
        self.time_goes(end + 1)
        return self.told

    def time_goes(self, to: int) -> None:
        """All that is due before then: the end of what somebody said, and the delays."""
        while (due := self.due()) < to:
            self.has = None
            self.next(due)

    def due(self) -> int:
        """*Delays count from when the step before was really sent. It stops while acknowledged.*"""
        if self.has is not None:
            return self.until
        last = self.reached >= len(self.rungs) - 1
        return self.sent + (self.every if last else self.rungs[self.reached + 1].after)

    def acknowledged(self, each: Happens) -> None:
        """*A second time running by the same person … the next step is told.* Whom another has, has it first."""
        if self.has not in (None, each.by):
            return
        again = self.had_last == each.by
        self.has = self.had_last = each.by
        self.until = each.until
        if again:
            self.next(each.at)

    def declined(self, at: int) -> None:
        """*Moves the chain on at once.* Whoever can't is not asked again: after the last step it is the last resort."""
        if self.has is not None:
            return
        if self.reached < len(self.rungs) - 1:
            self.next(at)
        elif self.told[-1][1] != self.resort:
            self.told.append((at, self.resort))
            self.sent = at

    def next(self, at: int) -> None:
        """*A step with nobody in it, or whose every channel failed, moves on at once; the last step repeats.*"""
        last = len(self.rungs) - 1
        for number in range(min(self.reached + 1, last), last + 1):
            self.reached, self.sent = number, at
            rung = self.rungs[number]
            if rung.who is not None and rung.works:
                self.told.append((at, rung.who))
                return
        self.told.append((at, self.resort))
