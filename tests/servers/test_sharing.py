"""One server a run, that ends with the run however the run ends; and errors that say what was wrong."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from tests.servers.process import Process, ServerFailed, until
from tests.servers.shared import ROOT

_USES = """
from pathlib import Path
from tests.servers.shared import shared
with shared(Path({folder!r}), "postgres") as url:
    print(url, flush=True)
    input()
"""

_MAKES = """
from pathlib import Path
from tests.servers.postgres import PostgresServer
server = PostgresServer(Path({folder!r}))
server.start()
print(server.url, flush=True)
input()
"""


class _Script:
    """A process of its own that says one line when it is there, and ends when it is told to."""

    def __init__(self, text: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", text], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._child.stdout is not None
        self.said = self._child.stdout.readline().strip()

    def end(self) -> None:
        self._child.communicate("\n", timeout=60)

    def kill(self) -> None:
        self._child.kill()
        self._child.communicate(timeout=60)


@pytest.fixture
def script() -> Iterator[Callable[[str], _Script]]:
    """Makes scripts, and leaves none."""
    made: list[_Script] = []

    def make(text: str) -> _Script:
        made.append(_Script(text))
        return made[-1]

    yield make
    for each in made:
        each.kill()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", "", 1)).close()
    except psycopg.OperationalError:
        return False
    return True


def _gone(url: str) -> None:
    until(lambda: not _answers(url), 60, lambda: AssertionError(f"{url} still answers"))


def test_all_processes_of_a_run_use_one_server_until_the_last_of_them_has_ended(
    tmp_path: Path, script: Callable[[str], _Script]
) -> None:
    uses = _USES.format(folder=str(tmp_path))
    first, second = script(uses), script(uses)
    assert first.said == second.said
    first.end()
    assert _answers(second.said)
    second.end()
    _gone(second.said)


def test_a_server_whose_users_were_all_killed_ends_and_the_next_user_gets_a_new_one(
    tmp_path: Path, script: Callable[[str], _Script]
) -> None:
    uses = _USES.format(folder=str(tmp_path))
    first, second = script(uses), script(uses)
    first.kill()
    second.kill()
    _gone(first.said)
    third = script(uses)
    assert third.said != first.said
    assert _answers(third.said)


def test_a_server_dies_with_the_process_that_made_it_and_leaves_nothing(
    tmp_path: Path, script: Callable[[str], _Script]
) -> None:
    maker = script(_MAKES.format(folder=str(tmp_path)))
    assert _answers(maker.said)
    place = Path(unquote(maker.said.partition("?host=")[2]))
    assert place.is_dir()
    maker.kill()
    _gone(maker.said)
    until(lambda: not place.exists(), 60, lambda: AssertionError(f"{place} is left"))


def test_the_error_of_a_server_that_ends_at_its_start_shows_its_last_lines(tmp_path: Path) -> None:
    process = Process(["/bin/sh", "-c", "echo no room; exit 3"], tmp_path / "log")
    with pytest.raises(ServerFailed, match=r"(?s)it ended with 3.*no room"):
        process.wait_ready(lambda: False, 60, "it")


def test_a_server_that_is_never_ready_is_ended_and_its_error_shows_its_last_lines(tmp_path: Path) -> None:
    process = Process(["/bin/sh", "-c", "echo still thinking; sleep 600"], tmp_path / "log")
    with pytest.raises(ServerFailed, match=r"(?s)it took over.*still thinking"):
        process.wait_ready(lambda: False, 0.5, "it")
    assert not process.alive


def _run_without_a_broker(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A test that needs the broker, on a machine with neither Java nor Docker."""
    (folder / "test_it.py").write_text("def test_it(kafka): pass\n")
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.servers.plugin"]\n')
    hidden = {"PATH", "JAVA_HOME", "WAKEFUL_REQUIRE_KAFKA", "WAKEFUL_TEST_KAFKA"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"PATH": "", "PYTHONPATH": str(ROOT), "DOCKER_HOST": "unix:///none", "HOME": str(folder)}
    environment |= {"XDG_CACHE_HOME": str(folder / "cache")} | variables
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "-rs", str(folder)]
    return subprocess.run(
        [*command, f"--rootdir={folder}", f"--basetemp={folder / 'tmp'}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_where_no_broker_can_be_had_its_tests_are_skipped_with_the_reason(tmp_path: Path) -> None:
    run = _run_without_a_broker(tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 skipped" in run.stdout
    assert re.search(r"no Kafka broker: no (Java 17 or newer|Maven)", run.stdout)


def test_where_a_broker_is_required_its_absence_is_a_failure(tmp_path: Path) -> None:
    run = _run_without_a_broker(tmp_path, WAKEFUL_REQUIRE_KAFKA="1")
    assert run.returncode == 1, run.stdout + run.stderr
    assert re.search(r"there is no broker: no (Java 17 or newer|Maven)", run.stdout)


def test_a_broker_that_runs_already_is_taken_by_its_address(tmp_path: Path) -> None:
    run = _run_without_a_broker(tmp_path, WAKEFUL_TEST_KAFKA="127.0.0.1:9")
    assert "1 passed" in run.stdout, run.stdout + run.stderr
