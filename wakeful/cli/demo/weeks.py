"""The weeks around the sample night, as facts: one more home, where plans and reviews come late, each once. Pure data.

Nothing is asked of its nights here: it is told by the rules on plans and reviews alone.
"""

from datetime import date, timedelta
from typing import Any, Final

from services.sample import papers
from services.sample.cast import COMMISSIONERS, MANAGER, TIME_ZONE, Child, SampleHome
from services.sample.papers import pace_of
from services.sample.telling import Teller
from shared.facts import Fact
from shared.instants import Instant, show_instant
from shared.schedule import local_instant, midnight, parse_local_time
from wakeful.cli.demo.night import facts_of

FIRST: Final = date(2026, 2, 2)
LAST: Final = date(2026, 3, 20)
UNDER_WAY: Final[Instant] = midnight(TIME_ZONE, FIRST)
UNTIL: Final[Instant] = midnight(TIME_ZONE, LAST + timedelta(days=1))
_CHILD: Final = Child("sample-child-willow-1", "sample-room-1", COMMISSIONERS[0], suicide_risk=True)
HOME: Final = SampleHome("sample-willow", (_CHILD,), ("sample-worker-9", "sample-worker-10"), waking=1)
_POINT: Final = papers.point(HOME, _CHILD.room, "hook")


def weeks(seed: int) -> list[Fact]:
    """The weeks, in the order of the log."""
    office = _Office(seed)
    home, child, terms = HOME, _CHILD, papers.nightly(pace_of(_CHILD))
    stay = papers.stay(home, child)
    office.tell("2026-02-02", "09:00", "home.registered.v1", papers.registration(home, terms))
    office.tell("2026-02-02", "14:00", "placement.started.v1", stay)
    # the room had never been assessed, nor the home reviewed, when the first child came
    assessed = papers.assessment(home, child.room, date(2026, 8, 3))
    office.tell(
        "2026-02-04", "10:00", "environment.assessed.v1", _with_an_open_hook(assessed, date(2026, 2, 18))
    )
    office.tell("2026-02-04", "11:00", "suitability.reviewed.v1", papers.suitability(date(2026, 8, 3)))
    # five working days are over, and no plan is agreed; then one that lacks a few things; then a whole one
    review_by = date(2026, 3, 9)
    first = papers.plan(child, terms, 1, office.at("2026-02-11", "12:00"), review_by)
    office.tell("2026-02-11", "11:30", "plan.agreed.v1", papers.unfinished(first))
    office.tell("2026-02-13", "15:30", "plan.agreed.v1", _second(first, office.at("2026-02-13", "16:00")))
    made_safe = {"point_id": _POINT, "status": "removed", "approver": "sample-responsible-individual"}
    office.tell(
        "2026-02-20", "09:30", "anchor_point.changed.v1", made_safe | {"reason": "Taken away (sample)."}
    )
    # one review in time, after it was said to fall due; the other when it is overdue
    again = date(2026, 4, 3)
    office.tell("2026-03-05", "13:00", "suicide_plan.reviewed.v1", papers.review(child, again))
    office.tell("2026-03-11", "10:00", "ligature_plan.reviewed.v1", papers.review(child, again))
    # something happened: what protects the child is looked at within a day, or is overdue
    hurt = {"placement_id": child.id, "trigger": "self_harm"}
    office.tell("2026-03-16", "21:00", "review.triggered.v1", hurt)
    office.tell("2026-03-17", "14:00", "ligature_plan.reviewed.v1", papers.review(child, again))
    office.tell("2026-03-18", "09:00", "suicide_plan.reviewed.v1", papers.review(child, again))
    return facts_of(office.teller)


class _Office:
    def __init__(self, seed: int) -> None:
        self.teller = Teller(f"sample-weeks-{seed}")

    def at(self, day: str, clock: str) -> Instant:
        return local_instant(TIME_ZONE, date.fromisoformat(day), parse_local_time(clock))

    def tell(self, day: str, clock: str, type_: str, data: dict[str, Any]) -> None:
        self.teller.tell(HOME.id, MANAGER, type_, data, self.at(day, clock))


def _with_an_open_hook(assessed: dict[str, Any], due: date) -> dict[str, Any]:
    """The hook is to be taken away by a day."""
    hook, *others = assessed["anchor_points"]
    still_there = {"status": "open", "action": "Take it away (sample).", "owner": MANAGER}
    return {**assessed, "anchor_points": [hook | still_there | {"action_due": due.isoformat()}, *others]}


def _second(first: dict[str, Any], at: Instant) -> dict[str, Any]:
    return first | {"version": 2, "effective_from": show_instant(at)}
