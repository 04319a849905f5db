"""A home as the pager's monitor keeps it: its on-call with its history, and its alerts that are open. State only, pure.

Which fact does what is the model's (`model.py`); what happens to alerts, `lives.py`; the form at rest, `saved.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from services.pager.desk import DeskAlert, DeskHome
from shared.home import Home, Placement
from shared.instants import DAY, NEVER, Instant, parse_instant
from shared.watching import WatchedHome

KEPT: Final = 28 * DAY
"""So long what was replaced is remembered: an alert may have been raised under it."""

NOTHING_SAID: Final[Mapping[str, Any]] = {}

History: TypeAlias = Sequence[tuple[Instant, Mapping[str, Any]]]
"""What was set, by when it took effect, oldest first."""


class Given(NamedTuple):
    """Somebody says that he has an alert."""

    at: Instant
    by: str
    until: Instant
    action: Any


class Early(NamedTuple):
    """An answer that was read before its alert was."""

    at: Instant
    data: Mapping[str, Any]


class Kept(NamedTuple):
    """An open alert, and what only the monitor remembers of it."""

    alert: DeskAlert
    before: str | None = None
    """Who acknowledged it last, whatever came of that."""
    said_at: Instant = -NEVER
    """When he said so."""
    given: tuple[Given, ...] = ()
    """Who said so since, by answers about which nobody has decided yet; `alert` is without them."""


class PagerPlacement(Placement):
    """A placement, and whose it was before it started anew."""

    __slots__ = ("earlier",)

    def __init__(self, home: Home, id: str) -> None:  # noqa: A002
        super().__init__(home, id)
        self.earlier: Sequence[tuple[Instant, str]] = ()
        """Until when, and whose."""

    def whose(self, at: Instant) -> str | None:
        """The commissioner at `at`; None: not known."""
        then = next((whose for until, whose in self.earlier if at < until), self.commissioner_id)
        return then or None


class PagerHome(WatchedHome):
    """One home. Thousands of them are in mind: what is empty is one empty thing for all."""

    __slots__ = ("changed", "early", "moved", "open", "overrides", "policies", "rotas", "said", "silences")

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self.changed = 0
        """Of the home-partition's changes of on-call, its last."""
        self.policies: History = ()
        self.rotas: Mapping[str, History] = {}
        self.overrides: Sequence[Mapping[str, Any]] = ()
        """Those not over, in the order in which they took effect."""
        self.silences: Sequence[Mapping[str, Any]] = ()
        self.open: dict[str, Kept] = {}
        self.early: tuple[Early, ...] = ()
        self.said: Mapping[str, Any] = NOTHING_SAID
        """While it is restored: what is kept of answers beside the rows of alerts (`answers.rest`)."""
        self.moved: Mapping[str, None] = {}
        """Placements that have changed since rows were last asked for."""

    @property
    def next_end(self) -> Instant:
        """When the next override or silence is over; NEVER: none is."""
        ends = [*(parse_instant(each["to"]) for each in self.overrides)]
        ends += (parse_instant(each["until"]) for each in self.silences)
        return min(ends, default=NEVER)

    def forget_ended(self, at: Instant) -> None:
        """Overrides and silences that are over by `at`: the last instant is not theirs."""
        if self.next_end <= at:
            self.overrides = tuple(o for o in self.overrides if parse_instant(o["to"]) > at)
            self.silences = tuple(s for s in self.silences if parse_instant(s["until"]) > at)

    def desk(self) -> DeskHome:
        """As the engine reads it."""
        return DeskHome(
            self.id,
            self.provider_id or None,
            self.zone or "UTC",
            in_force(self.policies),
            {name: dict(told) for name, each in self.rotas.items() if (told := in_force(each)) is not None},
            [dict(each) for each in self.overrides],
            [dict(each) for each in self.silences],
            [each.staff_id for each in sorted(self.sessions.values(), key=_wakefulness)],
            sorted({each.commissioner_id for each in self.placements.values() if each.in_force}),
        )


def in_force(history: History, at: Instant = NEVER) -> Mapping[str, Any] | None:
    """What is in force at `at` (now, where none is said); None: nothing was set yet."""
    return next((told for since, told in reversed(history) if since <= at), None)


def followed(history: History, since: Instant, told: Mapping[str, Any]) -> History:
    """The history with what takes effect at `since`, which is not before the others; without what was replaced long
    before."""
    recent = [n for n, (_, _) in enumerate(history) if _until(history, n, since) > since - KEPT]
    return (*(history[n] for n in recent), (since, told))


def _until(history: History, n: int, since: Instant) -> Instant:
    return history[n + 1][0] if n + 1 < len(history) else since


def _wakefulness(session: Any) -> tuple[bool, Instant, str]:
    """Sleep-in last; who has been there longest first."""
    return session.role == "sleep_in", session.since, session.staff_id
