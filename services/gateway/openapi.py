"""The OpenAPI document of what the hot routes take and give, written by hand from the models that validate.

`complete` puts the schemas into the document that FastAPI makes; `docs/api/openapi.json` is that document, and a
test holds it to the code. Nothing here runs for a request.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from services.gateway.answers import with_problems
from services.gateway.families import FAMILIES, RIGHT_OF
from services.gateway.limits import BATCH_FACTS
from shared.events.fields import ID_LENGTH, ID_PATTERN
from shared.events.registry import TYPES
from shared.web.access import WORKER_HEADER, open_to_all

_REF: Final = "#/components/schemas/"
INSTANT_PATTERN: Final = (
    r"^(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?Z$"
)
"""In UTC, of the years 1900 to 2999: what `format: date-time` alone does not say."""
_ID: Final = {"type": "string", "minLength": 1, "maxLength": ID_LENGTH, "pattern": ID_PATTERN}
_INSTANT: Final = {"type": "string", "format": "date-time", "pattern": INSTANT_PATTERN}
_WARNINGS: Final = {
    "type": "array",
    "items": {"$ref": _REF + "Warning"},
    "description": "What to look at, where there is something: the fact was taken all the same",
}

_AGAIN: Final = "The same again, durable before; or an answer to an alert that is over, durable too"
_OF_AN_ANSWER: Final = {
    "resolved": {
        "type": "object",
        "required": ["at", "how"],
        "properties": {"at": _INSTANT, "how": {"type": "string"}, "by": _ID},
        "description": "Of an answer to an alert that is over (200: it changes nothing): how that was resolved",
    },
    "acknowledged": {
        "type": "object",
        "required": ["by", "until"],
        "properties": {"by": _ID, "until": _INSTANT},
        "description": "Of an answer to an alert that somebody else has: who, and until when",
    },
}


def fact_operation(family: str) -> dict[str, Any]:
    """What `add_api_route` is told of a family's route."""
    rights = " or ".join(sorted({RIGHT_OF[name] for name in FAMILIES[family]}))
    bodies = [{"$ref": _REF + name} for name in FAMILIES[family]]
    return {
        "operation_id": f"put_{family.replace('-', '_')}",
        "tags": ["facts"],
        "summary": f"Record: {', '.join(FAMILIES[family])}",
        "description": (
            f"One fact. Needs the right to {rights}. A device sends its own token as bearer and, in "
            f"`{WORKER_HEADER}`, the worker's token under which the fact was entered; `source`, `homeid` and "
            "`actor` then come from the tokens. A provider's system states `homeid` and `actor` in the body. "
            "202 and 200 mean that the log has it, durably."
        ),
        "responses": {
            202: _json("New; durable", "Taken"),
            200: _json(_AGAIN, "Taken"),
        },
        "status_code": 202,
        "openapi_extra": {
            "parameters": [
                {"name": "event_id", "in": "path", "required": True, "schema": _ID},
                _worker_header("the fact was"),
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": bodies[0] if len(bodies) == 1 else _one_of(bodies)}
                },
            },
        },
    }


def _one_of(bodies: list[dict[str, str]]) -> dict[str, Any]:
    mapping = {body["$ref"].removeprefix(_REF): body["$ref"] for body in bodies}
    return {"oneOf": bodies, "discriminator": {"propertyName": "type", "mapping": mapping}}


def _worker_header(what: str) -> dict[str, Any]:
    return {
        "name": WORKER_HEADER,
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": f"Of a device: the worker's token under which {what} entered",
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": _REF + schema}}}
    return {"description": description, "content": content}


BATCH: Final[dict[str, Any]] = {
    "operation_id": "post_facts_batch",
    "tags": ["facts"],
    "summary": f"Record up to {BATCH_FACTS:,} facts, as one step",
    "description": (
        "Appended in order of `time`, as one step; the results come in the order sent, each with the status "
        "that the fact alone would have got, and one bad item never spoils the others. Each item of a device "
        f"carries in `worker` the token under which it was entered (`{WORKER_HEADER}` stands for those that "
        "carry none)."
    ),
    "responses": {200: _json("One result an item", "Results")},
    "openapi_extra": {
        "parameters": [_worker_header("items without a `worker` of their own were")],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF + "Batch"}}},
        },
    },
}


def document_route(app: FastAPI, path: str) -> APIRouter:
    """The route that gives the document, made once it is asked for."""
    router = APIRouter()
    made = cache(lambda: orjson.dumps(complete(app)))

    @router.get(
        path, include_in_schema=False, dependencies=[open_to_all("how to call the door is no secret")]
    )
    def document() -> Response:
        return Response(made(), media_type="application/json")

    return router


def complete(app: FastAPI) -> dict[str, Any]:
    """The whole document of an app."""
    document = get_openapi(
        title="Wakeful", version="1", description=_ABOUT, routes=app.routes, openapi_version="3.1.0"
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(_schemas())
    schemas["PlanDraft"]["properties"]["data"] = {"$ref": _REF + "PlanAgreed"}
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    with_problems(document, app)
    _say_utc(document)
    return document


def _say_utc(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("format") == "date-time":
            part["pattern"] = INSTANT_PATTERN
        for value in part.values():
            _say_utc(value)
    elif isinstance(part, list):
        for value in part:
            _say_utc(value)


_ABOUT: Final = (
    "The door of Wakeful. Everything that is recorded is a fact: an event with an id made by whoever records it, "
    "so that sending it again is safe. Problems are RFC 9457."
)


def _schemas() -> dict[str, Any]:
    names = [name for family in FAMILIES.values() for name in family]
    models = [(TYPES[name].model, "validation") for name in names]
    refs, definitions = models_json_schema(models, ref_template=_REF + "{model}")  # type: ignore[arg-type]
    bodies = {name: _body(name, refs[TYPES[name].model, "validation"]) for name in names}
    every = [{"$ref": _REF + name} for name in names]
    parts = {name: _closed(part) for name, part in definitions["$defs"].items()}
    return {**parts, **bodies, **_answers(), "Batch": _batch(every)}


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    """A part of an event as the door takes it: readers keep fields that they do not know, the door refuses them."""
    return {**part, "additionalProperties": False} if "properties" in part else part


def _body(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": name,
        "required": ["type", "subject", "time", "enteredat", "data"],
        "properties": {
            "type": {"const": name},
            "subject": {**_ID, "description": f"Whom it is about: the {TYPES[name].about}"},
            "time": {**_INSTANT, "description": "When it happened"},
            "enteredat": {**_INSTANT, "description": "When it was tapped or typed"},
            "homeid": {**_ID, "description": "Of a system or a person only"},
            "actor": {**_ID, "description": "Of a system only: one of its people of that home"},
            "data": data,
        },
        "additionalProperties": False,
    }


def _batch(every: list[dict[str, str]]) -> dict[str, Any]:
    own = {"id": _ID, "worker": {"type": "string", "description": "A worker's token; of a device only"}}
    item = {"allOf": [{"type": "object", "required": ["id"], "properties": own}, {"oneOf": every}]}
    facts = {"type": "array", "maxItems": BATCH_FACTS, "items": item}
    return {"type": "object", "required": ["facts"], "properties": {"facts": facts}}


def _answers() -> dict[str, Any]:
    at = {"anyOf": [_INSTANT, {"type": "null"}]}
    taken: dict[str, Any] = {"id": _ID, "status": {"type": "integer"}, "appended_at": at}
    error = {"field": {"type": "string"}, "value": {}, "remedy": {"type": "string"}}
    problem = {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "properties": error}},
    }
    result = {
        "id": {"type": "string", "description": "As it was sent"},
        "status": {"type": "integer"},
        "problem": {"$ref": _REF + "Problem"},
        "warnings": _WARNINGS,
        **_OF_AN_ANSWER,
    }
    results = {
        "type": "array",
        "items": {"type": "object", "required": ["id", "status"], "properties": result},
    }
    return {
        "Taken": {
            "type": "object",
            "required": list(taken),
            "properties": {**taken, "warnings": _WARNINGS, **_OF_AN_ANSWER},
        },
        "Warning": {"type": "object", "required": ["field", "value", "remedy"], "properties": error},
        "Problem": {"type": "object", "required": ["type", "title", "status"], "properties": problem},
        "Results": {"type": "object", "required": ["results"], "properties": {"results": results}},
    }
