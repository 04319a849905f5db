"""Alerts of severity notify: one message by day, to somebody of the policy by name; once more when reopened.

They have no chain: "message between 08:00 and 20:00 local". Where it fails on every channel, the next who is named.
"""

from collections.abc import Iterator
from dataclasses import replace

from services.pager.chain.hours import opens
from services.pager.chain.parts import ADMINS, Case, Decision, Reason, Step, runs_out, tells, waits
from services.pager.chain.policy import POSTS, Policy, policy_of
from shared.instants import HOUR


def notified(case: Case) -> Decision:
    """The one message of an alert that wakes nobody."""
    chain = case.chain
    if case.quiet:
        return waits(case.having(quiet=True), Reason.QUIET, runs_out(case.alert))
    if chain.step >= 0 and not chain.quiet and not chain.failed:
        return waits(case, Reason.TOLD)
    allowed = opens(case.home.zone, case.now)
    if case.now < allowed:
        return waits(case, Reason.NIGHT, allowed)
    return _told(case)


def _told(case: Case) -> Decision:
    chain, policy = case.chain, policy_of(case.alert, case.home)
    reason, after, round_ = Reason.BEGINS, -1, chain.round
    if chain.quiet:
        reason, round_ = Reason.REOPENED, chain.round + 1
    elif chain.failed:
        reason, after = Reason.FAILED, chain.step
    for index, step in _named(policy):
        if index > after and (persons := case.people(step.who, case.now)):
            begun = replace(chain, step=index, round=round_, quiet=False)
            return replace(tells(case, begun, reason, "notify", step, persons), look_again=case.now + HOUR)
    if reason is Reason.FAILED:  # everybody was tried; the lanes go on trying
        return waits(case.having(failed=False), Reason.TOLD)
    return waits(case, Reason.NOBODY, case.now + HOUR)


def _named(policy: Policy) -> Iterator[tuple[int, Step]]:
    """The rotas and persons of each step, in order, then the last resort."""
    for index, step in enumerate(policy.steps[:-1]):
        names = tuple(who for who in step.who if who not in POSTS and who != ADMINS)
        if names:
            yield index, replace(step, who=names)
    yield policy.resort, policy.steps[policy.resort]
