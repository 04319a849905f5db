"""The list of types agrees with the contract: topics, families, sealed texts."""

from shared import topics
from shared.events.registry import TYPES, topic_of

# The free texts marked * in the contract's table of types.
SEALED = {
    "check.recorded.v1": {"note"},
    "check.corrected.v1": {"reason", "changes.note"},
    "cover.handed_over.v1": {"note"},
    "cover.ended.v1": {"reason"},
    "home.registered.v1": {"default_plan.night_cover.meaning"},
    "placement.ended.v1": {"reason"},
    "plan.agreed.v1": {
        "night_cover.meaning",
        "suicide_prevention.emotional_risks.*",
        "suicide_prevention.behavioural_risks.*",
        "suicide_prevention.situational_risks.*",
        "suicide_prevention.warning_signs.*",
        "suicide_prevention.means_restriction",
        "suicide_prevention.actions.*.what",
        "ligature_plan.risks.*",
        "ligature_plan.controls.*",
        "lowers_protection.reason",
    },
    "disposition.started.v1": {"with_whom"},
    "anchor_point.changed.v1": {"reason"},
    "ligature_plan.reviewed.v1": {"reason"},
    "suicide_plan.reviewed.v1": {"reason"},
    "review.triggered.v1": {"note"},
    "concern.received.v1": {"summary"},
    "chronology.entry.v1": {"summary", "impact"},
    "on_call.override_set.v1": {"reason"},
    "silence.set.v1": {"reason"},
    "response.given.v1": {"action", "reason"},
    "alert.acknowledged.v1": {"action"},
    "alert.resolved.v1": {"reason"},
}
FAMILIES = {
    "homes": {"home.registered"},
    "placements": {"placement.started", "placement.moved", "placement.ended"},
    "plans": {"plan.agreed"},
    "dispositions": {"disposition.started", "disposition.ended"},
    "assessments": {"environment.assessed", "anchor_point.changed"},
    "reviews": {"ligature_plan.reviewed", "suicide_plan.reviewed", "suitability.reviewed"},
    "triggers": {"review.triggered"},
    "concerns": {"concern.received"},
    "chronology": {"chronology.entry"},
    "checks": {"check.recorded"},
    "corrections": {"check.corrected"},
    "cover": {
        f"cover.{what}"
        for what in ("started", "proved", "break_started", "break_ended", "handed_over", "ended")
    },
    "on-call": {
        "on_call.policy_set",
        "on_call.rota_set",
        "on_call.override_set",
        "silence.set",
        "silence.ended",
    },
    "responses": {"response.given"},
}


def test_the_free_texts_are_those_of_the_contract() -> None:
    assert {
        name: {".".join(path) for path in kind.sealed} for name, kind in TYPES.items() if kind.sealed
    } == SEALED


def test_every_type_that_comes_by_the_door_has_the_family_of_the_api() -> None:
    found: dict[str, set[str]] = {}
    for name, kind in TYPES.items():
        if kind.family is not None:
            found.setdefault(kind.family, set()).add(name.removesuffix(".v1"))
    assert found == FAMILIES


def test_what_services_derive_has_no_door() -> None:
    for name, kind in TYPES.items():
        assert (kind.family is None) == (kind.topic in topics.DERIVED), name


def test_every_type_knows_its_name_and_topic() -> None:
    assert all(kind.name == name and kind.topic in topics.ALL for name, kind in TYPES.items())
    assert topic_of("check.recorded.v1") == topics.CHECK_INS
    assert topic_of("silence.set.v1") == topics.PLAN_CHANGES
