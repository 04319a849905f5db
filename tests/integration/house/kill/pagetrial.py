"""Every kill point at which somebody might not be told, or be told what is not so any more: the writes of the pager's
monitor, engine and store, of the alerts' service, and of the log's writer; and the sends. Found as all are (`trial`),
in a night that has people in it (`pages`), and judged by what they heard (`pageverdict`).
"""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from tests.integration.house.kill import trial
from tests.integration.house.kill.pagelives import PageLives
from tests.integration.house.kill.pageverdict import Pages
from tests.integration.house.kill.points import PAGERS
from tests.integration.house.kill.trial import OWN, Found, Outcome
from tests.integration.pager.receivers import Receiver

LOOPS: Final = tuple(f" in {name}" for name in sorted({*PAGERS, "alerts", "log-writer"}))


@dataclass
class PageOutcome:
    """What came of the kills, and of what was told."""

    kills: Outcome = field(default_factory=Outcome)
    pages: Pages = field(default_factory=Pages)


def record(folder: Path, seed: int) -> Found:
    """Two lives, nobody killed."""
    pages = Pages()
    with Receiver() as receiver:
        night = partial(PageLives, receiver=receiver, outcome=pages)
        found = trial.record(folder, seed, night, versions=(OWN, OWN), rounds=1)
    return found.only(lambda name: name.endswith(LOOPS))


def tried(folder: Path, found: Found, seed: int, sample: int | None = None) -> PageOutcome:
    """All of them, or so many of them as the seed draws."""
    outcome = PageOutcome()
    with Receiver() as receiver:
        night = partial(PageLives, receiver=receiver, outcome=outcome.pages)
        outcome.kills = trial.tried(folder, found, seed, sample, night)
    return outcome
