"""Alerts, and for whom they are told: one message."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from services.pager.channels.base import Message
from services.pager.desk import DeskAlert
from services.pager.telling.given import Answering, Happened, Occasion, Shows
from services.pager.telling.letter import letter
from services.pager.telling.markup import markup
from services.pager.telling.plain import plain
from services.pager.telling.worded import Worded
from shared.events.canonical import canonical

_NAMESPACE: Final = UUID("6c1d1f3e-3f0b-5b0c-9a55-0b4f1a7f8f11")


def compose(
    alerts: Sequence[DeskAlert],
    zones: Mapping[str, str],
    occasion: Occasion,
    stories: Mapping[str, Sequence[Happened]],
    answering: Answering,
    shows: Shows,
) -> Message | None:
    """What is told of `alerts` (worst first); None where the reader may see none of them.

    `zones`: by home id. `stories`: by alert id; one that is not there has none.
    """
    shown = [
        Worded(each, zones.get(each.home_id), stories.get(each.alert_id, ()), shows, occasion.at)
        for each in alerts
        if shows(each.alert_id)
    ]
    if not shown:
        return None
    ids = tuple(alert.alert_id for alert in shown)
    ways = answering(ids)
    content = letter(shown, occasion, ways)
    return Message(
        key=occasion.key or key_of(occasion, ids),
        purpose=occasion.purpose,
        status=occasion.status,
        alert_ids=ids,
        title=content.title,
        text=plain(content),
        html=markup(content),
        link=content.page,
        actions=content.actions,
        at=occasion.at,
        labels=_labels(shown, occasion),
        thread=occasion.thread or thread_of(ids),
    )


def key_of(occasion: Occasion, alert_ids: Sequence[str]) -> str:
    """The idempotency key of a telling: the same on every try, another for another step, round, state or alert."""
    about = [
        *(occasion.person_id, occasion.purpose, occasion.status),
        *(occasion.step, occasion.round, occasion.beside),
        *alert_ids,
    ]
    return str(uuid5(_NAMESPACE, canonical(about).decode()))


def thread_of(ids: Sequence[str]) -> str:
    """What all that is told of these alerts together is named by, in whatever order: of one alert its id."""
    return ids[0] if len(ids) == 1 else str(uuid5(_NAMESPACE, canonical(sorted(ids)).decode()))


def _labels(alerts: Sequence[Worded], occasion: Occasion) -> Mapping[str, str]:
    """Of the worst; for machines."""
    worst = alerts[0]
    placement = {} if worst.placement_id is None else {"placement": worst.placement_id}
    return {
        "kind": worst.kind,
        "severity": worst.severity,
        "level": str(worst.level),
        "home": worst.home_id,
        **placement,
        "step": str(occasion.step),
        "count": str(len(alerts)),
    }
