"""From bytes to a fact, trusting; and what nobody can take apart."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events import quick
from shared.events.canonical import canonical
from shared.events.decode import decode, fact_of_event
from shared.events.errors import Invalid, Unreadable
from shared.events.quick import canonical_instant, instant_of
from shared.events.registry import TYPES, topic_of
from shared.events.validate import validate
from shared.instants import parse_instant, show_instant
from shared.topics import CHECK_INS
from tests.unit.events.samples import FIRST, LAST, Event, a, bent_events, values

BODY = canonical(a("check.recorded.v1"))


@settings(deadline=None)
@given(bent_events())
def test_what_was_validated_decodes_to_what_the_model_says(event: Event) -> None:
    try:
        valid = validate(event, unknown="ignore")
    except Invalid:
        return
    fact = decode(topic_of(valid["type"]), 7, canonical(valid))
    whole = TYPES[valid["type"]].envelope.model_validate(valid)

    assert fact.appended_at == 7
    assert (fact.id, fact.type, fact.subject) == (whole.id, whole.type, whole.subject)
    assert (fact.home_id, fact.source, fact.actor) == (whole.homeid, whole.source, whole.actor)
    assert (show_instant(fact.observed_at), show_instant(fact.entered_at)) == (whole.time, whole.enteredat)
    assert fact.contenthash == whole.contenthash
    assert fact.data == whole.data.model_dump(exclude_unset=True)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (BODY[:-1], "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b'{"type": "check.recorded.v1"}', "has no homeid, id"),
        (BODY.replace(b"recorded.v1", b"recorded.v9"), "'check.recorded.v9' is not known"),
        (BODY.replace(b"check.recorded.v1", b"check.dreamt.v1"), "'check.dreamt.v1' is not known"),
        (BODY.replace(b'"check.recorded.v1"', b'["check.recorded.v1"]'), "cannot be taken apart"),
        (BODY.replace(b'"check.recorded.v1"', b"5"), "5 is not known"),
        (BODY.replace(b'"time":"2026-03-28T', b'"time":"2026-13-28T'), "cannot be taken apart"),
        (BODY.replace(b'"time":"2026-03-28T02:10:00.000Z"', b'"time":7'), "cannot be taken apart"),
        (canonical({**a("check.recorded.v1"), "data": []}), "data is no JSON object"),
    ],
)
def test_what_cannot_be_taken_apart_is_unreadable_and_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason.replace("[", r"\[")):
        decode(CHECK_INS, 0, body)


@pytest.mark.parametrize(
    "name", ["type", "homeid", "id", "subject", "source", "actor", "time", "enteredat", "data"]
)
def test_a_missing_field_of_the_envelope_is_named(name: str) -> None:
    event = a("check.recorded.v1")
    del event[name]
    with pytest.raises(Unreadable, match=f"has no {name}"):
        fact_of_event(CHECK_INS, 0, event)


def test_a_type_in_the_wrong_topic_is_unreadable() -> None:
    with pytest.raises(
        Unreadable, match=r"does not belong into wakeful\.check-ins, but into wakeful\.night-cover"
    ):
        decode(CHECK_INS, 0, canonical(a("cover.started.v1")))


@settings(deadline=None)
@given(values)
def test_no_json_at_all_breaks_the_reader(value: Any) -> None:
    for body in (canonical(value), canonical({**a("check.recorded.v1"), "data": value})):
        with contextlib.suppress(Unreadable):
            assert decode(CHECK_INS, 0, body).data == value


@settings(deadline=None)
@given(st.integers(FIRST, LAST))
def test_fast_reading_of_an_instant_is_reading_it(at: int) -> None:
    text = show_instant(at)
    assert canonical_instant(text) == text
    assert instant_of(text) == instant_of(text) == parse_instant(text) == at


@settings(deadline=None)
@given(
    st.from_regex(
        r"[12]\d{3}-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)",
        fullmatch=True,
    )
)
def test_fast_and_slow_agree_on_any_text(text: str) -> None:
    canonical_instant("2026-03-28T02:10:00.000Z")
    try:
        slow = parse_instant(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            instant_of(text)
    else:
        assert instant_of(text) == slow


@pytest.mark.parametrize(
    "text", ["2026-03-28T02:10:60.000Z", "2026-03-28T02:10:00.000", "2026-03-28T02:10:+1.000Z"]
)
def test_a_known_minute_lets_no_wrong_second_through(text: str) -> None:
    instant_of("2026-03-28T02:10:00.000Z")
    with pytest.raises(ValueError, match=r"instant|time of day"):
        instant_of(text)


@pytest.mark.parametrize("odd", ["2027-03-28t02:10:0", "2027-03-28T02:10:0"])
def test_only_a_canonical_text_makes_its_minute_known(odd: str) -> None:
    assert instant_of(odd + "0.000z") == instant_of("2027-03-28T02:10:00.000Z")
    assert instant_of(odd + "1.000+01:00") == instant_of("2027-03-28T01:10:01.000Z")
    assert instant_of(odd + "2.000Z") == instant_of("2027-03-28T02:10:02.000Z")
    assert canonical_instant(odd + "3.000Z") == "2027-03-28T02:10:03.000Z"


def test_the_minutes_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "_MINUTES_KEPT", 10)
    quick.MINUTES.clear()
    for minute in range(60):
        assert instant_of(show_instant(minute * 60_000)) == minute * 60_000
        assert len(quick.MINUTES) <= 10


def test_decoding_keeps_unknown_fields_for_newer_readers() -> None:
    event = a("check.recorded.v1") | {"traceparent": "00-1"}
    event["data"]["mood"] = "calm"
    assert decode(CHECK_INS, 0, json.dumps(event).encode()).data["mood"] == "calm"
