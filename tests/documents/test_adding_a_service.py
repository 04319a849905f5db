"""The service that docs/adding-a-service.md makes is one: it runs, is stopped, and goes on from its rows."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from shared.instants import HOUR, parse_instant, show_instant
from shared.log.sqlite import SqliteLog
from shared.runner import Runner
from shared.store.engine import make_engine
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of
from tests.integration.runner.world import draft
from tests.scenarios.facts import away, check, registered, started

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-service.md"
EVENING = parse_instant("2026-03-02T20:00:00Z")


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The page's files, as files."""
    for name, body in re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, "utf-8")
    (tmp_path / "presence" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield import_module("presence.running").SERVICE
    for name in [name for name in sys.modules if name.split(".")[0] == "presence"]:
        del sys.modules[name]


def _present(views: Engine) -> dict[str, int]:
    with views.connect() as connection:
        return {
            row[0]: row[1] for row in connection.execute(text("SELECT home_id, present FROM presence_homes"))
        }


def test_the_service_of_the_page_counts_who_is_present_also_after_a_restart(
    service: Any, tmp_path: Path
) -> None:
    time, ids = [EVENING], count()
    log = SqliteLog(tmp_path / "log.sqlite3", always_open=True, clock=lambda: time[0])
    views = make_engine(tmp_path / "views.sqlite3")
    upgrade(views, STORE_MIGRATIONS, version_table_of("store"))
    service.migrate(views)

    def tell(*said: Any, at: int) -> dict[str, int]:
        """These facts at that instant; what a runner that has just begun makes of the log."""
        time[0] = at
        for each in said:
            event = {
                "specversion": "1.0", "id": f"e{next(ids)}", "source": "test/page", "type": each.type,
                "subject": each.subject or each.data["placement_id"], "time": show_instant(at),
                "enteredat": show_instant(at), "homeid": each.home, "actor": "S1",
                "datacontenttype": "application/json",
                "data": each.data | {name: show_instant(EVENING + 9 * HOUR) for name in each.clocks},
            }  # fmt: skip
            log.append([draft({"topic": each.topic, "event": event, "appended_at": ""})])
        time[0] = at + 1
        runner = Runner(log, views, service)
        runner.start()
        while runner.turn():
            pass
        return _present(views)

    try:
        assert tell(registered(), started("P1"), started("P2"), at=EVENING) == {"H1": 2}
        assert tell(away("P1", "hospital", "06:00"), at=EVENING + HOUR) == {"H1": 1}
        assert tell(check("P1"), at=EVENING + 2 * HOUR) == {"H1": 2}
    finally:
        log.close()
        views.dispose()
