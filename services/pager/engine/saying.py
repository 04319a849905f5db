"""A turn in words, by the port that composes; and what is said where that fails: nobody goes untold for a word."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Literal

import structlog

from services.pager.channels.base import Message
from services.pager.engine.ports import Ports, Told
from services.pager.engine.rows import Sending
from services.pager.engine.turns import Turn
from shared.instants import show_instant

_log = structlog.get_logger("pager")


def said(ports: Ports, made: Turn, going: Sequence[Sending]) -> Message:
    """The message of a turn, for these of its alerts."""
    told = told_of(made, going)
    try:
        message = ports.compose(told)
    except Exception:
        _log.exception("a message could not be put into words", person_id=told.person)
        return plainly(told)
    return message if message is not None else unseen(told)


def told_of(made: Turn, going: Sequence[Sending]) -> Told:
    """What is told, worst first."""
    first = going[0]
    alerts = {each.alert_id: made.alerts[each.alert_id] for each in going}
    purpose: Literal["page", "notify", "update"] = "notify"
    if any(each.purpose == "page" for each in going):
        purpose = "page"
    elif first.purpose == "update":
        purpose = "update"
    status: Literal["open", "acknowledged", "resolved"] = "open"
    if purpose == "update":
        over = all(alert.state == "resolved" for alert in alerts.values())
        status = "resolved" if over else "acknowledged"
    return Told(
        key=made.key,
        person=first.person,
        purpose=purpose,
        status=status,
        alerts=tuple(alerts.values()),
        homes=made.homes,
        step=first.step,
        round=first.round,
        why=first.why,
        at=min(each.queued_at for each in going),
        beside=all(each.purpose == "commissioner" for each in going),
    )


def plainly(told: Told) -> Message:
    """Kind, home and time: enough to get up for."""
    worst = told.alerts[0]
    more = f" and {len(told.alerts) - 1} more" if len(told.alerts) > 1 else ""
    title = f"{told.status}: {worst.kind} in {worst.home_id}{more}"
    return Message(
        key=told.key,
        purpose=told.purpose,
        status=told.status,
        alert_ids=tuple(alert.alert_id for alert in told.alerts),
        title=title,
        text=f"{title}\nSince {show_instant(worst.since)}.",
        html=f"<p>{escape(title)}</p>",
        link=None,
        actions=(),
        at=told.at,
        labels={
            "kind": worst.kind,
            "severity": worst.severity,
            "home": worst.home_id,
            "step": str(told.step),
        },
        thread=worst.alert_id,
    )


def unseen(told: Told) -> Message:
    """For whoever is to be told and may see none of it: that there is something, and nothing of what or where."""
    title = f"{told.status}: something in Wakeful is for you to see to"
    text = f"{title}\nSign in to see as much of it as is yours; if that is nothing, tell whoever named you there."
    return replace(plainly(told), title=title, text=text, html=f"<p>{escape(text)}</p>", labels={})
