"""The AsyncAPI 3.0 document of the log: its topics, what stands in them, who writes and who reads.

`python -m shared.events.asyncapi` writes it into `docs/events/`, beside the JSON Schemas that it refers to; a test
holds it current. Types, topics and sealed fields are the registry's; examples are the golden events. What a field
means never lives here: the models say it.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from shared import topics
from shared.alerting import ACKNOWLEDGED, RAISED, REOPENED, RESOLVED
from shared.events.alerts import AlertRaised, AlertResolved, AlertWorsened
from shared.events.pages import PageFailed, PageSent, PageSkipped, PageUndelivered
from shared.events.registry import TYPES, EventType
from shared.events.schema import FOLDER

FILE: Final = "asyncapi.json"
GOLDEN: Final = Path(__file__).parents[2] / "tests" / "golden" / "events"
KAFKA_BINDING: Final = "0.5.0"

Json: TypeAlias = dict[str, Any]


class _Topic(NamedTuple):
    """What is said of one topic."""

    holds: str
    writers: str


_SWAPS: Final = "wakeful.swaps"
_BLINDLY: Final = "alerts.decided_blindly.v1"

_TOPICS: Final = {
    topics.CHECK_INS: _Topic("checks, attempts, corrections", "the gateway"),
    topics.NIGHT_COVER: _Topic(
        "waking staff: their time on duty, proofs of wake, breaks, handovers", "the gateway"
    ),
    topics.PLAN_CHANGES: _Topic(
        "homes, placements, plans, absences, assessments, reviews, triggers, concerns, on-call", "the gateway"
    ),
    topics.RESPONSES: _Topic(
        "what people decide: acknowledgements, decisions, answers to pages", "the gateway"
    ),
    topics.ALERTS: _Topic(
        "an alert's life; derived, so that it could be computed again", "the monitors, and the alerts service"
    ),
    topics.PAGES: _Topic("each attempt to reach a person, and its outcome; derived", "the pager"),
    topics.REJECTED: _Topic(
        "what could not be read, or was refused, with the reason: nothing is dropped",
        "any service that reads",
    ),
    _SWAPS: _Topic(
        "each swap of a read model for one built anew: what it raised and what it closed; and what was decided "
        "without waiting any longer",
        "the service rebuilt, or that decided",
    ),
}

_RAISING: Final = ("checks", "cover", "reviews", "integrity")
_ALERTS: Final = frozenset(
    name for name, kind in TYPES.items() if kind.model in (AlertRaised, AlertWorsened, AlertResolved)
)
_PAGES: Final = frozenset(
    name for name, kind in TYPES.items() if kind.model in (PageSent, PageFailed, PageSkipped, PageUndelivered)
)
_WRITES: Final[dict[str, frozenset[str]]] = {
    "gateway": frozenset(name for name, kind in TYPES.items() if kind.family is not None),
    **dict.fromkeys(_RAISING, _ALERTS),
    "alerts": frozenset({RAISED, ACKNOWLEDGED, REOPENED, RESOLVED}),
    "pager": _PAGES,
}
"""What each service of this version writes, beside what its runner tells."""

READS: Final[dict[str, tuple[str, ...]]] = {
    "gateway": (topics.PLAN_CHANGES, topics.NIGHT_COVER, topics.CHECK_INS, topics.REJECTED),
    "checks": (topics.PLAN_CHANGES, topics.CHECK_INS),
    "cover": (topics.PLAN_CHANGES, topics.NIGHT_COVER, topics.CHECK_INS),
    "reviews": (topics.PLAN_CHANGES, topics.CHECK_INS),
    "integrity": topics.INPUTS,
    "alerts": (*topics.INPUTS, topics.ALERTS, topics.PAGES, topics.REJECTED),
    "pager": (*topics.INPUTS, topics.ALERTS, topics.PAGES),
}
"""What each service of this version reads; `shared` knows no service, so a test compares."""
_RUN: Final = (*_RAISING, "alerts", "pager")
"""Services that a runner runs: each tells what it rejects, and when its read model was swapped."""

_ABOUT: Final = """The log is the truth, and every service is a pure function of it. This is what stands in it.

Only the gateway writes what comes from people and systems: send facts by HTTP (`docs/api/openapi.json`), where \
identity and acceptance are asked. In the embedded form the topics are one SQLite file, read with `wakeful export` or \
over the alert stream; on a broker they are topics of these names, one record an event.

Every record is keyed by its home (`homeid`), so that one reader sees all of a home's facts in order. Records are kept \
for ever; what tells a child's story is sealed (`x-sealed`: the paths of such texts), and ends with its key. Readers \
keep and ignore fields they do not know; writers may send none."""


def document() -> str:
    """The text of the document."""
    made = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wakeful: the log",
            "version": "1.0.0",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {_channel_id(topic): _channel(topic) for topic in topics.ALL},
        "operations": dict(_operations()),
        "components": {
            "messages": {name: _message(kind) for name, kind in TYPES.items()}
            | {name: _untyped(name, data) for name, (topic, data) in _UNTYPED.items() if topic in topics.ALL},
        },
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


# -- topics ------------------------------------------------------------------------------------------------------


def _channel_id(topic: str) -> str:
    return topic.removeprefix("wakeful.")


def _channel(topic: str) -> Json:
    said = _TOPICS[topic]
    return {
        "address": topic,
        "title": _channel_id(topic),
        "description": f"Holds {said.holds}. Written by {said.writers}. Key: the home's id. Kept for ever.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names_in(topic)},
        "bindings": {
            "kafka": {
                "topic": topic,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": -1,
                    "retention.bytes": -1,
                    "message.timestamp.type": "LogAppendTime",
                },
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _names_in(topic: str) -> list[str]:
    """The names of the messages of a topic."""
    typed = [name for name, kind in TYPES.items() if kind.topic == topic]
    return [*typed, *(name for name, (each, _) in _UNTYPED.items() if each == topic)]


# -- operations --------------------------------------------------------------------------------------------------


def _operations() -> Iterable[tuple[str, Json]]:
    for service, written in _WRITES.items():
        for topic in topics.ALL:
            names = [name for name in _names_in(topic) if name in written]
            if service in _RUN:
                untyped = (name for name in _names_in(topic) if name in _UNTYPED)
                names += [name for name in untyped if name != _BLINDLY or service == "alerts"]
            if names:
                yield _operation(service, "send", topic, names)
    for service, read in READS.items():
        for topic in read:
            yield _operation(service, "receive", topic, _names_in(topic))


def _operation(service: str, action: str, topic: str, names: Sequence[str]) -> tuple[str, Json]:
    channel = _channel_id(topic)
    verb = "writes" if action == "send" else "reads"
    return f"{service}.{action}.{channel}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "title": f"{service} {verb} {channel}",
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }


# -- messages ----------------------------------------------------------------------------------------------------


def _message(kind: EventType) -> Json:
    data = {"$ref": f"./{kind.name}.json"}
    sealed = sorted(".".join(("data", *path)) for path in kind.sealed)
    by = f"`PUT /api/v1/{kind.family}/{{event id}}`" if kind.family else "services only"
    texts = f" Sealed at the door: {', '.join(f'`{path}`' for path in sealed)}." if sealed else ""
    return {
        **_head(kind.name, f"{kind.model.__doc__} Comes by {by}.{texts}"),
        **({"x-sealed": sealed} if sealed else {}),
        "payload": _payload(kind.name, data),
        "examples": [
            {"name": kind.name, "summary": "Invented: nobody in it is real.", "payload": _golden(kind.name)}
        ],
    }


def _head(name: str, summary: str) -> Json:
    return {
        "name": name,
        "title": name,
        "summary": " ".join(summary.split()),
        "contentType": "application/cloudevents+json",
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The home's id, as in `homeid`."},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _payload(name: str, data: Json) -> Json:
    own = {"type": "object", "properties": {"type": {"const": name}, "data": data}}
    return {"allOf": [{"$ref": "./envelope.json"}, own]}


def _golden(name: str) -> Json:
    """The first golden event of a type: the one that says most."""
    event: Json = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))["events"][0]["event"]
    return event


def _object(text: str, required: Json, optional: Json) -> Json:
    fields = {**required, **optional}
    return {"type": "object", "description": text, "properties": fields, "required": sorted(required)}


_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
_IDS: Final = {"type": "array", "items": _TEXT}
_AT: Final = {"type": "string", "format": "date-time"}

_UNTYPED: Final = {
    "fact.rejected.v1": (
        topics.REJECTED,
        _object(
            "A record that changed nothing, and why. What it said is not repeated.",
            {
                **dict.fromkeys(("topic", "event_id", "reason", "remedy"), _TEXT),
            },
            {**dict.fromkeys(("field", "sha256"), _TEXT), **dict.fromkeys(("partition", "position"), _WHOLE)},
        ),
    ),
    "readmodel.swapped.v1": (
        _SWAPS,
        _object(
            "A service's read model was swapped for one built anew: the alerts that were raised and closed by that.",
            {
                "service": _TEXT,
                **dict.fromkeys(("partition", "from_version", "to_version"), _WHOLE),
                "at": _AT,
                **dict.fromkeys(("raised", "superseded"), _IDS),
            },
            {"home_id": _TEXT},
        ),
    ),
    _BLINDLY: (
        _SWAPS,
        _object(
            "A service decided from what others had told, without waiting for those named any longer.",
            {
                "service": _TEXT,
                "partition": _WHOLE,
                "without": _IDS,
                **dict.fromkeys(("since", "upto"), _AT),
            },
            {},
        ),
    ),
}
"""What services tell of themselves: no types of the vocabulary, so that a reader needs no model of them."""


def _untyped(name: str, data: Json) -> Json:
    """A whole swap is about no one home: its `homeid` is blank, which the envelope of facts does not allow."""
    own = {
        "type": "object",
        "properties": {"type": {"const": name}, "data": data},
        "required": ["type", "data"],
    }
    return {**_head(name, f"{data['description']} Comes by services only."), "payload": own}


def write(folder: Path = FOLDER) -> None:
    """Write the document."""
    (folder / FILE).write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    write()
