"""A data folder that the version before this one has made is taken over as it stands: nothing of it is lost, the same
alerts are open, and nothing is told twice.
"""

import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

import orjson
import pytest

from shared.instants import HOUR, Instant, parse_instant
from shared.security.access import Access
from shared.topics import SWAPS
from tests.integration.cli.house import House
from tests.unit.cli.story import wakeful

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
KEPT: Final = sorted(path.name for path in HERE.glob("*.tar.gz"))


def unpacked(name: str, folder: Path) -> None:
    """A folder that an older version made, as it is kept here."""
    with tarfile.open(HERE / name) as archive:
        archive.extractall(folder, filter="data")


def made_by_the_commit_before(folder: Path) -> None:
    """A folder made by the code of the commit before this one."""
    found = subprocess.run(
        ["git", "archive", "HEAD^", "services", "shared", "wakeful", "tests"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if found.returncode:
        pytest.skip("there is no commit before this one here: the clone has no history")
    code = folder / "code"
    code.mkdir()
    subprocess.run(["tar", "-x", "-C", code], input=found.stdout, check=True)
    made = [sys.executable, str(HERE / "make_folder.py"), str(folder)]
    subprocess.run(made, cwd=code, env={"PYTHONPATH": str(code)}, check=True)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("WAKEFUL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WAKEFUL_MASTER_KEY_FILE", str(tmp_path / "master.key"))
    return House(tmp_path / "data", tmp_path / "master.key")


@pytest.mark.parametrize("name", [*KEPT, "the commit before"])
def test_a_folder_of_an_older_version_is_taken_over(name: str, house: House, tmp_path: Path) -> None:
    if name in KEPT:
        unpacked(name, tmp_path)
    else:
        made_by_the_commit_before(tmp_path)
    before, exported = house.alerts(), wakeful("export").stdout
    assert before
    house.live([], two_hours_after(exported))
    assert set(before.splitlines()) <= set(house.alerts().splitlines())
    _is_all_there(exported)
    audit = wakeful("audit")
    assert (audit.exit_code, audit.stderr) == (0, "")
    access = Access.open(house.folder / "access.sqlite3")
    try:
        token = access.tokens.find((tmp_path / "token").read_text())
        assert token is not None
    finally:
        access.close()


def _is_all_there(exported: str) -> None:
    """Every line is, as it was. Rules that are newer make their read model anew, and that is on record: nothing was
    told because of it, or taken back."""
    now = wakeful("export").stdout
    assert now.startswith(exported)
    for line in map(orjson.loads, now.removeprefix(exported).splitlines()):
        assert (line["topic"], line["event"]["type"]) == (SWAPS, "readmodel.swapped.v1")
        assert (line["event"]["data"]["raised"], line["event"]["data"]["superseded"]) == ([], [])


@pytest.mark.parametrize("name", KEPT)
def test_a_rebuild_that_the_older_version_had_not_ended_begins_anew(
    name: str, house: House, tmp_path: Path
) -> None:
    unpacked(name, tmp_path)
    with sqlite3.connect(house.folder / "views.sqlite3") as views:
        views.execute("UPDATE ledger SET rebuilding_until = clock, rebuilding_from = version, clock = 0")
        views.execute("DELETE FROM checks_placements")
    views.close()
    before, exported = house.alerts(), wakeful("export").stdout
    house.live([], two_hours_after(exported))
    assert set(before.splitlines()) <= set(house.alerts().splitlines())
    told = [
        orjson.loads(each)["data"] for each in set(house.alerts().splitlines()) - set(before.splitlines())
    ]
    known = {orjson.loads(each)["data"]["alert_id"] for each in before.splitlines()}
    assert not [each for each in told if each.get("how") == "superseded" and each["alert_id"] in known]
    assert wakeful("audit").exit_code == 0


def two_hours_after(exported: str) -> Instant:
    """Two hours after the last of these lines."""
    return parse_instant(orjson.loads(exported.splitlines()[-1])["appended_at"]) + 2 * HOUR
