"""The published JSON Schema documents are those of the models."""

import json
from pathlib import Path

from shared.events.registry import TYPES
from shared.events.schema import FOLDER, OF_TYPES, documents, write


def test_the_published_documents_are_current() -> None:
    names = {path.name for path in FOLDER.glob(OF_TYPES)} | {"envelope.json"}
    published = {name: (FOLDER / name).read_text("utf-8") for name in names}
    assert published == documents(), "run: python -m shared.events.schema"


def test_there_is_one_for_the_envelope_and_for_every_type() -> None:
    assert set(documents()) == {"envelope.json", *(f"{name}.json" for name in TYPES)}


def test_a_document_names_its_fields_as_they_are_written_and_is_closed() -> None:
    schema = json.loads(documents()["concern.received.v1.json"])
    assert set(schema["properties"]) == {"placement_id", "from", "summary"}
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["placement_id", "from", "summary"]


def test_writing_takes_away_what_is_no_more(tmp_path: Path) -> None:
    (tmp_path / "check.dreamt.v1.json").write_text("{}")
    (tmp_path / "somebody-elses.json").write_text("{}")
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*documents(), "somebody-elses.json"}
