"""What a reader of the feed may answer to an alert, from the page. Pure.

What an answer may say is `shared.answering`'s; who may give one is asked again where it goes in, by the door.
"""

from dataclasses import dataclass
from typing import Final

from services.alerts.rows import AlertRow
from shared.answering import TERMS
from shared.security.rights import Actor, Right
from shared.words.doing import offered
from shared.words.lengths import Length, lengths

_PEOPLE: Final = ("person", "worker")


@dataclass(frozen=True, slots=True)
class Reply:
    """The form on an open alert."""

    form: str
    """At which step of the alert's life it was made: the same form sent twice is one answer."""
    mine: bool
    """Its reader has the alert already."""
    others: bool
    """Somebody else has it."""
    offered: tuple[str, ...]
    lengths: tuple[Length, ...]
    decides: bool
    """A decision with a reason closes it."""


def reply_to(alert: AlertRow, reader: Actor) -> Reply | None:
    """The form that `reader` is shown; None where there is nothing that they may answer."""
    terms = TERMS.get(alert.kind)
    if terms is None or alert.resolved_at is not None:
        return None
    if Right.RESPOND not in reader.rights or reader.kind not in _PEOPLE:
        return None
    has = alert.acknowledged_by if alert.state == "acknowledged" else None
    return Reply(
        form=str(alert.position),
        mine=has == reader.id,
        others=has not in (None, reader.id),
        offered=offered(alert.kind),
        lengths=lengths([alert.kind]),
        decides=terms.closed_by is None,
    )
