"""The way into a log that keeps times: all or nothing, each id once, in order, and only where there is nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from shared.instants import NEVER
from shared.log.base import Draft, Record, Taken, Unavailable
from shared.log.importing import Importer, NotEmpty, Past, importing
from shared.log.lockfile import Locked
from shared.log.sqlite import SqliteLog
from shared.topics import ALL, CHECK_INS, PLAN_CHANGES

DYING = """
import os, sys
from pathlib import Path
from tests.integration.log.test_importing import importing, past

with importing(Path(sys.argv[1])) as importer:
    importer.add([past(n, f"e{n}", "x" * 2_000) for n in range(2_000)])
    importer._connection.execute("PRAGMA cache_spill=1")
    importer._connection.execute("PRAGMA cache_size=10")
    importer.add([past(n, f"e{n}", "x" * 2_000) for n in range(2_000, 4_000)])
    sys.stdout.write(str(os.path.getsize(sys.argv[1])) + "\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def past(at: int, id_: str, content: str = "a", topic: str = CHECK_INS) -> Past:
    return Past(at, Draft(topic, "H1", id_, f"hash-{content[:9]}", content.encode()))


def imported(path: Path, each: Iterable[Past]) -> list[Taken]:
    with importing(path) as importer:
        return importer.add(list(each))


def records(path: Path) -> list[Record]:
    log = SqliteLog(path, read_only=True)
    try:
        return log.read(0, ALL, {}, NEVER)[0]
    finally:
        log.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "log.sqlite3"


def test_times_are_kept_and_the_log_goes_on_after_them(path: Path) -> None:
    imported(path, [past(10, "a"), past(20, "b")])
    log = SqliteLog(path, always_open=True, clock=lambda: 15)
    try:
        (receipt,) = log.append([past(0, "c").draft])
    finally:
        log.close()
    assert receipt.appended_at == 20, "never before what was appended last"
    assert [(r.id, r.appended_at) for r in records(path)] == [("a", 10), ("b", 20), ("c", 20)]


def test_what_comes_in_another_order_is_put_in_order(path: Path) -> None:
    imported(path, [past(30, "c"), past(10, "a"), past(20, "b"), past(10, "a2")])
    found = records(path)
    assert [(r.position, r.id) for r in found] == [(1, "a"), (2, "a2"), (3, "b"), (4, "c")]


def test_facts_of_one_instant_are_read_in_the_order_of_their_topics(path: Path) -> None:
    imported(path, [past(10, "check"), past(10, "plan", topic=PLAN_CHANGES)])
    assert [r.id for r in records(path)] == ["plan", "check"]


def test_the_same_again_is_one_fact(path: Path) -> None:
    taken = imported(path, [past(10, "a"), past(20, "b"), past(30, "a")])
    assert taken == [Taken.NEW, Taken.NEW, Taken.SAME]
    assert [(r.position, r.id, r.appended_at) for r in records(path)] == [(1, "a", 10), (2, "b", 20)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_contents_the_one_appended_first_stands_wherever_it_is_in_the_file(
    path: Path, order: tuple[int, int]
) -> None:
    both = (past(10, "a", "first"), past(20, "a", "second"))
    taken = imported(path, [past(5, "z"), *(both[n] for n in order)])
    assert taken == [Taken.NEW, Taken.NEW, Taken.CONFLICT]
    assert [(r.id, r.appended_at, r.body) for r in records(path)] == [("z", 5, b"a"), ("a", 10, b"first")]


def test_an_id_may_come_again_in_a_later_portion(path: Path) -> None:
    with importing(path) as importer:
        importer.add([past(10, "a")])
        assert importer.add([past(20, "b"), past(20, "a")]) == [Taken.NEW, Taken.SAME]
        assert importer.taken == 2


def test_whatever_raises_in_between_leaves_the_log_empty(path: Path) -> None:
    def fail(importer: Importer) -> None:
        importer.add([past(10, "a")])
        raise ValueError

    with pytest.raises(ValueError), importing(path) as importer:  # noqa: PT011
        fail(importer)
    assert records(path) == []
    assert imported(path, [past(10, "a")]) == [Taken.NEW]


def test_a_log_that_holds_something_is_refused_and_left_as_it_is(path: Path) -> None:
    imported(path, [past(10, "a")])
    with pytest.raises(
        NotEmpty, match=r"holds 1 facts, from 1970-01-01T00:00:00.010Z .*--data or WAKEFUL_DATA"
    ):
        imported(path, [past(20, "b")])
    assert [r.id for r in records(path)] == ["a"]


def test_nobody_imports_beside_a_writer(path: Path) -> None:
    log = SqliteLog(path)
    try:
        with pytest.raises(Locked):
            imported(path, [past(10, "a")])
    finally:
        log.close()


def test_a_process_killed_in_the_middle_leaves_the_log_empty_and_a_reader_is_told(path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", DYING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 2_000_000, "much of it was on disk already"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with pytest.raises(Unavailable, match=r"cut off.*run `wakeful import` again"):
        records(path)
    log = SqliteLog(path, always_open=True)
    try:
        assert (log.end(), log.read(0, ALL, {}, NEVER)[0]) == (0, [])
    finally:
        log.close()
    assert imported(path, [past(10, "a")]) == [Taken.NEW]
