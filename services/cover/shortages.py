"""Shortages: when one begins and ends, and how it is told (DOMAIN.md §4, *Gaps*).

*A shortage begins at the instant from which required > evidenced*, and is judged when the facts of an instant are all
taken. Each function here does its part for one home.
"""

from typing import Any, Final

from services.cover.evidence import SHOWN, Evidence, was_there
from services.cover.home import UNTOLD, CoverHome, Shortage
from services.cover.standing import HOUSE, Place, evidenced, lapsed, on_break
from shared.alerting import Resolution
from shared.instants import MINUTE, NEVER, Duration, Instant
from shared.monitor import Effect
from shared.openalerts import Telling

SERVICE: Final = "cover"
GRACE: Final[Duration] = 5 * MINUTE
CHILD_GRACE: Final[Duration] = 2 * MINUTE
AGAIN: Final[Duration] = 15 * MINUTE
CHILD_AGAIN: Final[Duration] = 5 * MINUTE


def look(home: CoverHome, at: Instant, fact_id: str | None) -> None:
    """Which open shortages are over as it stands now, and by what."""
    if home.short is None:
        return
    ends = home.lapses()
    for place, shortage in home.short.items():
        over = evidenced(ends.get(place, ()), at) >= home.asking.required(place)
        if over and not shortage.over:
            shortage.ended_by = fact_id
        shortage.over = over


def judge(home: CoverHome, at: Instant) -> list[Effect]:
    """The facts of `at` are all taken: what is over ends, what is short begins."""
    effects: list[Effect] = []
    if home.evidence is not None:
        home.evidence.stands(at, home.asking)
        home.evidence.forget(at - SHOWN)
    if home.short is not None:
        for place, shortage in list(home.short.items()):
            if shortage.over:
                effects += _end(home, place, shortage, at)
    ends = home.lapses()
    for place in home.asking.places():
        known = home.short is not None and place in home.short
        if not known and evidenced(ends.get(place, ()), at) < home.asking.required(place):
            _begin(home, place, at)
    if home.short is None:
        home.evidence = None
    home.lapse = home.next_lapse(ends, at)
    return effects


def _begin(home: CoverHome, place: Place, at: Instant) -> None:
    if home.short is None:
        home.short = {}
    if home.evidence is None:
        proofs = {staff_id: [moment] for staff_id, moment in home.proofs.items()}
        home.evidence = Evidence(at, proofs, [(at, home.asking)])
    home.short[place] = Shortage(at, at + (GRACE if place is HOUSE else CHILD_GRACE))


def _end(home: CoverHome, place: Place, shortage: Shortage, at: Instant) -> list[Effect]:
    telling = Telling(SERVICE, home.id, at, shortage.ended_by)
    if shortage.id != UNTOLD:
        telling.resolved(shortage, _how(home, place, shortage.since, at))
    if home.short is not None:
        del home.short[place]
        home.short = home.short or None
    return telling.effects


def _how(home: CoverHome, place: Place, since: Instant, at: Instant) -> Resolution:
    """*`ended` where nothing is required any more; else `unreported` where the own times show evidenced ≥ required for
    all of [s, now); else `restored`.*"""
    if not home.asking.required(place):
        return Resolution.ENDED
    if home.record is None or home.evidence is None:
        return Resolution.RESTORED
    there = was_there(home.record, home.evidence, place, since, at)
    return Resolution.UNREPORTED if there else Resolution.RESTORED


def next_tell(home: CoverHome) -> Instant:
    """When a shortage is to be told next."""
    if home.short is None:
        return NEVER
    return min(shortage.tells for shortage in home.short.values())


def tell(home: CoverHome, due: Instant, at: Instant) -> list[Effect]:
    """*If it lasts past s + grace: raised; worsened every 15 min (one-to-one: 5) after that.*"""
    telling = Telling(SERVICE, home.id, at)
    for place, shortage in (home.short or {}).items():
        if shortage.tells <= due:
            shortage.facts = _facts(home, place, at)
            if shortage.id != UNTOLD:
                telling.worsened(shortage)
            else:
                shortage.id = _raise(telling, place, shortage)
            shortage.tells = at + (AGAIN if place is HOUSE else CHILD_AGAIN)
    return telling.effects


def _raise(telling: Telling, place: Place, shortage: Shortage) -> str:
    if place is HOUSE:
        return telling.raised("cover_gap", {}, shortage.since, shortage.facts)
    return telling.raised("one_to_one_gap", {"placement_id": place}, shortage.since, shortage.facts)


def _facts(home: CoverHome, place: Place, at: Instant) -> dict[str, Any]:
    asking = home.asking
    if place is not HOUSE:
        return {"plan_version": asking.version(place)}
    return {
        "required": asking.staff,
        "evidenced": home.evidenced(HOUSE, at),
        "lapsed": lapsed(home.sessions, home.last_proofs(), asking.every, HOUSE, at),
        "on_break": on_break(home.sessions, HOUSE),
    }
