"""A placement by its facts' own times: stays, absences, plan versions, checks. DOMAIN.md §2: *the record of a night as
known now uses the facts' own times throughout*. Nothing is measured here.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from shared.facts import Fact
from shared.home import PlanVersion, terms_of
from shared.home.valid import has_sign_of_life, is_future, is_retrospective, seen_at
from shared.instants import NEVER, Instant, parse_instant

_ENDS_ABSENCE: Final = ("disposition.started.v1", "disposition.ended.v1", "placement.ended.v1")


class Check(NamedTuple):
    """A check or attempt, as it was recorded and as it is read."""

    fact: Fact
    seen_at: Instant
    """`observed_at` as read: one in the future is read as `appended_at`."""
    valid: bool
    flags: tuple[str, ...]
    """Of `retrospective`, `unmatched`, `future`, `entered_before`, `manual`, `withdrawn`, `corrected`, `no_sign`."""


class Span(NamedTuple):
    """A half-open piece of time."""

    start: Instant
    end: Instant


class OwnTimes(NamedTuple):
    """One placement's facts by their own times."""

    watched: tuple[Span, ...]
    """When it was in force and no disposition was open."""
    absences: tuple[tuple[Span, str], ...]
    """With the reason."""
    history: tuple[PlanVersion, ...]
    """The versions by when each came into force."""
    checks: tuple[Check, ...]
    """In order of `seen_at`."""


def own_times(facts: Sequence[Fact], zone: str, placement_id: str) -> OwnTimes:
    """`facts`: what was accepted of the home, in log order."""
    mine = [fact for fact in facts if fact.data.get("placement_id") == placement_id]
    stays = _stays(mine)
    withdrawn, corrected = _corrections(facts)
    checks = _checks(mine, stays, withdrawn, corrected)
    absences = _absences(mine, [check.seen_at for check in checks if check.valid])
    watched = tuple(piece for stay in stays for piece in _without(stay, [span for span, _ in absences]))
    return OwnTimes(watched, absences, _history(facts, mine, stays, zone), checks)


def _stays(mine: Iterable[Fact]) -> list[Span]:
    stays: list[Span] = []
    for fact in sorted(mine, key=lambda fact: fact.observed_at):
        if fact.type == "placement.started.v1" and (not stays or stays[-1].end != NEVER):
            stays.append(Span(fact.observed_at, NEVER))
        elif fact.type == "placement.ended.v1" and stays and stays[-1].end == NEVER:
            stays[-1] = Span(stays[-1].start, fact.observed_at)
    return stays


def _absences(mine: Iterable[Fact], seen: Sequence[Instant]) -> tuple[tuple[Span, str], ...]:
    """From each disposition's start to its end, its replacement, or the first valid check in it."""
    absences: list[tuple[Span, str]] = []
    for fact in sorted(mine, key=lambda fact: fact.observed_at):
        at = fact.observed_at
        if fact.type in _ENDS_ABSENCE and absences and absences[-1][0].end > at:
            absences[-1] = (Span(absences[-1][0].start, at), absences[-1][1])
        if fact.type == "disposition.started.v1":
            back = min((moment for moment in seen if moment >= at), default=NEVER)
            absences.append((Span(at, back), fact.data["reason"]))
    return tuple(absence for absence in absences if absence[0].start < absence[0].end)


def _without(span: Span, holes: Iterable[Span]) -> list[Span]:
    pieces = []
    start = span.start
    for hole in sorted(holes):
        if hole.end <= start or hole.start >= span.end:
            continue
        if hole.start > start:
            pieces.append(Span(start, hole.start))
        start = hole.end
    if start < span.end:
        pieces.append(Span(start, span.end))
    return pieces


def _history(
    facts: Iterable[Fact], mine: Iterable[Fact], stays: Sequence[Span], zone: str
) -> tuple[PlanVersion, ...]:
    """Each stay begins with the default plan; a higher number takes over when its time comes, a lower one never."""
    history: list[PlanVersion] = []
    for place, stay in enumerate(stays):
        told_after = stays[place - 1].end if place else -NEVER
        number = -1
        default = _default(facts, stay.start)
        if default is not None:
            history.append(PlanVersion(0, stay.start, terms_of(zone, default)))
            number = 0
        plans = [
            (max(parse_instant(fact.data["effective_from"]), stay.start), fact.data["version"], fact)
            for fact in mine
            if fact.type == "plan.agreed.v1" and told_after <= fact.appended_at < stay.end
        ]
        for since, version, fact in sorted(plans, key=lambda plan: plan[:2]):
            if version > number and since < stay.end:
                history.append(PlanVersion(version, since, terms_of(zone, fact.data)))
                number = version
    return tuple(history)


def _default(facts: Iterable[Fact], at: Instant) -> dict[str, object] | None:
    stated = [fact for fact in facts if fact.type == "home.registered.v1"]
    before = [fact for fact in stated if fact.observed_at <= at] or stated[:1]
    return before[-1].data.get("default_plan") if before else None


def _corrections(facts: Iterable[Fact]) -> tuple[set[str], set[str]]:
    """The ids of checks that were withdrawn, and of those corrected in any way."""
    corrections = [fact.data for fact in facts if fact.type == "check.corrected.v1"]
    return (
        {data["check_id"] for data in corrections if data["withdrawn"]},
        {data["check_id"] for data in corrections},
    )


def _checks(
    mine: Iterable[Fact], stays: Sequence[Span], withdrawn: set[str], corrected: set[str]
) -> tuple[Check, ...]:
    checks = [_check(fact, stays, withdrawn, corrected) for fact in mine if fact.type == "check.recorded.v1"]
    return tuple(sorted(checks, key=lambda check: (check.seen_at, check.fact.appended_at, check.fact.id)))


def _check(fact: Fact, stays: Sequence[Span], withdrawn: set[str], corrected: set[str]) -> Check:
    future = is_future(fact)
    at = seen_at(fact)
    unmatched = not any(stay.start <= at < stay.end for stay in stays)
    retrospective = is_retrospective(fact)
    no_sign = fact.data["outcome"] == "seen" and not has_sign_of_life(fact)
    said = {
        "retrospective": retrospective,
        "unmatched": unmatched,
        "future": future,
        "entered_before": fact.entered_at < fact.observed_at,
        "manual": fact.data.get("proof") == "manual",
        "withdrawn": fact.id in withdrawn,
        "corrected": fact.id in corrected,
        "no_sign": no_sign,
    }
    stands = not (unmatched or retrospective or no_sign or fact.id in withdrawn)
    flags = tuple(flag for flag, is_so in said.items() if is_so)
    return Check(fact, at, stands and fact.data["outcome"] == "seen", flags)
