"""The documents that are made from the code: what each would be now, by its path. Nothing is written here."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from services.gateway.openapi import complete
from services.up import House
from shared.events import asyncapi, schema
from shared.settings import SECRET_FILES, Settings, describe
from tests.documents.figures import Figure, figures
from tests.integration.gateway.house import House as Door

ROOT: Final = Path(__file__).parents[2]
AGAIN: Final = "run: make docs"


def made() -> dict[str, str]:
    """The text of every document, by its path in the project."""
    events = {f"docs/events/{name}": text for name, text in schema.documents().items()}
    return {
        **events,
        f"docs/events/{asyncapi.FILE}": asyncapi.document(),
        "docs/api/openapi.json": _openapi(),
        "docs/settings.md": _settings(),
        "docs/metrics.md": _metrics(),
    }


def _openapi() -> str:
    with tempfile.TemporaryDirectory() as folder, Door(Path(folder)) as door:
        return json.dumps(complete(door.app), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


_SETTINGS: Final = """# Settings

*Made from `shared/settings.py`; `make docs` writes it anew.*

Each is read from the environment, else from a TOML file (`wakeful.toml` in the working folder, or the one that
`WAKEFUL_SETTINGS_FILE` names; its keys are the names without the prefix, in lower case: `port = 8000`), else it has its
default. A variable that is blank counts as not set. Durations are ISO 8601 (`PT2S`). `wakeful doctor` shows every
setting with its value and where that comes from, secrets hidden; a name that is no setting is told at the start.

A secret may lie in a file of its own, one line long, as containers are given theirs; its name with `_FILE` behind it,
in either place, says where. One or the other, not both:
{secrets}.

"""


def _settings() -> str:
    defaults = {each.name: each.value for each in describe(Settings(), {})}
    rows = []
    for field, info in Settings.model_fields.items():
        name = f"WAKEFUL_{field.upper()}"
        assert info.description, f"{field} of shared/settings.py says nothing of itself"
        rows.append((f"`{name}`", defaults[name], info.description))
    secrets = ", ".join(f"`WAKEFUL_{name.upper()}`" for name in sorted(SECRET_FILES))
    return _SETTINGS.format(secrets=secrets) + _table(("name", "default", "what"), rows)


_METRICS: Final = """# Metrics

*Made from `shared/metrics.py`; `make docs` writes it anew.*

`GET /metrics`, Prometheus text. No home and no placement is ever a label: a metric is read by more people than an
alert. Histograms have `_bucket`, `_sum` and `_count`. What deserves an alarm: [operating.md](operating.md#alarms) and
[the rules](../deploy/prometheus/wakeful.rules.yaml).

"""


def _metrics() -> str:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        house = House(Settings(data=data, master_key_file=Path(folder) / "master.key"))
        try:
            rows = [_row(figure) for figure in figures(house)]
        finally:
            house.close()
    return _METRICS + _table(("name", "type", "labels", "what"), rows)


def _row(figure: Figure) -> Sequence[str]:
    labels = ", ".join(f"`{label}`" for label in figure.labels)
    return f"`{figure.name}`", figure.type, labels, figure.what


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(" ".join(cell.split()) for cell in line) + " |\n" for line in lines)
