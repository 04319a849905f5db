"""`wakeful up` as a process: it starts, stops when told to, and says in one line why it cannot start."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.integration.cli.house import House
from tests.integration.house.outside import SECRET, listening
from tests.waiting import LONG_S


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "wakeful", "up", *arguments]
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=os.environ
    )


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_until_it_is_told_to_stop(house: House, unused_port: int, end: signal.Signals) -> None:
    with started("--port", str(unused_port)) as process:
        assert process.stderr is not None
        assert any(f"127.0.0.1:{unused_port}" in line for line in process.stderr)
        process.send_signal(end)
        assert process.wait(LONG_S) == 0
    assert (house.folder / "log.sqlite3").exists()


def test_a_port_that_is_taken_is_one_line_with_the_remedy(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started("--port", str(taken.getsockname()[1])) as process:
            _out, said = process.communicate(timeout=LONG_S)
    assert process.returncode == 1
    assert "WAKEFUL_PORT" in said
    assert said.count("\n") == 1


def test_a_folder_that_is_in_use_is_one_line_with_the_remedy(house: House, unused_port: int) -> None:
    with house.log(), started("--port", str(unused_port)) as process:
        _out, said = process.communicate(timeout=LONG_S)
    assert process.returncode == 1
    assert f"is in use by process {os.getpid()}" in said
    assert said.count("\n") == 1


def test_whoever_watches_over_it_is_pinged_and_the_address_is_told_to_nobody(
    house: House, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as outside:
        monkeypatch.setenv("WAKEFUL_WATCHDOG_URL", outside.url)
        with started("--port", str(unused_port)) as process:
            assert outside.heard.get(timeout=LONG_S) == (SECRET, 200)
            process.terminate()
            _out, said = process.communicate(timeout=LONG_S)
    assert (process.returncode, SECRET in said) == (0, False)
    assert "nobody is told" not in said


def test_it_asks_for_what_watches_over_it_and_tells_a_variable_that_is_no_setting(
    house: House, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAKEFUL_BLIND_AFTR", "PT30S")
    with started("--port", str(unused_port)) as process:
        assert process.stderr is not None
        lines = iter(process.stderr)
        assert "WAKEFUL_BLIND_AFTR is no setting" in next(lines)
        assert any("set WAKEFUL_WATCHDOG_URL" in line for line in lines)
        process.terminate()
        assert process.wait(LONG_S) == 0
