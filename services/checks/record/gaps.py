"""The gaps of a record: *every gap between valid checks while a rule is in force is recorded once* (DOMAIN.md §3).

A gap runs from a valid check, or from where watching or a rule begins, to the next valid check, or to where watching or
the rule ends. Compliance is measured in `night`.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from services.checks.deadline import piece_at, reckon
from shared.home import PlanVersion
from shared.home.own_times import Check, OwnTimes, Span
from shared.instants import NEVER, Duration, Instant

Status: TypeAlias = Literal["on_time", "late", "missed", "unreported"]


class Gap(NamedTuple):
    """One gap."""

    start: Instant
    end: Instant
    open: bool
    """It has not ended yet."""
    ceiling: Duration
    """Of the rule in force at the deadline, else at the end."""
    due: Instant
    """`D`; NEVER where none bound."""
    status: Status
    check: Check | None
    """The check that ended it."""

    @property
    def elapsed(self) -> Duration:
        """How long it was, or has been so far."""
        return self.end - self.start

    @property
    def overdue(self) -> Duration:
        """The part of it beyond the ceiling."""
        return max(0, self.end - max(self.due, self.start)) if self.due < self.end else 0


def gaps(times: OwnTimes, now: Instant) -> list[Gap]:
    """All gaps of the placement up to `now`, in order."""
    found: list[Gap] = []
    valid = [check for check in times.checks if check.valid and check.seen_at <= now]
    for span in times.watched:
        end = min(span.end, now)
        if span.start < end:
            found += _of_span(times.history, Span(span.start, end), valid, end == now and span.end > now)
    return found


def _of_span(
    history: Sequence[PlanVersion], span: Span, valid: Sequence[Check], is_open: bool
) -> Iterator[Gap]:
    anchor = span.start
    for check in valid:
        if check.seen_at <= anchor or check.seen_at > span.end:
            continue
        yield from _between(history, anchor, check.seen_at, check, False)
        anchor = check.seen_at
    if anchor < span.end:
        yield from _between(history, anchor, span.end, None, is_open)


def _between(
    history: Sequence[PlanVersion], anchor: Instant, end: Instant, check: Check | None, is_open: bool
) -> Iterator[Gap]:
    """The stretches between two anchors in which a rule was in force throughout, each a gap."""
    standing = reckon(history, anchor, anchor, end)
    stretches = list(_in_force(history, anchor, end))
    for place, stretch in enumerate(stretches):
        last = place == len(stretches) - 1 and stretch.end == end
        by_then = standing if last else reckon(history, anchor, anchor, stretch.end)
        fires = by_then.fires
        due = by_then.due if fires < NEVER else NEVER  # a deadline that does not bind is none
        yield Gap(
            stretch.start,
            stretch.end,
            is_open and last,
            piece_at(history, due if due < stretch.end else stretch.end - 1).ceiling,
            due,
            _status(stretch.end, due, fires, check if last else None),
            check if last else None,
        )


def _status(end: Instant, due: Instant, fires: Instant, check: Check | None) -> Status:
    """*late*: a valid check after due; *missed*: none by due + grace; *unreported*: missed as far as the server knew,
    later shown by a late-synced device to have been done in time (§1)."""
    if end <= due:
        told_late = check is not None and fires < NEVER and check.fact.appended_at > fires
        return "unreported" if told_late else "on_time"
    return "late" if end <= fires else "missed"


def _in_force(history: Sequence[PlanVersion], start: Instant, end: Instant) -> Iterator[Span]:
    """The longest stretches of [start, end) in which some rule is in force."""
    at, began = start, None
    while at < end:
        piece = piece_at(history, at)
        if piece.ceiling and began is None:
            began = at
        if not piece.ceiling and began is not None:
            yield Span(began, at)
            began = None
        at = min(piece.end, end)
    if began is not None:
        yield Span(began, end)
