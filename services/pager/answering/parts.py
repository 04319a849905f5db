"""What answering is given by whoever puts the house together: how alerts are read, and how an answer goes in.

No service imports another, so the feed and the door are known here by what is asked of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from shared.instants import Instant
from shared.security.people import Person
from shared.security.rights import Actor
from shared.words.alert import Alert, Step


class Shown(Alert, Protocol):
    """An alert as it stands, as one reader may see it."""

    @property
    def state(self) -> str:
        """raised, acknowledged, resolved or noted."""
        ...

    @property
    def level(self) -> int: ...
    @property
    def changed_at(self) -> Instant: ...
    @property
    def acknowledged_by(self) -> str | None: ...
    @property
    def action(self) -> Any:
        """What the one who has it will do: sealed, or a plain text."""
        ...

    @property
    def until(self) -> Instant | None: ...


class Feed(Protocol):
    """Where alerts are read. May read the disk."""

    def alert(self, actor: Actor, alert_id: str, /) -> tuple[Shown, Sequence[Step]] | None:
        """One alert with its life; None where there is none that `actor` may see."""
        ...


class Places(Protocol):
    """Where children live."""

    def room_of(self, home_id: str, placement_id: str) -> str | None:
        """The room of a placement; None where it is not known."""
        ...


class Texts(Protocol):
    """Where sealed texts are opened."""

    def opened(self, text: Any, home_id: str, placement_id: str | None) -> str | None:
        """The text itself; None where there is none, or its key was destroyed."""
        ...


Kind = Literal["acknowledge", "decline"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to one alert, to be given as a fact."""

    id: str
    """The fact's: the same for the same tap."""
    by: Person
    alert_id: str
    home_id: str
    kind: Kind
    action: str | None
    until: Instant | None
    at: Instant
    """When it was tapped."""
    via: Literal["page", "phone"]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who has an alert, and until when."""

    by: str
    until: Instant


@dataclass(frozen=True, slots=True)
class Took:
    """What became of an answer that the log has."""

    until: Instant | None
    """Until when its giver has the alert; None: it took nothing."""
    before: Hand | None = None
    """Who else had it, when the answer came."""
    resolved: bool = False
    """The alert was over already: the answer changes nothing."""


class Answers(Protocol):
    """The door's way in for an answer."""

    async def hand(self, alert_id: str, /) -> Hand | None:
        """Who has an alert, with what was said a moment ago; None: nobody."""
        ...

    async def give(self, answer: Answer, /) -> Took:
        """Durable when this returns; the same id again is the same answer, whatever it says.

        Raises Problem: 422 with the remedy where it may not stand, 403 where it is not theirs to give, 503 not now.
        """
        ...
