"""SIGKILL at every write and send of whatever tells people, found by instrumenting them, while a night goes on.

`page_kill_points_found`: how many there are; `page_kill_points`: how many kills were tried (hot ones twice);
`page_kill_missed`: not passed again, so not tried. `page_lost`: what somebody had to hear and never heard;
`page_after_resolved`: told as open after it was known to be resolved; `page_other_key`: told again under another key.
`page_told_again`: how often the same was told twice, under its key; `page_kill_alerts`: alerts that were told.
"""

import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from tests.integration.house.kill import pagetrial


def run() -> dict[str, float]:
    """The figures."""
    seed = SystemRandom().randrange(1 << 32)
    with tempfile.TemporaryDirectory() as folder:
        found = pagetrial.record(Path(folder) / "recorded", seed)
        outcome = pagetrial.tried(Path(folder), found, seed)
    kills, pages = outcome.kills, outcome.pages
    for told in (*pages.lost, *pages.after, *pages.strange):
        sys.stderr.write(f"seed {seed}: {told}\n")
    for what in (kills.lost, kills.twice, kills.differs):
        for each, after in what.items():
            sys.stderr.write(f"seed {seed}: {each} {after}\n")
    for point in kills.missed:
        sys.stderr.write(f"seed {seed}: not passed again, not tried: {point}\n")
    return {
        "page_kill_points_found": float(kills.found),
        "page_kill_points": float(len(kills.tried)),
        "page_kill_missed": float(len(kills.missed)),
        "page_lost": float(len(pages.lost)),
        "page_after_resolved": float(len(pages.after)),
        "page_other_key": float(len(pages.strange)),
        "page_told_again": float(pages.again),
        "page_kill_alerts": float(len(pages.alerts)),
    }
