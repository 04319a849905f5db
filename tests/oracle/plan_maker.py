"""Random plans, dense and awkward on purpose. Sample data; only texts of plans live here."""

from random import Random
from typing import Any

POOL = (
    "22:00",
    "22:30",
    "23:00",
    "23:40",
    "00:00",
    "00:20",
    "01:00",
    "01:15",
    "01:30",
    "02:00",
    "02:10",
    "02:30",
)
LATE = ("03:00", "03:20", "04:00", "05:00", "06:00", "07:00", "20:00", "21:00")
CEILINGS = ("PT5M", "PT6M", "PT10M", "PT15M", "PT15M", "PT16M", "PT20M", "PT30M", "PT45M", "PT1H")
GRACES = (None, None, "PT30S", "PT1M", "PT2M", "PT5M", "PT10M")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def make_checks(rnd: Random) -> list[dict[str, Any]]:
    """Check rules that do not overlap: the day is cut at a few local times, and most pieces get a ceiling."""
    cuts = sorted(rnd.sample(POOL + LATE, rnd.randint(1, 5)))
    checks = [
        _interval(rnd, start, end)
        for start, end in zip(cuts, cuts[1:] + cuts[:1], strict=True)
        if rnd.random() < 0.75
    ]
    if rnd.random() < 0.45 or not checks:
        checks.append(_times(rnd))
    return checks


def _interval(rnd: Random, start: str, end: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"from": start, "to": end, "ceiling": rnd.choice(CEILINGS)}
    grace = rnd.choice(GRACES)
    if grace is not None:
        rule["grace"] = grace
    if rnd.random() < 0.12:
        rule["days"] = [day for day in DAYS if rnd.random() < 0.7] or ["sat"]
    return rule


def _times(rnd: Random) -> dict[str, Any]:
    rule: dict[str, Any] = {"times": rnd.sample(POOL + LATE, rnd.randint(1, 12))}
    if rnd.random() < 0.6:
        rule["tolerance"] = rnd.choice(("PT5M", "PT10M", "PT15M", "PT30M"))
    if rnd.random() < 0.5:
        rule["grace"] = rnd.choice(("PT1M", "PT2M", "PT5M"))
    return rule


def make_cover(rnd: Random) -> dict[str, Any]:
    """A night cover that seldom differs."""
    return {
        "from": "22:00",
        "to": "07:00",
        "waking_staff": 2 if rnd.random() < 0.1 else 1,
        "dedicated": rnd.random() < 0.1,
        "meaning": "Sample: awake, on the landing, able to hear every door.",
    }


def make_plan(rnd: Random, placement_id: str, version: int, effective_from: str) -> dict[str, Any]:
    """`data` of a `plan.agreed.v1`. Most say who approved, so that later ones may lower protection."""
    plan: dict[str, Any] = {
        "placement_id": placement_id,
        "version": version,
        "effective_from": effective_from,
        "checks": make_checks(rnd),
        "night_cover": make_cover(rnd),
        "roles": [{"duty": "night_checks", "who": "post:night-lead"}],
        "suicide_prevention": None,
        "ligature_plan": None,
        "suicide_risk": False,
        "signed": [],
    }
    if rnd.random() < 0.1:
        plan["ligature_plan"] = {"risks": ["Sample"], "controls": ["Sample"], "review_by": "2026-12-01"}
    if rnd.random() < 0.75:
        plan["lowers_protection"] = {"approver": "post:responsible-individual", "reason": "Sample reason"}
    if rnd.random() < 0.05:
        plan["checks"] += [{"from": "01:00", "to": "03:00", "ceiling": "PT20M"}] * 2
    return plan
