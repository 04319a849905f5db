"""The replay contract (EVENTS.md), as the command keeps it."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from services.checks.model import ChecksMonitor
from shared.events.canonical import canonical
from shared.facts import Fact
from shared.topics import ALERTS
from tests.unit.cli.story import (
    GOLDEN,
    check,
    corrected,
    night,
    registered,
    replayed,
    started,
    wakeful,
    written,
)


def told(stdout: str) -> list[tuple[str, str]]:
    events = [orjson.loads(line) for line in stdout.splitlines()]
    return [(event["type"], event["time"]) for event in events]


MISSED = ("alert.raised.v1", "2026-03-02T22:45:00.000Z")
WORSE = ("alert.worsened.v1", "2026-03-02T23:15:00.000Z")
LATE = ("alert.resolved.v1", "2026-03-02T23:30:00.000Z")


def test_the_alerts_of_a_night_are_the_golden_bytes() -> None:
    result = wakeful("replay", str(GOLDEN / "night.jsonl"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes == (GOLDEN / "night.alerts.jsonl").read_bytes()


def test_a_pipe_gives_the_bytes_that_a_file_gives(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_bytes(written(night()))
    assert wakeful("replay", str(path)).stdout_bytes == replayed(night()).stdout_bytes != b""


def test_the_order_of_the_lines_of_different_instants_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_bytes(written(reversed(night())))
    forward = replayed(night())
    assert told(forward.stdout) == [MISSED, WORSE, LATE]
    assert wakeful("replay", str(path)).stdout_bytes == forward.stdout_bytes
    assert replayed(reversed(night())).stdout_bytes == forward.stdout_bytes


def test_the_clock_ends_at_until_and_later_facts_are_not_read() -> None:
    assert told(replayed(night(), "--until", "2026-03-02T23:00:00Z").stdout) == [MISSED]
    assert told(replayed(night(), "--until", "2026-03-02T22:45:00Z").stdout) == []
    assert len(told(replayed(night(), "--until", "2026-03-03T02:00:00Z").stdout)) > 2


def test_an_until_that_is_no_instant_is_told_with_the_remedy() -> None:
    result = replayed(night(), "--until", "tomorrow")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--until: 'tomorrow'" in result.stderr
    assert "write it like" in result.stderr


def test_no_facts_give_no_alerts() -> None:
    assert (replayed(b"").exit_code, replayed(b"").stdout) == (0, "")


def bent(field: str, value: Any) -> bytes:
    line = check("22:20", "bad")
    line["event"]["data"][field] = value
    return canonical(line) + b"\n"


BAD = [
    (b"{\n", "not JSON"),
    (bent("outcome", "gone"), "data.outcome 'gone'"),
    (bent("view", None), "data.view"),
]


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_a_bad_line_stops_it_with_its_number_and_the_reason(line: bytes, reason: str) -> None:
    result = replayed(written(night()[:2]) + line + written(night()[2:]))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("line 3: ")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_keep_going_tells_bad_lines_goes_on_and_exits_1_at_the_end() -> None:
    result = replayed(b"{\n" + written(night()) + b"[]\n", "--keep-going")
    assert result.exit_code == 1
    assert told(result.stdout) == [MISSED, WORSE, LATE]
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["line 1", "line 6"]


def test_a_bad_line_of_a_file_that_is_read_twice_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_bytes(b"{\n" + written(reversed(night())))
    result = wakeful("replay", str(path), "--keep-going")
    assert (result.exit_code, result.stderr.count("line 1:")) == (1, 1)
    assert told(result.stdout) == [MISSED, WORSE, LATE]


def test_a_refused_fact_is_told_changes_nothing_and_is_no_error(tmp_path: Path) -> None:
    lines = [*night()[:3], corrected("22:20", "c9"), *night()[3:]]
    path = tmp_path / "facts.jsonl"
    path.write_bytes(written(lines))
    for result in (replayed(lines), wakeful("replay", str(path))):
        assert result.exit_code == 0
        assert result.stdout_bytes == replayed(night()).stdout_bytes
        assert result.stderr.startswith("line 4: check.corrected.v1 of-c9 of home H1 is refused")
        assert result.stderr.count("\n") == 1


def test_the_same_id_twice_is_one_fact_and_other_content_under_it_is_refused() -> None:
    assert replayed([*night(), night()[-1]]).stderr == ""
    other = check("23:40", "c2")
    result = replayed([*night(), other])
    assert result.exit_code == 0
    assert "line 5: check.recorded.v1 c2 of home H1 is refused (id_used)" in result.stderr


def test_facts_of_derived_topics_are_passed_over() -> None:
    alert = orjson.loads(replayed(night()).stdout.splitlines()[0])
    derived = {"topic": ALERTS, "appended_at": "2026-03-02T22:40:01.000Z", "event": alert}
    rejected = {"topic": "wakeful.rejected", "appended_at": "2026-03-02T22:40:01.000Z", "event": {}}
    result = replayed([*night()[:3], derived, rejected, night()[3]])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes == replayed(night()).stdout_bytes


def test_a_home_that_is_set_aside_is_told_and_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_self: ChecksMonitor, fact: Fact) -> None:
        raise ZeroDivisionError(fact.id)

    monkeypatch.setattr(ChecksMonitor, "_check", breaks)
    result = replayed(night())
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("home H1 is set aside at fact c1: ZeroDivisionError: c1")


def test_a_table_shows_what_the_lines_tell() -> None:
    result = replayed(night(), "--format", "table")
    assert result.exit_code == 0
    headings, raised, _worse, resolved = result.stdout.splitlines()
    assert headings.split() == ["at", "home", "about", "what", "how"]
    assert raised.split() == [MISSED[1], "H1", "P1", "raised", "check_missed"]
    assert resolved.split()[-2:] == ["resolved", "late"]


@pytest.mark.parametrize("width", ["20", "80"])
def test_a_table_that_goes_into_a_file_has_a_line_a_row_and_nothing_is_cut_off(
    width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    alert_id = orjson.loads(replayed(night()).stdout.splitlines()[0])["subject"]
    _headings, _raised, worse, _resolved = replayed(night(), "--format", "table").stdout.splitlines()
    assert worse.split() == [WORSE[1], "H1", alert_id, "worsened", "level", "2"]


def test_a_file_that_is_not_there_is_one_line_with_the_remedy() -> None:
    result = wakeful("replay", "/nowhere/facts.jsonl")
    assert result.exit_code == 2
    assert result.stderr.startswith("/nowhere/facts.jsonl cannot be read")
    assert result.stderr.count("\n") == 1


def test_a_last_line_without_an_end_is_read() -> None:
    assert told(replayed(written(night()).rstrip(b"\n")).stdout) == [MISSED, WORSE, LATE]


def test_facts_of_one_instant_are_applied_in_the_order_of_their_topics(tmp_path: Path) -> None:
    first = check("20:05", "c0")
    lines = [registered(), first, started(), *night()[2:]]
    path = tmp_path / "facts.jsonl"
    path.write_bytes(written(lines))
    assert (
        wakeful("replay", str(path)).stdout_bytes
        == replayed([registered(), started(), first, *night()[2:]]).stdout_bytes
    )
