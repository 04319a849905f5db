"""Answers that count the moment they are read, although the alerts service has not said yet what came of them. Pure.

*I have it* stops a chain at once: nobody is woken while it is waited for that every monitor has published. What the
alerts service then says (`alert.acknowledged`) takes the answer's place, and only that is remembered as having been
said; an answer of which it says nothing for `LAPSES_AFTER` is as if it had not been given, and the chain goes on.

What stands by the log's own account, with what was said and not decided on top of it, is what the desk shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from services.pager.desk import DeskAlert
from services.pager.home import Early, Given, Kept, PagerHome
from shared.answering import until_of, wrong_with
from shared.blind import BLIND_AFTER
from shared.facts import Fact
from shared.instants import NEVER, Instant, parse_instant

LAPSES_AFTER: Final = 2 * BLIND_AFTER
"""The alerts service waits for a sick monitor for `blind_after`, and is then read: as long again is ample."""

_STANDS: Final = ("state", "acknowledged_by", "until", "action", "running")


def shown(kept: Kept) -> DeskAlert:
    """The alert as the desk shows it."""
    alert, before = kept.alert, kept.before
    for given in kept.given:
        alert, before = had(alert, before, given), given.by
    return alert


def had(alert: DeskAlert, before: str | None, given: Given) -> DeskAlert:
    """Somebody has it. `before`: who said so last."""
    return replace(
        alert,
        state="acknowledged",
        acknowledged_by=given.by,
        until=given.until,
        action=given.action,
        running=alert.running + 1 if given.by == before else 1,
    )


def said(known: Kept, at: Instant, data: Mapping[str, Any]) -> Kept | None:
    """Somebody says that he has an open alert; None: that changes nothing. *Of several who say so at one instant the
    first has it*, and what was decided already is not waited for."""
    if wrong_with(data, known.alert.kind, at) is not None:
        return None
    if at <= max([known.said_at, *(each.at for each in known.given)]):
        return None
    given = Given(at, data["by"], until_of(data, known.alert.kind, at), data["action"])
    return known._replace(given=(*known.given, given))


def decided(known: Kept, fact: Fact) -> Kept:
    """The alerts service says who has it."""
    data, at = fact.data, fact.observed_at
    given = Given(at, data["by"], parse_instant(data["until"]), data["action"])
    alert = had(known.alert, known.before, given)
    return Kept(alert, given.by, max(known.said_at, at), _after(known, at))


def reopened(known: Kept, fact: Fact) -> Kept:
    """Nobody has it any more, but who has said so since."""
    alert = replace(known.alert, state="raised", acknowledged_by=None, until=None, action=None)
    return known._replace(alert=alert, given=_after(known, fact.observed_at))


def _after(known: Kept, at: Instant) -> tuple[Given, ...]:
    return tuple(each for each in known.given if each.at > at)


# -- what is waited for


def waited_for(home: PagerHome) -> tuple[Given | Early, ...]:
    """The answers of a home that nobody has decided about yet."""
    return (*(given for kept in home.open.values() for given in kept.given), *home.early)


def next_lapse(home: PagerHome) -> Instant:
    """When the first of them is waited for no longer; NEVER: none is waited for."""
    waited = waited_for(home)
    return min(each.at for each in waited) + LAPSES_AFTER if waited else NEVER


def lapse(home: PagerHome, at: Instant) -> list[Kept]:
    """What was waited for until `at` is so no longer: the alerts that this changes."""
    since = at - LAPSES_AFTER
    home.early = tuple(each for each in home.early if each.at > since)
    waited = [kept for kept in home.open.values() if kept.given and kept.given[0].at <= since]
    return [kept._replace(given=_after(kept, since)) for kept in waited]


def early(home: PagerHome, alert_id: str) -> list[Early]:
    """The answers to an alert that were read before it was, in order; they are not early any more."""
    found = [each for each in home.early if each.data["alert_id"] == alert_id]
    if found:
        home.early = tuple(each for each in home.early if each.data["alert_id"] != alert_id)
    return found


# -- at rest


def rest(home: PagerHome) -> list[Any]:
    """What is kept of answers beside the rows of alerts, which are as they are shown: what was read before its alert;
    and of each alert that somebody has, or had, when that was said last, what stands by the log's own account, and
    what was said on top of that."""
    open_ = {id_: _rest(kept) for id_, kept in home.open.items() if kept.given or kept.said_at != -NEVER}
    return [[list(each) for each in home.early], open_] if home.early or open_ else []


def _rest(kept: Kept) -> list[Any]:
    stands = [getattr(kept.alert, name) for name in _STANDS] if kept.given else []
    return [kept.said_at, stands, [list(each) for each in kept.given]]


def restore(home: PagerHome, state: Sequence[Any]) -> None:
    """Back from that; its alerts follow (`restored`)."""
    if state:
        home.early = tuple(Early(*each) for each in state[0])
        home.said = state[1]


def restored(home: PagerHome, shown_: DeskAlert, before: str | None) -> Kept:
    """An alert back from its row."""
    said_at, stands, given = home.said.get(shown_.alert_id, (-NEVER, (), ()))
    alert = replace(shown_, **dict(zip(_STANDS, stands, strict=True))) if stands else shown_
    return Kept(alert, before, said_at, tuple(Given(*each) for each in given))
