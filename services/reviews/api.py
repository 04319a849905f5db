"""What falls due by home, child and room, and the history of reviews, over HTTP (API.md). Read-only, over the service's
own tables and the log's index of facts by home. Who may see what is asked by the one predicate of
`shared.security.rights` (`reading.py`).
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlalchemy import Engine

from services.reviews.history import of_a_child, of_a_room
from services.reviews.reading import Reading
from services.reviews.reviewed import ROOM
from services.reviews.shapes import (
    HomeReviews,
    PlacementReviews,
    RoomReviews,
    Stay,
    due_shape,
    entries,
    plan_shape,
    point_shape,
)
from shared.facts import Fact
from shared.log.base import Log, fact_of
from shared.security.rights import Actor, Right
from shared.topics import PLAN_CHANGES
from shared.web.access import needs
from shared.web.cursors import Mark, cursor_of, mark_of
from shared.web.problems import missing

Reader = Annotated[Actor, needs(Right.READ)]
Cursor = Annotated[str | None, Query(description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]
_TOPICS: Final = (PLAN_CHANGES,)


def api_routes(views: Engine, log: Log) -> APIRouter:
    """`/homes/{id}/reviews`, `/homes/{id}/rooms/{room}/reviews` and `/placements/{id}/reviews`, to be mounted under
    `/api/v1`."""
    router = APIRouter(tags=["reviews"])
    reading = Reading(views)

    def facts_of(home_id: str) -> list[Fact]:
        return [fact_of(record) for record in log.home(home_id, _TOPICS)]

    @router.get("/homes/{home_id}/reviews", response_model_exclude_none=True)
    def home_reviews(reader: Reader, home_id: str, cursor: Cursor = None, limit: Limit = 100) -> HomeReviews:
        """What falls due in a home, the first first: rooms, suitability, anchor points' actions, and of the children
        whom the reader may see their plans and the reviews of them; and how those plans stand."""
        if reading.home(reader, home_id) is None:
            raise missing(f"no home {home_id} that you may see; GET /api/v1/homes lists them")
        due = reading.due(reader, home_id, mark_of(cursor), limit + 1)
        more = due[limit - 1] if len(due) > limit else None
        end = None if more is None else Mark(more["due_at"], f"{more['what']}/{more['subject']}")
        return HomeReviews(
            home_id=home_id,
            due=[due_shape(row) for row in due[:limit]],
            plans=[plan_shape(row) for row in reading.plans(reader, home_id)],
            next=cursor_of(end),
        )

    @router.get("/placements/{placement_id}/reviews", response_model_exclude_none=True)
    def placement_reviews(
        reader: Reader, placement_id: str, cursor: Cursor = None, limit: Limit = 100
    ) -> PlacementReviews:
        """A child's reviews: how the plan stands, what falls due, and every review and trigger told, the last one
        first, with the decision, who approved it, when it was and when it was told."""
        stays = reading.stays(reader, placement_id)
        if not stays:
            raise missing("there is no such placement among those that you may see")
        told = [fact for stay in stays for fact in of_a_child(facts_of(stay["home_id"]), placement_id)]
        told.sort(key=_place, reverse=True)
        page, end = _page(told, cursor, limit)
        return PlacementReviews(
            placement_id=placement_id,
            stays=[
                Stay(
                    home_id=stay["home_id"],
                    in_force=stay["in_force"],
                    plan=plan_shape(stay),
                    due=[
                        due_shape(row)
                        for row in reading.due(reader, stay["home_id"], placement_id=placement_id)
                    ],
                )
                for stay in stays
            ],
            history=entries(page),
            next=end,
        )

    @router.get("/homes/{home_id}/rooms/{room}/reviews", response_model_exclude_none=True)
    def room_reviews(
        reader: Reader, home_id: str, room: str, cursor: Cursor = None, limit: Limit = 20
    ) -> RoomReviews:
        """A room's ligature assessments: when the next is due, its anchor points with their actions, and every
        assessment and change of a point, the last one first."""
        if reading.home(reader, home_id) is None:
            raise missing(f"no home {home_id} that you may see; GET /api/v1/homes lists them")
        standing = reading.reviewed(home_id, ROOM.name, room)
        told = of_a_room(facts_of(home_id), room)
        if standing is None and not told:
            raise missing(
                "nothing is known of such a room; rooms are as the home and its children's placements name them"
            )
        page, end = _page(told, cursor, limit)
        return RoomReviews(
            home_id=home_id,
            room=room,
            lived_in=standing is not None and standing["watched"],
            review=None if standing is None else due_shape(standing),
            points=[point_shape(row) for row in reading.points(home_id, room)],
            history=entries(page),
            next=end,
        )

    return router


def _place(fact: Fact) -> Mark:
    return Mark(fact.observed_at, fact.id)


def _page(told: Sequence[Fact], cursor: str | None, limit: int) -> tuple[Sequence[Fact], str | None]:
    """What lies behind the mark of a list whose last comes first, and the mark of what follows it."""
    mark = mark_of(cursor)
    behind = [fact for fact in told if mark is None or _place(fact) < mark]
    page = behind[:limit]
    return page, cursor_of(_place(page[-1])) if len(behind) > limit else None
