"""Every block of `docs/recording-by-http.md` is sent to a door, in its order, and is taken without a warning."""

import json
import re
from pathlib import Path
from typing import Any

import orjson
from httpx import Response

from shared.instants import HOUR, show_instant
from shared.security.tokens import Issued
from tests.integration.gateway.house import House, bearing

PAGE = Path(__file__).parents[3] / "docs" / "recording-by-http.md"
BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Guide:
    """Larch at the beginning of the night, and those who work there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.system = house.settle()
        house.person("adele")
        self.device = house.device()
        house.later(HOUR // 1000)
        self.workers: dict[str, Issued] = {}
        self.prompt = ""

    def send(self, block: dict[str, Any]) -> Response:
        (method, path), *_ = ((name, block[name]) for name in ("PUT", "POST", "GET") if name in block)
        by, worker = self._who(block.get("as"))
        self.house.later(60)
        return self.house.client.request(
            method,
            path.replace("THE-PROMPTS-ID", self.prompt),
            orjson.dumps(self._body(block["body"])) if "body" in block else None,
            bearing(by, worker),
        )

    def _who(self, staff_id: str | None) -> tuple[Issued, Issued | None]:
        if staff_id is None:
            return self.system, None
        if staff_id not in self.workers:
            self.workers[staff_id] = self.house.worker(self.device, staff_id)
        return self.device, self.workers[staff_id]

    def _body(self, body: dict[str, Any]) -> dict[str, Any]:
        at = show_instant(self.house.now)
        return {name: at if value == "NOW" else value for name, value in body.items()}


def test_every_block_of_the_guide_is_taken(house: House) -> None:
    guide = Guide(house)
    blocks = [json.loads(text) for text in BLOCK.findall(PAGE.read_text("utf-8"))]
    assert len(blocks) >= 12
    for block in blocks:
        answer = guide.send(block)
        assert answer.status_code == (202 if "PUT" in block else 200), (block, answer.text)
        assert not answer.json().get("warnings"), (block, answer.text)
        if block.get("GET") == "/api/v1/prompts":
            (prompt,) = answer.json()["prompts"]
            guide.prompt = prompt["id"]


def test_the_guide_shows_every_type_of_night_cover(house: House) -> None:
    told = set(re.findall(r"cover\.\w+\.v1", PAGE.read_text("utf-8")))
    assert told == {
        f"cover.{what}.v1"
        for what in ("started", "proved", "break_started", "break_ended", "handed_over", "ended")
    }
