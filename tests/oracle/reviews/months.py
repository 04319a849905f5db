"""Random months as lines of the replay contract, to compare the oracle with the reviews service. Sample data.

Times keep coming back to instants that matter (midnights that end a date or lie 7 days before it, 24 h after a trigger,
the fifth working day, other facts' instants) and to one millisecond either side. The same seed gives the same months.
"""

from random import Random
from typing import Any

from tests.oracle.nights import thin
from tests.oracle.reviews.month_maker import MonthMaker

Line = dict[str, Any]


def month(seed: int) -> list[Line]:
    """The months of this seed: up to 110 facts of one or two homes, in the order of the log."""
    lines = MonthMaker(Random(seed)).make()
    lines.sort(key=lambda line: str(line["appended_at"]))
    return thin(lines)
