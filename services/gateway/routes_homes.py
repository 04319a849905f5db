"""Homes and placements as the door knows them, each reader shown what is theirs (`shared.security.rights`).

What is not a reader's is not there: 404, whether or not it exists. Nights and tonight are the checks service's.
"""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter

from services.gateway.fold import DoorFold
from services.gateway.shapes import (
    AwayShape,
    ChildShape,
    Homes,
    HomeShape,
    HomeWithChildren,
    PlacementShape,
    PlanShape,
)
from shared.home import Home, Placement
from shared.instants import Instant, show_instant
from shared.security.rights import Actor, HomeRef, Right, visible
from shared.web.access import needs
from shared.web.problems import missing

Reader = Annotated[Actor, needs(Right.READ)]


def home_routes(fold: DoorFold) -> APIRouter:
    """`/homes`, `/homes/{id}` and `/placements/{id}`."""
    router = APIRouter(tags=["homes"])

    @router.get("/homes")
    def homes(reader: Reader) -> Homes:
        """The homes that the reader may see, by id."""
        with fold.reading() as known:
            shown = [_home(reader, home) for _, home in sorted(known.items()) if _sees(reader, home)]
        return Homes(homes=shown)

    @router.get("/homes/{home_id}")
    def home(reader: Reader, home_id: str) -> HomeWithChildren:
        """One home, and those of its children that the reader may see."""
        with fold.reading() as known:
            found = known.get(home_id)
            if found is None or not _sees(reader, found):
                raise missing(f"no home {home_id} that you may see; GET /api/v1/homes lists them")
            return HomeWithChildren(
                **_home(reader, found).model_dump(), placements=[_child(c) for c in _children(reader, found)]
            )

    @router.get("/placements/{placement_id}")
    def placement(reader: Reader, placement_id: str) -> PlacementShape:
        """One placement: where it is in force, or was last."""
        with fold.reading() as known:
            stays = [s for home in known.values() if (s := home.placements.get(placement_id)) is not None]
            seen = [stay for stay in stays if _sees_child(reader, stay) and stay.started_at is not None]
            if not seen:
                raise missing(f"no placement {placement_id} that you may see; homes list theirs")
            return _placement(max(seen, key=lambda stay: (stay.in_force, stay.started_at or 0)))

    return router


def _ref(home: Home) -> HomeRef:
    return HomeRef(home.id, home.provider_id)


def _sees(reader: Actor, home: Home) -> bool:
    if not home.registered:
        return False
    theirs = any(
        c.in_force and c.commissioner_id == reader.scope.commissioner_id for c in home.placements.values()
    )
    return visible(reader, _ref(home), None, their_homes=(home.id,) if theirs else ())


def _sees_child(reader: Actor, child: Placement) -> bool:
    return visible(reader, _ref(child.home), child.commissioner_id)


def _children(reader: Actor, home: Home) -> Iterable[Placement]:
    return [c for _, c in sorted(home.placements.items()) if c.in_force and _sees_child(reader, c)]


def _home(reader: Actor, home: Home) -> HomeShape:
    return HomeShape(
        home_id=home.id,
        provider_id=home.provider_id,
        time_zone=home.zone,
        rooms=home.rooms,
        children=len(list(_children(reader, home))),
    )


def _child(child: Placement) -> ChildShape:
    away = child.away
    return ChildShape(
        placement_id=child.id,
        commissioner_id=child.commissioner_id,
        room=child.room,
        suicide_risk=child.suicide_risk,
        present=child.present,
        away=None
        if away is None
        else AwayShape(
            reason=away.reason,
            since=show_instant(away.since),
            expected_end=show_instant(away.expected_end),
        ),
    )


def _placement(stay: Placement) -> PlacementShape:
    plan = stay.plan
    return PlacementShape(
        **_child(stay).model_dump(),
        home_id=stay.home.id,
        in_force=stay.in_force,
        started_at=_shown(stay.started_at),
        ended_at=_shown(stay.ended_at),
        plan=None
        if plan is None
        else PlanShape(version=plan.number, since=show_instant(plan.since), terms=plan.data),
    )


def _shown(at: Instant | None) -> str | None:
    return None if at is None else show_instant(at)
