"""The shape of each type: what is normalised, what is refused, and how it is said."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings

from shared.events.errors import WITHHELD, FieldError, Invalid
from shared.events.registry import TYPES
from shared.events.validate import validate
from tests.unit.events.samples import (
    EVENTS,
    REMOVED,
    WINDOW,
    Event,
    a,
    bent_events,
    errors_of,
    golden_events,
    only_error,
)

PLAN, CHECK = "plan.agreed.v1", "check.recorded.v1"
STORY = "She told me what happened at home."


# What comes back.


@settings(deadline=None, max_examples=300)
@given(bent_events())
def test_validating_twice_is_validating_once(event: Event) -> None:
    before = copy.deepcopy(event)
    try:
        valid = validate(event, unknown="ignore")
    except Invalid:
        assert event == before
        return
    assert event == before
    assert validate(valid, unknown="ignore") == valid


def test_instants_finer_than_a_millisecond_are_cut_off_and_written_with_three_figures() -> None:
    event = a(PLAN) | {"time": "2026-03-28T02:10:00.1239999Z", "enteredat": "2026-03-28t02:10:04z"}
    event["data"]["signed"][0]["at"] = "2026-03-05T15:00:00Z"
    event["data"]["effective_from"] = "2026-03-05T18:00:00.5Z"
    valid = validate(event, unknown="refuse")

    assert (valid["time"], valid["enteredat"]) == ("2026-03-28T02:10:00.123Z", "2026-03-28T02:10:04.000Z")
    assert valid["data"]["signed"][0]["at"] == "2026-03-05T15:00:00.000Z"
    assert valid["data"]["effective_from"] == "2026-03-05T18:00:00.500Z"


def test_what_was_left_out_stays_left_out_and_null_stays_null() -> None:
    event = a(CHECK, 1, room=None)
    assert validate(event, unknown="refuse")["data"] == event["data"]


@pytest.mark.parametrize("place", [(), ("data",), ("data", "clock")])
def test_unknown_fields_are_refused_at_the_door_and_kept_by_readers(place: tuple[str, ...]) -> None:
    event = a(CHECK)
    inner = event
    for name in place:
        inner = inner[name]
    inner["mood"] = {"calm": [1, None]}

    assert only_error(event).field == ".".join((*place, "mood"))
    assert validate(event, unknown="ignore") == event


# What is refused, for every type.


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["type"])
def test_no_field_of_the_envelope_may_be_missing(event: Event) -> None:
    for name in (
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "enteredat",
        "homeid",
        "actor",
        "data",
    ):
        less = {key: value for key, value in event.items() if key != name}
        assert [error.field for error in errors_of(less)] == [name]
    validate({key: value for key, value in event.items() if key != "datacontenttype"}, unknown="refuse")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["type"])
def test_the_subject_is_whom_the_event_is_about(event: Event) -> None:
    if TYPES[event["type"]].about != "subject":
        error = only_error({**event, "subject": "somebody-else"})
        assert (error.field, error.value) == ("subject", "somebody-else")
        assert event["subject"] in error.remedy or event["type"] == "cover.started.v1"


def test_a_one_to_one_session_is_the_homes_or_the_childs() -> None:
    event = a("cover.started.v1", 1)
    assert validate({**event, "subject": event["data"]["placement_id"]}, unknown="refuse")
    assert validate({**event, "subject": event["homeid"]}, unknown="refuse")


@pytest.mark.parametrize("name", ["home.registered.v1", "placement.started.v1", "alert.raised.v1"])
def test_nobody_speaks_for_another_home(name: str) -> None:
    error = next(e for e in errors_of(a(name, home_id="home-99")) if e.field == "data.home_id")
    assert (error.value, error.remedy) == ("home-99", "write the home that the event is of: home-17")


@pytest.mark.parametrize("blank", ["", " ", "\t", " a", "a ", "a\nb", "a\x00", "\xa0", "x" * 201])
def test_an_id_is_not_blank_and_not_endless(blank: str) -> None:
    assert {error.field for error in errors_of({**a(CHECK), "id": blank})} == {"id"}
    assert {error.field for error in errors_of(a(CHECK, room=blank))} == {"data.room"}


@pytest.mark.parametrize("event", [None, 5, "check", [], b"{}"])
def test_an_event_is_an_object(event: Any) -> None:
    assert only_error(event).remedy == "send an object, in { }"


@pytest.mark.parametrize(
    "name", ["check.recorded.v2", "check.recorder.v1", "", None, 5, ["check.recorded.v1"]]
)
def test_an_unknown_type_is_told_which_there_are(name: Any) -> None:
    error = only_error({**a(CHECK), "type": name})
    assert error.field == "type"
    assert "check.recorded.v1" in error.remedy


# How it is said.


def test_an_error_names_the_field_the_value_and_the_remedy() -> None:
    error = only_error(a(PLAN, checks=[WINDOW | {"ceiling": "15 min"}]))
    assert error == FieldError(
        "data.checks.0.ceiling",
        "15 min",
        "write an ISO 8601 duration of at most 366 days, like PT15M, PT1H30M or P1D",
    )
    assert str(error) == f"data.checks.0.ceiling '15 min': {error.remedy}"


@pytest.mark.parametrize(
    ("event", "remedy"),
    [
        (a(CHECK, outcome="slept"), "write seen, not_seen or not_found"),
        (a(CHECK, outcome=REMOVED), "state it; an event of this type needs it"),
        (a(CHECK, nte="x"), "there is no such field here; did you mean note?"),
        (a(CHECK, weather="x"), "there is no such field here; leave it out"),
        (a(CHECK, note=5), 'write text, in double quotes, or {"sealed": …, "key": …}'),
        (a("cover.handed_over.v1", accepted="yes"), "write true or false, without quotes"),
        (a("cover.handed_over.v1", headcount="4"), "write a whole number, without quotes"),
        (a("cover.handed_over.v1", headcount=10_001), "write a number of at most 10000"),
        (a("home.registered.v1", rooms=None), "write a list, in [ ]"),
        (a(PLAN, night_cover="none"), "write an object, in { }"),
    ],
)
def test_remedies_are_plain_words(event: Event, remedy: str) -> None:
    assert only_error(event).remedy == remedy


def test_everything_that_is_wrong_is_told_at_once() -> None:
    event = a(CHECK, outcome="slept", proof="word of honour") | {"id": ""}
    assert [error.field for error in errors_of(event)] == ["id", "data.outcome", "data.proof"]


@pytest.mark.parametrize(
    "event",
    [
        a(CHECK, note=[STORY]),
        a(CHECK, note={"sealed": STORY, "key": "key_1"}),
        a(CHECK, note="x" * 30_000 + STORY),
        a(CHECK, note={"sealed": "QUJD", "key": "key_1", "plain": STORY}),
        a(CHECK, nte=STORY),
        a(CHECK, clock={"note": STORY}),
        a(PLAN, suicide_prevention={"emotional_risks": [[STORY]]}),
        a(PLAN, suicide_prevention={"emotional_risks": STORY}),
        a(PLAN, suicide_prevention={"actions": [{"what": {"text": STORY}}]}),
        a(PLAN, suicide_prevention={"actions": STORY}),
        a(PLAN, checks=[{"name": "night", "note": STORY}]),
        a(PLAN, lowers_protection={"reason": STORY}),
        a("concern.received.v1", summary=5, from_="x", more={"text": STORY}),
        {**a(CHECK), "story": STORY},
        {**a(CHECK), "data": [STORY]},
        {**a(CHECK), "data": STORY},
    ],
)
def test_a_childs_story_never_leaks_into_an_error(event: Event) -> None:
    errors = errors_of(event)
    assert errors
    assert all(STORY not in str(error) for error in errors)


def test_a_value_that_may_be_a_story_is_withheld_and_a_long_one_cut() -> None:
    assert only_error(a(CHECK, note=5)).value == WITHHELD
    assert only_error(a(CHECK, room="r" * 300)).value == "r" * 200 + "…"


@settings(deadline=None)
@given(golden_events)
def test_the_event_given_is_never_changed(event: Event) -> None:
    before = copy.deepcopy(event)
    validate(event, unknown="refuse")
    assert event == before
