"""One place decides what a command is about: the folder, or a broker and its database; and never both."""

from pathlib import Path

import pytest

from tests.integration.cli.apart import Apart, nobody_at
from tests.integration.cli.house import House
from tests.unit.cli.story import night, wakeful, written

FOR_A_FOLDER = [
    (["up"], ["wakeful gateway", "wakeful worker checks alerts"]),
    (["up", "--sample"], ["wakeful gateway"]),
    (
        ["backup", "/nowhere", "--without-keys"],
        ["pg_dump", "wakeful keys export", "docs/running-on-kafka.md#backup-and-restore"],
    ),
    (["restore", "/nowhere", "--without-keys"], ["pg_dump", "docs/running-on-kafka.md#backup-and-restore"]),
    (["snapshot", "checks"], ["no snapshots over a broker yet", "wakeful rebuild"]),
]
NAME_A_FOLDER = [
    ["token", "list"],
    ["people", "list"],
    ["device", "enrol-code", "H1"],
    ["keys", "destroy", "--home", "H1", "--yes"],
    ["export"],
    ["import", "-"],
    ["audit"],
    ["rebuild", "checks"],
    ["doctor"],
]
NEED_THE_DATABASE = [
    ["token", "list"],
    ["people", "list"],
    ["keys", "destroy", "--home", "H1", "--yes"],
    ["keys", "rotate"],
    ["audit"],
    ["rebuild", "checks"],
    ["rebuild", "checks", "--home", "H1"],
]


@pytest.fixture
def named_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A broker is named; nobody listens there."""
    monkeypatch.setenv("WAKEFUL_KAFKA", nobody_at())
    monkeypatch.setenv("WAKEFUL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize(("words", "said"), FOR_A_FOLDER)
def test_what_is_for_a_folder_is_refused_in_one_line_with_what_to_do_instead(
    named_only: Path, words: list[str], said: list[str]
) -> None:
    result = wakeful(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("WAKEFUL_KAFKA is set, ")
    assert all(each in result.stderr for each in said)
    assert result.stderr.count("\n") == 1
    assert not named_only.exists(), "nobody may believe that his facts go to the broker"


@pytest.mark.parametrize("words", NAME_A_FOLDER, ids=" ".join)
def test_a_folder_and_a_broker_at_once_are_a_wrong_use(named_only: Path, words: list[str]) -> None:
    result = wakeful(*words, "--data", str(named_only))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "leave --data out; or, for the folder, run the command without WAKEFUL_KAFKA" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not named_only.exists()


@pytest.mark.parametrize("words", NEED_THE_DATABASE, ids=" ".join)
def test_a_database_that_is_not_named_is_one_line(named_only: Path, words: list[str]) -> None:
    result = wakeful(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("WAKEFUL_DATABASE_URL is not set: write the address")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", NEED_THE_DATABASE, ids=" ".join)
def test_a_database_that_does_not_answer_is_one_line_without_its_password(
    named_only: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAKEFUL_DATABASE_URL", f"postgresql://wakeful:hush@{nobody_at()}/wakeful")
    result = wakeful(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "(WAKEFUL_DATABASE_URL)" in result.stderr
    assert "start it, or correct the address" in result.stderr
    assert "hush" not in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", NEED_THE_DATABASE, ids=" ".join)
def test_a_database_that_was_not_brought_up_to_date_is_one_line(apart: Apart, words: list[str]) -> None:
    result = wakeful(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "run `wakeful migrate` first" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [["export"], ["topics", "check"]], ids=" ".join)
def test_a_broker_that_does_not_answer_is_one_line(
    named_only: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAKEFUL_DATABASE_URL", f"postgresql://wakeful:hush@{nobody_at()}/wakeful")
    result = wakeful(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no broker answers" in result.stderr
    assert "start it, or mend WAKEFUL_KAFKA" in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_a_broker_the_folder_is_meant(house: House) -> None:
    house.live(night())
    assert wakeful("export").stdout_bytes.count(b"\n") == len(night())
    assert (
        wakeful("import", "-", "--data", str(house.folder.parent / "other"), given=written(night())).exit_code
        == 0
    )
