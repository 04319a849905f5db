"""What only the embedded log promises: group commit, a full or broken disk, one process a folder."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.instants import NEVER, Instant
from shared.log import writer as writer_module
from shared.log.base import Draft, Taken, Unavailable
from shared.log.lockfile import Locked
from shared.log.sqlite import SqliteLog
from shared.topics import INPUTS
from wakeful.contracts.log import draft, ids, read_all


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite3"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteLog]:
    log = SqliteLog(path, always_open=True)
    yield log
    log.close()


class Gate:
    """A `decide` that stops the writer in the middle of a commit until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.stamp: Instant = 0

    def __call__(self, _draft: Draft, at: Instant) -> None:
        self.stamp = at
        self.reached.set()
        assert self.opened.wait(60)


def test_what_gathers_during_a_commit_is_one_commit_with_one_instant(log: SqliteLog) -> None:
    gate = Gate()
    first = log.append_future([draft("e0")], gate)
    assert gate.reached.wait(60)
    gathered = [log.append_future([draft(f"e{number}")]) for number in range(1, 8)]
    gate.opened.set()
    assert first.result()[0].taken is Taken.NEW
    assert len({answer.result()[0].appended_at for answer in gathered}) == 1


def test_an_id_that_two_appends_of_one_commit_bring_is_taken_once(log: SqliteLog) -> None:
    gate = Gate()
    log.append_future([draft("e0")], gate)
    assert gate.reached.wait(60)
    answers = [log.append_future([draft("e1", content=content)]) for content in ("x", "x", "y")]
    gate.opened.set()
    assert [answer.result()[0].taken for answer in answers] == [Taken.NEW, Taken.SAME, Taken.CONFLICT]


def test_a_decide_that_raises_fails_its_own_append_and_no_other_of_the_commit(log: SqliteLog) -> None:
    gate = Gate()
    log.append_future([draft("e0")], gate)
    assert gate.reached.wait(60)

    def fails(_draft: Draft, _at: Instant) -> None:
        raise ZeroDivisionError

    before, broken, after = (
        log.append_future([draft("e1")]),
        log.append_future([draft("e2")], fails),
        log.append_future([draft("e3"), draft("e2")]),
    )
    gate.opened.set()
    assert before.result()[0].taken is Taken.NEW
    assert isinstance(broken.exception(), ZeroDivisionError)
    assert [receipt.taken for receipt in after.result()] == [Taken.NEW, Taken.NEW]
    assert ids(read_all(log)) == ["e0", "e1", "e3", "e2"]


def test_the_present_is_at_most_the_stamp_of_a_commit_under_way(log: SqliteLog) -> None:
    gate = Gate()
    answer = log.append_future([draft("e0")], gate)
    assert gate.reached.wait(60)
    assert log.present(0) <= gate.stamp
    gate.opened.set()
    assert answer.result()[0].appended_at == gate.stamp


def test_an_append_that_is_cancelled_before_its_turn_takes_nothing(log: SqliteLog) -> None:
    gate = Gate()
    first = log.append_future([draft("e0")], gate)
    assert gate.reached.wait(60)
    assert not first.cancel(), "its turn had come"
    second = log.append_future([draft("e1")])
    assert second.cancel()
    gate.opened.set()
    log.append([draft("e2")])
    assert ids(read_all(log)) == ["e0", "e2"]


def test_what_does_not_fit_the_queue_is_unavailable_with_a_time_to_come_again(
    log: SqliteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "QUEUE_BYTES", 2_000)
    gate = Gate()
    log.append_future([draft("e0")], gate)
    assert gate.reached.wait(60)
    fits = log.append_future([draft("e1")])
    refused = log.append_future([draft(f"f{number}") for number in range(8)])
    error = refused.exception(timeout=60)
    gate.opened.set()
    assert isinstance(error, Unavailable)
    assert error.retry_after == 1_000
    assert fits.result()[0].taken is Taken.NEW
    assert log.append([draft("f0")])[0].taken is Taken.NEW


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow beyond `size` bytes (EFBIG, as a full disk
    would)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_nothing_fails_the_commit_whole_and_the_log_recovers_with_it(
    log: SqliteLog, path: Path
) -> None:
    told: list[list[str]] = []
    log.on_rollback = lambda drafts: told.append([each.id for each in drafts])
    log.append([draft("e0")])
    with (
        disk_full_at(path.with_name("log.sqlite3-wal").stat().st_size),
        pytest.raises(Unavailable, match="disk"),
    ):
        log.append([draft("e1"), draft("e2")])
    assert told == [["e1", "e2"]]
    assert ids(read_all(log)) == ["e0"]
    assert [r.taken for r in log.append([draft("e2"), draft("e0")])] == [Taken.NEW, Taken.SAME]
    assert ids(read_all(log)) == ["e0", "e2"]
    log.close()
    with SqliteLogs(path) as again:
        assert ids(read_all(again)) == ["e0", "e2"]


def test_a_probe_fails_where_an_append_would(log: SqliteLog, path: Path) -> None:
    log.append([draft("e0")])
    with disk_full_at(path.with_name("log.sqlite3-wal").stat().st_size), pytest.raises(Unavailable):
        log.probe()
    assert log.probe() <= log.probe()


def test_a_probe_is_durable_and_nothing_is_stamped_before_it(log: SqliteLog, path: Path) -> None:
    probed = log.probe()
    log.close()
    with SqliteLogs(path, clock=lambda: probed - 60_000) as again:
        assert again.append([draft("e1")])[0].appended_at == probed
        assert again.steps_back == 1


class SqliteLogs(SqliteLog):
    """A log that closes itself."""

    def __enter__(self) -> "SqliteLogs":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def test_a_second_process_is_refused_with_the_folder_and_the_first_ones_id(
    log: SqliteLog, path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from shared.log.sqlite import SqliteLog; "
        "SqliteLog(Path(sys.argv[1]), always_open=True)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "Locked" in ran.stderr
    assert str(path.parent) in ran.stderr
    assert str(os.getpid()) in ran.stderr


def test_a_closed_log_lets_the_next_one_in(path: Path) -> None:
    with SqliteLogs(path) as first:
        with pytest.raises(Locked):
            SqliteLog(path)
        first.append([draft("e1")])
    with SqliteLogs(path) as second:
        assert ids(read_all(second)) == ["e1"]


def test_reading_beside_a_writer_sees_what_is_durable_and_writes_nothing(log: SqliteLog, path: Path) -> None:
    log.append([draft("e1")])
    with SqliteLogs(path, read_only=True) as beside:
        assert ids(read_all(beside)) == ["e1"]
        at = log.append([draft("e2")])[0].appended_at
        assert ids(read_all(beside)) == ["e1", "e2"]
        assert beside.present(0) == at
        assert beside.end() == log.end()
        with pytest.raises(Unavailable, match="reading only"):
            beside.append([draft("e3")])


def test_reading_where_there_is_no_log_says_so_and_makes_none(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="WAKEFUL_DATA"):
        SqliteLog(path, read_only=True)
    assert not path.exists()


def test_there_is_one_home_partition(log: SqliteLog) -> None:
    with pytest.raises(ValueError, match="partition 3"):
        log.present(3)
    with pytest.raises(ValueError, match="partition 3"):
        log.read(3, INPUTS, {}, NEVER)


def test_commits_are_synced_and_the_file_is_in_wal_mode(log: SqliteLog, path: Path) -> None:
    assert log._writer is not None
    connection = log._writer._connection
    assert connection is not None
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone() == ("wal",)


_APPENDER = """
import sys, threading
from pathlib import Path
from shared.log.sqlite import SqliteLog
from wakeful.contracts.log import draft
log = SqliteLog(Path(sys.argv[1]), always_open=True)
out = threading.Lock()
def append(writer):
    number = 0
    while True:
        names = [f"{writer}-{number + each}" for each in range(writer + 1)]
        receipts = log.append([draft(name) for name in names])
        with out:
            for name, receipt in zip(names, receipts):
                print(name, receipt.taken.value, receipt.appended_at, flush=True)
        number += len(names)
for writer in range(4):
    threading.Thread(target=append, args=(writer,)).start()
"""


@pytest.mark.parametrize("answers", [1, 100, 700])
def test_every_answer_that_a_killed_process_gave_is_in_the_file(path: Path, answers: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _APPENDER, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(answers)]
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    with SqliteLogs(path) as log:
        found = {record.id: record for record in read_all(log)}
        assert len(found) == log.end(), "nothing stands twice"
        for line in lines:
            if not line.endswith("\n"):
                continue  # the kill cut it short
            name, taken, at = line.split()
            assert taken == "new"
            assert found[name].appended_at == int(at)
        _appends_are_whole(found)


def _appends_are_whole(found: Mapping[str, object]) -> None:
    """Each writer appends writer + 1 drafts at a time: all of them are there, or none."""
    for writer in range(4):
        count = sum(name.startswith(f"{writer}-") for name in found)
        assert count % (writer + 1) == 0, json.dumps(sorted(found))
