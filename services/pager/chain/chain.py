"""The chain: whom an alert's next message goes to, and when (DOMAIN.md §6).

    It stops while acknowledged, goes on at the step after the last one reached when reopened, and ends when resolved.
    Delays count from when the step before was really sent. A step with nobody in it, or whose every channel failed,
    moves on at once.

Asked whenever the alert, its home or what became of a message has changed, and when `look_again` is past.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from services.pager.chain.beside import beside
from services.pager.chain.notifying import notified
from services.pager.chain.parts import (
    ALTHOUGH_ACKNOWLEDGED,
    PATIENCE,
    Case,
    Chain,
    Decision,
    Reason,
    runs_out,
    tells,
    waits,
)
from services.pager.chain.policy import Policy, policy_of
from services.pager.chain.silences import held_until
from shared.instants import MINUTE, Duration, Instant

NOBODY_AGAIN: Final = MINUTE
"""Where there was nobody to tell: people sign in, rotas are mended."""

_ONLY_FORWARD: Final = frozenset((Reason.FAILED, Reason.DECLINED, Reason.STUCK))
"""For these nobody is told again who was told just before."""


def decide(case: Case) -> Decision:
    """What is told now of this alert."""
    if case.alert.state == "resolved":
        return waits(case, Reason.RESOLVED)
    held = _held(case)
    if held is not None:
        return held
    return beside(case, _paged(case) if case.alert.severity == "page" else notified(case))


def _held(case: Case) -> Decision | None:
    """Whatever it is, it is not sent now."""
    alert, chain, now = case.alert, case.chain, case.now
    if chain.step < 0 and alert.hold_until is not None and now < alert.hold_until:
        return waits(case, Reason.HELD, alert.hold_until)
    until = held_until(case.home.silences, alert, now)
    if until is None:
        return None
    if _is_under_way(chain):
        case = case.having(begun_at=until)  # its messages are held back too, and have their time then
    return waits(case, Reason.SILENCED, until)


def _is_under_way(chain: Chain) -> bool:
    """Begun, and nothing is known of its messages yet (or they were skipped: somebody had it before they went)."""
    return chain.step >= 0 and chain.sent_at is None and not chain.failed


def _paged(case: Case) -> Decision:
    alert = case.alert
    if alert.joined is not None:
        return waits(case.having(joined=alert.joined), Reason.JOINED)
    if case.chain.joined is not None:
        case = _parted(case)
    if case.quiet:
        return _while_acknowledged(case)
    chain = case.chain
    if chain.step < 0:
        return _on(_entered(case), Reason.BEGINS)
    if chain.quiet:
        return _on(case, Reason.REOPENED if alert.state == "raised" else Reason.RAN_OUT)
    if alert.declined > chain.declined:
        return _on(case, Reason.DECLINED)
    return _by_time(case)


def _while_acknowledged(case: Case) -> Decision:
    """It stays quiet, but for what the one who has it asks for: by having it once more, or by giving it up."""
    alert, case = case.alert, case.having(quiet=True)
    chain = case.chain
    if alert.running > max(chain.running, 1):
        return _on(case, Reason.AGAIN)
    news = alert.declined - chain.declined
    if news > 0 and alert.acknowledged_by in alert.declined_by[-news:]:
        return _on(case, Reason.GAVE_UP)
    told = next((each for each in ALTHOUGH_ACKNOWLEDGED if each.value == chain.why), None)
    if told is not None and chain.failed and chain.step < policy_of(alert, case.home).resort:
        return _on(case, told)
    # What others answer is no news to whoever has it.
    return waits(case.having(running=alert.running, declined=alert.declined), Reason.QUIET, runs_out(alert))


def _by_time(case: Case) -> Decision:
    """Nobody has said anything: the step takes its own course."""
    chain, policy = case.chain, policy_of(case.alert, case.home)
    if chain.failed and chain.step < policy.resort:
        return _on(case, Reason.GOES_ON if chain.why == Reason.GOES_ON.value else Reason.FAILED)
    if _is_under_way(chain):
        begun = case.now if chain.begun_at is None else chain.begun_at
        if case.now < begun + PATIENCE:
            return waits(case, Reason.SENDING, begun + PATIENCE)
        return _on(case.having(failed=True), Reason.STUCK)
    due = _due(case, policy)
    if case.now < due:
        return waits(case, Reason.WAITS, due)
    return _on(case, Reason.NEXT_STEP if chain.step < policy.last else Reason.REPEATS)


def _due(case: Case, policy: Policy) -> Instant:
    """*Delays count from when the step before was really sent.*"""
    chain = case.chain
    begun = case.now if chain.begun_at is None else chain.begun_at
    return (begun if chain.sent_at is None else chain.sent_at) + _delay(policy, chain.step)


def _delay(policy: Policy, step: int) -> Duration:
    return policy.steps[step + 1].after if step < policy.last else policy.repeat_every


# -- home_silent and its members -------------------------------------------------------------------------------


def _entered(case: Case) -> Case:
    """A `home_silent`'s "chain begins at the furthest step that any of them had reached"."""
    furthest = max((other.step for other in case.others.values()), default=-1)
    if case.alert.kind != "home_silent" or furthest < 0:
        return case
    return case.having(step=min(furthest, policy_of(case.alert, case.home).last) - 1)


def _parted(case: Case) -> Case:
    """Members that are still open "go on from where the chain stood" when the `home_silent` is over: the further of
    the two, of what was really told. What was begun and not told is told now, under the alert's own name."""
    own = case.chain
    stood = case.others.get(own.joined or "", Chain(own.alert_id))
    further = max(own, stood, key=_reached)
    step = _reached(further)
    unsaid = step < max(own.step, stood.step)
    return case.having(
        joined=None,
        step=step,
        round=max(own.round, stood.round) + 1,
        why=Reason.GOES_ON.value if unsaid else further.why,
        begun_at=case.now if unsaid else further.begun_at,
        sent_at=None if unsaid else further.sent_at,
        failed=unsaid or further.failed,
    )


def _reached(chain: Chain) -> int:
    return chain.step - 1 if _is_under_way(chain) else chain.step


# -- the next step ---------------------------------------------------------------------------------------------


def _on(case: Case, reason: Reason) -> Decision:
    """Tell the next step that has somebody in it."""
    alert, policy = case.alert, policy_of(case.alert, case.home)
    # Another policy may have had more steps: of the `home_silent` that it belonged to, or of a home without its own.
    before = replace(case.chain, step=min(case.chain.step, policy.resort))
    # One "I can't" is one step; of several at once each is taken in its turn.
    declined = before.declined + 1 if reason is Reason.DECLINED else alert.declined
    chain = replace(before, quiet=case.quiet, running=alert.running, declined=declined)
    for step, round_ in _ahead(chain, policy, reason):
        persons = case.people(policy.steps[step].who, case.now)
        if persons:
            chain = replace(chain, step=step, round=round_)
            told = tells(case, chain, reason, "page", policy.steps[step], persons)
            return replace(told, look_again=case.now) if declined < alert.declined else told
    if reason in _ONLY_FORWARD and chain.step >= policy.last:  # what there is repeats in its time
        case = case.having(declined=declined, step=policy.resort, failed=True)
        return waits(case, Reason.WAITS, max(case.now + 1, min(_due(case, policy), case.now + MINUTE)))
    return waits(replace(case, chain=chain), Reason.NOBODY, case.now + NOBODY_AGAIN)


def _ahead(chain: Chain, policy: Policy, reason: Reason) -> Iterator[tuple[int, int]]:
    """The places (step, round) that come next, in order: a few, never endless."""
    # A last step that has failed is not told again at once, whatever for: that would never come to rest.
    again = reason not in _ONLY_FORWARD and not (chain.failed and chain.step < policy.resort)
    if reason in (Reason.REOPENED, Reason.RAN_OUT) and _is_under_way(chain):
        yield chain.step, chain.round + 1  # somebody had it before it was told
    for step in range(chain.step + 1, policy.last + 1):
        yield step, chain.round
    if chain.step < policy.last or (chain.step == policy.last and not again):
        yield policy.resort, chain.round
    if again and chain.step >= policy.last:
        yield policy.last, chain.round + 1
        yield policy.resort, chain.round + 1
    if again and chain.step >= 0:
        yield chain.step, chain.round + 1  # nobody else is there: rather them once more than nobody
