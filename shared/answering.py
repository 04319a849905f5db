"""What an answer to an alert may say, as pure functions of (answer, kind, time). DOMAIN.md §6.

The door asks it as a courtesy, the alerts service as the law, the pages to say it beforehand: how long somebody may
have an alert of a kind, which kinds a person's decision closes, and which fact would close the others. What an answer
changes, and in which order, is the alerts service's; whose alert it is, the door's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from shared.acceptance import Refusal
from shared.events.sealing import is_there
from shared.instants import DAY, HOUR, MINUTE, Duration, Instant, parse_instant, show_duration, show_instant


@dataclass(frozen=True, slots=True)
class Terms:
    """How one kind of alert is answered."""

    default: Duration
    """How long an acknowledgement that does not say holds, in milliseconds."""
    longest: Duration
    """How long one may hold at the most."""
    closed_by: str | None
    """The fact that closes it, in words; None: a decision with a reason does, and nothing else."""


_CHECK: Final = "a valid check of the child (check.recorded)"
_URGENT: Final = (10 * MINUTE, 30 * MINUTE)
_WAITING: Final = (30 * MINUTE, 2 * HOUR)
_DAYS: Final = (DAY, 7 * DAY)
_LOOKED_AT: Final = (7 * DAY, 28 * DAY)

TERMS: Final[Mapping[str, Terms]] = MappingProxyType(
    {
        "check_missed": Terms(*_URGENT, _CHECK),
        "child_not_found": Terms(*_URGENT, f"{_CHECK}, seen after the latest search"),
        "concern_raised": Terms(*_URGENT, f"{_CHECK}, seen after the concern"),
        "cover_gap": Terms(*_URGENT, "the waking cover that is required (cover.started, or a proof of wake)"),
        "one_to_one_gap": Terms(
            *_URGENT, "the one-to-one cover that the plan requires (cover.started, or a proof of wake)"
        ),
        "child_missing": Terms(
            *_WAITING, f"{_CHECK}, or an absence for another reason (disposition.started)"
        ),
        "absence_expired": Terms(
            *_WAITING,
            f"{_CHECK}, the end of the absence (disposition.ended), or a new expected end (disposition.started)",
        ),
        "home_silent": Terms(*_WAITING, "any check or night-cover fact of the home"),
        "observer_overrun": Terms(
            *_DAYS, "a break or the end of the session (cover.break_started, cover.ended)"
        ),
        "plan_missing": Terms(*_DAYS, "an agreed plan that comes into force (plan.agreed)"),
        "plan_incomplete": Terms(*_DAYS, "the next version of the plan (plan.agreed)"),
        "room_ligature_review_overdue": Terms(*_DAYS, "an assessment of the room (environment.assessed)"),
        "ligature_plan_review_overdue": Terms(
            *_DAYS, "a review of the ligature plan (ligature_plan.reviewed)"
        ),
        "suicide_plan_review_overdue": Terms(
            *_DAYS, "a review of the suicide prevention plan (suicide_plan.reviewed)"
        ),
        "suitability_review_overdue": Terms(
            *_DAYS, "a review of the home's suitability (suitability.reviewed)"
        ),
        "ligature_action_overdue": Terms(
            *_DAYS, "a change of the anchor point (anchor_point.changed), or a later assessment of its room"
        ),
        "anomaly": Terms(*_LOOKED_AT, None),
        "pattern_concern": Terms(*_LOOKED_AT, None),
        "monitor_blind": Terms(*_WAITING, "the monitor, when its present moves again"),
        "rota_gap": Terms(*_WAITING, "a rota without the gap, or a policy that names a last resort"),
        "page_undelivered": Terms(*_WAITING, "a message that reaches somebody"),
    }
)
"""By kind. What is missing here is shown in the feed, and nobody is asked to answer it."""

_FEED_ONLY: Final = {
    "child_away": "the end of the absence (disposition.ended, or a valid check)",
    "review_due_soon": "the review itself",
}


def wrong_with(data: Mapping[str, Any], kind: str, at: Instant) -> Refusal | None:
    """Why the answer `data` (of `response.given.v1`) to an alert of `kind` may not stand at `at`; None if it may."""
    terms = TERMS.get(kind)
    if terms is None:
        return _feed_only(kind, data)
    if data["kind"] == "acknowledge":
        return _acknowledged(data, terms, at)
    return _decided(data, terms) if data["kind"] == "decide" else None


def until_of(data: Mapping[str, Any], kind: str, at: Instant) -> Instant:
    """Until when somebody has the alert, by an acknowledgement at `at` that may stand: as it says, else the default of
    the kind."""
    until = data.get("until")
    return at + TERMS[kind].default if until is None else parse_instant(until)


def _acknowledged(data: Mapping[str, Any], terms: Terms, at: Instant) -> Refusal | None:
    """*Who, what they will do and until when; beyond the limit it is refused.*"""
    if not is_there(data.get("action")):
        return Refusal(
            "no_action",
            "data.action",
            str(None),
            "say in a few words what you will do",
            "an acknowledgement says who, what they will do and until when",
        )
    if data.get("until") is None:
        return None
    until = parse_instant(data["until"])
    latest = f"at the latest {show_instant(at + terms.longest)}"
    if until <= at:
        return Refusal(
            "until_past",
            "data.until",
            str(data["until"]),
            f"state a time after {show_instant(at)}, {latest}",
            "the time until which somebody would have it was over when it was said",
        )
    if until - at <= terms.longest:
        return None
    return Refusal(
        "acknowledged_too_long",
        "data.until",
        str(data["until"]),
        f"{latest}; acknowledge it again then, if it is still open",
        f"an alert of this kind can be acknowledged for {show_duration(terms.longest)} at the longest",
    )


def _decided(data: Mapping[str, Any], terms: Terms) -> Refusal | None:
    """*A decision on a kind that facts close is refused, saying which fact would close it.*"""
    if terms.closed_by is not None:
        return _facts_close(terms.closed_by)
    if is_there(data.get("reason")):
        return None
    return Refusal(
        "no_reason",
        "data.reason",
        str(None),
        "say why, in a few words: whoever reads it later must understand the decision",
        "an alert of this kind is closed only by a decision with a reason",
    )


def _facts_close(closed_by: str) -> Refusal:
    return Refusal(
        "facts_close_it",
        "data.kind",
        "decide",
        f"it closes by {closed_by}; until then it can be acknowledged",
        "an alert of this kind is closed by facts only, never by a decision",
    )


def _feed_only(kind: str, data: Mapping[str, Any]) -> Refusal:
    """*Info: feed only.*"""
    closed_by = _FEED_ONLY.get(kind)
    remedy = "nothing needs to be answered" + ("" if closed_by is None else f"; it closes by {closed_by}")
    return Refusal(
        "not_answered",
        "data.kind",
        str(data["kind"]),
        remedy,
        "an alert of this kind is shown in the feed, and nobody is paged for it",
    )
