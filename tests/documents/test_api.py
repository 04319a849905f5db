"""The HTTP interface in `docs/api/openapi.json` is that of the house that runs, route by route: nothing is left out,
nothing is promised that is not there.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from fastapi.routing import APIRoute, iter_route_contexts

from services.up import House
from shared.settings import Settings
from tests.documents.made import ROOT

ITSELF = ("get", "/api/v1/openapi.json")


def routes_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every method and path under `/api` that a house answers."""
    house = House(Settings(data=folder / "data", master_key_file=folder / "master.key"))
    try:
        for context in iter_route_contexts(house.app().routes):
            path = context.path or ""
            if isinstance(context.original_route, APIRoute) and path.startswith("/api/"):
                yield from ((method.lower(), path) for method in context.methods or ())
    finally:
        house.close()


def test_every_route_of_the_house_under_api_is_documented_and_no_other(tmp_path: Path) -> None:
    paths = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text("utf-8"))["paths"]
    documented = {
        (method, path)
        for path, operations in paths.items()
        for method in operations
        if path.startswith("/api/")
    }
    assert set(routes_of(tmp_path)) - {ITSELF} == documented
