"""The last question, just before a message goes: may it still be told? (DOMAIN.md §6)

Just before anything is sent the alert's state is read again: resolved, acknowledged or overtaken by a later step,
it is skipped, and that is recorded.
"""

from dataclasses import dataclass
from enum import Enum

from services.pager.chain.hours import opens
from services.pager.chain.parts import ALTHOUGH_ACKNOWLEDGED, Purpose, runs_out
from services.pager.chain.silences import held_until
from services.pager.desk import DeskAlert, DeskHome
from shared.instants import Instant


class Verdict(Enum):
    """What becomes of a message now; those but for SEND and HOLD are `why` of `page.skipped`."""

    SEND = "send"
    HOLD = "hold"
    """Not now: a silence, or the night."""
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    GROUPED = "grouped"
    SUPERSEDED = "superseded_step"


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be told: why, and whether the same person is told of the same alert by a later message too."""

    purpose: Purpose
    why: str
    overtaken: bool
    shown: str = ""
    """Of an update: the state that it tells of (`updates.state_of`)."""


def judge(alert: DeskAlert, home: DeskHome, ready: Ready, now: Instant) -> tuple[Verdict, Instant]:
    """The verdict, and for HOLD when to ask again (else `now`)."""
    skipped = _update(alert, ready) if ready.purpose == "update" else _page(alert, ready, now)
    if skipped is not None:
        return skipped, now
    until = held_until(home.silences, alert, now)
    if until is None and alert.severity == "notify":
        until = opens(home.zone, now)
    return (Verdict.HOLD, until) if until is not None and until > now else (Verdict.SEND, now)


def _page(alert: DeskAlert, ready: Ready, now: Instant) -> Verdict | None:
    if alert.state == "resolved":
        return Verdict.RESOLVED
    if ready.purpose == "commissioner":
        return None  # beside the chain: who has it is no reason not to tell them
    quiet = alert.state == "acknowledged" and now < runs_out(alert)
    if quiet and ready.why not in {reason.value for reason in ALTHOUGH_ACKNOWLEDGED}:
        return Verdict.ACKNOWLEDGED
    if alert.joined is not None:
        return Verdict.GROUPED
    return Verdict.SUPERSEDED if ready.overtaken else None


def _update(alert: DeskAlert, ready: Ready) -> Verdict | None:
    """Of a state that is no more nobody is told."""
    return None if state_of(alert) == ready.shown else Verdict.SUPERSEDED


def state_of(alert: DeskAlert) -> str:
    """The state of an alert as whoever was paged has to know it."""
    if alert.state == "acknowledged":
        return f"acknowledged {alert.acknowledged_by} {alert.until}"
    return alert.state
