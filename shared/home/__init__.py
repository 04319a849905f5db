"""The one pure fold of homes, placements, presence and the plan in force, which every monitor and the door read.

`plans` compiles what a plan asks, `parts` is the state, `fold` how facts change it, `saved` its form at rest;
`own_times` and `on_record` read the same facts by their own times.
"""

from shared.home.fold import Homes
from shared.home.parts import Absence, Change, ChangeKind, Home, Placement, Promise
from shared.home.plans import IntervalRule, PlanTerms, PlanVersion, TimesItem, terms_of

__all__ = [
    "Absence",
    "Change",
    "ChangeKind",
    "Home",
    "Homes",
    "IntervalRule",
    "Placement",
    "PlanTerms",
    "PlanVersion",
    "Promise",
    "TimesItem",
    "terms_of",
]
