"""Which facts come in by which path, and which right each needs (API.md; ARCHITECTURE.md, "Who says so").

Pure tables over the registry of types. Whether somebody holds the right is asked in `speaker`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared import topics
from shared.events.registry import TYPES
from shared.security.rights import Right

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        family: tuple(name for name, kind in TYPES.items() if kind.family == family)
        for family in dict.fromkeys(kind.family for kind in TYPES.values() if kind.family)
    }
)
"""The types of each family, in the registry's order."""

_RECORDED: Final = frozenset(
    name
    for name, kind in TYPES.items()
    if kind.topic in (topics.CHECK_INS, topics.NIGHT_COVER)
    or kind.family in ("concerns", "triggers", "dispositions")
)

RIGHT_OF: Final[Mapping[str, Right]] = MappingProxyType(
    {
        name: Right.RECORD
        if name in _RECORDED
        else Right.RESPOND
        if kind.topic == topics.RESPONSES
        else Right.MANAGE
        for name, kind in TYPES.items()
        if kind.family is not None
    }
)
"""`record`: checks, corrections, cover, concerns, triggers, absences within the limits; `respond`: answers to
alerts; `manage`: the rest of plan-changes, and on-call."""


def rights_of_family(family: str) -> frozenset[Right]:
    """Every right that lets somebody send some type of the family."""
    return frozenset(RIGHT_OF[name] for name in FAMILIES[family])


APPROVERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "plan.agreed.v1": ("lowers_protection", "approver"),
        "disposition.started.v1": ("approver",),
        "anchor_point.changed.v1": ("approver",),
        "ligature_plan.reviewed.v1": ("approver",),
        "suicide_plan.reviewed.v1": ("approver",),
        "silence.set.v1": ("second_by",),
    }
)
"""Where in `data` the types that may name an approver name one."""

APPROVING: Final[Mapping[str, tuple[Right, ...]]] = MappingProxyType(
    {"silence.set.v1": (Right.APPROVE, Right.MANAGE)}
)
"""Which rights let somebody be named there, where it is not `approve` alone: any one of these will do."""
