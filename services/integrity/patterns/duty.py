"""Who was on duty, and how many children were there, at an entry's own time: `off_duty`, `on_break`, `headcount`. Pure.

All by the facts' own times, as known now; only a plan counts from when it took effect.
"""

from services.integrity.home import HouseOfRecord
from shared.home.sessions import Session
from shared.instants import Instant


def is_asked(home: HouseOfRecord, at: Instant) -> bool:
    """*While waking cover is required of the house*: the plan of a child who was present asked for some then (§4)."""
    return any(child.waking_staff(at) > 0 and child.present_at(at) for child in home.children)


def is_off_duty(home: HouseOfRecord, session: Session | None, at: Instant) -> bool:
    """*A check by somebody with no open session of any role while waking cover is required of the house.*"""
    return session is None and is_asked(home, at)


def is_on_break(session: Session | None) -> bool:
    """*A check by a waking or one-to-one worker on a break*; a sleep-in has none."""
    return session is not None and session.on_break is not None


def present(home: HouseOfRecord, at: Instant) -> int:
    """*The number of children present.*"""
    return sum(1 for child in home.children if child.present_at(at))
