"""The desk: what the log says of an alert that somebody may have to be told of, and of a home's on-call. Plain values.

The monitor (`services.pager.model`) writes them as rows, the engine (`services.pager.engine`) reads them just before
anything is sent. What has been sent is not here but for how far a chain had come by the log's own account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.instants import Instant


@dataclass(frozen=True, slots=True)
class DeskAlert:
    """One alert: its state by the log, and what was frozen when it was raised."""

    alert_id: str
    home_id: str
    kind: str
    severity: Literal["page", "notify"]
    placement_id: str | None
    commissioner_id: str | None
    """Of the placement, as it was when the alert was raised; None: it is about the home, or nobody knows."""
    about: Mapping[str, str]
    """What else names its subject: room, point_id, staff_id, device."""
    since: Instant
    deadline: Instant | None
    raised_at: Instant
    facts: Mapping[str, Any]
    level: int
    state: Literal["raised", "acknowledged", "resolved"]
    how: str | None
    """How it was resolved."""
    acknowledged_by: str | None
    until: Instant | None
    action: Any
    """What the one who has it will do: sealed, or a plain text."""
    running: int
    """How often in a row the same person has acknowledged it; from the second on the next step is told."""
    declined: int
    """How often it was declined: each moves the chain on by one, at once."""
    declined_by: Sequence[str]
    """Who did, the last of them last; not all, where they are many."""
    joined: str | None
    """The `home_silent` that it belongs to now: its own chain stands."""
    hold_until: Instant | None
    """Raised in a blind stretch: its first message waits until then."""
    policy: Mapping[str, Any] | None
    """The home's policy in force when it was raised (`data` of `on_call.policy_set.v1`); None: there was none."""
    reached: int
    """The furthest step that a `page.sent` in the log tells of; -1: none."""
    changed: int
    """Grows with every change of this row: it counts all changes of its home-partition's alerts."""
    rotas: Mapping[str, Mapping[str, Any]] | None = None
    """The rotas that the policy names, as they were in force when the alert was raised (`data` of
    `on_call.rota_set.v1`), by name. Overrides are the home's, as they stand. None: as in the home."""


@dataclass(frozen=True, slots=True)
class DeskHome:
    """A home's on-call as it stands: who is looked up, at each step's instant, in this."""

    home_id: str
    provider_id: str | None
    zone: str
    policy: Mapping[str, Any] | None
    """`data` of the latest `on_call.policy_set.v1`."""
    rotas: Mapping[str, Mapping[str, Any]]
    """`data` of the latest `on_call.rota_set.v1` by the rota's name."""
    overrides: Sequence[Mapping[str, Any]]
    """`data` of each `on_call.override_set.v1` that is not over, in the order in which they were told: a later one
    wins."""
    silences: Sequence[Mapping[str, Any]]
    """`data` of each `silence.set.v1` that is not over, with its `author` (the envelope's actor)."""
    on_duty: Sequence[str]
    """Workers with an open session there, sleep-in last."""
    commissioners: Sequence[str]
    """Whose children live there."""
