"""The ways to answer that a message carries: the page, and a button for each answer. Pure."""

from collections.abc import Sequence
from functools import partial

from services.pager.answering.links import Links, Purpose
from services.pager.channels.base import Action
from services.pager.telling.given import Answering, Ways
from shared.instants import Instant


def answering(links: Links, person_id: str, at: Instant) -> Answering:
    """How that person answers a message made at `at`: the same on every retry, as the message is."""
    return partial(_ways, links, person_id, at)


def _ways(links: Links, person_id: str, at: Instant, alert_ids: Sequence[str]) -> Ways:
    url = partial(links.url, person_id, alert_ids, at=at)
    have = "I have it" if len(alert_ids) == 1 else f"I have these {len(alert_ids)}"
    actions = (
        Action(have, url(purpose=Purpose.HAVE)),
        Action("I can’t", url(purpose=Purpose.CANNOT)),
    )
    return Ways(url(purpose=Purpose.SHOW), actions)
