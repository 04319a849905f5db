"""Homes in which every service has something to see: workers who come, rest, pass on and forget, plans that are agreed
anew, whole and not, rooms that were to be assessed yesterday, and entries that are worth a second look.

What happens there is drawn, by whoever tells it: at the true time, in order. Sample data.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, Final

from shared.clock import now
from shared.instants import DAY, MINUTE, SECOND, Instant, show_instant
from tests.chaos.homes import RULE, STAFF, children_of
from tests.integration.house.posting import check, home_registered, placement_started, said

Body = dict[str, Any]
ROOM: Final = "sample-room"
WORKERS: Final = STAFF[:4]
"""Everybody who is on duty there."""
COVER: Final = {
    "from": "00:00",
    "to": "00:00",
    "waking_staff": 1,
    "dedicated": True,
    "proof_every": "PT6S",
    "meaning": "sample text",
}
_DUTIES: Final = ("night_checks", "night_cover", "escalation", "day_checks")
_RISKS: Final = ("emotional_risks", "behavioural_risks", "situational_risks", "warning_signs")


class Shift:
    """One such home. `settled` first, then `next`, again and again: what is to be told, in order."""

    def __init__(self, home: str, random: Random) -> None:
        self.home = home
        self._random = random
        self._children = children_of(home)
        self._version = 0

    def settled(self) -> list[Body]:
        """The home and its children; a room and an action that are overdue, a plan that lacks much, a wrong count."""
        home = home_registered(self.home, RULE)
        home["data"]["default_plan"]["night_cover"] = {**COVER, "dedicated": False}
        children = [placement_started(self.home, child) for child in self._children]
        return [
            home,
            *children,
            *self._assessed(-1),
            self._plan(whole=False),
            *self._hands_over(headcount=99),
        ]

    def next(self) -> list[Body]:
        """Something happens."""
        return list(self._random.choices(*zip(*WHAT, strict=True))[0](self))

    # -- who is on duty

    def _of_cover(self, what: str, worker: str, **more: Any) -> Body:
        body = said(f"cover.{what}.v1", self.home, self.home, {"staff_id": worker, **more})
        return {**body, "actor": worker}

    def _somebody(self) -> str:
        return self._random.choice(WORKERS)

    def _comes(self) -> Iterable[Body]:
        yield self._of_cover(
            "started", self._somebody(), role=self._random.choice(("waking", "waking", "sleep_in"))
        )

    def _watches_one(self) -> Iterable[Body]:
        yield self._of_cover("started", self._somebody(), role="one_to_one", placement_id=self._children[0])

    def _goes(self) -> Iterable[Body]:
        yield self._of_cover("ended", self._somebody())

    def _proves(self) -> Iterable[Body]:
        return [self._of_cover("proved", each, how="prompt") for each in self._random.sample(WORKERS, 2)]

    def _rests(self) -> Iterable[Body]:
        worker, other = self._random.sample(WORKERS, 2)
        relief = self._random.choice((None, other, other))
        yield self._of_cover("break_started", worker, relief_staff_id=relief, expected="PT20M")

    def _is_back(self) -> Iterable[Body]:
        yield self._of_cover("break_ended", self._somebody())

    def _hands_over(self, headcount: int | None = None) -> Iterable[Body]:
        before, after = self._random.sample(WORKERS, 2)
        counted = len(self._children) if headcount is None else headcount
        data = {"from_staff_id": before, "to_staff_id": after, "accepted": True, "headcount": counted}
        yield {**said("cover.handed_over.v1", self.home, self.home, data), "actor": after}

    # -- plans and reviews

    def _plan(self, *, whole: bool) -> Body:
        """The next version for the first child; it protects as the last one did."""
        self._version += 1
        child, at = self._children[0], show_instant(now())
        signed = [
            {"who": WORKERS[0], "role": role, "at": at} for role in ("registered_person", "placing_authority")
        ]
        plan: Body = {
            "placement_id": child,
            "version": self._version,
            "effective_from": at,
            "checks": [RULE],
            "night_cover": COVER,
            "roles": [{"duty": duty, "who": WORKERS[0]} for duty in (_DUTIES if whole else ())],
            "suicide_prevention": {
                **{risk: ["sample text"] for risk in _RISKS},
                "means_restriction": "sample text",
                "actions": [{"what": "sample text", "who": WORKERS[0]}],
                "review_by": _day(self._random.choice((-1, 3, 30))),
            },
            "ligature_plan": {"risks": ["sample text"], "controls": ["sample text"], "review_by": _day(3)},
            "suicide_risk": True,
            "signed": signed,
        }
        return said("plan.agreed.v1", self.home, child, plan)

    def _agrees(self) -> Iterable[Body]:
        yield self._plan(whole=self._random.random() < 0.5)

    def _assessed(self, days: int | None = None) -> Iterable[Body]:
        due = self._random.choice((-1, 3, 100)) if days is None else days
        point = {
            "point_id": f"{self.home}-point",
            "location": "sample text",
            "rating": "high",
            "control": "sample text",
        }
        data = {
            "room": ROOM,
            "anchor_points": [{**point, "status": "open", "action_due": _day(due)}],
            "assessor": WORKERS[0],
            "next_review": _day(due),
        }
        yield said("environment.assessed.v1", self.home, self.home, data)

    def _reviews(self) -> Iterable[Body]:
        child, days = self._children[0], self._random.choice((-1, 3, 30))
        data = {
            "placement_id": child,
            "decision": "continue",
            "reason": "sample text",
            "next_review": _day(days),
        }
        kind = self._random.choice(("ligature_plan", "suicide_plan"))
        yield said(f"{kind}.reviewed.v1", self.home, child, data)

    def _is_suitable(self) -> Iterable[Body]:
        data = {"decision": "suitable", "by": WORKERS[0], "next_review": _day(self._random.choice((-1, 3)))}
        yield said("suitability.reviewed.v1", self.home, self.home, data)

    def _happens(self) -> Iterable[Body]:
        child = self._random.choice(self._children)
        data = {"placement_id": child, "trigger": self._random.choice(("self_harm", "ligature_incident"))}
        yield said("review.triggered.v1", self.home, child, data)

    # -- checks

    def _round(self) -> Iterable[Body]:
        worker = self._somebody()
        return [{**check(self.home, child), "actor": worker} for child in self._children]

    def _enters_at_once(self) -> Iterable[Body]:
        """What was seen over the last minutes, in one go."""
        worker, at = self._somebody(), now()
        for number, child in enumerate(self._children[:3]):
            seen = show_instant(at - (3 - number) * 40 * SECOND)
            yield {
                **check(self.home, child),
                "actor": worker,
                "time": seen,
                "enteredat": show_instant(at + number),
            }

    def _with_a_clock(self) -> Iterable[Body]:
        before = show_instant(now() - 2 * MINUTE)
        yield {**check(self.home, self._random.choice(self._children)), "enteredat": before}


def _day(days: int) -> str:
    """The local date in so many days, or so."""
    at: Instant = now() + days * DAY
    return show_instant(at)[:10]


WHAT: Final[Sequence[tuple[Callable[[Shift], Iterable[Body]], int]]] = (
    (Shift._comes, 4),
    (Shift._watches_one, 3),
    (Shift._goes, 2),
    (Shift._proves, 6),
    (Shift._rests, 3),
    (Shift._is_back, 3),
    (Shift._hands_over, 2),
    (Shift._agrees, 2),
    (Shift._assessed, 1),
    (Shift._reviews, 2),
    (Shift._is_suitable, 1),
    (Shift._happens, 1),
    (Shift._round, 3),
    (Shift._enters_at_once, 1),
    (Shift._with_a_clock, 1),
)
