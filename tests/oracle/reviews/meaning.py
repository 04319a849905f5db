"""What the words of a plan say, beside each other and by themselves (DOMAIN.md §5): pure functions of plan texts."""

import json
from functools import lru_cache
from typing import Any

from tests.oracle.plans import WEEK, Rule, read_items, read_rules

NIGHT = ("22:00", "07:00")
DUTIES = ("night_checks", "night_cover", "escalation")
SIGNATURES = ("registered_person", "placing_authority")
RISKS = ("emotional_risks", "behavioural_risks", "situational_risks")


def means_something_else(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> bool:
    """Whether check rules mean something else: minute by minute of the local week ceiling, grace and proof; the
    set of times with tolerance and grace. Names and order mean nothing."""
    return _week(old) != _week(new) or set(read_items(old)) != set(read_items(new))


def _week(checks: list[dict[str, Any]]) -> list[tuple[int, int, str] | None]:
    return _week_of(json.dumps(checks))


@lru_cache(maxsize=1000)
def _week_of(text: str) -> list[tuple[int, int, str] | None]:
    """In each minute of the local week: ceiling, grace, and the wish for proof; None where no rule is in force."""
    week: list[tuple[int, int, str] | None] = [None] * WEEK
    for one in json.loads(text):
        for rule in read_rules([one]):
            for start, end in rule.week():
                for minute in range(start, end):
                    week[minute % WEEK] = rule.ceiling, rule.grace, one.get("proof") or "none"
    return week


def missing(plan: dict[str, Any], at_risk: bool, offered: int | None) -> list[str]:
    """What an agreed version lacks, in the order of the page.

    `at_risk`: the placement says `suicide_risk`; `offered`: waking staff by the statement of purpose, where known.
    """
    found = [*_checks(plan), *_cover(plan.get("night_cover") or {})]
    duties = {role["duty"] for role in plan.get("roles") or () if there(role.get("who"))}
    found += [f"role:{duty}" for duty in DUTIES if duty not in duties]
    signed = {one["role"] for one in plan.get("signed") or ()}
    found += [f"signed:{role}" for role in SIGNATURES if role not in signed]
    asked = (plan.get("night_cover") or {}).get("waking_staff") or 0
    if offered is not None and asked > offered:
        found.append("cover_offered")
    if at_risk or plan.get("suicide_risk"):
        found += _suicide_prevention(plan.get("suicide_prevention") or {})
        found += _ligature_plan(plan.get("ligature_plan") or {})
    return found


def _checks(plan: dict[str, Any]) -> list[str]:
    """`night_checks`: "interval rules cover the whole night window, every night of the week"; `day_checks`: "a rule
    or a time outside it"."""
    night = _night(plan.get("night_cover") or {})
    watched = {minute for minute, rule in enumerate(_week(plan["checks"])) if rule is not None}
    times = {int(item.wall[:2]) * 60 + int(item.wall[3:]) for item in read_items(plan["checks"])}
    found = []
    if not night <= watched:
        found.append("night_checks")
    if watched <= night and times <= night:
        found.append("day_checks")
    return found


def _night(cover: dict[str, Any]) -> set[int]:
    """The minutes of the local week in the night window."""
    start, end = (cover.get("from"), cover.get("to")) if cover.get("from") else NIGHT
    every = Rule(str(start), str(end), 0, 0, ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    return {minute % WEEK for first, last in every.week() for minute in range(first, last)}


def _cover(cover: dict[str, Any]) -> list[str]:
    stated = (cover.get(word) is not None for word in ("from", "to", "waking_staff"))
    found = [] if all(stated) else ["night_cover"]
    return found if there(cover.get("meaning")) else [*found, "night_cover.meaning"]


def _suicide_prevention(part: dict[str, Any]) -> list[str]:
    lacks = [risk for risk in RISKS if not any(there(text) for text in part.get(risk) or ())]
    if not there(part.get("means_restriction")):
        lacks.append("means_restriction")
    actions = part.get("actions") or ()
    if not actions or not all(there(action.get("who")) for action in actions):
        lacks.append("actions")
    if part.get("review_by") is None:
        lacks.append("review_by")
    return [f"suicide_prevention.{one}" for one in lacks]


def _ligature_plan(part: dict[str, Any]) -> list[str]:
    lacks = [] if any(there(text) for text in part.get("controls") or ()) else ["controls"]
    if part.get("review_by") is None:
        lacks.append("review_by")
    return [f"ligature_plan.{one}" for one in lacks]


def there(text: object) -> bool:
    """ "Rules ask only whether a text is there": not blank, or sealed."""
    return bool(text.strip()) if isinstance(text, str) else text is not None
