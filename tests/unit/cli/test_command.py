"""The command as a process: fast to start, errors in one line, versions."""

import platform
import subprocess
import sys
from importlib.metadata import version

import orjson
import pytest

from tests.unit.cli.story import wakeful


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wakeful", *arguments], capture_output=True, text=True, check=False
    )


def test_what_is_heavy_is_not_imported_to_say_what_there_is() -> None:
    heavy = {"sqlalchemy", "fastapi", "uvicorn", "alembic", "pydantic", "httpx"}
    code = "import sys, wakeful.cli; print(' '.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert heavy & set(found.stdout.split()) == set()


def test_it_is_a_module_too() -> None:
    done = run("version", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert orjson.loads(done.stdout)["wakeful"] == version("wakeful")


def test_versions_are_told_by_name() -> None:
    found = orjson.loads(wakeful("version", "--json").stdout)
    assert found["python"] == platform.python_version()
    assert found["tzdata"][:2] == "20"
    assert found["schema"]["log"].isdigit()
    line = wakeful("version").stdout
    assert line.startswith(f"wakeful {found['wakeful']}, Python {found['python']}, tzdata {found['tzdata']};")


def test_a_wrong_setting_is_one_line_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEFUL_PORT", "none")
    result = wakeful("audit")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "WAKEFUL_PORT is 'none'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_bug_is_not_dressed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("wakeful.cli.health.version.versions", broken)
    assert isinstance(wakeful("version").exception, ZeroDivisionError)
