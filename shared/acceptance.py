"""What may be accepted, as pure functions of (fact, homes, named). DOMAIN.md §2, §3.

*The law* (`refusal`) is asked in log order by every runner; the door asks it too, together with what it asks beside it
(`shared.courtesy`). A refused fact changes nothing. A check is never refused: it is kept, and where it is nobody's it
satisfies nothing. Who may say something is never decided here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from shared.alerting import SEVERITY
from shared.events.sealing import is_there
from shared.facts import Fact
from shared.home import Home, Homes, Placement
from shared.home.plans import PlanTerms, PlanVersion, overlapping, terms_of
from shared.home.protection import lowered
from shared.instants import DAY, HOUR, MINUTE, Duration, parse_instant, show_duration, show_instant
from shared.log.base import Named
from shared.schedule import known_zone

CORRECTABLE_FOR: Final = 28 * DAY
"""A correction of a check that was appended more than 28 days before is refused (§2)."""

LONGEST_ABSENCE: Final[dict[str, Duration]] = {
    "home_leave": 14 * DAY,
    "hospital": 7 * DAY,
    "school": 12 * HOUR,
    "other": 12 * HOUR,
    "missing": 24 * HOUR,
}
"""Longest without an approver, from the start of the absence with all that extended it (§3, Absence)."""

LONGEST_SILENCE: Final[Duration] = 30 * MINUTE
"""Of kinds of severity page, and by two people (§6, Silences)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a fact may not stand: a stable slug, the field, what it said, and what would be accepted."""

    reason: str
    field: str
    value: str
    remedy: str
    detail: str


def refusal(fact: Fact, homes: Homes, named: Named | None) -> Refusal | None:
    """The law: why `fact` may not stand, with the homes as they stand when it is applied; None if it may.

    `named` is what the log knows of the event that the fact names (the check that a correction corrects).
    """
    if fact.type == "check.corrected.v1":
        return _correction(fact, named)
    if fact.type == "home.registered.v1":
        return _registration(fact, homes.homes.get(fact.home_id))
    if fact.type == "silence.set.v1":
        return _silence(fact)
    ask = _OF_A_PLACEMENT.get(fact.type)
    return None if ask is None else ask(fact, homes)


def no_home(fact: Fact) -> Refusal:
    """The home is not registered: nothing can be said of it."""
    return Refusal(
        "unknown_home",
        "homeid",
        fact.home_id,
        "register the home first (home.registered), so that its time zone is known",
        "the home is not registered",
    )


def _correction(fact: Fact, named: Named | None) -> Refusal | None:
    check_id = str(fact.data["check_id"])
    if named is None or named.type != "check.recorded.v1":
        return Refusal(
            "unknown_check",
            "data.check_id",
            check_id,
            "name the id of a check of this home",
            "a correction names a check that the log holds",
        )
    if named.subject != fact.subject:
        return Refusal(
            "another_childs_check",
            "subject",
            fact.subject,
            f"correct it under its own placement, {named.subject}",
            "the check that is corrected is of another placement",
        )
    if fact.appended_at - named.appended_at > CORRECTABLE_FOR:
        return Refusal(
            "check_too_old",
            "data.check_id",
            check_id,
            "record what is known now as a chronology entry",
            f"the check was recorded on {show_instant(named.appended_at)}, more than 28 days before",
        )
    return None


def _registration(fact: Fact, home: Home | None) -> Refusal | None:
    zone = fact.data["time_zone"]
    if not known_zone(zone):
        return Refusal(
            "unknown_zone",
            "data.time_zone",
            str(zone),
            "use an IANA name such as Europe/London",
            "there is no such time zone",
        )
    if home is not None and home.registered and home.zone != zone:
        return Refusal(
            "zone_changed",
            "data.time_zone",
            str(zone),
            f"register with {home.zone}; a home that moved is a new home",
            "a home's time zone never changes",
        )
    default = fact.data.get("default_plan")
    return None if default is None else _overlap(default["checks"], "data.default_plan.checks")


def _overlap(rules: list[dict[str, object]], field: str) -> Refusal | None:
    both = overlapping(rules)
    if both is None:
        return None
    first, second = (rules[place] for place in both)
    return Refusal(
        "windows_overlap",
        f"{field}.{both[1]}",
        f"{second['from']}–{second['to']}",
        f"end one before the other begins (it overlaps {first['from']}–{first['to']})",
        "at any instant one interval rule at most is in force",
    )


def _start(fact: Fact, homes: Homes) -> Refusal | None:
    home = homes.homes.get(fact.home_id)
    if home is None or not home.registered:
        return no_home(fact)
    if fact.data["home_id"] != fact.home_id:
        return Refusal(
            "another_home",
            "data.home_id",
            str(fact.data["home_id"]),
            f"a placement's start belongs to its own home's facts; say {fact.home_id} or send it there",
            "the fact is about another home than its envelope",
        )
    placement = home.placements.get(fact.data["placement_id"])
    if placement is None or not placement.in_force:
        return None
    return Refusal(
        "placement_in_force",
        "data.placement_id",
        placement.id,
        "end the placement first (placement.ended), or move it within the home (placement.moved)",
        f"the placement has been in force since {show_instant(placement.started_at or 0)}",
    )


def _plan(fact: Fact, homes: Homes) -> Refusal | None:
    wrong = next(wrong_with_plan(fact, homes), None)
    placement = homes.placement(fact.home_id, fact.data["placement_id"])
    if wrong is not None or placement is None:
        return wrong
    return _lowering(fact, placement, terms_of(placement.home.zone, fact.data))


def wrong_with_plan(fact: Fact, homes: Homes) -> Iterator[Refusal]:
    """What is wrong with a version in itself, whatever it lowers: windows that overlap, a number used before."""
    overlap = _overlap(fact.data["checks"], "data.checks")
    if overlap is not None:
        yield overlap
    home = homes.homes.get(fact.home_id)
    if home is None:
        return
    id_, number = fact.data["placement_id"], fact.data["version"]
    placement = home.placements.get(id_)
    used = {plan.data["version"] for plan in home.waiting if plan.subject == id_ and plan.type == fact.type}
    used.update(() if placement is None else placement.told)
    if number in used:
        yield Refusal(
            "version_used",
            "data.version",
            str(number),
            f"use a version number above {max(used)}",
            "each version of a plan has a number of its own",
        )


def _lowering(fact: Fact, placement: Placement, terms: PlanTerms) -> Refusal | None:
    """Compared with the version in force when it is told; the first agreed one with nothing (§3, Plan changes)."""
    before = placement.plan
    what = lowers(before, terms)
    if before is None or not what or _approved(fact.data.get("lowers_protection")):
        return None
    return Refusal(
        "lowers_protection",
        "data.lowers_protection",
        ", ".join(what),
        "state lowers_protection with an approver and a reason, or keep what the plan in force protects",
        f"compared with version {before.number} this plan lowers protection",
    )


def lowers(before: PlanVersion | None, terms: PlanTerms) -> list[str]:
    """What a plan of these terms lowers against the version in force."""
    return [] if before is None or before.number == 0 else lowered(before.terms, terms)


def _approved(lowering: dict[str, object] | None) -> bool:
    return lowering is not None and is_there(lowering.get("approver")) and is_there(lowering.get("reason"))


def _closing(fact: Fact, homes: Homes) -> Refusal | None:
    if fact.data["decision"] != "close" or _approved(fact.data):
        return None
    return Refusal(
        "close_without_approver",
        "data.approver",
        str(fact.data.get("approver")),
        "state who approved that it is closed, and the reason",
        "closing a protective plan lowers protection",
    )


def _absence(fact: Fact, homes: Homes) -> Refusal | None:
    placement = homes.placement(fact.home_id, fact.data["placement_id"])
    if fact.data.get("approver") is not None:
        return None
    longest = LONGEST_ABSENCE[fact.data["reason"]]
    away = None if placement is None else placement.away
    since = fact.effective_at if away is None else away.chain_since
    if parse_instant(fact.data["expected_end"]) - since <= longest:
        return None
    return Refusal(
        "absence_too_long",
        "data.expected_end",
        str(fact.data["expected_end"]),
        f"at the latest {show_instant(since + longest)}, or name an approver",
        f"{fact.data['reason']} is {show_duration(longest)} at the longest without an approver, "
        f"counted from {show_instant(since)}",
    )


def silences_pages(covers: dict[str, Any]) -> bool:
    """Whether a silence holds back what would wake somebody: one that names no kinds covers them all."""
    kinds = covers.get("kinds")
    return kinds is None or any(SEVERITY.get(kind) == "page" for kind in kinds)


def _silence(fact: Fact) -> Refusal | None:
    """*Kinds of severity page: 30 min at most, and by two people.*"""
    data = fact.data
    if not silences_pages(data["covers"]):
        return None
    since = parse_instant(data["from"])
    if parse_instant(data["until"]) - since > LONGEST_SILENCE:
        return Refusal(
            "silence_too_long",
            "data.until",
            str(data["until"]),
            f"at the latest {show_instant(since + LONGEST_SILENCE)}, or name only kinds that wake nobody",
            f"what wakes somebody can be silenced for {show_duration(LONGEST_SILENCE)} at the longest",
        )
    if data.get("second_by") not in (None, fact.actor):
        return None
    return Refusal(
        "silence_by_one",
        "data.second_by",
        str(data.get("second_by")),
        "name a second person who agrees, or name only kinds that wake nobody",
        "what wakes somebody is silenced by two people",
    )


_OF_A_PLACEMENT: Final[dict[str, Callable[[Fact, Homes], Refusal | None]]] = {
    "placement.started.v1": _start,
    "plan.agreed.v1": _plan,
    "disposition.started.v1": _absence,
    "ligature_plan.reviewed.v1": _closing,
    "suicide_plan.reviewed.v1": _closing,
}
