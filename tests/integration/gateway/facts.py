"""One fact of every type that comes in by the door, as a provider's system would send it: the golden events, told
of the home and child of these tests."""

import json
from pathlib import Path
from typing import Any

from shared.events.registry import TYPES

GOLDEN = Path(__file__).parents[2] / "golden" / "events"
OF_THE_TOKEN = ("specversion", "id", "source", "homeid", "actor", "contenthash", "time", "enteredat")


def of_type(name: str) -> dict[str, Any]:
    """The body of one fact; its times, home and actor are the test's to add."""
    text = (GOLDEN / f"{name}.json").read_text("utf-8")
    for golden, ours in (("home-17", "larch"), ("placement-1042", "P1")):
        text = text.replace(f'"{golden}"', f'"{ours}"')
    event: dict[str, Any] = json.loads(text)["events"][0]["event"]
    body: dict[str, Any] = as_sent({name: value for name, value in event.items() if name not in OF_THE_TOKEN})
    return body


ALL_TYPES = [name for name, kind in TYPES.items() if kind.family is not None]


BEFORE = {
    "anchor_point.changed.v1": "environment.assessed.v1",
    "ligature_plan.reviewed.v1": "plan.agreed.v1",
    "suicide_plan.reviewed.v1": "plan.agreed.v1",
    "silence.ended.v1": "silence.set.v1",
}
"""What the door must have been told for it to take a fact of that type."""


def family_of(name: str) -> str:
    family = TYPES[name].family
    assert family is not None
    return family


def as_sent(value: Any) -> Any:
    """A golden event as a phone sends it: its texts in plain."""
    if isinstance(value, dict):
        plain = {"sealed", "key"} == value.keys()
        return "sample text" if plain else {key: as_sent(each) for key, each in value.items()}
    return [as_sent(each) for each in value] if isinstance(value, list) else value
