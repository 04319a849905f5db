"""Whether a home counts as watched. Pure.

DOMAIN.md §6: *A home counts as watched only once its policy names a last resort (a person who can always be reached);
until then that is `rota_gap`.*
"""

from enum import Enum

from services.pager.desk import DeskHome
from services.pager.oncall.looking import last_resort


class Standing(Enum):
    """Whether a home counts as watched, or why it does not."""

    WATCHED = "watched"
    NO_POLICY = "no_policy"
    NO_LAST_RESORT = "no_last_resort"


def standing(house: DeskHome) -> Standing:
    """Whether the home counts as watched."""
    if house.policy is None:
        return Standing.NO_POLICY
    return Standing.NO_LAST_RESORT if last_resort(house.policy) is None else Standing.WATCHED
