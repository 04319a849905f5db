"""SIGKILL at every write of `wakeful up`, found by instrumenting it, while clients keep posting.

`kill_points_found`: how many there are; `kill_points`: how many kills were tried (hot ones twice); `kill_missed`: not
passed again, so not tried. `kill_lost`, `kill_twice`, `kill_differs`: acknowledged and gone, there twice, alerts that
are not those of a replay.
"""

import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from tests.integration.house.kill import trial


def run() -> dict[str, float]:
    """The figures."""
    seed = SystemRandom().randrange(1 << 32)
    with tempfile.TemporaryDirectory() as folder:
        outcome = trial.tried(Path(folder), trial.record(Path(folder) / "recorded", seed), seed)
    for what in (outcome.lost, outcome.twice, outcome.differs):
        for each, after in what.items():
            sys.stderr.write(f"seed {seed}: {each} {after}\n")
    for point in outcome.missed:
        sys.stderr.write(f"seed {seed}: not passed again, not tried: {point}\n")
    return {
        "kill_points_found": float(outcome.found),
        "kill_points": float(len(outcome.tried)),
        "kill_missed": float(len(outcome.missed)),
        "kill_lost": float(len(outcome.lost)),
        "kill_twice": float(len(outcome.twice)),
        "kill_differs": float(len(outcome.differs)),
    }
