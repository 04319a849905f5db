"""A home as reviews see it, and the children who live there: what is kept beside the fold's own. State only.

How facts and time change it is `rooms.py`, `plans.py`, `protective.py`, `points.py` and `model.py`. There may be
hundreds of thousands of these: what a home or a child does not have costs a word.
"""

from collections.abc import Iterator
from typing import cast

from services.reviews.points import Points
from services.reviews.reviewed import ROOM, SUITABILITY, Reviewed, What
from shared.home import Home, Placement, Promise
from shared.instants import NEVER, Instant
from shared.openalerts import OpenAlert
from shared.watching import WatchedHome


class ReviewedChild(Placement):
    """A child's stay, with its plan and the reviews of it."""

    __slots__ = ("changed", "incomplete", "lives_in", "missing", "missing_due", "protective")

    def __init__(self, home: Home, id: str) -> None:  # noqa: A002
        super().__init__(home, id)
        self.lives_in = ""
        """The room in which the child lives; empty while the placement is not in force."""
        self.missing_due: Instant = NEVER
        """When the fifth working day is over."""
        self.missing: OpenAlert | None = None
        self.incomplete: OpenAlert | None = None
        self.protective: tuple[Reviewed, ...] = ()
        """The reviews of the two protective plans, of each from when it was first stated in this stay."""
        self.changed = True
        """Since its row was last asked for."""

    @property
    def agreed(self) -> bool:
        """Whether an agreed plan is in force; *version 0 is none*."""
        return self.plan is not None and self.plan.number > 0

    def review_of(self, what: What) -> Reviewed | None:
        """The review of that part of the plan; None: it was never stated in this stay."""
        for known in self.protective:
            if known.what is what:
                return known
        return None

    def begin_review(self, what: What) -> Reviewed:
        """The review of that part, which is known from now on."""
        known = self.review_of(what)
        if known is None:
            known = Reviewed(what, self.id)
            self.protective = (*self.protective, known)
        return known


class ReviewsHome(WatchedHome):
    """A home, its rooms and anchor points, and its suitability."""

    __slots__ = (
        "assessments",
        "early",
        "first_child",
        "points",
        "suitability",
    )

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self.early: tuple[Promise, ...] = ()
        """What took effect before the home was registered, by when it did."""
        self.assessments: dict[str, Reviewed] = {}
        """The ligature assessment of each room: any that a child has lived in, or of which something was told."""
        self.points: Points | None = None
        self.suitability: Reviewed | None = None
        self.first_child: Instant = NEVER
        """When the first child ever came."""

    @property
    def children(self) -> dict[str, ReviewedChild]:
        """Its placements, those that are over too, by id."""
        return cast("dict[str, ReviewedChild]", self.placements)

    def assessment(self, room: str) -> Reviewed:
        """The assessment of that room, which is known from now on."""
        known = self.assessments.get(room)
        if known is None:
            known = self.assessments[room] = Reviewed(ROOM, room)
        return known

    def suitable(self) -> Reviewed:
        """The review of its suitability."""
        if self.suitability is None:
            self.suitability = Reviewed(SUITABILITY, self.id)
        return self.suitability

    def anchors(self) -> Points:
        """Its anchor points."""
        if self.points is None:
            self.points = Points()
        return self.points

    def lived_in(self, room: str) -> bool:
        """*A child in force lives in the room.*"""
        return any(child.lives_in == room for child in self.children.values())

    def inhabited(self) -> bool:
        """*A child in force lives in the home.*"""
        return any(child.in_force for child in self.children.values())

    def all_reviewed(self) -> Iterator[Reviewed]:
        """All that is reviewed in it, in no particular order."""
        if self.suitability is not None:
            yield self.suitability
        yield from self.assessments.values()
        for child in self.children.values():
            yield from child.protective


def child_of(home: ReviewsHome, placement_id: str | None) -> ReviewedChild | None:
    """The child in force under that id in the home."""
    child = None if placement_id is None else home.children.get(placement_id)
    return child if child is not None and child.in_force else None


def as_child(placement: Placement) -> ReviewedChild:
    """A placement of this service's fold."""
    return cast(ReviewedChild, placement)
