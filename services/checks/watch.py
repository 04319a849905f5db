"""The watch over one child: what was seen last, the deadline, the items asked for, the alerts that are open.

State and the small moves on it. Which fact does what is the model's (`model.py`); the formula is `deadline.py`.
"""

from typing import Any, Final, NamedTuple

from services.checks.deadline import Asked, Piece, asked_between, next_asked, reckon
from shared.home import Home, Placement
from shared.instants import LONG_AGO, NEVER, Duration, Instant
from shared.openalerts import OpenAlert
from shared.wheel import UNFILED

NONE_YET: Final = None
GONE: Final = ""
"""In place of a check's id: the remembered check was withdrawn, and an older one does not come back (§3)."""


class Seen(NamedTuple):
    """A valid check: when the child was seen, which check it was, whether it was a return."""

    at: Instant
    id: str | None
    is_return: bool


NOBODY: Final = Seen(LONG_AGO, NONE_YET, False)
EARLIER: Final = 3
"""How many valid checks are remembered beside the latest and the one before it."""
FORGOTTEN: Final = Seen(LONG_AGO, GONE, False)


class Ring(OpenAlert):
    """An alert over a child that is open."""

    __slots__ = ("late", "latest", "rule_began", "worsens")

    def __init__(self, id: str, since: Instant, facts: dict[str, Any], level: int = 1) -> None:  # noqa: A002
        super().__init__(id, since, facts, level)
        self.worsens: Instant = NEVER
        """When check_missed worsens next; NEVER while that waits for a rule to begin."""
        self.rule_began: Instant = -NEVER
        """When the rule began that `worsens` is counted from, if it had to wait for one."""
        self.latest = since
        """Only what is observed after this closes it (child_not_found, concern_raised), or from it on
        (child_missing)."""
        self.late: list[str] = []
        """The valid checks since it was raised that were observed after the deadline they were to meet."""


class Watch(Placement):
    """One placement, watched: what the fold keeps of it, and what the watch does. A million of them are in mind:
    instants that are equal are one number where they can be, and what is empty is one empty thing."""

    __slots__ = (
        "_latest_id",
        "_latest_is_return",
        "alerts",
        "anchor",
        "asked",
        "began",
        "ceiling",
        "demanded",
        "dirty",
        "due",
        "earlier",
        "filed",
        "fires",
        "fires_grace",
        "grace",
        "items_upto",
        "latest_at",
        "lit",
        "looks",
        "next_item",
        "piece_end",
        "piece_start",
        "quiet",
        "remembered",
        "watching",
    )

    def __init__(self, home: Home, id: str) -> None:  # noqa: A002
        super().__init__(home, id)
        self.due: Instant = NEVER
        self.looks: Instant = NEVER
        """When the next rule, item or promise takes effect: what checks do not move. One number for all children of a
        plan, so that it is not yet the millisecond before."""
        self.lit: Instant = LONG_AGO
        """When a promise last took effect: what it made past came to light then."""
        self.filed: Instant = UNFILED
        self.dirty = False
        self.alerts: dict[str, Ring] | None = None
        """By kind; None while all is quiet."""
        self.forget()

    def forget(self) -> None:
        """A new life: no check is carried over."""
        self.latest = NOBODY
        self.remembered: Seen = NOBODY
        self.earlier: tuple[Seen, ...] = ()
        """The latest few valid checks beside these two, newest first: they move nothing, but the child was seen."""
        self.began: Instant = NEVER
        self.quiet: tuple[tuple[Instant, Instant], ...] = ()
        """(when a withdrawn check had seen the child, its correction): items up to the correction that it had settled
        are not asked again (§3, Corrections)."""
        self.anchor: Instant = NEVER
        self.demanded = False
        self.stop()

    def stop(self) -> None:
        """Nothing is due: the child is away, or the placement is over."""
        self.watching = False
        self.fires: Instant = NEVER
        """`D + grace`; NEVER where `D` does not bind."""
        self.fires_grace: Duration = 0
        """The grace in `fires`: `D` is what is left without it."""
        self.piece_start: Instant = NEVER
        self.piece_end: Instant = NEVER
        self.ceiling: Duration = 0
        self.grace: Duration = 0
        self.asked: tuple[Asked, ...] = ()
        self.items_upto: Instant = NEVER
        self.next_item: Instant = NEVER

    def begin(self, at: Instant, clock: Instant) -> None:
        """Watching begins at `at` (placement start, end of a disposition, a return)."""
        self.was_earlier(self.remembered)
        self.was_earlier(self.latest)
        self.latest = self.remembered = NOBODY
        self.watching = True
        self.began = self.anchor = at
        self.quiet = ()
        self.demanded = False
        self.asked = ()
        self.items_upto = at - 1
        self.reckon(clock)
        self.ask(clock)

    @property
    def order(self) -> tuple[str, ...]:
        """Its place among those due at one instant."""
        return self.home.id, self.id

    @property
    def latest(self) -> Seen:
        """The latest valid check. Kept in parts: its instant is asked for at every check, the rest hardly ever."""
        return Seen(self.latest_at, self._latest_id, self._latest_is_return)

    @latest.setter
    def latest(self, check: Seen) -> None:
        self.latest_at, self._latest_id, self._latest_is_return = check

    @property
    def g(self) -> Instant:
        """The later of the latest valid check and the moment watching began."""
        return max(self.latest_at, self.began)

    @property
    def known_at(self) -> Instant:
        """When the child was last seen, as far as is remembered."""
        others = self.earlier[0].at if self.earlier else -NEVER
        return max(self.latest_at, self.remembered.at, others)

    def reckon(self, clock: Instant) -> None:
        """The deadline anew, from the anchor to the clock."""
        standing = reckon(self.history, self.anchor, self.g, clock, self.demanded)
        self.fires = standing.fires
        self.fires_grace = standing.fires - standing.due if standing.fires != NEVER else 0
        self.stand_in(standing.piece)

    def stand_in(self, piece: Piece) -> None:
        """The clock stands in `piece`."""
        self.piece_start, self.piece_end = piece.start, piece.end
        self.ceiling, self.grace = piece.ceiling, piece.grace

    def ask(self, clock: Instant) -> None:
        """The `times` items up to the clock are asked for, but for those a check has settled."""
        if self.items_upto < clock:
            new = asked_between(self.history, self.items_upto + 1, clock)
            self.asked += tuple(
                item for item in new if self.known_at < item.opens and not self._is_quiet(item)
            )
            self.items_upto = clock
        self.next_item = next_asked(self.plan, clock)

    def ask_again(self, clock: Instant) -> None:
        """A check was withdrawn: the items that it alone had settled are asked for again."""
        self.items_upto = self.began - 1
        self.asked = ()
        self.ask(clock)

    def _is_quiet(self, item: Asked) -> bool:
        return any(item.opens <= seen_at and item.at <= told for seen_at, told in self.quiet)

    def plan_changed(self, at: Instant) -> None:
        """Another version is in force from `at`: its items count from that instant on, the old ones until then."""
        self.asked = tuple(item for item in self.asked if item.at < at)
        self.items_upto = at - 1
        self.reckon(at)
        self.ask(at)

    def settle(self, seen_at: Instant) -> None:
        """A valid check observed from `t − tolerance` on settles the item."""
        if self.asked:
            self.asked = tuple(item for item in self.asked if item.opens > seen_at)

    def own_deadline(self) -> Instant:
        """The child's own deadline: the earliest of `D`, where it binds, and the unsettled items."""
        due = self.fires - self.fires_grace if self.fires != NEVER else NEVER
        return min(due, *(item.due for item in self.asked)) if self.asked else due

    def earliest_miss(self) -> tuple[Instant, Instant, Asked | None]:
        """What would be missed first, as (fires, due, item): the earliest `D + grace`, then `D`; of two items that
        fall on one instant (in the hour that spring leaves out) the one with the earlier local time."""
        first: tuple[Instant, Instant, Asked | None] = (self.fires, self.fires - self.fires_grace, None)
        if self.asked:
            item = min(self.asked, key=lambda asked: (asked.fires, asked.due, asked.minute))
            if (item.fires, item.due) < first[:2]:
                first = (item.fires, item.due, item)
        return first

    def seen(self, check: Seen) -> bool:
        """Remember a valid check; whether it moves the gap. *Only a valid check observed later than the latest one
        does; the remembered one is the latest known before it by observed_at.*"""
        if check.at < self.began:
            self.was_earlier(check)
            return False
        if check.at > self.latest_at:
            latest = self.latest
            if latest.id:
                self.was_earlier(self.remembered)
                self.remembered = latest
            self.latest = check
            return True
        if self.remembered.at < check.at:
            check, self.remembered = self.remembered, check
        self.was_earlier(check)
        return False

    def moved_on(self, at: Instant, check_id: str) -> None:
        """`seen`, for the common check: one that is later than all that is known."""
        if self._latest_id:
            before, earlier = self.remembered, self.earlier
            if earlier and before.at < earlier[0].at:
                self.was_earlier(before)
            elif before.id:
                self.earlier = (before, *earlier[: EARLIER - 1])
            self.remembered = self.latest
        self.latest_at, self._latest_id, self._latest_is_return = at, check_id, False

    def was_earlier(self, check: Seen) -> None:
        """Remember a valid check that is neither the latest nor the one before it."""
        if check.id:
            self.earlier = tuple(sorted((*self.earlier, check), key=lambda each: -each.at)[:EARLIER])

    def never_was(self, check_id: str) -> bool:
        """Forget a withdrawn check that is neither of the two; whether it was remembered."""
        kept = tuple(check for check in self.earlier if check.id != check_id)
        was, self.earlier = len(kept) < len(self.earlier), kept
        return was

    def next_look(self) -> Instant:
        """When the model has to look at this child next. What takes effect *at* an instant is looked at a millisecond
        early, because deadlines fire only after theirs."""
        due = min(self.piece_end, self.next_item, self.next_promise)
        self.looks = due
        due = self.early_look()
        missed = self.alert("check_missed")
        due = min(due, self.earliest_miss()[0] if missed is None else missed.worsens)
        away = self.away
        if away is not None and self.alert("absence_expired") is None:
            due = min(due, away.expected_end)
        return due

    def early_look(self) -> Instant:
        """A millisecond before `looks`."""
        return self.looks - 1 if self.looks != NEVER else NEVER

    def alert(self, kind: str) -> Ring | None:
        """The open alert of that kind, if there is one."""
        return None if self.alerts is None else self.alerts.get(kind)

    def opened(self, kind: str, alert: Ring) -> None:
        """An alert is open."""
        if self.alerts is None:
            self.alerts = {}
        self.alerts[kind] = alert

    def closed(self, kind: str) -> None:
        """An alert is closed."""
        if self.alerts is not None:
            self.alerts.pop(kind, None)
            if not self.alerts:
                self.alerts = None
