"""What is on paper in the sample: homes, stays, plans, assessments, reviews, as `data` of facts. All of it invented.

Pure. Who writes it down, and when, is `setting`'s (tonight, through the door) and `past`'s (the weeks before).
"""

from datetime import date, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from services.sample.cast import MANAGER, ON_CALL, PROVIDER, TIME_ZONE, Child, Pace, SampleHome
from shared.instants import MINUTE, Duration, Instant, show_duration, show_instant

PROOF_EVERY: Final[Duration] = 60 * MINUTE
PROOF_EVERY_TONIGHT: Final[Duration] = 5 * MINUTE
"""So that prompts can be seen to be answered."""
DAY_CHECKS: Final[dict[str, Any]] = {"name": "sample-day", "times": ["08:30", "16:30", "20:30"]}
"""By day each child is seen at these times, give or take a quarter of an hour."""
REVIEWED_AFTER: Final = timedelta(days=28)
"""The longest between two reviews of a protective plan."""
_NIGHT: Final = ("22:00", "07:00")
_DAY: Final = ("07:00", "22:00")
_BY_DAY: Final = Pace(240 * MINUTE, 15 * MINUTE)
_ALWAYS: Final = ("00:00", "00:00")
_ALL_BUT_A_MINUTE: Final = ("22:00", "21:59")
"""Night cover that is asked for whenever somebody looks, and leaves a minute of day."""


_STATES: Final = (("asleep", "breathing"), ("asleep", "moved"), ("awake_settled", "spoke"))
_VIEWS: Final = ("entered", "doorway")
_PROOFS: Final = ("nfc", "qr", "ble")


class Terms(NamedTuple):
    """What a plan asks for, beside what every plan here has."""

    checks: list[dict[str, Any]]
    cover: tuple[str, str]
    waking: int
    proof_every: Duration = PROOF_EVERY


def pace_of(child: Child) -> Pace:
    """How often a child is seen in an ordinary night: a child at risk every quarter of an hour."""
    return Pace(15 * MINUTE, 2 * MINUTE) if child.suicide_risk else Pace(30 * MINUTE, 5 * MINUTE)


def nightly(pace: Pace, waking: int = 1) -> Terms:
    """An ordinary plan: from 22:00 to 07:00, and a few times by day."""
    return Terms([_rule("sample-night", _NIGHT, pace), DAY_CHECKS], _NIGHT, waking)


def tonight(pace: Pace, waking: int) -> Terms:
    """At any hour, so that it does not matter when somebody looks."""
    return Terms([_rule("sample", _ALWAYS, pace), DAY_CHECKS], _ALL_BUT_A_MINUTE, waking, PROOF_EVERY_TONIGHT)


def round_the_clock(terms: Terms, waking: int) -> Terms:
    """The same at night, with waking cover and checks at any hour."""
    return Terms([*terms.checks, _rule("sample-by-day", _DAY, _BY_DAY)], _ALL_BUT_A_MINUTE, waking)


def registration(home: SampleHome, terms: Terms) -> dict[str, Any]:
    """`data` of `home.registered`."""
    return {
        "home_id": home.id,
        "provider_id": PROVIDER,
        "time_zone": TIME_ZONE,
        "rooms": [child.room for child in home.children],
        "statement_of_purpose": {"waking_staff": 2, "sleep_in_staff": 0},
        "default_plan": {"checks": terms.checks},
    }


def stay(home: SampleHome, child: Child) -> dict[str, Any]:
    """`data` of `placement.started`."""
    return {
        "placement_id": child.id,
        "home_id": home.id,
        "commissioner_id": child.commissioner_id,
        "room": child.room,
        "emergency": False,
        "suicide_risk": child.suicide_risk,
    }


def plan(
    child: Child, terms: Terms, version: int, at: Instant, review_by: date, *, dedicated: bool = False
) -> dict[str, Any]:
    """`data` of `plan.agreed`: whole, and signed. `review_by`: of the protective plans of a child at risk."""
    began, ended = terms.cover
    signed_at = show_instant(at)
    return {
        "placement_id": child.id,
        "version": version,
        "effective_from": signed_at,
        "checks": terms.checks,
        "night_cover": {
            "from": began,
            "to": ended,
            "waking_staff": terms.waking,
            "dedicated": dedicated,
            "proof_every": show_duration(terms.proof_every),
            "meaning": "Awake, on the landing, free to come at once (sample).",
        },
        "roles": [
            {"duty": "night_checks", "who": "post:sample-night-worker"},
            {"duty": "night_cover", "who": "post:sample-night-worker"},
            {"duty": "escalation", "who": MANAGER},
        ],
        "suicide_prevention": _suicide_prevention(review_by) if child.suicide_risk else None,
        "ligature_plan": _ligature_plan(review_by) if child.suicide_risk else None,
        "suicide_risk": child.suicide_risk,
        "signed": [
            {"who": MANAGER, "role": "registered_person", "at": signed_at},
            {"who": f"{child.commissioner_id}-officer", "role": "placing_authority", "at": signed_at},
        ],
    }


def unfinished(whole: dict[str, Any]) -> dict[str, Any]:
    """The plan as it is when it was agreed in a hurry: nobody has signed for the placing authority, and some is not
    written down yet."""
    cover = {name: value for name, value in whole["night_cover"].items() if name != "meaning"}
    roles = [role for role in whole["roles"] if role["duty"] != "escalation"]
    return {**whole, "night_cover": cover, "roles": roles, "signed": whole["signed"][:1]}


def assessment(home: SampleHome, room: str, next_review: date) -> dict[str, Any]:
    """`data` of `environment.assessed`."""
    points = (("hook", "high", "mitigated"), ("rail", "medium", "mitigated"), ("handle", "low", "open"))
    return {
        "room": room,
        "anchor_points": [
            {
                "point_id": point(home, room, name),
                "location": f"{name} (sample)",
                "rating": rating,
                "control": "seen at each check (sample)",
                "status": status,
            }
            for name, rating, status in points
        ],
        "assessor": MANAGER,
        "next_review": next_review.isoformat(),
    }


def point(home: SampleHome, room: str, name: str) -> str:
    """The id of an anchor point."""
    return f"{home.id}-{room.removeprefix('sample-')}-{name}"


def seen(child: Child, random: Random) -> dict[str, Any]:
    """`data` of `check.recorded`: an ordinary check."""
    state, sign = random.choice(_STATES)
    return {
        "placement_id": child.id,
        "outcome": "seen",
        "state": state,
        "sign_of_life": sign,
        "room": child.room,
        "view": random.choice(_VIEWS),
        "proof": random.choice(_PROOFS),
    }


def review(child: Child, next_review: date) -> dict[str, Any]:
    """`data` of `ligature_plan.reviewed` and `suicide_plan.reviewed`."""
    return {
        "placement_id": child.id,
        "decision": "continue",
        "reason": "Looked at with the child; it goes on (sample).",
        "next_review": next_review.isoformat(),
    }


def suitability(next_review: date) -> dict[str, Any]:
    """`data` of `suitability.reviewed`."""
    return {"decision": "suitable", "by": MANAGER, "next_review": next_review.isoformat()}


def on_call() -> dict[str, Any]:
    """The chain of a home: one phone, at once, and again while nobody says that they have it."""
    return {
        "steps": [{"after": "PT0S", "who": [ON_CALL]}],
        "repeat_last_every": "PT1M",
        "last_resort": ON_CALL,
    }


def _rule(name: str, window: tuple[str, str], pace: Pace) -> dict[str, Any]:
    ceiling, grace = show_duration(pace.ceiling), show_duration(pace.grace)
    return {"name": name, "from": window[0], "to": window[1], "ceiling": ceiling, "grace": grace}


def _suicide_prevention(review_by: date) -> dict[str, Any]:
    return {
        "emotional_risks": ["Low after calls from outside (sample)."],
        "behavioural_risks": ["Stays awake alone (sample)."],
        "situational_risks": ["The evening after a visit (sample)."],
        "means_restriction": "Cords are kept in the office (sample).",
        "actions": [{"what": "Sit with the child after calls (sample).", "who": "post:sample-key-worker"}],
        "review_by": review_by.isoformat(),
    }


def _ligature_plan(review_by: date) -> dict[str, Any]:
    return {
        "risks": ["Cords of clothing (sample)."],
        "controls": ["Seen from inside the room (sample)."],
        "review_by": review_by.isoformat(),
    }
