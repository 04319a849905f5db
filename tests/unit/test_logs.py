"""Logs: one line of JSON an event, and never a secret in it."""

import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog

from shared import logs


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_line_with_its_time_level_and_ids(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    structlog.get_logger("watch").error("a home is set aside", home_id="H1", service="checks")
    (line,) = lines(capsys)
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "a home is set aside",
        "home_id": "H1",
        "level": "error",
        "logger": "watch",
        "service": "checks",
    }


def test_what_comes_by_the_standard_library_comes_out_the_same_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("info")
    logging.getLogger("uvicorn.error").warning("shutting %s", "down")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("shutting down", "warning", "uvicorn.error")


@pytest.mark.parametrize("key", ["token", "Authorization", "pin", "note", "body", "session_cookie"])
def test_a_secret_never_comes_out(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    structlog.get_logger("door").info("in", **{key: "hush"})
    assert "hush" not in capsys.readouterr().err


def test_a_secret_never_comes_out_at_any_depth(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    structlog.get_logger("door").info(
        "in", asked=[{"apiToken": "hush"}, {"worker_pin": "hush"}], headers={"X": "hush"}
    )
    said = capsys.readouterr().err
    assert "hush" not in said
    assert said.count(logs.WITHHELD) == 3


def test_ids_and_words_that_only_look_like_a_secret_come_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    harmless = {"token_id": "T1", "pinned": 3, "mapping": {"noted": 1}, "opinion": "none"}
    structlog.get_logger("door").info("in", **harmless)
    (line,) = lines(capsys)
    assert {key: line[key] for key in harmless} == harmless


def test_an_exception_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("up").exception("a loop has failed")
    (line,) = lines(capsys)
    assert "ValueError: broken" in line["exception"]


def test_set_up_twice_says_everything_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info")
    logs.set_up("warning")
    structlog.get_logger("up").warning("once")
    structlog.get_logger("up").info("not at this level")
    assert [line["event"] for line in lines(capsys)] == ["once"]


def test_an_exception_told_by_a_library_afterwards_comes_out_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("info")
    fault = ValueError("broken")
    logging.getLogger("uvicorn.error").error("exception in the app", exc_info=(ValueError, fault, None))
    (line,) = lines(capsys)
    assert "ValueError: broken" in line["exception"]
