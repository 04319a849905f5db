"""When a pager that takes over has caught up: only then is anything sent."""

from itertools import count
from pathlib import Path
from typing import Any

from services.house import paging
from services.pager import desk_rows
from services.pager.running import SERVICE
from shared import clock
from shared.facts import Fact
from shared.log.sqlite import SqliteLog
from shared.runner import Runner
from shared.topics import PLAN_CHANGES
from tests import fresh
from tests.load.drafts import draft_of


def registered(home_id: str) -> Fact:
    data: dict[str, Any] = {
        "home_id": home_id, "provider_id": "PR", "time_zone": "Europe/London", "rooms": [],
        "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
    }  # fmt: skip
    now = clock.now()
    about = (home_id, "system/sample", "manager")
    return Fact(
        PLAN_CHANGES, now, home_id, f"registered-{home_id}", "home.registered.v1", *about, now, now, data
    )


def test_it_has_caught_up_once_it_has_read_the_very_last_that_was_written_before_it_began(
    tmp_path: Path,
) -> None:
    views = fresh.views(tmp_path)
    before = SqliteLog(tmp_path / "log.sqlite3", always_open=True)
    before.append([draft_of(registered("H1"))])
    before.close()  # whoever wrote it died before anybody read it

    log = SqliteLog(
        tmp_path / "log.sqlite3"
    )  # its door is not open yet: the present stands at the last instant
    runner = Runner(log, views, SERVICE)
    runner.start()
    hands = paging.Hands(lambda: {0: runner}, log.present)
    for _ in range(3):
        runner.turn()
        assert not hands.held()[0].caught_up

    log.door_open(60_000)
    for _ in count():
        runner.turn()
        if hands.held()[0].caught_up:
            break
    with views.connect() as connection:
        assert [home.home_id for home in desk_rows.homes(connection)] == ["H1"]
    views.dispose()
    log.close()
