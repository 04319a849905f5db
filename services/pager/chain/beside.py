"""The commissioner's message: beside the chain, once an alert (DOMAIN.md §6).

    … messaged for a second level of `check_missed`, every `one_to_one_gap` and `concern_raised`, a `cover_gap` at its
    second level, and an overdue ligature plan review.

That the home's people have it, or that it belongs to a `home_silent`, changes nothing: it is their child.
"""

from dataclasses import replace
from typing import Final

from services.pager.chain.hours import opens
from services.pager.chain.parts import Case, Decision, Queued
from services.pager.chain.policy import COMMISSIONER
from services.pager.desk import DeskAlert

FROM_LEVEL: Final = {
    "check_missed": 2,
    "cover_gap": 2,
    "one_to_one_gap": 1,
    "concern_raised": 1,
    "ligature_plan_review_overdue": 1,
}
"""From which level on the commissioner is messaged of a kind."""


def beside(case: Case, main: Decision) -> Decision:
    """`main`, and the commissioner's message where it is due."""
    if main.chain.commissioner or not _concerns_them(case.alert):
        return main
    allowed = opens(case.home.zone, case.now) if case.alert.severity == "notify" else case.now
    if case.now < allowed:
        return replace(main, look_again=min(main.look_again, allowed))
    persons = dict.fromkeys(case.people((COMMISSIONER,), case.now))
    if not persons:
        return main
    told = tuple(Queued(0, 0, person, "commissioner", "commissioner") for person in persons)
    return replace(main, queue=(*main.queue, *told), chain=replace(main.chain, commissioner=True))


def _concerns_them(alert: DeskAlert) -> bool:
    level = FROM_LEVEL.get(alert.kind)
    return level is not None and alert.level >= level
