"""The README's code blocks do what it says: run over a real sample night, as a reader would."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.integration.house.serving import Up
from tests.waiting import LONG_S, until

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """A sample night whose token lies where the README says it does."""
    up = Up(tmp_path, pace=10)
    up.start()
    up.line("For curl")
    yield up
    up.stop()


def run(block: str, up: Up) -> subprocess.CompletedProcess[str]:
    """A block, in the folder that holds `data`, at the port that was free."""
    bin_ = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "no_proxy": "*"}
    here = block.replace("127.0.0.1:8000", f"127.0.0.1:{up.port}")
    return subprocess.run(
        ["bash", "-c", here],
        cwd=up.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_S,
    )


def test_the_check_of_the_readme_is_taken_and_appears(up: Up) -> None:
    record, look = (block for block in blocks("bash") if "curl" in block)
    taken = run(record, up)
    assert (taken.returncode, orjson.loads(taken.stdout)["status"]) == (0, 202), taken.stderr
    at = orjson.loads(taken.stdout)["appended_at"]
    # the watch is a fraction of a second behind the log, and what a check says of its time is in whole seconds
    until(lambda: seen_at(look, up) >= at[:19])


def seen_at(look: str, up: Up) -> str:
    shown = run(look, up)
    assert shown.returncode == 0, shown.stderr
    tonight = orjson.loads(
        shown.stdout[: shown.stdout.index("}{") + 1] if "}{" in shown.stdout else shown.stdout
    )
    (child,) = [each for each in tonight["placements"] if each["placement_id"] == "sample-child-larch-2"]
    return str(child.get("seen_at", ""))


def test_the_log_can_be_asked_as_the_readme_says(up: Up) -> None:
    (asks,) = [block for block in blocks("bash") if "wakeful export" in block]
    export, replay, audit, import_, demo, doctor = asks.strip().splitlines()
    exported = run(export, up)
    assert exported.returncode == 0, exported.stderr
    assert (up.folder / "facts.jsonl").stat().st_size > 0
    for line in (replay, audit, import_, demo):
        answer = run(line, up)
        assert answer.returncode == 0, answer.stderr
    assert "WAKEFUL_WATCHDOG_URL" in run(doctor, up).stdout  # asked for until it is set


@pytest.mark.parametrize("block", blocks("python"))
def test_the_python_of_the_readme_runs(block: str) -> None:
    exec(compile(block, "README.md", "exec"), {})
