"""Random nights of cover as lines of the replay contract, to compare the oracle with the cover service. Sample data.

Times keep coming back to instants that matter (grace, lapses, window edges, two hours, other facts' instants) and to
one millisecond either side. The same seed gives the same night, everywhere.
"""

from random import Random
from typing import Any

from tests.oracle.cover.mishaps import CoverMaker

Line = dict[str, Any]


def night(seed: int) -> list[Line]:
    """The night of this seed: up to 160 facts of one or two homes, in the order of the log."""
    lines = CoverMaker(Random(seed)).make()
    lines.sort(key=lambda line: str(line["appended_at"]))
    return lines
