"""What an agreed plan lacks (DOMAIN.md §5, *Incomplete*), and what its check rules mean, on paper. Pure.

Worked out when a version is told, and kept with it (`PlanParts`); put together with what the home offers and the
placement says when it comes into force.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from shared.events.canonical import canonical
from shared.events.sealing import is_there
from shared.home.paper import ceiling_of, is_interval, minutes_of, times_of, week_of, window_of
from shared.schedule import MINUTES

_NIGHT: Final = {"from": "22:00", "to": "07:00"}
"""The night window where a plan states none."""
_DUTIES: Final = ("night_checks", "night_cover", "escalation")
_SIGNERS: Final = ("registered_person", "placing_authority")
_RISKS: Final = ("emotional_risks", "behavioural_risks", "situational_risks")


class PlanParts(NamedTuple):
    """What is kept of an agreed version beside its terms."""

    missing: tuple[str, ...]
    """What it lacks in any case, in the page's order."""
    missing_at_risk: tuple[str, ...]
    """What it lacks beside that where the plan or the placement says `suicide_risk`."""
    suicide_risk: bool
    waking_staff: int
    ligature_review_by: str | None
    """A local date; None where the part or the date is not stated."""
    suicide_review_by: str | None
    level: str
    """Equal where the check rules mean the same, however they are written."""


def lacking(parts: PlanParts, offered: int | None, at_risk: bool) -> list[str]:
    """What a version lacks, in the page's order. `offered`: the waking staff of the home's statement of purpose, where
    known; `at_risk`: the placement says `suicide_risk`."""
    missing = list(parts.missing)
    if offered is not None and parts.waking_staff > offered:
        missing.append("cover_offered")
    if at_risk or parts.suicide_risk:
        missing += parts.missing_at_risk
    return missing


def parts_of(plan: dict[str, Any]) -> PlanParts:
    """What is kept of a plan's `data` (of `plan.agreed`), shared where equal."""
    cover, suicide, ligature = (
        plan.get(name) or {} for name in ("night_cover", "suicide_prevention", "ligature_plan")
    )
    night = {edge: cover.get(edge) for edge in ("from", "to")}
    windowed = None not in night.values()
    by_night, by_day, level = _paper(canonical([plan["checks"], night if windowed else _NIGHT]))
    named = {role["duty"] for role in plan.get("roles") or () if is_there(role.get("who"))}
    signed = {signature["role"] for signature in plan.get("signed") or ()}
    staff = cover.get("waking_staff")
    asked = {
        "night_checks": by_night,
        "day_checks": by_day,
        "night_cover": windowed and staff is not None,
        "night_cover.meaning": is_there(cover.get("meaning")),
        **{f"role:{duty}": duty in named for duty in _DUTIES},
        **{f"signed:{role}": role in signed for role in _SIGNERS},
    }
    missing, at_risk = _lacks(asked), _lacks(_asked_at_risk(suicide, ligature))
    dates = (ligature.get("review_by"), suicide.get("review_by"))
    return _shared(
        orjson.dumps([missing, at_risk, bool(plan.get("suicide_risk")), staff or 0, *dates, level])
    )


def parts_state(parts: PlanParts | None) -> list[Any] | None:
    """Its form at rest."""
    return None if parts is None else list(parts)


def restore_parts(state: list[Any] | None) -> PlanParts | None:
    """The parts of this state."""
    return None if state is None else _shared(orjson.dumps(state))


@lru_cache(maxsize=65_536)
def _shared(text: bytes) -> PlanParts:
    missing, at_risk, *others = orjson.loads(text)
    return PlanParts(tuple(missing), tuple(at_risk), *others)


def _lacks(asked: dict[str, bool]) -> list[str]:
    return [name for name, there in asked.items() if not there]


def _asked_at_risk(suicide: dict[str, Any], ligature: dict[str, Any]) -> dict[str, bool]:
    actions = suicide.get("actions") or ()
    return {
        **{f"suicide_prevention.{risks}": _any(suicide.get(risks)) for risks in _RISKS},
        "suicide_prevention.means_restriction": is_there(suicide.get("means_restriction")),
        "suicide_prevention.actions": bool(actions) and all(is_there(each.get("who")) for each in actions),
        "suicide_prevention.review_by": is_there(suicide.get("review_by")),
        "ligature_plan.controls": _any(ligature.get("controls")),
        "ligature_plan.review_by": is_there(ligature.get("review_by")),
    }


def _any(texts: Iterable[Any] | None) -> bool:
    return any(is_there(text) for text in texts or ())


@lru_cache(maxsize=4096)
def _paper(text: bytes) -> tuple[bool, bool, str]:
    """Of these check rules and this night window: whether interval rules cover the whole night, every night of the
    week; whether there is a rule or a time outside it; what the rules mean."""
    rules, night_window = orjson.loads(text)
    night = set(minutes_of(window_of(night_window)))
    week = week_of(rules)
    kept = {minute for minute, rule in enumerate(week) if rule is not None}
    times = sorted({time for rule in rules if not is_interval(rule) for time in times_of(rule)})
    by_day = bool(kept - night) or any(minute % MINUTES not in night for minute, *_ in times)
    asks = [[*ceiling_of(rule), rule.get("proof") or "none"] if is_interval(rule) else None for rule in rules]
    by_minute = [None if place is None else asks[place] for place in week]
    changes = [[at, asked] for at, asked in enumerate(by_minute) if at == 0 or asked != by_minute[at - 1]]
    return night <= kept, by_day, blake2b(canonical([changes, times]), digest_size=12).hexdigest()
