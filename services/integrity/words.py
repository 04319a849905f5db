"""Every sentence that this service says of a record: one for each pattern, neutral, without names.

A pattern is worth a human look, and no more. What it may mean is for whoever looks.
"""

from typing import Final

from shared.instants import HOUR, MINUTE, SECOND, Duration

TWO_PLACES: Final = "Two checks by one worker in different rooms were recorded less than 5 seconds apart."
OFF_DUTY: Final = (
    "A check was recorded by somebody without an open session, at a time that asks for waking cover."
)
ON_BREAK: Final = "A check was recorded by a worker during a break that is on record."
SEEN_WHILE_AWAY: Final = "A child was recorded as seen at a time at which an absence is on record."
EDITED_AFTER: Final = "A check of the 2 hours before an incident was corrected after the incident."
CLOCK: Final = "The clock of a device and the times that came with a check do not agree."


def burst(checks: int, entered_within: Duration, seen_within: Duration) -> str:
    """3 or more checks entered at once."""
    return (
        f"{checks} checks by one worker were entered within {_length(entered_within)}; "
        f"the times they describe lie {_length(seen_within)} apart."
    )


def too_regular(spread: Duration) -> str:
    """Gaps that hardly differ."""
    return f"Six gaps in a row between checks of one child differ by {_length(spread)} at the most."


def quarter_hours(checks: int) -> str:
    """Checks on the quarter."""
    return f"{checks} checks of one child in a row lie within 30 seconds of a quarter of an hour."


def headcount(counted: int, present: int) -> str:
    """A handover that counted otherwise."""
    return f"A handover counted {_children(counted)}; {_children(present)} present by the record."


def unproved(manual: int, last: int, others_manual: int, others: int) -> str:
    """One worker's checks carry no tag, the others' do."""
    return (
        f"{manual} of a worker's last {last} checks were entered by hand, "
        f"of the others' last {others} in the home {others_manual}."
    )


def _children(count: int) -> str:
    return "1 child" if count == 1 else f"{count} children"


def _length(time: Duration) -> str:
    seconds = time / SECOND
    if time < MINUTE:
        return f"{seconds:g} seconds"
    hours, rest = divmod(time, HOUR)
    minutes, left = divmod(rest, MINUTE)
    parts = (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")
    return " ".join(part for part in (*parts, f"{left / SECOND:g} s" if left else "") if part)
