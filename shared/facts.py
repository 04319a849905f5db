"""A fact as models read it: the envelope's fields as numbers and plain strings, and `data` as plain JSON.

Facts are made by `shared.events.decode` from bytes that were validated once, at the door; nothing here
validates again (docs/decisions).
"""

from typing import Any

from shared.instants import Instant


class Fact:
    """One recorded fact in log order. Treat as immutable; slots and no dataclass because millions are made."""

    __slots__ = (
        "actor",
        "appended_at",
        "contenthash",
        "data",
        "entered_at",
        "home_id",
        "id",
        "observed_at",
        "source",
        "subject",
        "topic",
        "type",
    )

    def __init__(
        self,
        topic: str,
        appended_at: Instant,
        home_id: str,
        id: str,  # noqa: A002 - the envelope's own name
        type: str,  # noqa: A002
        subject: str,
        source: str,
        actor: str,
        observed_at: Instant,
        entered_at: Instant,
        data: dict[str, Any],
        contenthash: str | None = None,
    ) -> None:
        self.topic = topic
        self.appended_at = appended_at
        self.home_id = home_id
        self.id = id
        self.type = type
        self.subject = subject
        self.source = source
        self.actor = actor
        self.observed_at = observed_at
        self.entered_at = entered_at
        self.data = data
        self.contenthash = contenthash

    @property
    def effective_at(self) -> Instant:
        """When it changes what it changes: the later of its own time and its append (DOMAIN.md §2)."""
        return max(self.observed_at, self.appended_at)

    def __repr__(self) -> str:
        return f"Fact({self.type} {self.id} home={self.home_id} subject={self.subject} at={self.appended_at})"
