"""The document of the door is generated from the code, and the one in `docs/` is that document."""

import json
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts

from services.gateway.families import FAMILIES
from services.gateway.openapi import complete
from tests.integration.gateway.house import House
from tests.integration.gateway.write_openapi import DOCUMENT


def document(house: House) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(complete(house.app)))
    return made


def test_the_document_in_docs_is_current(house: House) -> None:
    remedy = "run `python -m tests.integration.gateway.write_openapi` to write docs/api/openapi.json anew"
    assert json.loads(DOCUMENT.read_text("utf-8")) == document(house), remedy


def test_every_route_under_api_is_in_the_document(house: House) -> None:
    paths = document(house)["paths"]
    for context in iter_route_contexts(house.app.routes):
        route, path = context.original_route, context.path or ""
        if isinstance(route, APIRoute) and context.include_in_schema:
            for method in context.methods or ():
                assert method.lower() in paths[path], path


def test_every_family_of_the_api_page_has_its_path(house: House) -> None:
    named = (
        "homes,placements,plans,dispositions,assessments,reviews,triggers,concerns,chronology,checks,corrections,"
        "cover,on-call,responses"
    )
    assert set(FAMILIES) == set(named.split(","))
    paths = document(house)["paths"]
    assert all("put" in paths[f"/api/v1/{family}/{{event_id}}"] for family in FAMILIES)


def test_no_shape_is_named_by_where_its_class_lies(house: House) -> None:
    """Two classes of one name would be; whoever makes a client of the document has such names in their code."""
    assert [name for name in document(house)["components"]["schemas"] if "__" in name] == []


def test_every_reference_in_the_document_leads_somewhere(house: House) -> None:
    whole = document(house)
    for reference in references(whole):
        part: Any = whole
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
        assert part


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    if isinstance(part, list):
        return [found for value in part for found in references(value)]
    return []
