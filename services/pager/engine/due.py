"""What is to go out, queued durably; and what whoever it is for had been told by then.

Whoever only gathers need not be asked for, each in a transaction of his own, before others are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from services.pager.engine import claims
from services.pager.engine.rows import Sending


@dataclass(frozen=True, slots=True)
class Due:
    """Messages, and their receivers: those who were told something before."""

    messages: Sequence[Sending] = ()
    receivers: Mapping[str, claims.Receiver] = field(default_factory=dict)


def due(connection: Connection, messages: Sequence[Sending]) -> Due:
    """These, as all that they need is known now."""
    return Due(messages, claims.told(connection, {message.person for message in messages}))
