"""What those who were paged are told later: that somebody has it, or that it is over."""

from collections.abc import Iterable
from dataclasses import replace

from services.pager.chain.parts import Chain, Queued
from services.pager.chain.verdict import state_of
from services.pager.desk import DeskAlert


def updates(alert: DeskAlert, chain: Chain, told: Iterable[str]) -> tuple[tuple[Queued, ...], Chain]:
    """One message for each of `told` (who got a page of it), but for the one who has it himself; and the chain after.
    Reopened, it is told by the chain. Resolved, each is told who was ever told, though his page came late: asked again
    it gives the same messages, and those who have theirs have it by its key."""
    state = state_of(alert)
    shown = chain.shown or "raised"
    if state == shown and alert.state != "resolved":
        return (), chain
    if alert.state == "raised":
        return (), replace(chain, shown=state)
    has_it = alert.acknowledged_by if alert.state == "acknowledged" else None
    number = chain.updates if state == shown else chain.updates + 1
    queue = tuple(
        Queued(max(chain.step, 0), number, person, "update", state)
        for person in dict.fromkeys(told)
        if person != has_it
    )
    return queue, replace(chain, shown=state, updates=number)
