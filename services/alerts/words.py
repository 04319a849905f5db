"""An alert in plain words, for somebody who has never seen the rules: what it is, since when, what closed it.

Pure: text from numbers, in the home's local time, with *now* as an argument. No HTML, no rights, no database. The
exact numbers are in the feed; what is said here must never say more than they do.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from services.alerts.rows import AlertRow
from shared.instants import DAY, HOUR, MINUTE, SECOND, Duration, Instant, parse_instant
from shared.schedule import local_date, local_time, show_local_time

TITLES: Final[dict[str, str]] = {
    "check_missed": "Check missed",
    "child_not_found": "Child not found",
    "concern_raised": "Concern raised",
    "child_missing": "Child missing",
    "absence_expired": "Not back when expected",
    "child_away": "Child away",
    "cover_gap": "Not enough waking cover",
    "one_to_one_gap": "One-to-one cover missing",
    "observer_overrun": "One-to-one longer than two hours",
    "home_silent": "Nothing heard from the home",
    "plan_missing": "No agreed plan",
    "plan_incomplete": "Plan incomplete",
    "room_ligature_review_overdue": "Room ligature review overdue",
    "ligature_plan_review_overdue": "Ligature plan review overdue",
    "suicide_plan_review_overdue": "Suicide prevention plan review overdue",
    "suitability_review_overdue": "Suitability review overdue",
    "ligature_action_overdue": "Ligature action overdue",
    "review_due_soon": "Review due soon",
    "anomaly": "A pattern worth a look",
    "pattern_concern": "Missed on several nights",
    "fact_refused": "A record was refused",
}
"""What each kind is called on a screen. A kind that is not here is shown by its own name."""

SEVERITIES: Final[dict[str, str]] = {"page": "Act now", "notify": "Act soon", "info": "For information"}
COUNTED: Final[dict[str, str]] = {
    "page": "to act on now",
    "notify": "to act on soon",
    "info": "for information",
}
"""The same after a number."""

_REASONS: Final[dict[str, str]] = {
    "home_leave": "home leave",
    "hospital": "hospital",
    "school": "school",
    "missing": "missing",
    "other": "another reason",
}
_REFUSALS: Final[dict[str, str]] = {
    "unknown_home": "its home is not registered",
    "unknown_zone": "its time zone does not exist",
    "zone_changed": "it gave the home another time zone",
    "unknown_check": "it corrects a check that is not known",
    "check_too_old": "it corrects a check of more than 28 days before",
    "windows_overlap": "two of its check rules overlap",
    "another_home": "it is about another home",
    "placement_in_force": "the placement had begun already",
    "version_used": "its plan version was used before",
    "lowers_protection": "it lowers protection, and nobody approved that",
    "close_without_approver": "it closes a protective plan, and nobody approved that",
    "absence_too_long": "the absence is too long without an approver",
    "unreadable": "it could not be read",
}
"""Why a record was refused, by the reason's slug (shared.acceptance)."""
_HOW: Final[dict[str, str]] = {
    "late": "seen, but late",
    "unreported": "the check had been done in time; its record arrived late",
    "restored": "put right",
    "returned": "the child is back",
    "reviewed": "reviewed",
    "disposition": "the child is away, or the absence was recorded anew",
    "superseded": "replaced by something newer",
    "ended": "no longer applies",
    "decision": "closed by a decision",
}
_ENDED: Final[dict[str, str]] = {
    "check_missed": "the placement ended",
    "cover_gap": "waking cover is no longer required",
    "one_to_one_gap": "one-to-one cover is no longer required",
}


class Told(NamedTuple):
    """An alert as a page tells it."""

    title: str
    severity: str
    """The severity in words."""
    about: str
    """What it is about: a placement, a room, a worker; empty where it is about the home itself."""
    points: tuple[str, ...]
    """What stands on record, in short pieces: `not seen since 02:00`, `due by 02:15`."""
    running: str
    """What the growing number means: `without a check`; empty where none runs."""
    counts_from: Instant
    closed: str
    """How it closed; empty while it is open."""


def told(alert: AlertRow, now: Instant) -> Told:
    """`alert` in words, as of `now`."""

    def clock(at: Instant) -> str:
        return local_clock(at, alert.zone, now)

    return Told(
        title=TITLES.get(alert.kind, alert.kind.replace("_", " ").capitalize()),
        severity=SEVERITIES.get(alert.severity, alert.severity),
        about=about(alert),
        points=_POINTS.get(alert.kind, _since)(alert, clock),
        running=_RUNNING.get(alert.kind, "open") if alert.resolved_at is None else "",
        counts_from=alert.since,
        closed=_closed(alert, clock),
    )


def about(alert: AlertRow) -> str:
    """The child, place, worker or device that the alert is about."""
    if alert.placement_id is not None:
        return alert.placement_id
    if alert.point_id is not None:
        return f"point {alert.point_id}"
    if alert.room is not None:
        return f"room {alert.room}"
    return alert.staff_id or alert.device or ""


def local_clock(at: Instant, zone: str | None, now: Instant) -> str:
    """`02:15`; with its day where that is another one there and half a day away or more: `Sat 28 Mar, 02:15`, so that
    the two halves of one night read alike. UTC where no zone is known."""
    name, mark = (zone, "") if zone is not None else ("UTC", " UTC")
    day, minute = local_time(name, at)
    text = show_local_time(minute) + mark
    if day == local_date(name, now) or abs(now - at) < DAY // 2:
        return text
    return f"{day:%a} {day.day} {day:%b}, {text}"


def exact_clock(at: Instant, zone: str | None) -> str:
    """To the second: `02:14:07`, in the home's time; UTC, and said so, where there is no one zone."""
    _, minute = local_time(zone or "UTC", at)
    return f"{show_local_time(minute)}:{at % MINUTE // SECOND:02d}" + ("" if zone is not None else " UTC")


def length(elapsed: Duration) -> str:
    """How long, as a person says it: `40 s`, `22 min`, `1 h 05 min`, `3 days`. What is cut off is never added."""
    elapsed = max(elapsed, 0)
    if elapsed < MINUTE:
        return f"{elapsed // SECOND} s"
    if elapsed < HOUR:
        return f"{elapsed // MINUTE} min"
    if elapsed < 2 * DAY:
        return f"{elapsed // HOUR} h {elapsed % HOUR // MINUTE:02d} min"
    return f"{elapsed // DAY} days"


_Clock = Callable[[Instant], str]


def _missed(alert: AlertRow, clock: _Clock) -> tuple[str, ...]:
    points = [f"not seen since {clock(alert.since)}"]
    if alert.deadline is not None:
        points.append(f"due by {clock(alert.deadline)}")
    if item := alert.facts.get("item"):
        points.append(f"the check planned for {item}")
    return tuple(points)


def _absence(alert: AlertRow, clock: _Clock) -> tuple[str, ...]:
    reason = str(alert.facts.get("reason", ""))
    why = (_REASONS.get(reason, reason),) if reason else ()
    if alert.kind == "absence_expired":
        return (*why, f"expected back by {clock(alert.since)}")
    until = alert.facts.get("expected_end")
    return (
        *why,
        f"since {clock(alert.since)}",
        *((f"until {clock(parse_instant(until))}",) if until else ()),
    )


def _cover(alert: AlertRow, clock: _Clock) -> tuple[str, ...]:
    required, evidenced = alert.facts.get("required"), alert.facts.get("evidenced")
    numbers = (f"{evidenced} of {required} awake on record",) if required is not None else ()
    return (*numbers, f"since {clock(alert.since)}")


def _refused(alert: AlertRow, clock: _Clock) -> tuple[str, ...]:
    reason = str(alert.facts.get("reason", ""))
    return (_REFUSALS.get(reason, reason.replace("_", " ")), f"at {clock(alert.since)}")


def _found(alert: AlertRow, clock: _Clock) -> tuple[str, ...]:
    return (f"looked for and not found at {clock(alert.since)}",)


def _concern(alert: AlertRow, clock: _Clock) -> tuple[str, ...]:
    who = alert.facts.get("from")
    return (*((f"from {who}",) if who else ()), f"at {clock(alert.since)}", "a check is asked for now")


def _since(alert: AlertRow, clock: _Clock) -> tuple[str, ...]:
    return (f"since {clock(alert.since)}",)


def _closed(alert: AlertRow, clock: _Clock) -> str:
    if alert.resolved_at is None:
        return ""
    how = _HOW.get(alert.how or "", alert.how or "")
    if alert.how == "ended":
        how = _ENDED.get(alert.kind, how)
    if alert.how == "decision" and alert.resolved_by:
        how = f"closed by a decision of {alert.resolved_by}"
    return f"Closed {clock(alert.resolved_at)}: {how}"


_POINTS: Final[dict[str, Callable[[AlertRow, _Clock], tuple[str, ...]]]] = {
    "check_missed": _missed,
    "child_not_found": _found,
    "concern_raised": _concern,
    "child_away": _absence,
    "child_missing": _absence,
    "absence_expired": _absence,
    "cover_gap": _cover,
    "one_to_one_gap": _cover,
    "fact_refused": _refused,
}
_RUNNING: Final[dict[str, str]] = {
    "check_missed": "without a check",
    "child_not_found": "not found",
    "concern_raised": "waiting for a check",
    "child_missing": "missing",
    "child_away": "away",
    "absence_expired": "overdue",
    "cover_gap": "short",
    "one_to_one_gap": "without one-to-one",
    "review_due_soon": "",
    "fact_refused": "",
}
