"""What people are told when nobody watches, and when somebody does again. Pure.

Short, since it is read at night: what, since when, and what to do now. Whoever runs the system is told why; whoever
answers for a home is told that the home must watch by itself.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from services.pager.alive.whom import Call, Trouble, Why
from services.pager.channels.base import Message
from shared.instants import Instant
from shared.words.times import length, local_clock

PAGER: Final = "pager"
_SHOWN: Final = 20
"""Troubles that one message lists; of the rest, how many."""
_BY_YOURSELVES: Final = (
    "Keep your checks by yourselves, and write them down on the phones as always: nothing is lost."
)
_MEND: Final = "What to do: docs/operating.md. `wakeful doctor` on the machine says what is wrong."


def message(call: Call, at: Instant, link: str | None) -> Message:
    """One call in words. `at`: when it was first made; `link`: where the pages are."""
    over = call.why is Why.OVER
    title = _over(call, at) if over else _dark(call, at)
    lines = [title, *_lines(call, at)]
    if not over:
        lines += [_MEND] if call.contact.operations else []
        lines += [_BY_YOURSELVES] if call.contact.homes else []
    return Message(
        key=call.key,
        purpose="update" if over else "operations",
        status="resolved" if over else "open",
        alert_ids=(),
        title=title,
        text="\n\n".join(lines),
        html="".join(f"<p>{escape(line)}</p>" for line in lines),
        link=link,
        actions=(),
        at=at,
        labels={"kind": "monitor_blind", "severity": "operations", **_of_one_home(call.troubles)},
        thread=call.thread,
    )


def _dark(call: Call, at: Instant) -> str:
    """The line that says it all."""
    worst = call.troubles[0]
    still = "still " if call.why is Why.AGAIN else ""
    if worst.home_id is None:
        whom = _all_homes(worst, call.contact.operations)
        return f"Wakeful: {still}{whom} {_since(call, worst, at)}"
    homes = sorted({each.home_id for each in call.troubles if each.home_id})
    named = f"home {homes[0]} is" if len(homes) == 1 else f"{len(homes)} homes are"
    return f"Wakeful: {still}{named} not watched {_since(call, worst, at)}"


def _all_homes(trouble: Trouble, operations: bool) -> str:
    """A pager that stands still is another trouble than a watch that does: alerts are on the feed, and wake nobody."""
    if trouble.service == PAGER:
        return "alerts wake nobody" if operations else "your home's alerts wake nobody"
    return "no home is watched" if operations else "your home is not watched"


def _over(call: Call, at: Instant) -> str:
    first = min(call.troubles, key=lambda each: each.since)
    again = "Wakeful wakes people again" if first.service == PAGER else "Wakeful watches again"
    if first.since == 0:
        return again
    return f"{again}; it had not {_since(call, first, at)} ({length(at - first.since)})"


def _since(call: Call, trouble: Trouble, at: Instant) -> str:
    if trouble.since == 0:
        return "since the start"
    zone = None if call.contact.zone == "UTC" else call.contact.zone
    return f"since {local_clock(trouble.since, zone, at)}"


def _lines(call: Call, at: Instant) -> list[str]:
    """What else is to be said: to whoever runs the system, each trouble with its reason."""
    if call.why is Why.OVER:
        return ["What fell due meanwhile is raised now, with the time at which it was due."]
    if not call.contact.operations:
        return []
    shown = [_line(call, each, at) for each in call.troubles[:_SHOWN]]
    more = len(call.troubles) - len(shown)
    return [*shown, *([f"and {more} more"] if more else [])]


def _line(call: Call, trouble: Trouble, at: Instant) -> str:
    what = f"home {trouble.home_id}" if trouble.home_id else "all homes"
    by = f" by {trouble.service}" if trouble.service else ""
    return f"{what}{by}, {_since(call, trouble, at)}: {trouble.reason}"


def _of_one_home(troubles: Sequence[Trouble]) -> dict[str, str]:
    homes = {each.home_id for each in troubles}
    return {"home": next(iter(homes)) or ""} if len(homes) == 1 and None not in homes else {}
