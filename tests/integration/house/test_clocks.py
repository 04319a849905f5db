"""Clocks that jump, and a process that was stopped (docs/decisions/0012): nobody is missed by mistake, it is told that
nobody watches, and what can go on by itself does.
"""

import os
import re
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from shared.clock import now
from shared.instants import HOUR, MINUTE, NEVER, SECOND, parse_instant
from shared.log.sqlite import SqliteLog
from shared.topics import ALERTS
from tests.integration.house.posting import (
    CHILD,
    HOME,
    Acknowledged,
    check,
    home_registered,
    one_child,
    placement_started,
    put,
    ready,
)
from tests.integration.house.serving import Up, set_clock
from tests.integration.house.verdict import judged
from tests.waiting import LONG_S, until

RULE: Final = {"from": "00:00", "to": "00:00", "ceiling": "PT20M"}
"""Within the hour everybody falls due, and nobody does while a test lasts."""
QUICK: Final = {"tick_every": 200, "blind_after": 1_000}
WAITING: Final = 24
"""Phones whose checks wait at the door while the process is stopped; fewer than one token may have at once."""


@contextmanager
def house(folder: Path, acknowledged: Acknowledged) -> Iterator[Up]:
    """One home, one child who was just seen, running."""
    with Up(folder, **QUICK) as up:
        one_child(up, acknowledged, RULE)
        put(up.client, acknowledged, "checks", check(HOME, CHILD))
        until(lambda: ready(up).status_code == 200)
        yield up


def missed(folder: Path) -> list[Any]:
    """The events of alerts in the log, each with when it was appended."""
    log = SqliteLog(folder / "data" / "log.sqlite3", read_only=True)
    try:
        return [
            (each.appended_at, orjson.loads(each.body))
            for each in log.read(0, [ALERTS], {}, NEVER, 10_000)[0]
        ]
    finally:
        log.close()


@pytest.mark.parametrize(("jump", "way"), [(HOUR, "forward"), (-HOUR, "back")])
def test_a_clock_that_jumps_while_it_runs_misses_nobody_is_told_and_goes_on_once_it_is_put_right(
    tmp_path: Path, jump: int, way: str
) -> None:
    acknowledged = Acknowledged()
    with house(tmp_path, acknowledged) as up:
        set_clock(tmp_path, jump)
        wanted = f"the machine's clock jumped PT1H {way}; put it right"
        until(lambda: wanted in ready(up).text, lambda: ready(up).text)
        until(lambda: "the machine's clock is not believed" in up.said)
        event_id = str(uuid.uuid4())
        answer = up.client.put(f"/checks/{event_id}", json=check(HOME, CHILD))
        assert answer.status_code == 202, "the door goes on taking"
        acknowledged.add(event_id)
        assert abs(parse_instant(answer.json()["appended_at"]) - now()) < MINUTE, "as the steady clock says"
        set_clock(tmp_path, 0)
        until(lambda: ready(up).status_code == 200)
        until(lambda: "the machine's clock is believed again" in up.said)
    assert missed(tmp_path) == []
    assert judged(tmp_path, acknowledged.ids).good


def test_a_clock_that_was_put_back_between_two_runs_is_told_and_believed_once_it_is_right(
    tmp_path: Path,
) -> None:
    acknowledged = Acknowledged()
    with house(tmp_path, acknowledged):
        pass
    set_clock(tmp_path, -HOUR)
    with Up(tmp_path, **QUICK) as up:
        wanted = r"the machine's clock is PT\S+ behind the log; set the clock right \(NTP\)"
        until(lambda: re.search(wanted, ready(up).text), lambda: ready(up).text)
        put(up.client, acknowledged, "checks", check(HOME, CHILD))
        set_clock(tmp_path, 0)
        until(lambda: ready(up).status_code == 200)
    assert missed(tmp_path) == []
    assert judged(tmp_path, acknowledged.ids).good


def test_a_clock_that_was_put_forward_between_two_runs_is_what_a_long_stop_is(tmp_path: Path) -> None:
    """Nothing tells the two apart. Who was due meanwhile is missed, and no second time when the clock is put back: then
    the log stands ahead of it, and that is told."""
    acknowledged = Acknowledged()
    with house(tmp_path, acknowledged):
        pass
    set_clock(tmp_path, HOUR)
    with Up(tmp_path, **QUICK):
        until(lambda: len(missed(tmp_path)) > 0)
    told = missed(tmp_path)
    assert {event["type"] for _, event in told} <= {"alert.raised.v1", "alert.worsened.v1"}
    set_clock(tmp_path, 0)
    with Up(tmp_path, **QUICK) as up:
        until(lambda: "behind the log" in ready(up).text, lambda: ready(up).text)
    assert missed(tmp_path) == told
    assert judged(tmp_path, acknowledged.ids).good


@pytest.mark.parametrize(
    ("ceiling", "stopped_for"),
    [(6, 1.8), pytest.param(125, 120, marks=(pytest.mark.soak, pytest.mark.timeout(1800)))],
)
def test_a_process_that_was_stopped_lets_in_what_waited_before_anybody_is_shown_as_missed(
    tmp_path: Path, ceiling: int, stopped_for: float
) -> None:
    """By the log's clock the deadline passed before the log had the check, so a replay must raise it too; but nobody is
    ever shown it open: it is raised and closed in one step."""
    settings = {**QUICK, "blind_after": 60 * SECOND if stopped_for > 60 else 1_000}
    children = [f"sample-child-{number}" for number in range(WAITING)]
    with Up(tmp_path, **settings) as up, ThreadPoolExecutor(WAITING) as phones:
        acknowledged = Acknowledged()
        rule = {"from": "00:00", "to": "00:00", "ceiling": f"PT{ceiling}S", "grace": "PT0.2S"}
        put(up.client, acknowledged, "homes", home_registered(HOME, rule))
        for child in [*children, "sample-child-forgotten"]:
            put(up.client, acknowledged, "placements", placement_started(HOME, child))
        time.sleep(ceiling - 1)
        up.process.send_signal(signal.SIGSTOP)
        try:
            os.waitpid(up.process.pid, os.WUNTRACED)
            stopped, sent = now(), threading.Semaphore(0)
            posted = [phones.submit(_at_the_door, up, check(HOME, child), sent) for child in children]
            for _ in posted:
                assert sent.acquire(timeout=LONG_S)
            time.sleep(stopped_for)
        finally:
            up.process.send_signal(signal.SIGCONT)
        for each in posted:
            acknowledged.add(each.result())
        until(lambda: "nobody was watched" in up.said)
        until(lambda: "sample-child-forgotten" in str(missed(tmp_path)))
        until(lambda: ready(up).status_code == 200)
    told = missed(tmp_path)
    raised = {e["data"]["alert_id"]: (at, e) for at, e in told if e["type"] == "alert.raised.v1"}
    resolved = {e["data"]["alert_id"]: at for at, e in told if e["type"] == "alert.resolved.v1"}
    for alert_id, (at, event) in raised.items():
        # on a busy machine some fall due before it is stopped, and again after their check
        meanwhile = parse_instant(event["data"]["since"]) < stopped <= parse_instant(event["time"])
        if meanwhile and "sample-child-forgotten" not in str(event["data"]):
            assert resolved[alert_id] == at, "raised and closed in one step"
    assert judged(tmp_path, acknowledged.ids).good


def _at_the_door(up: Up, body: dict[str, Any], sent: threading.Semaphore) -> str:
    """A phone whose check has gone out, whole, before anybody takes it; its id, once it is taken."""

    def trace(name: str, _info: object) -> None:
        if name.endswith("send_request_body.complete"):
            sent.release()

    event_id = str(uuid.uuid4())
    answer = up.client.put(f"/checks/{event_id}", json=body, extensions={"trace": trace})
    assert answer.status_code == 202, answer.text
    return event_id
