"""Random plans for months of reviews: whole, or lacking this and that; a new version is much like the last.

Only texts of plans live here. Sample data.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

Part = dict[str, Any]
DUTIES = ("night_checks", "night_cover", "escalation", "day")
SIGNERS = ("registered_person", "placing_authority", "child")
NIGHT: Part = {"from": "22:00", "to": "07:00", "ceiling": "PT30M"}
NIGHTS: tuple[tuple[Part, ...], ...] = (
    (NIGHT,),
    ({**NIGHT, "name": "night", "grace": "PT5M", "proof": "none"},),
    ({**NIGHT, "to": "02:00"}, {**NIGHT, "from": "02:00", "grace": "PT300S"}),
    ({**NIGHT, "days": ["mon", "tue", "wed", "thu"]}, {**NIGHT, "days": ["fri", "sat", "sun"]}),
    ({**NIGHT, "proof": "preferred"},),
    ({**NIGHT, "ceiling": "PT15M"},),
    ({**NIGHT, "ceiling": "PT15M", "grace": "PT2M"},),
    ({**NIGHT, "grace": "PT4M"},),
    ({**NIGHT, "from": "22:01"},),
    ({**NIGHT, "to": "06:59"},),
    ({**NIGHT, "days": ["mon", "tue", "wed", "thu", "fri", "sat"]},),
    ({**NIGHT, "from": "20:00", "to": "08:00"},),
    ({"from": "00:00", "to": "00:00", "ceiling": "PT1H"},),
    (),
)
DAYS: tuple[tuple[Part, ...], ...] = (
    ({"times": ["12:00", "18:00"]},),
    ({"times": ["18:00", "12:00"], "tolerance": "PT15M", "grace": "PT5M"},),
    ({"times": ["18:00"]}, {"times": ["12:00"], "name": "noon"}),
    ({"times": ["07:00"]},),
    ({"times": ["06:59", "22:00"]},),
    ({"times": ["12:00", "18:00"], "tolerance": "PT30M"},),
    (),
)
COVER: Part = {
    "from": "22:00",
    "to": "07:00",
    "waking_staff": 1,
    "dedicated": False,
    "meaning": "Sample: awake.",
}
COVERS: tuple[Part | None, ...] = (
    None,
    {**COVER, "waking_staff": 2},
    {**COVER, "waking_staff": 0},
    {**COVER, "meaning": {"sealed": "AAAA", "key": "key-sample"}},
    {**COVER, "meaning": " "},
    {**COVER, "from": "21:00"},
    {**COVER, "from": "07:00"},
    {"waking_staff": 1, "dedicated": False, "meaning": "Sample: no window."},
    {"from": "22:00", "to": "07:00"},
)


def make_checks(rnd: Random) -> list[Part]:
    """Rules by night and by day, in any order; several of the choices mean the same."""
    checks = [*rnd.choice(NIGHTS[:7] if rnd.random() < 0.6 else NIGHTS), *rnd.choice(DAYS)]
    rnd.shuffle(checks)
    return checks


def make_plan(rnd: Random, day: date) -> Part:
    """All of a plan but whose it is, its number, and when it comes into force."""
    plan: Part = {
        "checks": make_checks(rnd),
        "night_cover": COVER,
        "roles": [{"duty": duty, "who": "post:sample"} for duty in DUTIES],
        "signed": [
            {"who": "post:sample", "role": role, "at": "2024-01-01T00:00:00.000Z"} for role in SIGNERS
        ],
        "suicide_prevention": None,
        "ligature_plan": None,
        "suicide_risk": False,
        "lowers_protection": {"approver": "post:sample", "reason": "Sample"},
    }
    for change in rnd.sample(CHANGES, rnd.choice((0, 1, 2, 4))):
        change(rnd, plan, day)
    for part in ("suicide_prevention", "ligature_plan"):
        if rnd.random() < 0.7:
            _state(rnd, plan, part, day)
    return plan


def next_plan(rnd: Random, plan: Part, day: date) -> Part:
    """The same plan, but for a few things."""
    changed = {**plan, "lowers_protection": {"approver": "post:sample", "reason": "Sample"}}
    for change in rnd.sample(CHANGES, rnd.choice((0, 1, 1, 2, 3))):
        change(rnd, changed, day)
    if rnd.random() < 0.1:
        changed["lowers_protection"] = None
    return changed


def _checks(rnd: Random, plan: Part, day: date) -> None:
    plan["checks"] = make_checks(rnd)


def _order(rnd: Random, plan: Part, day: date) -> None:
    plan["checks"] = [{**one, "name": "named"} for one in reversed(plan["checks"])]


def _cover(rnd: Random, plan: Part, day: date) -> None:
    plan["night_cover"] = rnd.choice((COVER, *COVERS))


def _roles(rnd: Random, plan: Part, day: date) -> None:
    whos = ("post:sample", "post:sample", " ", None)
    roles = [{"duty": duty, "who": rnd.choice(whos)} for duty in DUTIES if rnd.random() < 0.8]
    plan["roles"] = rnd.choice((roles, roles, None))


def _signed(rnd: Random, plan: Part, day: date) -> None:
    signed = [{"who": "post:sample", "role": role, "at": "2024-01-01T00:00:00.000Z"} for role in SIGNERS]
    plan["signed"] = rnd.choice((signed[1:], signed[:1], [], None))


def _risk(rnd: Random, plan: Part, day: date) -> None:
    plan["suicide_risk"] = not plan["suicide_risk"]


def _suicide(rnd: Random, plan: Part, day: date) -> None:
    _state_or_drop(rnd, plan, "suicide_prevention", day)


def _ligature(rnd: Random, plan: Part, day: date) -> None:
    _state_or_drop(rnd, plan, "ligature_plan", day)


def _state_or_drop(rnd: Random, plan: Part, part: str, day: date) -> None:
    if plan[part] is None:
        _state(rnd, plan, part, day)
    elif rnd.random() < 0.4:
        plan[part] = None
    else:
        plan[part] = {**plan[part], "review_by": make_date(rnd, day)}


def _state(rnd: Random, plan: Part, part: str, day: date) -> None:
    whole: Part = {"review_by": make_date(rnd, day)}
    if part == "ligature_plan":
        whole |= {"risks": ["Sample"], "controls": rnd.choice((["Sample"], ["", "Sample"], [" "], [], None))}
    else:
        for risk in ("emotional_risks", "behavioural_risks", "situational_risks"):
            whole[risk] = rnd.choice((["Sample"], ["Sample"], ["Sample", ""], [""], None))
        whole["means_restriction"] = rnd.choice(("Sample", "Sample", "", None))
        action = {"what": "Sample", "who": "post:sample"}
        actions: tuple[list[Part] | None, ...] = (
            [action],
            [action],
            [action, {"what": "Sample"}],
            [{"what": "Sample", "who": ""}],
            [],
            None,
        )
        whole["actions"] = rnd.choice(actions)
    plan[part] = whole


def make_date(rnd: Random, day: date, absent: bool = True) -> str | None:
    """A date around `day` that matters: near, a week or four away, a year; past, very far, or none."""
    if absent and rnd.random() < 0.12:
        return None
    days = rnd.choice(
        (0, 1, 2, 5, 6, 7, 8, 9, 12, 14, 20, 27, 28, 29, 45, 90, 364, 365, 366, -1, -2, -7, -40, 11_000)
    )
    return (day + timedelta(days=days)).isoformat()


CHANGES = (_checks, _checks, _order, _cover, _roles, _signed, _risk, _suicide, _suicide, _ligature, _ligature)
