"""SIGKILL at every write of the process, found by instrumenting what it opens, not chosen by hand.

The everyday run tries a few, drawn from a seed that is printed; `make soak` and the figures
(`tests/load/bench_kill.py`) all of them. A power cut below SQLite cannot be shown like this: there `synchronous=FULL`
is what is relied on, and asked for here.
"""

import sqlite3
from pathlib import Path
from random import SystemRandom
from typing import Final

import pytest

from services.rules import MONITORS
from shared.log.sqlite import SqliteLog
from shared.security.access import Access
from shared.security.keys import KeyRing
from tests.integration.house.kill import trial
from tests.integration.house.kill.points import Points, install

SAMPLE: Final = 8
MUST_BE_AMONG: Final = (
    "log.sqlite3 COMMIT inputs",
    "log.sqlite3 COMMIT derived",
    "log.sqlite3 COMMIT probe",
    "log.sqlite3 CREATE facts",
    "views.sqlite3 INSERT outbox",
    "views.sqlite3 DELETE outbox",
    "views.sqlite3 UPDATE ledger",
    "views.sqlite3 COMMIT ledger+outbox",
    "views.sqlite3 COMMIT ledger ",
    "keys.sqlite3 INSERT data_keys",
    "access.sqlite3 INSERT tokens",
    "access.sqlite3 INSERT people",
    "access.sqlite3 INSERT attempts",
    "log.sqlite3 CLOSE",
    "os.link",
    "INSERT rebuilds",
)
"""What a recording that looks at the right things cannot have passed over."""


def recorded(folder: Path, seed: int) -> trial.Found:
    """The points, of which none may be passed over that such a recording must meet."""
    found = trial.record(folder, seed)
    names = [*found.first, *found.always, *found.anew]
    assert [each for each in MUST_BE_AMONG if not any(each in name for name in names)] == []
    return found


@pytest.mark.timeout(1800)
def test_killed_at_some_of_its_writes_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    outcome = trial.tried(tmp_path, recorded(tmp_path / "recorded", seed), seed, SAMPLE)
    assert (outcome.lost, outcome.twice, outcome.differs) == ({}, {}, {})
    assert len(outcome.tried) + len(outcome.missed) == SAMPLE
    assert len(outcome.tried) > SAMPLE // 2, outcome.missed
    assert outcome.told_by == set(MONITORS), "somebody has told nothing"


@pytest.mark.soak
@pytest.mark.timeout(4800)
def test_killed_at_every_one_of_its_writes_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    outcome = trial.tried(tmp_path, recorded(tmp_path / "recorded", seed), seed)
    assert (outcome.lost, outcome.twice, outcome.differs) == ({}, {}, {})
    print("not passed again, so not tried:", *outcome.missed, sep="\n  ")
    assert len(outcome.tried) > 0.9 * outcome.found


def test_what_is_not_disposable_is_synced_at_each_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`synchronous=FULL` (2) in every connection that commits to the log, the keys or the access file."""
    levels: dict[str, set[int]] = {}

    class Asking(Points):
        def pass_by(self, name: str) -> None:
            """Nothing ends here."""

    asking = Asking(tmp_path / "points", tmp_path / "killed")
    for module, name in ((sqlite3, "connect"), (sqlite3.dbapi2, "connect")):
        monkeypatch.setattr(module, name, getattr(module, name))  # put back afterwards
    install(asking, files=False, committing=lambda file, level: levels.setdefault(file, set()).add(level))
    log, keys = SqliteLog(tmp_path / "log.sqlite3"), KeyRing(tmp_path / "keys.sqlite3", b"k" * 32)
    access = Access.open(tmp_path / "access.sqlite3")
    log.probe()
    keys.seal("sample text", "sample-home", "sample-child")
    access.new_code("sample-home", 0)
    for each in (log, keys, access):
        each.close()
    assert levels == {"log.sqlite3": {2}, "keys.sqlite3": {2}, "access.sqlite3": {2}}
