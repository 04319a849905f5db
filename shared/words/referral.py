"""A referral to the commissioner, as a draft: what a `pattern_concern` stands on, for a person to finish, send or drop.

A referral goes to people outside the home, so whoever signs it writes it. This gives them the nights and the alerts,
and leaves open everything that the record cannot know: who, why, and what is asked. It names nobody, and nobody's
fault. Nothing here sends anything.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from shared.schedule import noon_night
from shared.words.alert import Alert
from shared.words.gathered import nights_of
from shared.words.telling import told
from shared.words.times import Wall

DRAFT: Final = "DRAFT for a person to decide. Nothing has been sent."
_WHAT: Final[dict[str, str]] = {
    "check_missed": "no valid check was on record in time",
    "one_to_one_gap": "one-to-one cover was not on record",
    "cover_gap": "waking cover on record was below what is required",
}
_OPEN_POINTS: Final = (
    ("What is known of the reasons", "[what the people on duty say; what the home has found out]"),
    ("What the home has done, or will do", "[what, by whom, by when]"),
    (
        "What is asked of the commissioner",
        "[a conversation; a review of the plan; a visit; nothing for the moment]",
    ),
    ("Decided by", "[name and post], [date]: [send as it stands | send as changed | do not send, because]"),
)


def referral(concern: Alert, alerts: Sequence[Alert], commissioner_id: str | None, now: int) -> str:
    """The draft, as plain text. `alerts`: those of `facts.alerts` that its reader may see."""
    wall = Wall(concern.zone, now)
    head = (
        DRAFT,
        "",
        f"To: {commissioner_id or '[the commissioner]'}, [name and post of the recipient]",
        f"From: home {concern.home_id}, [your name and post]",
        f"About: {_about(concern)}",
        "Date: [date of sending]",
    )
    record = (
        "",
        "What stands on record",
        *_summary(concern, alerts, wall),
        "",
        *_listed(concern, alerts, wall),
    )
    rest = (line for title, blank in _OPEN_POINTS for line in ("", title, blank))
    return "\n".join((*head, *record, *rest, "", _LIMITS)) + "\n"


_LIMITS: Final = (
    "The record says what was written down, and when. It does not say what was done and not written down, nor why. "
    "What arrived late and showed that all had been done in time is not counted here."
)


def _about(concern: Alert) -> str:
    if concern.placement_id is None:
        return f"home {concern.home_id} as a whole"
    return f"placement {concern.placement_id}, [name of the child]"


def _summary(concern: Alert, alerts: Sequence[Alert], wall: Wall) -> tuple[str, ...]:
    nights = len(nights_of(concern))
    kinds = sorted({_WHAT[alert.kind] for alert in alerts if alert.kind in _WHAT})
    what = ", or ".join(kinds) or "what the plan asks for was not on record"
    return (f"On {nights} of seven nights (noon to noon, the home's time) {what}.",)


def _listed(concern: Alert, alerts: Sequence[Alert], wall: Wall) -> tuple[str, ...]:
    by_night: dict[date, list[Alert]] = {night: [] for night in nights_of(concern)}
    for alert in sorted(alerts, key=lambda each: (each.since, each.alert_id)):
        by_night.setdefault(noon_night(concern.zone or "UTC", alert.since), []).append(alert)
    return tuple(line for night in sorted(by_night) for line in _night(night, by_night[night], wall))


def _night(night: date, alerts: Sequence[Alert], wall: Wall) -> tuple[str, ...]:
    return (f"Night of {wall.day(night)}", *(_line(alert, wall) for alert in alerts))


def _line(alert: Alert, wall: Wall) -> str:
    then = alert.resolved_at if alert.resolved_at is not None else wall.now
    words = told(alert, then)  # its times are of one night: the night stands above it
    what = "; ".join((words.title, *words.points))
    return f"- {what}. {words.closed or 'Open'} (alert {alert.alert_id})"
