"""What the door puts where a home states no `default_plan`: a child is watched from the first night (DOMAIN.md
§3, Rules). Pure.
"""

from typing import Any


def with_default_plan(event: dict[str, Any]) -> dict[str, Any]:
    """The event; a home's registration without a `default_plan` gets 22:00–07:00, 30 min, and one waking worker
    where the home offers one. A plan without checks (`"checks": []`) asks nothing, knowingly."""
    data = event.get("data")
    if (
        event.get("type") != "home.registered.v1"
        or not isinstance(data, dict)
        or data.get("default_plan") is not None
    ):
        return event
    return {**event, "data": {**data, "default_plan": _default(data.get("statement_of_purpose"))}}


def _default(purpose: Any) -> dict[str, Any]:
    plan: dict[str, Any] = {"checks": [{"from": "22:00", "to": "07:00", "ceiling": "PT30M"}]}
    waking = purpose.get("waking_staff") if isinstance(purpose, dict) else None
    if isinstance(waking, int) and waking > 0:
        plan["night_cover"] = {"from": "22:00", "to": "07:00", "waking_staff": 1, "dedicated": False}
    return plan
