"""A second, slow reading of DOMAIN.md §7, from the page alone: everything that was ever told is looked through for
every fact. It shares the rules of sessions and of validity with the service, and nothing of how that looks or forgets.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from shared.facts import Fact
from shared.home import terms_of
from shared.home.sessions import Session, Sessions, enact, move_of
from shared.home.valid import has_sign_of_life, is_retrospective, seen_at
from shared.instants import HOUR, MINUTE, SECOND, Instant, parse_instant
from shared.schedule import noon_night

ZONE = "Europe/London"


class Said(NamedTuple):
    """What is said: of which pattern, of whom, since when, with which entries, at which level."""

    pattern: str
    subject: str
    since: Instant
    at: Instant
    level: int
    entries: tuple[str, ...]


class Slowly:
    """Reads facts one by one."""

    def __init__(self) -> None:
        self.told: list[Fact] = []
        self.said: list[Said] = []
        self._last: dict[tuple[str, str, Any], list[Any]] = {}
        self._in_force: dict[str, Instant] = {}
        self._valid: dict[str, bool] = {}  # checks that were valid in the stay that is in force
        self._ever: dict[str, bool] = {}  # in any stay

    def take(self, fact: Fact) -> None:
        """One more fact, and what it completes."""
        self.told.append(fact)
        child = fact.data.get("placement_id", "")
        if fact.type == "placement.started.v1" and child not in self._in_force:
            self._in_force[child] = fact.appended_at
            self._valid = {check.id: False for check in self._checks() if check.subject == child} | {
                id_: valid for id_, valid in self._valid.items() if self._fact(id_).subject != child
            }
        elif fact.type == "placement.ended.v1":
            self._in_force.pop(child, None)
        elif fact.type == "check.recorded.v1":
            self._valid[fact.id] = self._ever[fact.id] = self._is_valid(fact)
        elif fact.type == "check.corrected.v1" and fact.data["withdrawn"]:
            self._valid[fact.data["check_id"]] = False
        for pattern, subject, entries in self._completed(fact):
            self._say(pattern, subject, fact, entries)

    def _say(self, pattern: str, subject: str, fact: Fact, entries: Sequence[str]) -> None:
        since = seen_at(fact)
        key = pattern, subject, noon_night(ZONE, since)
        last = self._last.get(key)
        if last is None:
            self._last[key] = [1, set(entries)]
            self.said.append(Said(pattern, subject, since, fact.appended_at, 1, tuple(entries)))
        elif pattern not in ("off_duty", "unproved") and not last[1] & set(entries):
            last[0] += 1
            last[1] = set(entries)
            self.said.append(Said(pattern, subject, 0, fact.appended_at, last[0], tuple(entries)))

    # -- what is known

    def _fact(self, id_: str) -> Fact:
        return next(fact for fact in self.told if fact.id == id_)

    def _checks(self) -> list[Fact]:
        return [fact for fact in self.told if fact.type == "check.recorded.v1"]

    def _is_valid(self, check: Fact) -> bool:
        began = self._in_force.get(check.data["placement_id"])
        return (
            began is not None
            and began <= seen_at(check)
            and check.data["outcome"] == "seen"
            and has_sign_of_life(check)
            and not is_retrospective(check)
        )

    def _sessions(self, at: Instant) -> Sessions:
        sessions: Sessions = {}
        for fact in sorted(self.told, key=lambda fact: fact.observed_at):
            move = move_of(fact, fact.observed_at) if fact.type.startswith("cover.") else None
            if move is not None and move.at <= at:
                enact(sessions, move)
        return sessions

    def _spans(self, child: str) -> list[tuple[Instant, str, str]]:
        """(when, what, id) of this child by its own time."""
        kinds = {
            "placement.started.v1": "in",
            "placement.ended.v1": "out",
            "disposition.started.v1": "away",
            "disposition.ended.v1": "back",
        }
        spans = [
            (fact.observed_at, kinds[fact.type], fact.id)
            for fact in self.told
            if fact.type in kinds and fact.data["placement_id"] == child
        ]
        return sorted(spans, key=lambda span: span[0])

    def _where(self, child: str, at: Instant, but: str = "") -> str:
        """`in`, `away` or `out` at that time; `but`: the check that is looked at ends nothing yet."""
        state, since = "out", 0
        ever_seen = self._ever_valid(child, but)
        for when, what, _ in [*self._spans(child), (at + 1, "end", "")]:
            if state == "away" and any(since <= seen < when and seen <= at for seen in ever_seen):
                state = "in"
            if when > at:
                break
            if what == "in" and state == "out":
                state = "in"
            elif what == "out":
                state = "out"
            elif what == "away" and state != "out":
                state, since = "away", when
            elif what == "back" and state == "away":
                state = "in"
        return state

    def _ever_valid(self, child: str, but: str) -> list[Instant]:
        withdrawn = {
            fact.data["check_id"]
            for fact in self.told
            if fact.type == "check.corrected.v1" and fact.data["withdrawn"]
        }
        return [
            seen_at(check)
            for check in self._checks()
            if check.subject == child and check.id not in withdrawn | {but} and self._was_valid(check)
        ]

    def _was_valid(self, check: Fact) -> bool:
        """In its own stay."""
        return self._ever.get(check.id, False)

    def _asked(self, child: str, at: Instant) -> int:
        """What the plan in force on the log's clock asked for; a stay begins with the default plan."""
        best: tuple[int, Any] = (-1, None)
        for fact in self.told:
            if fact.data.get("placement_id") != child:
                continue
            if fact.type == "placement.started.v1" and fact.appended_at <= at:
                best = (0, self._registration().data["default_plan"])
            elif fact.type == "placement.ended.v1" and fact.appended_at <= at:
                best = (-1, None)
            elif fact.type == "plan.agreed.v1":
                since = max(parse_instant(fact.data["effective_from"]), fact.appended_at)
                if since <= at and best[0] >= 0 and fact.data["version"] > best[0]:
                    best = (fact.data["version"], fact.data)
        night = None if best[1] is None else terms_of(ZONE, best[1]).night
        return night.waking_staff if night is not None and night.asks(at)[0] else 0

    def _registration(self) -> Fact:
        return next(fact for fact in self.told if fact.type == "home.registered.v1")

    def _children(self) -> list[str]:
        return [f.data["placement_id"] for f in self.told if f.type == "placement.started.v1"]

    # -- what is completed

    def _completed(self, fact: Fact) -> Iterator[tuple[str, str, Sequence[str]]]:
        if fact.type == "check.recorded.v1":
            yield from self._by_check(fact)
        elif fact.type == "cover.handed_over.v1" and fact.data["accepted"]:
            there = sum(self._where(c, seen_at(fact)) == "in" for c in set(self._children()))
            if fact.data["headcount"] != there:
                yield "headcount", "", [fact.id]
        yield from self._edited(fact)

    def _by_check(self, fact: Fact) -> Iterator[tuple[str, str, Sequence[str]]]:
        at, who, child = seen_at(fact), fact.actor, fact.data["placement_id"]
        mine = [check for check in self._checks() if check.actor == who]
        yield from (("burst", who, each) for each in self._burst(mine, fact))
        yield from (("two_places", who, each) for each in self._two_places(mine, fact))
        session: Session | None = self._sessions(at).get(who)
        required = max(
            (self._asked(c, at) for c in set(self._children()) if self._where(c, at, fact.id) == "in"),
            default=0,
        )
        if session is None and required > 0:
            yield "off_duty", who, [fact.id]
        if session is not None and session.on_break is not None:
            yield "on_break", who, [fact.id]
        yield from (("unproved", who, each) for each in self._unproved(mine, fact))
        if fact.observed_at > fact.appended_at + MINUTE or fact.entered_at < fact.observed_at - MINUTE:
            yield "clock", fact.source, [fact.id]
        if fact.data["outcome"] == "seen" and self._where(child, at, fact.id) == "away":
            yield "seen_while_away", child, [fact.id]
        yield from self._regular(fact, child)

    def _burst(self, mine: Sequence[Fact], fact: Fact) -> Iterator[Sequence[str]]:
        for first in sorted(mine, key=lambda each: each.entered_at):
            those = [each for each in mine if 0 <= each.entered_at - first.entered_at <= 10 * SECOND]
            times = [seen_at(each) for each in those]
            if fact in those and len(those) >= 3 and max(times) - min(times) >= MINUTE:
                yield _ids(those)
                return

    def _two_places(self, mine: Sequence[Fact], fact: Fact) -> Iterator[Sequence[str]]:
        room, at = fact.data.get("room"), seen_at(fact)
        near = [
            each
            for each in mine
            if room
            and each.data.get("room") not in (None, room)
            and abs(seen_at(each) - at) < 5 * SECOND
            and seen_at(each) == each.observed_at
            and at == fact.observed_at
        ]
        if near:
            nearest = min(reversed(near), key=lambda each: abs(seen_at(each) - at))
            yield _ids([nearest, fact])

    def _unproved(self, mine: Sequence[Fact], fact: Fact) -> Iterator[Sequence[str]]:
        last = mine[-50:]
        others = [check for check in self._checks() if check.actor != fact.actor][-200:]
        manual = [sum(check.data["proof"] == "manual" for check in some) for some in (last, others)]
        if len(last) == 50 and len(others) == 200 and manual[0] >= 40 and manual[1] <= 40:
            yield _ids(last)

    def _regular(self, fact: Fact, child: str) -> Iterator[tuple[str, str, Sequence[str]]]:
        valid = [check for check in self._checks() if check.subject == child and self._valid[check.id]]
        valid.sort(key=seen_at)
        for run in _runs(valid, 7, fact):
            gaps = [seen_at(later) - seen_at(earlier) for earlier, later in pairwise(run)]
            if max(gaps) - min(gaps) <= 30 * SECOND and min(gaps) >= 4 * MINUTE:
                yield "too_regular", child, _ids(run)
                break
        for run in _runs(valid, 6, fact):
            off = [seen_at(check) % (15 * MINUTE) for check in run]
            if all(min(each, 15 * MINUTE - each) <= 30 * SECOND for each in off):
                yield "quarter_hours", child, _ids(run)
                break

    def _edited(self, fact: Fact) -> Iterator[tuple[str, str, Sequence[str]]]:
        corrections = [each for each in self.told if each.type == "check.corrected.v1"]
        withdrawn = {each.data["check_id"] for each in corrections if each.data["withdrawn"]}
        incidents = [each for each in self.told if _is_incident(each) and each.id not in withdrawn]
        pairs = [
            (self._fact(correction.data["check_id"]), correction)
            for correction in corrections
            for incident in incidents
            if incident.data["placement_id"] == correction.subject in self._children()
            and seen_at(correction) > seen_at(incident)
            and fact in (incident, correction)
            and 0 < seen_at(incident) - seen_at(self._fact(correction.data["check_id"])) <= 2 * HOUR
        ]
        done: list[str] = []
        for check, correction in sorted(pairs, key=lambda pair: (seen_at(pair[0]), seen_at(pair[1]))):
            if correction.id not in done:
                done.append(correction.id)
                yield "edited_after", correction.subject, [check.id, correction.id]


def _is_incident(fact: Fact) -> bool:
    return (
        fact.data.get("outcome") == "not_found"
        or fact.data.get("reason") == "missing"
        or fact.data.get("trigger") in ("self_harm", "ligature_incident")
    )


def _ids(checks: Iterable[Fact]) -> list[str]:
    return [check.id for check in sorted(checks, key=seen_at)]


def _runs(valid: Sequence[Fact], length: int, fact: Fact) -> Iterator[Sequence[Fact]]:
    for start in range(len(valid) - length + 1):
        run = valid[start : start + length]
        if fact in run:
            yield run
