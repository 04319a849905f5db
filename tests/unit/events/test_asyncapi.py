"""The AsyncAPI document is one by AsyncAPI's own schema, refers only to what is there, and says of each event what the
models and the golden events say."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from services.alerts.model import AlertsMonitor
from services.gateway.folded import TOPICS as FOLDED
from services.rules import MONITORS
from shared import alerting, topics
from shared.events.asyncapi import READS, document
from shared.events.registry import TYPES
from shared.events.schema import documents
from shared.topics import REJECTED
from tests.unit.events.samples import golden

PUBLISHED = Path(__file__).parents[2] / "golden" / "asyncapi" / "3.0.0.json"
"""AsyncAPI's own JSON Schema of its 3.0.0 (asyncapi/spec-json-schemas, Apache-2.0), as it was published."""

DOCUMENT: dict[str, Any] = json.loads(document())
FILES: dict[str, Any] = {f"./{name}": json.loads(text) for name, text in documents().items()}
ASYNCAPI = jsonschema_rs.validator_for(json.loads(PUBLISHED.read_text("utf-8")))


def refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for name, value in part.items():
            if name != "examples":
                yield from refs(value)
    elif isinstance(part, list):
        for each in part:
            yield from refs(each)


def at(pointer: str) -> Any:
    found: Any = DOCUMENT
    for name in pointer.removeprefix("#/").split("/"):
        found = found[name]
    return found


def payload_of(name: str) -> jsonschema_rs.Validator:
    base = "https://wakeful.test/"
    known = [(base + file.removeprefix("./"), schema) for file, schema in FILES.items()]
    schema = {"$id": base + "payload", **DOCUMENT["components"]["messages"][name]["payload"]}
    return jsonschema_rs.Draft202012Validator(schema, registry=jsonschema_rs.Registry(known))


def test_it_is_an_asyncapi_document_by_asyncapis_own_schema() -> None:
    assert [error.message for error in ASYNCAPI.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize("broken", ["channels", "operations"])
def test_one_that_is_none_is_found(broken: str) -> None:
    wrong = copy.deepcopy(DOCUMENT)
    wrong[broken]["wrong"] = {"what": "no such thing"}
    assert not ASYNCAPI.is_valid(wrong)


def test_whatever_it_refers_to_is_there() -> None:
    for ref in set(refs(DOCUMENT)):
        assert at(ref) if ref.startswith("#/") else FILES[ref], ref


def test_every_topic_is_a_channel_and_every_type_a_message_of_its_topic() -> None:
    by_address = {channel["address"]: channel["messages"] for channel in DOCUMENT["channels"].values()}
    assert set(by_address) == set(topics.ALL)
    assert all(by_address.values())
    assert all(name in by_address[kind.topic] for name, kind in TYPES.items())


@pytest.mark.parametrize("name", TYPES)
def test_a_golden_event_has_the_payload_that_is_described_and_another_types_has_not(name: str) -> None:
    payload, example = payload_of(name), DOCUMENT["components"]["messages"][name]["examples"][0]["payload"]
    assert example == golden()[name][0]["event"]
    assert all(payload.is_valid(one["event"]) for one in golden()[name])
    assert not payload.is_valid({**example, "type": "check.dreamt.v1"})
    assert not payload.is_valid({**example, "data": {"dreamt": True}})


@pytest.mark.parametrize("name", TYPES)
def test_sealed_texts_are_marked(name: str) -> None:
    marked = DOCUMENT["components"]["messages"][name].get("x-sealed", [])
    assert marked == sorted("data." + ".".join(path) for path in TYPES[name].sealed)


def test_each_service_reads_what_is_said() -> None:
    for make in (*MONITORS.values(), AlertsMonitor):
        monitor = make()
        assert READS[monitor.name] == tuple(monitor.topics)
    assert READS["gateway"] == (*FOLDED, REJECTED)


def test_people_write_by_the_gateway_alone_and_alerts_come_from_those_who_watch() -> None:
    sent: dict[str, set[str]] = {}
    for name, operation in DOCUMENT["operations"].items():
        if operation["action"] == "send":
            sent.setdefault(name.split(".")[0], set()).update(
                ref.split("/")[-1] for ref in refs(operation["messages"])
            )
    assert sent["gateway"] == {name for name, kind in TYPES.items() if kind.family}
    for name in MONITORS:
        assert sent[name] & set(TYPES) == {alerting.RAISED, alerting.WORSENED, alerting.RESOLVED}
    decided = {alerting.RAISED, alerting.ACKNOWLEDGED, alerting.REOPENED, alerting.RESOLVED}
    assert sent["alerts"] & set(TYPES) == decided
