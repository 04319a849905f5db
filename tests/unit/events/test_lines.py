"""Lines of a file of facts; and the short cut for plain checks, held to the models."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings

from shared.events import plaincheck
from shared.events.canonical import canonical
from shared.events.checkins import CheckRecorded, DeviceClock
from shared.events.errors import Invalid, Unreadable
from shared.events.lines import read_line
from shared.events.plaincheck import plain_check
from shared.events.quick import canonical_instant
from shared.events.registry import TYPES, topic_of
from shared.events.validate import validate
from shared.facts import Fact
from shared.topics import CHECK_INS, NIGHT_COVER
from tests.unit.events.samples import Event, a, bent_events, checks, values

AT = "2026-03-28T02:10:05.000Z"


def line(event: Any, topic: Any = CHECK_INS, appended_at: Any = AT, **more: Any) -> bytes:
    return canonical({"topic": topic, "appended_at": appended_at, "event": event, **more})


def said(fact: Fact) -> list[Any]:
    return [getattr(fact, name) for name in Fact.__slots__]


def by_the_models(event: Event) -> Event:
    whole = TYPES[event["type"]].envelope.model_validate(event, extra="forbid")
    return whole.model_dump(exclude_unset=True)


def met(event: Event) -> None:
    """Make its minutes known, as the line before it would have."""
    for text in (event["time"], event["enteredat"]):
        canonical_instant(text)


@settings(deadline=None, max_examples=300)
@given(checks())
def test_the_short_cut_knows_every_plain_check(event: Event) -> None:
    met(event)
    fact = plain_check(CHECK_INS, 7, event)

    assert fact is not None
    assert by_the_models(event) == event


def test_the_short_cut_knows_the_fields_and_words_of_the_model() -> None:
    known = CheckRecorded.model_fields
    assert set(known) == plaincheck._KNOWN
    words = {"outcome": plaincheck._OUTCOMES, "view": plaincheck._VIEWS, "proof": plaincheck._PROOFS}
    assert {name: set(get_args(known[name].annotation)) for name in words} == words
    signs, _none = get_args(known["sign_of_life"].annotation)
    assert {*get_args(signs), None} == plaincheck._SIGNS
    assert set(DeviceClock.model_fields) == plaincheck._CLOCK


@settings(deadline=None, max_examples=1000)
@given(bent_events(checks()))
def test_what_the_short_cut_lets_through_the_models_let_through_unchanged(event: Event) -> None:
    fact = plain_check(CHECK_INS, 7, event)
    if fact is not None:
        assert by_the_models(event) == event


@settings(deadline=None, max_examples=300)
@given(checks())
def test_both_ways_give_the_same_fact(event: Event) -> None:
    fast = read_line(line(event))
    slow = read_line(line({**event, "unknown": 1}))
    assert said(fast) == said(slow)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("note", "\x00"),
        ("note", "x" * 20_001),
        ("room", " r"),
        ("room", None),
        ("state", "\ud800"),
        ("position", 5),
    ],
)
def test_the_short_cut_leaves_what_is_odd_to_the_models(name: str, value: Any) -> None:
    event = a("check.recorded.v1", **{name: value})
    met(event)
    assert plain_check(CHECK_INS, 7, a("check.recorded.v1")) is not None
    assert plain_check(CHECK_INS, 7, event) is None


@pytest.mark.parametrize("odd", ["", " ", "a\x00", "a\nb", "x" * 201, "\ud800", 5, None, ["a"], {}])
@pytest.mark.parametrize(
    "name", ["id", "source", "subject", "homeid", "actor", "placement_id", "state", "room"]
)
def test_the_short_cut_takes_no_odd_id(name: str, odd: Any) -> None:
    event = a("check.recorded.v1")
    met(event)
    (event if name in event else event["data"])[name] = odd
    if name in ("subject", "placement_id"):
        event["subject"] = event["data"]["placement_id"] = odd
    assert plain_check(CHECK_INS, 7, event) is None


@settings(deadline=None, max_examples=300)
@given(bent_events())
def test_a_line_is_read_exactly_where_its_event_is_valid(event: Event) -> None:
    topic = topic_of(event["type"]) if str(event.get("type")) in TYPES else CHECK_INS
    try:
        valid = validate(event, unknown="ignore")
    except Invalid:
        with pytest.raises((Invalid, Unreadable)):
            read_line(line(event, topic))
    else:
        assert read_line(line(event, topic)).data == valid["data"]


@settings(deadline=None)
@given(values)
def test_no_line_at_all_breaks_the_reader(value: Any) -> None:
    for text in (canonical(value), line(value), line({"type": value}), line(a("check.recorded.v1"), value)):
        with pytest.raises((Invalid, Unreadable)):
            read_line(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not JSON"),
        (b"[1]", "not an object"),
        (b'{"topic": "wakeful.check-ins"}', "has no appended_at, event"),
        (line({"type": "check.dreamt.v1"}), "'check.dreamt.v1' is not known"),
        (line({}), "None is not known"),
    ],
)
def test_a_line_that_nobody_can_read_says_why(text: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_line(text)


def test_a_fact_in_the_wrong_topic_is_invalid_and_says_where_it_belongs() -> None:
    with pytest.raises(Invalid, match=r"topic 'wakeful\.night-cover': write wakeful\.check-ins"):
        read_line(line(a("check.recorded.v1"), NIGHT_COVER))


@pytest.mark.parametrize(
    "at", [None, 5, "", "2026-03-28", "2026-03-28T02:10:05.000+01:00", {}, "3000-01-01T00:00:00Z"]
)
def test_an_append_time_that_is_no_instant_is_invalid(at: Any) -> None:
    with pytest.raises(Invalid, match="appended_at"):
        read_line(line(a("check.recorded.v1"), appended_at=at))


def test_finer_append_times_are_cut_and_unknown_fields_of_a_line_ignored() -> None:
    fine = read_line(line(a("check.recorded.v1"), appended_at="2026-03-28T02:10:05.0009Z", partition=3))
    assert said(fine) == said(read_line(line(a("check.recorded.v1"))))


def test_what_is_nested_too_deep_to_be_written_again_is_invalid() -> None:
    deep = line({**a("check.recorded.v1"), "unknown": "@"}).replace(b'"@"', b"[" * 500 + b"]" * 500)
    with pytest.raises(Invalid, match="at most 250 deep"):
        read_line(deep)


def test_the_event_need_not_be_an_object_to_be_told_what_is_wrong() -> None:
    with pytest.raises(Invalid, match="send an object"):
        read_line(line("check"))
