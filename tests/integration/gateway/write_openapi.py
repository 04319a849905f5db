"""Writes `docs/api/openapi.json` anew: `python -m tests.integration.gateway.write_openapi`."""

import json
import tempfile
from pathlib import Path

from services.gateway.openapi import complete
from tests.integration.gateway.house import House

DOCUMENT = Path(__file__).parents[3] / "docs" / "api" / "openapi.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        text = json.dumps(complete(house.app), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
