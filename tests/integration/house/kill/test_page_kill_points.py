"""SIGKILL at every write and send of whatever tells people, found by instrumenting them, while a night goes on in which
people are told, answer, are told that it is over, and cannot be reached.

The everyday run tries a few, drawn from a seed that is printed; `make soak` and the figures
(`tests/load/bench_page_kill.py`) all of them.
"""

from pathlib import Path
from random import SystemRandom
from typing import Final

import pytest

from tests.integration.house.kill import pagetrial
from tests.integration.house.kill.trial import Found

SAMPLE: Final = 3
MUST_BE_AMONG: Final = (
    "before SEND",
    "after SEND",
    "before BYTES",
    "after BYTES",
    "INSERT pager_chains",
    "INSERT pager_messages",
    "UPDATE pager_messages",
    "UPDATE pager_receivers",
    "COMMIT pager_messages",
    "services.pager.engine.turns.turn",
    "services.pager.engine.claims.keep",
    "services.pager.engine.outcomes.mark",
    "services.pager.engine.outcomes.skip",
    "INSERT outbox",
    "DELETE outbox",
    "INSERT pager_alerts",
    "in pager-store",
)
"""What a recording that looks at the right things cannot have passed over."""


def recorded(folder: Path, seed: int) -> Found:
    """The points, of which none may be passed over that such a recording must meet."""
    found = pagetrial.record(folder, seed)
    names = [*found.first, *found.always]
    assert [each for each in MUST_BE_AMONG if not any(each in name for name in names)] == []
    return found


@pytest.mark.timeout(1800)
def test_killed_at_some_writes_and_sends_it_loses_no_page_and_tells_of_nothing_that_is_over(
    tmp_path: Path,
) -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    outcome = pagetrial.tried(tmp_path, recorded(tmp_path / "recorded", seed), seed, SAMPLE)
    _is_good(outcome)
    assert len(outcome.kills.tried) + len(outcome.kills.missed) == SAMPLE
    assert outcome.pages.alerts


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_every_write_and_send_it_loses_no_page_and_tells_of_nothing_that_is_over(
    tmp_path: Path,
) -> None:
    seed = SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    outcome = pagetrial.tried(tmp_path, recorded(tmp_path / "recorded", seed), seed)
    _is_good(outcome)
    print("not passed again, so not tried:", *outcome.kills.missed, sep="\n  ")
    assert len(outcome.kills.tried) > 0.9 * outcome.kills.found
    assert outcome.pages.again, "nobody was told anything twice: no kill came between a send and its mark"


def _is_good(outcome: pagetrial.PageOutcome) -> None:
    pages, kills = outcome.pages, outcome.kills
    assert (pages.lost, pages.after, pages.strange) == ([], [], [])
    assert (kills.lost, kills.twice, kills.differs) == ({}, {}, {})
