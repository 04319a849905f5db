"""Which facts may not stand (DOMAIN.md §2, §3), judged in log order against the home as it then is."""

from typing import Any

from shared.instants import DAY, HOUR, parse_instant
from tests.oracle.house import House
from tests.oracle.plans import lowers, overlaps
from tests.oracle.records import Told

LONGEST = {
    "home_leave": 14 * DAY,
    "hospital": 7 * DAY,
    "school": 12 * HOUR,
    "other": 12 * HOUR,
    "missing": 24 * HOUR,
}


def is_refused(house: House, fact: Told) -> bool:
    """Whether the fact is refused; the clock stands at its `appended_at`."""
    judge = JUDGES.get(fact.type)
    return judge is not None and judge(house, fact)


def _home(house: House, fact: Told) -> bool:
    """ "Another zone for a known home", and overlapping windows in the default plan."""
    other_zone = house.zone is not None and house.zone != fact.data["time_zone"]
    default = fact.data.get("default_plan")
    return other_zone or (default is not None and overlaps(default["checks"]))


def _start(house: House, fact: Told) -> bool:
    """ "A second start of a placement in force", or a start in an unregistered home."""
    return house.zone is None or house.placement(fact.data["placement_id"]).stay is not None


def _plan(house: House, fact: Told) -> bool:
    """A version used before, overlapping windows, or less protection without an approver and a reason."""
    placement = house.placement(fact.data["placement_id"])
    if any(plan.data["version"] == fact.data["version"] for plan in placement.plans):
        return True
    if overlaps(fact.data["checks"]):
        return True
    if placement.stay is None or _approved(fact.data.get("lowers_protection")):
        return False
    version = house.timeline(placement, placement.stay).version_at(fact.appended)
    told = [plan.data for plan in placement.plans if version and plan.data["version"] == version.number]
    return bool(told) and lowers(told[0], fact.data)


def _approved(word: dict[str, Any] | None) -> bool:
    return word is not None and _is_there(word.get("approver")) and _is_there(word.get("reason"))


def _is_there(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _absence(house: House, fact: Told) -> bool:
    """Longer than allowed "without an approver, from the start of the absence … to `expected_end`"."""
    if _is_there(fact.data.get("approver")):
        return False
    stay = house.placement(fact.data["placement_id"]).stay
    start = fact.effective
    if stay is not None and stay.away is not None:
        start = stay.away.absence_start
    return parse_instant(fact.data["expected_end"]) - start > LONGEST[fact.data["reason"]]


def _correction(house: House, fact: Told) -> bool:
    """ "A correction of a check that is unknown or was appended more than 28 days before"; of that child, that is."""
    check = house.checks.get(fact.data["check_id"])
    another = check is not None and bool(fact.subject) and check.subject != fact.subject
    return check is None or another or fact.appended - check.appended > 28 * DAY


JUDGES = {
    "home.registered.v1": _home,
    "placement.started.v1": _start,
    "plan.agreed.v1": _plan,
    "disposition.started.v1": _absence,
    "check.corrected.v1": _correction,
}
