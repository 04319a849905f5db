"""Golden events: what was once written must be read, and be the same fact, for ever."""

from typing import Any

import pytest

from shared.events.canonical import canonical
from shared.events.contenthash import contenthash, of_fact
from shared.events.decode import decode
from shared.events.lines import read_line
from shared.events.registry import TYPES, topic_of
from shared.events.validate import validate
from shared.instants import parse_instant
from tests.unit.events.samples import golden

ONE_EACH = [
    pytest.param(one, id=f"{name}-{n}") for name, many in golden().items() for n, one in enumerate(many)
]


def test_every_type_has_a_golden_event() -> None:
    assert set(golden()) == set(TYPES)
    assert all(one["event"]["type"] == name for name, many in golden().items() for one in many)


@pytest.mark.parametrize("one", ONE_EACH)
def test_a_golden_event_is_valid_as_it_stands(one: dict[str, Any]) -> None:
    assert validate(one["event"], unknown="refuse") == one["event"]


@pytest.mark.parametrize("one", ONE_EACH)
def test_a_golden_event_is_the_same_fact_for_ever(one: dict[str, Any]) -> None:
    event = one["event"]
    fact = decode(topic_of(event["type"]), 1_774_663_805_000, canonical(event))

    assert contenthash(event, None) == one["contenthash"] == of_fact(fact)
    assert (fact.id, fact.type, fact.subject) == (event["id"], event["type"], event["subject"])
    assert (fact.home_id, fact.source, fact.actor) == (event["homeid"], event["source"], event["actor"])
    assert (fact.observed_at, fact.entered_at) == (
        parse_instant(event["time"]),
        parse_instant(event["enteredat"]),
    )
    assert fact.data == event["data"]


@pytest.mark.parametrize("one", ONE_EACH)
def test_a_golden_event_reads_as_a_line_of_a_file(one: dict[str, Any]) -> None:
    event = one["event"]
    line = {"topic": topic_of(event["type"]), "appended_at": "2026-03-28T02:10:05.000Z", "event": event}

    fact = read_line(canonical(line))

    assert fact.appended_at == parse_instant("2026-03-28T02:10:05.000Z")
    assert (fact.topic, fact.type, fact.data) == (line["topic"], event["type"], event["data"])
