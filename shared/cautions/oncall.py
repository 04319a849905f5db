"""Cautions about on-call: a home that is not watched yet, a rota that nobody has set, what is over already. Pure.

Who can be reached is not known here: the door asks it of people.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from shared.cautions.caution import Caution
from shared.facts import Fact
from shared.instants import parse_instant
from shared.oncall import ROTA, OnCall

Ask: TypeAlias = Callable[[Fact, OnCall], Iterator[Caution]]

NOT_WATCHED: Final = (
    "this home does not count as watched until its policy names a last resort, who can always be reached"
)


def _policy(fact: Fact, known: OnCall) -> Iterator[Caution]:
    if fact.data.get("last_resort") is None:
        yield Caution("data.last_resort", None, NOT_WATCHED)
    for place, step in enumerate(fact.data["steps"]):
        for number, who in enumerate(step["who"]):
            name = who.removeprefix(ROTA)
            if who.startswith(ROTA) and name not in known.rotas:
                remedy = (
                    f"no rota {name} is set here: until it is (on_call.rota_set) this step tells nobody by it"
                )
                yield Caution(f"data.steps.{place}.who.{number}", who, remedy)


def _rota(fact: Fact, known: OnCall) -> Iterator[Caution]:
    if not (fact.data.get("entries") or fact.data.get("weekly")):
        yield Caution(
            "data.rota", fact.data["rota"], "nobody is on call by this rota: a step that asks it moves on"
        )


def _override(fact: Fact, known: OnCall) -> Iterator[Caution]:
    name, until = fact.data["rota"], fact.data["to"]
    if name not in known.rotas:
        yield Caution(
            "data.rota", name, "no rota of this name is set here: check it, or set it (on_call.rota_set)"
        )
    if parse_instant(until) <= fact.appended_at:
        yield Caution("data.to", until, "this is past: it changes nobody's duty")


OF_TYPE: Final[dict[str, tuple[Ask, ...]]] = {
    "on_call.policy_set.v1": (_policy,),
    "on_call.rota_set.v1": (_rota,),
    "on_call.override_set.v1": (_override,),
}
"""What is asked about each type, beside its own time."""
