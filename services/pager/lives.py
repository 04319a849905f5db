"""The lives of alerts as the pager must know them: what each event does to those that are open in a home. Pure.

Nothing is decided here: who is told, when, and what follows is the chain's (`services.pager.chain`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from services.pager import answers
from services.pager.desk import DeskAlert
from services.pager.home import Early, Kept, PagerHome, PagerPlacement, in_force
from shared import alerting
from shared.facts import Fact
from shared.instants import Instant, parse_instant

TOLD: Final = ("page", "notify")
"""The severities that anybody is told of (§6: info is for the feed only)."""
SILENT: Final = "home_silent"
JOINING: Final = ("check_missed", "cover_gap", "one_to_one_gap")
"""What joins a `home_silent` that is open: *nothing else does*."""

_AT_ONCE: Final = ("acknowledge", "decline")
DECLINED_BY: Final = 20
"""So many who declined are remembered, the last: how often is counted, and a button may be pressed without end."""

_ABOUT: Final = ("room", "point_id", "staff_id", "device")

News = Sequence[Kept]
"""Alerts that have changed; their `changed` is given by whoever counts."""


def step(home: PagerHome, fact: Fact, hold_until: Instant | None) -> News:
    """What an event of an alert's life changes. One of an alert that is not open changes nothing, nor does a second
    raising. `hold_until`: see `DeskAlert`."""
    if fact.type == alerting.RAISED:
        return _raised(home, fact, hold_until)
    known = home.open.get(fact.data["alert_id"])
    change = _CHANGES.get(fact.type)
    return () if known is None or change is None else _put(home, *change(home, known, fact))


def paged(home: PagerHome, fact: Fact) -> News:
    """`page.sent` tells how far a chain has come."""
    known = home.open.get(fact.data["alert_id"])
    if known is None or known.alert.reached >= fact.data["step"]:
        return ()
    return _put(home, _with(known, reached=fact.data["step"]))


def answered(home: PagerHome, fact: Fact) -> News:
    """*Decline moves the chain on at once*, whoever declines, and whoever has it stops it at once; a decision comes
    back as an event of the alert. Topics of a broker may come out of step: what is read before its alert waits."""
    answer = Early(fact.appended_at, fact.data)
    known = home.open.get(fact.data["alert_id"])
    if known is None:
        if fact.data["kind"] in _AT_ONCE:
            home.early = (*home.early, answer)
        return ()
    after = _answered(known, answer)
    return () if after is None else _put(home, after)


def _answered(known: Kept, answer: Early) -> Kept | None:
    alert, data = known.alert, answer.data
    if data["kind"] == "decline":
        declined_by = [*alert.declined_by, data["by"]][-DECLINED_BY:]
        return _with(known, declined=alert.declined + 1, declined_by=declined_by)
    return answers.said(known, *answer) if data["kind"] == "acknowledge" else None


def _raised(home: PagerHome, fact: Fact, hold_until: Instant | None) -> News:
    data = fact.data
    if data["alert_id"] in home.open or data["severity"] not in TOLD:
        return ()
    kept = Kept(_new(home, data, hold_until))
    for answer in answers.early(home, data["alert_id"]):
        kept = _answered(kept, answer) or kept
    return _put(home, kept, *(_members(home, kept.alert) if kept.alert.kind == SILENT else ()))


def _new(home: PagerHome, data: Mapping[str, Any], hold_until: Instant | None) -> DeskAlert:
    raised_at = parse_instant(data["raised_at"])
    policy = in_force(home.policies, raised_at)
    deadline = data.get("deadline")
    return DeskAlert(
        alert_id=data["alert_id"],
        home_id=home.id,
        kind=data["kind"],
        severity=data["severity"],
        placement_id=data.get("placement_id"),
        commissioner_id=_whose(home, data, raised_at),
        about={name: data[name] for name in _ABOUT if name in data},
        since=parse_instant(data["since"]),
        deadline=None if deadline is None else parse_instant(deadline),
        raised_at=raised_at,
        facts=data["facts"],
        level=1,
        state="raised",
        how=None,
        acknowledged_by=None,
        until=None,
        action=None,
        running=0,
        declined=0,
        declined_by=[],
        joined=_silence_of(home) if data["kind"] in JOINING else None,
        hold_until=hold_until,
        policy=policy,
        reached=-1,
        changed=0,
        rotas=None if policy is None else _named(home, policy, raised_at),
    )


def _whose(home: PagerHome, data: Mapping[str, Any], at: Instant) -> str | None:
    placement_id = data.get("placement_id") or data["facts"].get("placement_id")
    child = home.placements.get(placement_id or "")
    return child.whose(at) if isinstance(child, PagerPlacement) else None


def _named(home: PagerHome, policy: Mapping[str, Any], at: Instant) -> dict[str, Mapping[str, Any]]:
    """The rotas that a policy names, as in force then."""
    named = {who[5:] for each in policy["steps"] for who in each["who"] if who.startswith("rota:")}
    then = {name: in_force(home.rotas.get(name, ()), at) for name in sorted(named)}
    return {name: rota for name, rota in then.items() if rota is not None}


def _silence_of(home: PagerHome) -> str | None:
    """The `home_silent` that is open; None: none is."""
    return next((id_ for id_, each in home.open.items() if each.alert.kind == SILENT), None)


def _members(home: PagerHome, silence: DeskAlert) -> list[Kept]:
    """Those of its members that are open and do not belong to it yet: they join it."""
    named = [home.open[id_] for id_ in silence.facts.get("members", ()) if id_ in home.open]
    return [_with(each, joined=silence.alert_id) for each in named if _may_join(each, silence)]


def _may_join(member: Kept, silence: DeskAlert) -> bool:
    return member.alert.kind in JOINING and member.alert.joined != silence.alert_id


def _worsened(home: PagerHome, known: Kept, fact: Fact) -> list[Kept]:
    """A level is never taken back (§3)."""
    data = fact.data
    after = _with(known, level=max(known.alert.level, data["level"]), facts=data["facts"])
    return [after, *(_members(home, after.alert) if after.alert.kind == SILENT else ())]


def _acknowledged(home: PagerHome, known: Kept, fact: Fact) -> list[Kept]:
    return [answers.decided(known, fact)]


def _reopened(home: PagerHome, known: Kept, fact: Fact) -> list[Kept]:
    return [answers.reopened(known, fact)]


def _resolved(home: PagerHome, known: Kept, fact: Fact) -> list[Kept]:
    after = _with(known, state="resolved", how=fact.data["how"], joined=None)._replace(given=())
    return [after, *(_set_free(home, known.alert) if known.alert.kind == SILENT else ())]


def _set_free(home: PagerHome, silence: DeskAlert) -> list[Kept]:
    """*Members still open go on from where the chain stood.*"""
    members = [each for each in home.open.values() if each.alert.joined == silence.alert_id]
    return [_with(m, joined=None, reached=max(m.alert.reached, silence.reached)) for m in members]


def _with(known: Kept, **changes: Any) -> Kept:
    return known._replace(alert=replace(known.alert, **changes))


def _put(home: PagerHome, *news: Kept) -> News:
    for each in news:
        if each.alert.state == "resolved":
            home.open.pop(each.alert.alert_id, None)
        else:
            home.open[each.alert.alert_id] = each
    return news


_CHANGES: Final[dict[str, Callable[[PagerHome, Kept, Fact], list[Kept]]]] = {
    alerting.WORSENED: _worsened,
    alerting.ACKNOWLEDGED: _acknowledged,
    alerting.REOPENED: _reopened,
    alerting.RESOLVED: _resolved,
}
