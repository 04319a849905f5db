"""What `docs/on-call.md` tells a manager to send may be sent as it stands there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.events.validate import validate

DOCUMENT = (Path(__file__).parents[2] / "docs" / "on-call.md").read_text("utf-8")
SHOWN: list[dict[str, Any]] = [
    json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.M | re.S)
]
BY_THE_DOOR = {"specversion": "1.0", "id": "e1", "source": "system/1", "actor": "manager-1", "homeid": "H1"}
"""What the door adds (`docs/recording-by-http.md`)."""


@pytest.mark.parametrize("fact", SHOWN, ids=lambda fact: str(fact["type"]))
def test_what_the_page_tells_to_send_may_be_sent(fact: dict[str, Any]) -> None:
    whole = {**BY_THE_DOOR, "datacontenttype": "application/json", **fact}
    assert validate(whole, unknown="refuse")["data"].keys() == fact["data"].keys()


def test_the_page_shows_every_kind_of_fact_of_which_it_tells() -> None:
    told = {"on_call.policy_set.v1", "on_call.rota_set.v1", "on_call.override_set.v1", "silence.set.v1"}
    assert {fact["type"] for fact in SHOWN} == told
