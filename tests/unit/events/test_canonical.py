"""Same means same bytes: canonical JSON and the content hash."""

import hashlib
import hmac
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.canonical import canonical
from shared.events.contenthash import contenthash, of_fact
from shared.events.decode import fact_of_event
from shared.events.registry import topic_of
from tests.unit.events.samples import Event, a, golden_events, values


def _shuffled(value: Any, by: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled(item, by) for item in value]
    if isinstance(value, dict):
        items = list(value.items())
        by.shuffle(items)
        return {name: _shuffled(item, by) for name, item in items}
    return value


def test_keys_are_sorted_without_spaces_in_utf_8() -> None:
    assert canonical({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'.encode()


@settings(deadline=None)
@given(values, st.randoms(use_true_random=False))
def test_the_order_of_keys_changes_no_byte(value: Any, by: random.Random) -> None:
    assert canonical(_shuffled(value, by)) == canonical(value)


@settings(deadline=None)
@given(values)
def test_canonical_json_says_what_was_said(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_a_content_hash_is_the_hmac_of_what_was_said() -> None:
    event = a("check.recorded.v1")
    said = canonical({name: event[name] for name in ("type", "time", "enteredat", "data")})

    assert contenthash(event, b"k" * 32) == hmac.new(b"k" * 32, said, hashlib.sha256).hexdigest()
    assert contenthash(event, None) == hashlib.sha256(said).hexdigest()


@pytest.mark.parametrize("name", ["id", "source", "subject", "homeid", "actor"])
def test_who_carried_a_fact_here_is_no_part_of_its_content(name: str) -> None:
    event = a("check.recorded.v1")
    assert contenthash(event, b"k" * 32) == contenthash({**event, name: "another"}, b"k" * 32)


@pytest.mark.parametrize("name", ["type", "time", "enteredat", "data"])
def test_what_was_said_is(name: str) -> None:
    event = a("check.recorded.v1")
    assert contenthash(event, b"k" * 32) != contenthash({**event, name: "another"}, b"k" * 32)


@settings(deadline=None)
@given(golden_events)
def test_a_fact_without_a_hash_is_given_the_plain_one(event: Event) -> None:
    fact = fact_of_event(topic_of(event["type"]), 0, event)
    assert of_fact(fact) == contenthash(event, None)

    hashed = fact_of_event(topic_of(event["type"]), 0, {**event, "contenthash": "ab" * 32})
    assert of_fact(hashed) == "ab" * 32
