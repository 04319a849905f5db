"""The night as the facts' own times show it (DOMAIN.md §4, "Gaps": `unreported`), told again from the first fact on,
every time that it is asked.
"""

from collections.abc import Iterator

from tests.oracle.cover.asked import Asked
from tests.oracle.cover.duty import Duty, Place, is_retrospective, proof_moment, proves
from tests.oracle.records import Told

Asking = list[tuple[int, Asked]]
"""What was asked for, as it stood on the log's clock: from each instant to the next."""


def was_there(known: list[Told], asking: Asking, place: Place, since: int, now: int) -> bool:
    """Whether all of [since, now) shows evidenced ≥ required."""
    return all(
        duty.evidenced(place, at, asked.every) >= asked.required(place)
        for at, duty, asked in _night(known, asking, since, now)
    )


def _night(known: list[Told], asking: Asking, since: int, now: int) -> Iterator[tuple[int, Duty, Asked]]:
    """Every instant of [since, now) at which anything may differ, with who was on duty and what was asked for."""
    everies = {asked.every for _, asked in asking}
    points = {since, *(at for at, _ in asking)}
    for fact in known:
        proof = proof_moment(fact)
        points |= {own_time(fact), proof, *(proof + every for every in everies)}
    told = sorted(known, key=lambda fact: (own_time(fact), fact.order))
    duty = Duty()
    for at in sorted(point for point in points if since <= point < now):
        while told and own_time(told[0]) <= at:
            fact = told.pop(0)
            duty.act(fact, own_time(fact))
        for fact in known:
            if proves(fact) and proof_moment(fact) <= at:
                duty.prove(fact.actor, proof_moment(fact))
        yield at, duty, [asked for begins, asked in asking if begins <= at][-1]


def own_time(fact: Told) -> int:
    """ "A retrospective fact counting only from its `appended_at`." """
    return fact.effective if is_retrospective(fact) else fact.time
