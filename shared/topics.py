"""The topics of the log, by name, and the order in which facts of one instant are applied (DOMAIN.md §2)."""

from typing import Final

CHECK_INS: Final = "wakeful.check-ins"
NIGHT_COVER: Final = "wakeful.night-cover"
PLAN_CHANGES: Final = "wakeful.plan-changes"
RESPONSES: Final = "wakeful.responses"
ALERTS: Final = "wakeful.alerts"
PAGES: Final = "wakeful.pages"
REJECTED: Final = "wakeful.rejected"
SWAPS: Final = "wakeful.swaps"
"""Records of read models that were made anew, with what that changed of what had been told."""
OWNERSHIP: Final = "wakeful.ownership"

INPUTS: Final = (PLAN_CHANGES, NIGHT_COVER, CHECK_INS, RESPONSES)
"""The input topics, in the order in which facts of the same instant are applied."""

DERIVED: Final = (ALERTS, PAGES, REJECTED, SWAPS)
ALL: Final = INPUTS + DERIVED

RANK: Final[dict[str, int]] = {topic: rank for rank, topic in enumerate(ALL)}
"""Place of a topic among the facts of one instant; smaller goes first."""
