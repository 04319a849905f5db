"""What a test says. Pure: it must never be taken for an alert, and never look like one that was answered."""

from html import escape
from typing import Final
from uuid import UUID, uuid5

import orjson

from services.pager.channels.base import Action, Message
from services.pager.trial.plan import Leg
from shared.instants import Instant

_NAMESPACE: Final = UUID("6f8c9d5a-6d0e-5b53-a4a4-2f9d5d1f7c12")
ANSWER: Final = "I have it"


def message(test_id: str, home_id: str, leg: Leg, at: Instant, link: str | None) -> Message:
    """One leg in words. `link`: by which this person answers."""
    title = f"TEST, no alert: Wakeful tries to reach you for home {home_id} (step {leg.step})"
    answer = (
        f'Answer with "{ANSWER}", so that the home sees that you can be reached. Nothing else is to be done.'
    )
    lines = [title, answer if link else "Nothing is to be done."]
    return Message(
        key=str(uuid5(_NAMESPACE, orjson.dumps([test_id, leg.step, leg.person_id, leg.number]).decode())),
        purpose="test",
        status="open",
        alert_ids=(),
        title=title,
        text="\n\n".join(lines),
        html="".join(f"<p>{escape(line)}</p>" for line in lines),
        link=link,
        actions=() if link is None else (Action(ANSWER, link),),
        at=at,
        labels={"kind": "test", "severity": "test", "home": home_id, "step": str(leg.step)},
        thread=f"{test_id}:{leg.person_id}",
    )
