"""How alerts are told: ids that can be worked out by hand, bytes that are the same in every run (EVENTS.md)."""

from typing import get_args
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from shared import alerting
from shared.events.alerts import AlertResolved
from shared.events.canonical import canonical
from shared.events.validate import validate
from shared.instants import parse_instant
from shared.monitor import Effect

SINCE = parse_instant("2026-03-02T22:00:00Z")
DEADLINE = parse_instant("2026-03-02T22:15:00Z")
RAISED = parse_instant("2026-03-02T22:17:00Z")
FACTS = {"ceiling": "PT15M", "grace": "PT2M", "plan_version": 1}


def missed() -> Effect:
    """`check_missed` of P1 in H1."""
    subject = {"placement_id": "P1"}
    return alerting.raised("checks", "check_missed", "H1", subject, SINCE, RAISED, FACTS, DEADLINE)


def test_the_namespace_is_published_and_never_changes() -> None:
    assert UUID("3a80902d-6915-5e49-a4ca-a5719dc1e620") == alerting.NAMESPACE
    assert uuid5(NAMESPACE_URL, "urn:wakeful:alerts") == alerting.NAMESPACE


def test_an_alerts_id_is_worked_out_from_what_it_is_about() -> None:
    about = '["check_missed","H1","P1","2026-03-02T22:00:00.000Z","2026-03-02T22:17:00.000Z",null]'
    by_hand = str(uuid5(UUID("3a80902d-6915-5e49-a4ca-a5719dc1e620"), about))
    assert alerting.alert_id("check_missed", "H1", "P1", SINCE, RAISED) == by_hand
    assert missed().event["subject"] == by_hand


def test_for_a_plan_version_or_an_anomaly_the_id_says_which_too() -> None:
    about = '["plan_incomplete","H1","P1","2026-03-02T22:00:00.000Z","2026-03-02T22:17:00.000Z","2"]'
    assert alerting.alert_id("plan_incomplete", "H1", "P1", SINCE, RAISED, "2") == str(
        uuid5(alerting.NAMESPACE, about)
    )


@pytest.mark.parametrize(
    "other",
    [
        ("cover_gap", "H1", "P1", SINCE, RAISED),
        ("check_missed", "H2", "P1", SINCE, RAISED),
        ("check_missed", "H1", "P2", SINCE, RAISED),
        ("check_missed", "H1", "P1", SINCE + 1, RAISED),
        ("check_missed", "H1", "P1", SINCE, RAISED + 1),
    ],
)
def test_alerts_about_different_things_have_different_ids(other: tuple[str, str, str, int, int]) -> None:
    assert alerting.alert_id(*other) != alerting.alert_id("check_missed", "H1", "P1", SINCE, RAISED)


def test_an_alert_is_told_to_the_byte() -> None:
    effect = missed()
    alert_id = effect.event["subject"]
    event_id = uuid5(UUID(alert_id), '["alert.raised.v1","2026-03-02T22:17:00.000Z",null]')
    assert canonical(effect.event).decode() == (
        '{"actor":"wakeful","data":{'
        f'"alert_id":"{alert_id}","deadline":"2026-03-02T22:15:00.000Z",'
        '"facts":{"ceiling":"PT15M","grace":"PT2M","plan_version":1},"home_id":"H1","kind":"check_missed",'
        '"placement_id":"P1","raised_at":"2026-03-02T22:17:00.000Z","severity":"page",'
        '"since":"2026-03-02T22:00:00.000Z"},"datacontenttype":"application/json",'
        f'"enteredat":"2026-03-02T22:17:00.000Z","homeid":"H1","id":"{event_id}","source":"wakeful/checks",'
        f'"specversion":"1.0","subject":"{alert_id}","time":"2026-03-02T22:17:00.000Z",'
        '"type":"alert.raised.v1"}'
    )
    assert (effect.topic, effect.home_id, effect.id, effect.at) == (
        "wakeful.alerts",
        "H1",
        str(event_id),
        RAISED,
    )


def test_what_an_alert_does_not_have_is_absent() -> None:
    effect = alerting.raised("cover", "cover_gap", "H1", {}, SINCE, RAISED, {})
    assert "deadline" not in effect.event["data"]
    assert "placement_id" not in effect.event["data"]
    closed = alerting.resolved("cover", "H1", effect.event["subject"], RAISED, alerting.Resolution.RESTORED)
    assert "fact_id" not in closed.event["data"]


def test_an_alert_about_the_home_itself_is_about_its_id() -> None:
    effect = alerting.raised("cover", "cover_gap", "H1", {}, SINCE, RAISED, {})
    assert effect.event["subject"] == alerting.alert_id("cover_gap", "H1", "H1", SINCE, RAISED)


def test_each_level_of_an_alert_is_an_event_of_its_own() -> None:
    id_ = missed().event["subject"]
    second = alerting.worsened("checks", "H1", id_, 2, RAISED, FACTS)
    third = alerting.worsened("checks", "H1", id_, 3, RAISED, FACTS)
    assert second.id == str(uuid5(UUID(id_), '["alert.worsened.v1","2026-03-02T22:17:00.000Z",2]'))
    assert second.id != third.id


def test_a_resolution_says_how_and_by_which_fact() -> None:
    id_ = missed().event["subject"]
    closed = alerting.resolved("checks", "H1", id_, RAISED, alerting.Resolution.LATE, "the-check")
    assert closed.event["data"] == {
        "alert_id": id_,
        "at": "2026-03-02T22:17:00.000Z",
        "how": "late",
        "fact_id": "the-check",
    }


def test_every_event_has_the_shape_of_its_type() -> None:
    id_ = missed().event["subject"]
    for effect in (
        missed(),
        alerting.worsened("checks", "H1", id_, 2, RAISED, FACTS),
        *(alerting.resolved("checks", "H1", id_, RAISED, how, "f1") for how in alerting.Resolution),
    ):
        assert validate(effect.event, unknown="refuse") == effect.event


def test_the_ways_of_closing_are_those_of_the_contract() -> None:
    known = get_args(AlertResolved.model_fields["how"].annotation)
    assert {how.value for how in alerting.Resolution} == set(known)


def test_the_life_of_an_alert_has_one_order() -> None:
    words = ("raised", "worsened", "acknowledged", "reopened", "resolved")
    assert [f"alert.{word}.v1" for word in words] == sorted(
        alerting.LIFECYCLE, key=alerting.LIFECYCLE.__getitem__
    )


def test_the_severities_are_those_of_the_page() -> None:
    by_severity = {
        severity: {kind for kind, one in alerting.SEVERITY.items() if one == severity}
        for severity in ("page", "notify", "info")
    }
    assert by_severity["page"] == {
        "check_missed",
        "child_not_found",
        "concern_raised",
        "cover_gap",
        "one_to_one_gap",
        "child_missing",
        "absence_expired",
        "home_silent",
    }
    assert by_severity["info"] == {"child_away", "review_due_soon"}
    assert sum(map(len, by_severity.values())) == len(alerting.SEVERITY)
