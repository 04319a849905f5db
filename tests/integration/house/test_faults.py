"""What the operator sees when the machine fails: a full disk, a folder that cannot be written, files that the disk has
spoilt. Each is told in one line with its remedy; nothing that was acknowledged is lost; what can come back by itself
does.

Clocks that jump and a process that was stopped are told in `test_clocks.py`, a second process on one folder in
`tests/integration/cli/test_up.py`.
"""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.integration.house.posting import (
    CHILD,
    HOME,
    Acknowledged,
    check,
    one_child,
    put,
    ready,
)
from tests.integration.house.serving import Up
from tests.integration.house.verdict import judged
from tests.servers.ports import free_port
from tests.waiting import LONG_S, until

CALM: Final = {"from": "00:00", "to": "00:00", "ceiling": "PT4H"}
"""So long that nobody is missed while a test lasts."""
KIB: Final = 1 << 10
NOBODY: Final = 65534


@contextmanager
def house(folder: Path, acknowledged: Acknowledged, **settings: int) -> Iterator[Up]:
    """One home, one child, running."""
    with Up(folder, **settings) as up:
        one_child(up, acknowledged, CALM)
        yield up


def posted(up: Up, acknowledged: Acknowledged) -> httpx.Response:
    """One check; kept where it was taken."""
    event_id = str(uuid.uuid4())
    answer = up.client.put(f"/checks/{event_id}", json=check(HOME, CHILD))
    if answer.status_code == 202:
        acknowledged.add(event_id)
    return answer


def room(up: Up, size: int) -> None:
    """From here on no file of the process may grow beyond `size`: to it, the disk is full."""
    resource.prlimit(up.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def plenty(up: Up) -> None:
    room(up, resource.RLIM_INFINITY)


def test_a_full_disk_shuts_the_door_takes_nothing_half_and_comes_back_by_itself(tmp_path: Path) -> None:
    acknowledged = Acknowledged()
    with house(tmp_path, acknowledged, tick_every=200, blind_after=1_000) as up:
        wal = up.data / "log.sqlite3-wal"
        until(lambda: posted(up, acknowledged).status_code == 202 and wal.stat().st_size > 256 * KIB)
        room(up, 128 * KIB)
        refused = posted(up, acknowledged)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert "nothing of this was taken: see to the disk" in refused.json()["detail"]
        until(lambda: "the disk does not answer" in ready(up).text, lambda: ready(up).text)
        until(lambda: "the door lets nobody in" in up.said)
        plenty(up)
        until(lambda: posted(up, acknowledged).status_code == 202)
        until(lambda: ready(up).status_code == 200)
    assert judged(tmp_path, acknowledged.ids).good


def test_where_only_the_read_models_have_no_room_the_door_goes_on_taking_and_it_is_told_as_blind(
    tmp_path: Path,
) -> None:
    acknowledged = Acknowledged()
    with house(tmp_path, acknowledged, tick_every=2_000, blind_after=2_000) as up:
        until(lambda: ready(up).status_code == 200)
        log, views = up.data / "log.sqlite3-wal", up.data / "views.sqlite3-wal"
        assert log.stat().st_size < 2 * views.stat().st_size // 3, "there is room for the log alone"
        room(up, views.stat().st_size)
        until(lambda: "a service stands still; see to the disk" in ready(up).text, lambda: ready(up).text)
        until(lambda: "the log or the database cannot be reached" in up.said)
        assert posted(up, acknowledged).status_code == 202
        plenty(up)
        until(lambda: ready(up).status_code == 200)
    assert judged(tmp_path, acknowledged.ids).good


def command(folder: Path, *, nobody: bool = False) -> subprocess.CompletedProcess[str]:
    """`wakeful up` on the folder, which must not get far; `nobody`: as a user who owns nothing."""
    key, drop = folder / "configuration" / "master.key", f"os.setgid({NOBODY}); os.setuid({NOBODY}); "
    code = (
        "import os, sys; import services.up, wakeful.cli.running.up, shared.settings; from wakeful.cli import main; "
        f"{drop if nobody else ''}sys.argv = ['wakeful', 'up', '--data', {str(folder / 'data')!r}]; main()"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
    environment |= {"WAKEFUL_MASTER_KEY_FILE": str(key), "WAKEFUL_PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        env=environment,
        check=False,
    )


def last_line(ran: subprocess.CompletedProcess[str]) -> str:
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stderr.splitlines()[-1]


def test_a_folder_that_cannot_be_written_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o555)
    for above in (tmp_path, *tmp_path.parents):  # pytest's own are for their owner only
        if above.stat().st_uid == os.getuid() and above.name and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)
    said = last_line(command(tmp_path, nobody=os.getuid() == 0))
    assert str(data) in said
    assert said.endswith("see to the file and its permissions, then run it again")
    data.chmod(0o755)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder with a night in it, and what was acknowledged."""
    folder, acknowledged = tmp_path_factory.mktemp("stopped"), Acknowledged()
    with house(folder, acknowledged) as up:
        for _ in range(5):
            facts = [{"id": str(uuid.uuid4()), **check(HOME, CHILD)} for _ in range(100)]
            results: list[Any] = up.client.post("/facts:batch", json={"facts": facts}).json()["results"]
            for result in results:
                acknowledged.add(result["id"])
        concern: dict[str, Any] = {"placement_id": CHILD, "from": "family", "summary": "sample text"}
        body = {**check(HOME, CHILD), "type": "concern.received.v1", "data": concern}
        put(up.client, acknowledged, "concerns", body)
    return folder, acknowledged.ids


def copied(stopped: tuple[Path, list[str]], tmp_path: Path) -> Path:
    folder = tmp_path / "house"
    shutil.copytree(stopped[0], folder)
    for name in ("log", "views", "keys", "access"):
        path = folder / "data" / f"{name}.sqlite3"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def spoil(path: Path, first: int, last: int) -> None:
    """Write noise over some of its pages, as a failing disk does; counted from 1, or from the end."""
    with closing(sqlite3.connect(path)) as connection:
        size, pages = (connection.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("size", "count"))
    begin, end = ((each if each > 0 else pages + each + 1) for each in (first, last))
    with path.open("r+b") as file:
        file.seek((begin - 1) * size)
        file.write(b"\xa5" * (size * (end - begin + 1)))


@pytest.mark.parametrize(("name", "first", "last"), [("log", 2, -1), ("keys", 1, 1), ("access", 2, -1)])
def test_a_spoilt_file_that_cannot_be_made_again_is_refused_by_name_with_the_way_back(
    stopped: tuple[Path, list[str]], tmp_path: Path, name: str, first: int, last: int
) -> None:
    folder = copied(stopped, tmp_path)
    path = folder / "data" / f"{name}.sqlite3"
    spoil(path, first, last)
    said = last_line(command(folder))
    assert f"{path} is damaged" in said
    assert said.endswith("wakeful restore")


def test_spoilt_read_models_are_put_aside_and_made_anew_from_the_log(
    stopped: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder = copied(stopped, tmp_path)
    spoil(folder / "data" / "views.sqlite3", 2, -1)
    with Up(folder) as up:
        assert "the read models were damaged" in up.said
        until(lambda: up.client.get(f"/homes/{HOME}").json()["placements"] != [])
    assert len(list((folder / "data").glob("views.sqlite3.damaged-*"))) == 1
    assert judged(folder, stopped[1]).good


def test_read_models_that_are_spoilt_while_it_runs_end_the_process_and_the_next_start_makes_them_anew(
    stopped: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, acknowledged = copied(stopped, tmp_path), Acknowledged(list(stopped[1]))
    with Up(folder) as up:
        views = up.data / "views.sqlite3"
        with closing(sqlite3.connect(views, timeout=30, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            spoil(views, 2, -1)
            connection.execute(
                "PRAGMA user_version=7"
            )  # another one wrote: what is remembered of the file is void
        until(lambda: _has_ended_by(up, acknowledged))
        assert up.ended() == 70
        assert "a loop has failed" in up.said
    with Up(folder) as up:
        assert "the read models were damaged" in up.said
        until(lambda: up.client.get(f"/homes/{HOME}").json()["placements"] != [])
    assert judged(folder, acknowledged.ids).good


def _has_ended_by(up: Up, acknowledged: Acknowledged) -> bool:
    """Whether the process is gone; a check more gives it something to read."""
    with suppress(httpx.HTTPError):
        posted(up, acknowledged)
    return up.process.poll() is not None
