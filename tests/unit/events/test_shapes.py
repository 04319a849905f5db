"""The shape of each type: what breaks it, and what is incomplete but may be said."""

import pytest

from shared.events.validate import validate
from tests.unit.events.samples import REMOVED, WINDOW, Event, a, errors_of, only_error

PLAN, CHECK = "plan.agreed.v1", "check.recorded.v1"

CLOCK = {"device_at": "2026-03-28T02:10:00.000Z", "monotonic_ms": 1, "offset_ms": 0, "uncertainty_ms": 1}


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (a(CHECK, outcome="slept"), "data.outcome"),
        (a(CHECK, sign_of_life="snored"), "data.sign_of_life"),
        (a(CHECK, state=" "), "data.state"),
        (a(CHECK, state=REMOVED), "data.state"),
        (a(CHECK, placement_id=5), "data.placement_id"),
        (a(CHECK, view=REMOVED), "data.view"),
        (a(CHECK, proof=None), "data.proof"),
        (a(CHECK, clock=CLOCK | {"monotonic_ms": 1.5}), "data.clock.monotonic_ms"),
        (a(CHECK, clock=CLOCK | {"offset_ms": 2**53}), "data.clock.offset_ms"),
        (a(CHECK, clock=CLOCK | {"device_at": "now"}), "data.clock.device_at"),
        (a("check.corrected.v1", withdrawn="true"), "data.withdrawn"),
        (a("check.corrected.v1", changes=REMOVED), "data.changes"),
        (a("cover.started.v1", role="one_to_one"), "data.placement_id"),
        (a("cover.break_started.v1", expected="PT0S"), "data.expected"),
        (a("cover.break_started.v1", expected="20 minutes"), "data.expected"),
        (a("cover.handed_over.v1", headcount=-1), "data.headcount"),
        (a("cover.handed_over.v1", headcount=4.0), "data.headcount"),
        (a("cover.handed_over.v1", headcount=True), "data.headcount"),
        (a("home.registered.v1", rooms="room-1"), "data.rooms"),
        (a("home.registered.v1", rooms=["r"] * 10_001), "data.rooms"),
        (
            a("home.registered.v1", statement_of_purpose={"waking_staff": 1}),
            "data.statement_of_purpose.sleep_in_staff",
        ),
        (a(PLAN, version=0), "data.version"),
        (a(PLAN, effective_from="2026-03-05"), "data.effective_from"),
        (a(PLAN, effective_from="2026-03-05T18:00:00.000+00:00"), "data.effective_from"),
        (a(PLAN, effective_from="9999-12-31T23:59:59.999Z"), "data.effective_from"),
        (a(PLAN, effective_from="2026-02-30T18:00:00.000Z"), "data.effective_from"),
        (a(PLAN, suicide_risk=None), "data.suicide_risk"),
        (a(PLAN, checks=[WINDOW | {"ceiling": "PT0S"}]), "data.checks.0.ceiling"),
        (a(PLAN, checks=[WINDOW | {"ceiling": "P1M"}]), "data.checks.0.ceiling"),
        (a(PLAN, checks=[WINDOW | {"ceiling": "P367D"}]), "data.checks.0.ceiling"),
        (a(PLAN, checks=[WINDOW | {"ceiling": "-PT5M"}]), "data.checks.0.ceiling"),
        (a(PLAN, checks=[WINDOW | {"grace": "-PT5M"}]), "data.checks.0.grace"),
        (a(PLAN, checks=[WINDOW | {"to": "24:00"}]), "data.checks.0.to"),
        (a(PLAN, checks=[WINDOW | {"to": "7:00"}]), "data.checks.0.to"),
        (a(PLAN, checks=[WINDOW | {"to": "07:60"}]), "data.checks.0.to"),
        (a(PLAN, checks=[WINDOW | {"days": ["monday"]}]), "data.checks.0.days.0"),
        (a(PLAN, checks=[WINDOW | {"days": []}]), "data.checks.0.days"),
        (a(PLAN, checks=[WINDOW | {"days": ["mon", "mon"]}]), "data.checks.0"),
        (a(PLAN, checks=[WINDOW | {"times": ["22:00"]}]), "data.checks.0"),
        (a(PLAN, checks=[WINDOW | {"tolerance": "PT5M"}]), "data.checks.0"),
        (a(PLAN, checks=[{"from": "22:00", "to": "07:00"}]), "data.checks.0"),
        (a(PLAN, checks=[{}]), "data.checks.0"),
        (a(PLAN, checks=[{"times": []}]), "data.checks.0.times"),
        (a(PLAN, checks=[{"times": ["22:00", "22:00"]}]), "data.checks.0"),
        (a(PLAN, checks=[{"times": ["22:00"], "days": ["mon"]}]), "data.checks.0"),
        (a(PLAN, checks=[{"times": ["22:00"], "tolerance": "PT0S"}]), "data.checks.0.tolerance"),
        (a(PLAN, checks=REMOVED), "data.checks"),
        (a(PLAN, night_cover={"from": "22:00"}), "data.night_cover.to"),
        (a(PLAN, night_cover={"to": "07:00"}), "data.night_cover.from"),
        (a(PLAN, night_cover={"proof_every": "PT0S"}), "data.night_cover.proof_every"),
        (a(PLAN, night_cover={"dedicated": 1}), "data.night_cover.dedicated"),
        (a(PLAN, ligature_plan={"review_by": "2026-02-30"}), "data.ligature_plan.review_by"),
        (a(PLAN, ligature_plan={"review_by": "2026-3-1"}), "data.ligature_plan.review_by"),
        (a(PLAN, ligature_plan={"risks": "rail"}), "data.ligature_plan.risks"),
        (a("disposition.started.v1", reason="holiday"), "data.reason"),
        (a("disposition.started.v1", expected_end=REMOVED), "data.expected_end"),
        (a("ligature_plan.reviewed.v1", next_review=REMOVED), "data.next_review"),
        (a("ligature_plan.reviewed.v1", next_review="2026-04-30T00:00:00Z"), "data.next_review"),
        (a("review.triggered.v1", 1, room=REMOVED), "data"),
        (a("review.triggered.v1", trigger="noise"), "data.trigger"),
        (a("concern.received.v1", from_="neighbour"), "data.from"),
        (a("on_call.policy_set.v1", steps=[]), "data.steps"),
        (a("on_call.policy_set.v1", test_at="24:00"), "data.test_at"),
        (a("on_call.rota_set.v1", weekly=[]), "data"),
        (a("on_call.rota_set.v1", entries=REMOVED), "data"),
        (a("on_call.override_set.v1", to="2026-03-04T08:00:00.000Z"), "data.to"),
        (a("silence.set.v1", until="2026-03-28T02:00:00.000Z"), "data.until"),
        (a("response.given.v1", kind="ignore"), "data.kind"),
        (a("alert.worsened.v1", level=1), "data.level"),
        (a("page.sent.v1", attempt=0), "data.attempt"),
        ({**a(CHECK), "specversion": "0.3"}, "specversion"),
        ({**a(CHECK), "datacontenttype": "text/plain"}, "datacontenttype"),
        ({**a(CHECK), "contenthash": "AB" * 32}, "contenthash"),
        ({**a(CHECK), "data": []}, "data"),
    ],
)
def test_what_breaks_the_shape_is_refused_and_named(event: Event, field: str) -> None:
    (error,) = {
        (error.field, error.remedy): error for error in errors_of(event) if error.field != "subject"
    }.values()
    assert error.field == field
    assert error.remedy
    assert "Input should" not in error.remedy


def test_the_unique_points_of_an_assessment() -> None:
    event = a("environment.assessed.v1")
    event["data"]["anchor_points"][1]["point_id"] = "point-31"
    assert only_error(event).field == "data.anchor_points"


@pytest.mark.parametrize(
    "event",
    [
        a(CHECK, 2),
        a(CHECK, outcome="not_seen", sign_of_life=None, state=None),
        a(CHECK, state="in_the_bath"),
        a("check.corrected.v1", withdrawn=True, changes=REMOVED),
        a(PLAN, checks=[], night_cover=None, roles=[], signed=[]),
        a(PLAN, night_cover=REMOVED, roles=REMOVED, signed=REMOVED, ligature_plan=REMOVED),
        a(PLAN, night_cover={}, suicide_prevention={}, ligature_plan={}, roles=[{"duty": "night_checks"}]),
        a(PLAN, checks=[WINDOW | {"to": "22:00"}]),
        a(PLAN, checks=[WINDOW | {"grace": "PT0S"}]),
        a(PLAN, night_cover={"meaning": " "}, suicide_prevention={"actions": [{"what": "", "who": ""}]}),
        a("home.registered.v1", default_plan=REMOVED),
        a("cover.break_started.v1", relief_staff_id=None),
        a("on_call.policy_set.v1", last_resort=REMOVED),
        a("on_call.rota_set.v1", entries=[]),
        a("suicide_plan.reviewed.v1", approver=REMOVED),
    ],
)
def test_what_is_incomplete_but_true_may_be_said(event: Event) -> None:
    assert validate(event, unknown="refuse") == event
