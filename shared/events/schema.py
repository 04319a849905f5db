"""JSON Schema documents of the envelope and of every type's `data`, written out of the models.

`python -m shared.events.schema` writes them into `docs/events/`; a test holds them current. They describe
what a writer sends; a reader ignores what it does not know.
"""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from shared.events.envelope import AnyEnvelope
from shared.events.registry import TYPES

FOLDER: Final = Path(__file__).parents[2] / "docs" / "events"
OF_TYPES: Final = "*.v[0-9]*.json"
"""The documents of types; others in the folder are somebody else's."""


def documents() -> dict[str, str]:
    """The text of every document, by file name: `envelope.json`, `check.recorded.v1.json`, …"""
    found = {"envelope.json": _document(AnyEnvelope, "An event: CloudEvents 1.0, structured JSON.")}
    for name, kind in TYPES.items():
        said = f"`data` of {name}, in {kind.topic}. {kind.model.__doc__}"
        found[f"{name}.json"] = _document(kind.model, said, name)
    return found


def _document(model: type[BaseModel], description: str, title: str = "envelope") -> str:
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": title, "description": description}
    schema = head | _closed(model.model_json_schema()) | head
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _closed(schema: Any) -> Any:
    """The same, with every object that has named fields closed: unknown ones are refused at the door."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(value) for name, value in schema.items()}
    if "properties" in closed and closed.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def write(folder: Path = FOLDER) -> None:
    """Write every document, and take away those of types that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    current = documents()
    for stale in folder.glob(OF_TYPES):
        if stale.name not in current:
            stale.unlink()
    for name, text in current.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
