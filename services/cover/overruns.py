"""Two hours: a one-to-one session, or what is left of it since the last break, that is longer (DOMAIN.md §4)."""

from typing import Final

from services.cover.home import CoverHome
from services.cover.shortages import SERVICE
from shared.alerting import Resolution
from shared.home.sessions import Session
from shared.instants import HOUR, NEVER, Duration, Instant
from shared.monitor import Effect
from shared.openalerts import OpenAlert, Telling

LONGEST: Final[Duration] = 2 * HOUR


def next_overrun(home: CoverHome) -> Instant:
    """When the next session has run for two hours; NEVER if none will."""
    return min(
        (session.resumed + LONGEST for session in home.sessions.values() if _runs_untold(home, session)),
        default=NEVER,
    )


def _runs_untold(home: CoverHome, session: Session) -> bool:
    return (
        session.role == "one_to_one"
        and session.on_break is None
        and (home.overruns is None or session.staff_id not in home.overruns)
    )


def tell(home: CoverHome, due: Instant, at: Instant) -> list[Effect]:
    """*Longer than 2 h → `observer_overrun`, `since` = when it began, raised at exactly 2 h. A relief does not
    overrun.*"""
    telling = Telling(SERVICE, home.id, at)
    for session in home.sessions.values():
        if session.resumed + LONGEST <= due and _runs_untold(home, session):
            subject, facts = {"staff_id": session.staff_id}, {"placement_id": session.placement_id}
            id_ = telling.raised("observer_overrun", subject, session.resumed, facts)
            if home.overruns is None:
                home.overruns = {}
            home.overruns[session.staff_id] = OpenAlert(id_, session.resumed, facts)
    return telling.effects


def settle(home: CoverHome, at: Instant, fact_id: str) -> list[Effect]:
    """*Resolved `restored` by a break, `ended` by the session's end (a second start ends the first).*"""
    if home.overruns is None:
        return []
    telling = Telling(SERVICE, home.id, at, fact_id)
    for staff_id, alert in list(home.overruns.items()):
        session = home.sessions.get(staff_id)
        if session is None or session.resumed != alert.since:
            telling.resolved(alert, Resolution.ENDED)
        elif session.on_break is not None:
            telling.resolved(alert, Resolution.RESTORED)
        else:
            continue
        del home.overruns[staff_id]
    home.overruns = home.overruns or None
    return telling.effects
