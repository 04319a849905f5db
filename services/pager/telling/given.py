"""What a message is made of, beside the alerts: for whom and why it is sent, what has happened, how it is answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.pager.channels.base import Action
from shared.instants import Instant


@dataclass(frozen=True, slots=True)
class Occasion:
    """One telling of one person. The same on every retry, so that what is made of it is the same too."""

    person_id: str
    purpose: Literal["page", "notify", "update", "test"]
    status: Literal["open", "acknowledged", "resolved"]
    """Of what is told: open while one of the alerts is."""
    step: int
    """Of the chain, from 0."""
    round: int
    """How often the last step was repeated before; 0: never."""
    at: Instant
    """When it was made."""
    beside: bool = False
    """Beside the chain: the commissioner is told, while the home's own people are told by the chain. Whom of the
    provider's people each message went to is left out."""
    key: str | None = None
    """The idempotency key; None: made of all the others and the alerts (not of `at`)."""
    thread: str | None = None
    """None: the alert's id, or one made of the ids of all."""


class Happened(NamedTuple):
    """Something in an alert's story that a reader is told."""

    at: Instant
    what: Literal["told", "unreached", "has_it", "declined", "open_again", "closed"]
    """`told`: a message left for `who`; `unreached`: nobody of the step could be reached; `closed`: by `who`, where
    somebody decided."""
    who: str | None = None
    step: int | None = None
    """From 0."""
    until: Instant | None = None


class Ways(NamedTuple):
    """How a message is answered."""

    page: str | None
    actions: tuple[Action, ...] = ()


Answering = Callable[[Sequence[str]], Ways]
"""The ways to answer for these alerts (ids, worst first)."""
Shows = Callable[[str], bool]
"""Whether the reader may see the alert of this id. Asked of every alert, and of every member of one."""


def all_of_it(_alert_id: str) -> bool:
    """For a reader who may see everything of the homes concerned."""
    return True


def no_way(_alert_ids: Sequence[str]) -> Ways:
    """Where nobody answers."""
    return Ways(None)
