"""The door's fold, replayed, judges each fact after what was promised before it."""

from pathlib import Path
from typing import Any

import orjson

from services.gateway.starting import caught_up
from shared.instants import HOUR, show_instant
from shared.log.base import Draft
from shared.log.sqlite import SqliteLog
from shared.topics import PLAN_CHANGES
from tests.integration.gateway.house import EVENING, registration, started


def test_a_start_after_an_end_that_was_promised_is_known_after_a_restart(tmp_path: Path) -> None:
    now = [EVENING]
    log = SqliteLog(tmp_path / "log.sqlite3", always_open=True, clock=lambda: now[0])

    def tell(body: dict[str, Any], id_: str, at: int) -> None:
        told = {"time": show_instant(at), "enteredat": show_instant(now[0])}
        event = {"id": id_, "homeid": "larch", "source": "s", "actor": "a", **told, **body}
        log.append([Draft(PLAN_CHANGES, "larch", id_, id_, orjson.dumps(event))])

    ended = {
        "type": "placement.ended.v1",
        "subject": "P1",
        "data": {"placement_id": "P1", "reason": "moved_on"},
    }
    tell(registration("larch"), "r", now[0])
    tell(started("P1", "larch"), "s1", now[0])
    tell(ended, "e", now[0] + HOUR)
    now[0] += 2 * HOUR
    tell(started("P1", "larch", "another"), "s2", now[0])
    with caught_up(log, None)[0].reading() as homes:
        child = homes["larch"].placements["P1"]
        assert (child.in_force, child.commissioner_id) == (True, "another")
    log.close()
