"""What stands on record of a night: checks, absences, concerns, waking cover (DOMAIN.md §3, §4)."""

from typing import Final

from shared.instants import parse_instant
from shared.words.alert import Alert
from shared.words.times import Wall

_REASONS: Final[dict[str, str]] = {
    "home_leave": "home leave",
    "hospital": "hospital",
    "school": "school",
    "missing": "missing",
    "other": "another reason",
}


def missed(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `check_missed`."""
    points = [f"not seen since {wall.clock(alert.since)}"]
    if alert.deadline is not None:
        points.append(f"due by {wall.clock(alert.deadline)}")
    if item := alert.facts.get("item"):
        points.append(f"the check planned for {item}")
    return tuple(points)


def not_found(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `child_not_found`."""
    return (f"looked for and not found at {wall.clock(alert.since)}",)


def concern(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `concern_raised`."""
    who = alert.facts.get("from")
    return (*((f"from {who}",) if who else ()), f"at {wall.clock(alert.since)}", "a check is asked for now")


def absence(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `child_away`, `child_missing` and `absence_expired`."""
    reason = str(alert.facts.get("reason", ""))
    why = (_REASONS.get(reason, reason),) if reason else ()
    if alert.kind == "absence_expired":
        return (*why, f"expected back by {wall.clock(alert.since)}")
    until = alert.facts.get("expected_end")
    return (
        *why,
        f"since {wall.clock(alert.since)}",
        *((f"until {wall.clock(parse_instant(until))}",) if until else ()),
    )


def cover(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `cover_gap`: how many, and who does not count just now, without a word about why.

    When somebody was last known to be awake is not among the facts; `since` is when the shortage began."""
    required, evidenced = alert.facts.get("required"), alert.facts.get("evidenced")
    lapsed, on_break = (alert.facts.get(name) or () for name in ("lapsed", "on_break"))
    return (
        *((f"{evidenced} of {required} awake on record",) if required is not None else ()),
        *((f"no recent sign of being awake: {', '.join(lapsed)}",) if lapsed else ()),
        *((f"on a break: {', '.join(on_break)}",) if on_break else ()),
        f"since {wall.clock(alert.since)}",
    )


def one_to_one(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `one_to_one_gap`."""
    return ("nobody awake on record for this child alone", f"since {wall.clock(alert.since)}")


def overrun(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `observer_overrun`."""
    child = alert.facts.get("placement_id")
    return (*((f"with {child}",) if child else ()), f"without a break since {wall.clock(alert.since)}")
