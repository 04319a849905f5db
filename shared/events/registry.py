"""Every type of event: its topic, its model, which of its texts are sealed, its door, whom it is about.

The one list that validation, decoding, sealing, the JSON Schema documents and the gateway's routes agree on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from shared import topics
from shared.events import alerts, checkins, nightcover, oncall, pages, planchanges, responses
from shared.events.envelope import Envelope
from shared.events.fields import FREE, Part, Sealed

FieldPath: TypeAlias = tuple[str, ...]
"""A field's place within `data`; `*` is every item of a list."""
About: TypeAlias = Literal["home", "placement", "subject", "cover", "alert"]
"""Whom a type is about, and so what its `subject` is: the home; the placement that `placement_id` names (the
home where it names none); a placement named by the subject alone; a worker's session (the home, or the child
of a one-to-one); an alert."""


@dataclass(frozen=True)
class EventType:
    """One type. `family` is its place in `PUT /api/v1/<family>/{event id}`; None for what only services
    write."""

    name: str
    topic: str
    model: type[Part]
    family: str | None
    about: About

    @cached_property
    def sealed(self) -> frozenset[FieldPath]:
        """Paths of its free texts about people: the fields marked * in EVENTS.md."""
        return frozenset(path for path, names in _walk(self.model, ()) if names is None)

    @cached_property
    def fields(self) -> Mapping[FieldPath, tuple[str, ...]]:
        """The names that each of its objects knows, by the object's path."""
        return {path: names for path, names in _walk(self.model, ()) if names is not None}

    @cached_property
    def envelope(self) -> type[Envelope[Any]]:
        """The model of the whole event."""
        return Envelope[self.model]  # type: ignore[name-defined]


def _walk(annotation: Any, path: FieldPath) -> Iterator[tuple[FieldPath, tuple[str, ...] | None]]:
    """Every object under an annotation with the names of its fields, and every free text with None."""
    if get_origin(annotation) is Annotated and FREE in get_args(annotation):
        yield path, None
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        known = {info.alias or name: info for name, info in annotation.model_fields.items()}
        yield path, tuple(known)
        for name, info in known.items():
            inner = Annotated[info.annotation, FREE] if FREE in info.metadata else info.annotation
            yield from _walk(inner, (*path, name))
        return
    deeper = (*path, "*") if get_origin(annotation) is list else path
    for argument in get_args(annotation):
        yield from _walk(argument, deeper)


def _types(topic: str, *rows: tuple[str, type[Part], str | None, About]) -> Iterator[tuple[str, EventType]]:
    for name, model, family, about in rows:
        yield name, EventType(name, topic, model, family, about)


TYPES: Final[Mapping[str, EventType]] = MappingProxyType(
    dict(
        [
            *_types(
                topics.CHECK_INS,
                ("check.recorded.v1", checkins.CheckRecorded, "checks", "placement"),
                ("check.corrected.v1", checkins.CheckCorrected, "corrections", "subject"),
            ),
            *_types(
                topics.NIGHT_COVER,
                ("cover.started.v1", nightcover.CoverStarted, "cover", "cover"),
                ("cover.proved.v1", nightcover.CoverProved, "cover", "home"),
                ("cover.break_started.v1", nightcover.BreakStarted, "cover", "home"),
                ("cover.break_ended.v1", nightcover.BreakEnded, "cover", "home"),
                ("cover.handed_over.v1", nightcover.HandedOver, "cover", "home"),
                ("cover.ended.v1", nightcover.CoverEnded, "cover", "home"),
            ),
            *_types(
                topics.PLAN_CHANGES,
                ("home.registered.v1", planchanges.HomeRegistered, "homes", "home"),
                ("placement.started.v1", planchanges.PlacementStarted, "placements", "placement"),
                ("placement.moved.v1", planchanges.PlacementMoved, "placements", "placement"),
                ("placement.ended.v1", planchanges.PlacementEnded, "placements", "placement"),
                ("plan.agreed.v1", planchanges.PlanAgreed, "plans", "placement"),
                ("disposition.started.v1", planchanges.DispositionStarted, "dispositions", "placement"),
                ("disposition.ended.v1", planchanges.DispositionEnded, "dispositions", "placement"),
                ("environment.assessed.v1", planchanges.EnvironmentAssessed, "assessments", "home"),
                ("anchor_point.changed.v1", planchanges.AnchorPointChanged, "assessments", "home"),
                ("ligature_plan.reviewed.v1", planchanges.LigaturePlanReviewed, "reviews", "placement"),
                ("suicide_plan.reviewed.v1", planchanges.SuicidePlanReviewed, "reviews", "placement"),
                ("review.triggered.v1", planchanges.ReviewTriggered, "triggers", "placement"),
                ("suitability.reviewed.v1", planchanges.SuitabilityReviewed, "reviews", "home"),
                ("concern.received.v1", planchanges.ConcernReceived, "concerns", "placement"),
                ("chronology.entry.v1", planchanges.ChronologyEntry, "chronology", "placement"),
                ("on_call.policy_set.v1", oncall.PolicySet, "on-call", "home"),
                ("on_call.rota_set.v1", oncall.RotaSet, "on-call", "home"),
                ("on_call.override_set.v1", oncall.OverrideSet, "on-call", "home"),
                ("silence.set.v1", oncall.SilenceSet, "on-call", "home"),
                ("silence.ended.v1", oncall.SilenceEnded, "on-call", "home"),
            ),
            *_types(
                topics.RESPONSES,
                ("response.given.v1", responses.ResponseGiven, "responses", "alert"),
            ),
            *_types(
                topics.ALERTS,
                ("alert.raised.v1", alerts.AlertRaised, None, "alert"),
                ("alert.worsened.v1", alerts.AlertWorsened, None, "alert"),
                ("alert.acknowledged.v1", alerts.AlertAcknowledged, None, "alert"),
                ("alert.reopened.v1", alerts.AlertReopened, None, "alert"),
                ("alert.resolved.v1", alerts.AlertResolved, None, "alert"),
            ),
            *_types(
                topics.PAGES,
                ("page.sent.v1", pages.PageSent, None, "alert"),
                ("page.failed.v1", pages.PageFailed, None, "alert"),
                ("page.skipped.v1", pages.PageSkipped, None, "alert"),
                ("page.undelivered.v1", pages.PageUndelivered, None, "alert"),
            ),
        ]
    )
)
"""Every type of EVENTS.md, by name."""

SEALED_FIELDS: Final = frozenset(Sealed.model_fields)


def topic_of(type_name: str) -> str:
    """The topic that holds a type. Raises KeyError for a type that is not known."""
    return TYPES[type_name].topic
