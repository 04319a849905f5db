"""How the alerts over one child open, worsen and close (DOMAIN.md §3, What happens; Absence; Not found).

A `Ringing` lives for one fact, or one instant: it moves the watch's open alerts and gathers the effects.
"""

from typing import Any, Final

from services.checks.deadline import piece_at
from services.checks.watch import Ring, Watch
from shared.alerting import Resolution
from shared.home import Absence
from shared.instants import NEVER, Instant, show_duration, show_instant
from shared.monitor import Effect
from shared.openalerts import Telling
from shared.schedule import show_local_time

SERVICE: Final = "checks"
_STOPPED_BY_ABSENCE: Final = ("check_missed", "child_not_found", "concern_raised")
_ALL: Final = (*_STOPPED_BY_ABSENCE, "child_away", "child_missing", "absence_expired")


class Ringing:
    """Opens, worsens and closes the alerts of one watch at the instant `at`, because of the fact `fact_id`."""

    __slots__ = ("_at", "_fact_id", "_telling", "_watch", "effects")

    def __init__(self, watch: Watch, at: Instant, fact_id: str | None) -> None:
        self._watch = watch
        self._at = at
        self._fact_id = fact_id
        self._telling = Telling(SERVICE, watch.home.id, at, fact_id)
        self.effects: list[Effect] = self._telling.effects

    # -- what facts do

    def seen(self, seen_at: Instant, deadline: Instant) -> None:
        """A valid check was observed at `seen_at`; `deadline` is the child's own one as its predecessor set it."""
        self._missed_seen(seen_at, deadline)
        self._close_if_after("child_not_found", seen_at, Resolution.LATE)
        self._close_if_after("concern_raised", seen_at, Resolution.RESTORED)
        missing = self._watch.alert("child_missing")
        if missing is not None and self._watch.away is None and seen_at >= missing.latest:
            self._close("child_missing", Resolution.RETURNED)

    def _missed_seen(self, seen_at: Instant, deadline: Instant) -> None:
        """*It closes when the child is within the ceiling again as of the log's clock*: as `unreported` if every valid
        check observed after `since` that has come since was observed no later than the deadline its predecessor set,
        else as `late`."""
        missed = self._watch.alert("check_missed")
        if missed is None:
            return
        if seen_at > missed.since and seen_at > deadline and self._fact_id is not None:
            missed.late.append(self._fact_id)
        if self._watch.own_deadline() >= self._at:
            self._close("check_missed", Resolution.LATE if missed.late else Resolution.UNREPORTED)

    def _close_if_after(self, kind: str, seen_at: Instant, how: Resolution) -> None:
        alert = self._watch.alert(kind)
        if alert is not None and seen_at > alert.latest:
            self._close(kind, how)

    def ask(self, kind: str, since: Instant, facts: dict[str, Any]) -> None:
        """child_not_found or concern_raised: *one is open at most; a further one worsens it*."""
        alert = self._watch.alert(kind)
        if alert is None:
            self._open(kind, since, facts)
        else:
            alert.latest = max(alert.latest, since)
            alert.facts = facts
            self._telling.worsened(alert)

    def away(self, before: Absence | None) -> None:
        """A disposition is open, in place of `before` where one was: *an open check_missed, child_not_found or
        concern_raised is closed; a replacement raises its own child_away.*"""
        away = self._watch.away
        if away is None:  # the caller has just seen it open
            raise ValueError("no disposition is open")
        for kind in _STOPPED_BY_ABSENCE:
            self._close(kind, Resolution.DISPOSITION)
        self._close("absence_expired", Resolution.DISPOSITION)
        facts = {"reason": away.reason, "expected_end": show_instant(away.expected_end)}
        if before is None or before.since != away.since:  # in one instant it is the same alert, going on
            self._close("child_away", Resolution.SUPERSEDED)
            self._open("child_away", away.since, facts)
        missing = self._watch.alert("child_missing")
        if away.reason != "missing":
            self._close("child_missing", Resolution.DISPOSITION)
        elif missing is None:
            self._open("child_missing", away.since, facts)
        else:
            missing.latest = away.since

    def back(self, how: Resolution, child_seen: bool = True) -> None:
        """The absence is over; *`disposition.ended` does not close child_missing: the child must be seen*."""
        self._close("child_away", how)
        self._close("absence_expired", how)
        if child_seen:
            self._close("child_missing", how)

    def ended(self) -> None:
        """The placement is over: *it closes them all*."""
        for kind in _ALL:
            self._close(kind, Resolution.ENDED)

    # -- what time does

    def time_passed(self, due: Instant) -> None:
        """Every deadline of the watch at or before `due` has passed."""
        away = self._watch.away
        if away is not None and away.expected_end <= due and self._watch.alert("absence_expired") is None:
            facts = {"reason": away.reason, "expected_end": show_instant(away.expected_end)}
            self._open("absence_expired", away.expected_end, facts)
        missed = self._watch.alert("check_missed")
        if missed is None:
            self._miss(due)
        elif missed.worsens <= due:
            self._telling.worsened(missed)
            missed.worsens, missed.rule_began = self._one_ceiling_on(), -NEVER

    def _miss(self, due: Instant) -> None:
        """*When `D + grace` passes → check_missed. Of several past at once, the earliest `D + grace` (then `D`).*"""
        watch = self._watch
        fires, deadline, item = watch.earliest_miss()
        if fires > due:
            return
        facts: dict[str, Any]
        if item is None:
            rule = piece_at(watch.history, deadline)
            facts = {"ceiling": show_duration(rule.ceiling), "grace": show_duration(rule.grace)}
            facts["plan_version"] = rule.version
        else:
            facts = {"grace": show_duration(item.grace), "plan_version": item.version}
            facts["item"] = show_local_time(item.minute)
        alert = self._open("check_missed", watch.g, facts, deadline)
        alert.worsens = self._one_ceiling_on()

    def _one_ceiling_on(self) -> Instant:
        """*Worsened one ceiling after it was raised or last worsened, by the ceiling in force when that happened (none
        in force: one ceiling after the next rule begins).*"""
        return self._at + self._watch.ceiling if self._watch.ceiling else NEVER

    def rule_begins(self) -> None:
        """What is in force has changed: a worsening that waited for a rule to begin is counted from here."""
        missed = self._watch.alert("check_missed")
        if missed is not None and (missed.worsens == NEVER or missed.rule_began == self._at):
            missed.worsens, missed.rule_began = self._one_ceiling_on(), self._at

    # -- opening and closing

    def _open(
        self, kind: str, since: Instant, facts: dict[str, Any], deadline: Instant | None = None
    ) -> Ring:
        subject = {"placement_id": self._watch.id}
        id_ = self._telling.raised(kind, subject, since, facts, deadline=deadline)
        alert = Ring(id_, since, facts)
        self._watch.opened(kind, alert)
        return alert

    def _close(self, kind: str, how: Resolution) -> None:
        alert = self._watch.alert(kind)
        if alert is not None:
            self._watch.closed(kind)
            self._telling.resolved(alert, how)
