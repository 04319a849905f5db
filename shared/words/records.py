"""What stands on record of records themselves: patterns worth a look (DOMAIN.md §7), and what was refused.

A pattern is a question to whoever knows the night, and nobody's fault: what is said of it names times and numbers only.
"""

from typing import Final

from shared.words.alert import Alert
from shared.words.times import Wall

PATTERNS: Final[dict[str, str]] = {
    "burst": "several checks entered together",
    "too_regular": "checks at very even distances",
    "quarter_hours": "checks on the quarter hours",
    "two_places": "two rooms within seconds",
    "off_duty": "a check by somebody without an open session",
    "on_break": "a check during a break",
    "seen_while_away": "a check during an absence",
    "headcount": "a headcount that differs from the children present",
    "edited_after": "a check corrected after an incident",
    "unproved": "checks mostly without a tag",
    "clock": "a device's clock that differs",
}
"""What each pattern is called, by `facts.pattern`."""
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


def anomaly(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `anomaly`: the pattern, its reason as the facts give it, how many entries, and when it was complete."""
    pattern, reason = str(alert.facts.get("pattern", "")), str(alert.facts.get("reason", ""))
    entries = len(alert.facts.get("entries") or ())
    return (
        *((PATTERNS.get(pattern, pattern.replace("_", " ")),) if pattern else ()),
        *((reason.rstrip("."),) if reason else ()),
        *((f"{entries} {'entry' if entries == 1 else 'entries'}",) if entries else ()),
        f"at {wall.clock(alert.since)}",
    )


def refused(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `fact_refused`."""
    reason = str(alert.facts.get("reason", ""))
    return (_REFUSALS.get(reason, reason.replace("_", " ")), f"at {wall.clock(alert.since)}")
