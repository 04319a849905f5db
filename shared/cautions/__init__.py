"""What is taken, but worth a second look: cautions to whoever sends a fact, as pure functions of (fact, homes).

Nobody is ever taught not to record (DOMAIN.md §3). What may be meant is taken, and its answer says what it will do and
what it will not. A caution refuses nothing, changes nothing and is kept nowhere; what may not stand is
`shared.acceptance` and `shared.courtesy`. `cover` has those about who is on duty, `dates` those about dates, `oncall`
those about who is told.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

from shared.cautions import cover, dates, oncall
from shared.cautions.caution import Caution
from shared.facts import Fact
from shared.home import Home, Homes
from shared.oncall import OnCall

__all__ = ["AT_MOST", "Caution", "cautions", "may_caution"]

AT_MOST: Final = 20
"""Cautions of one fact."""

_OF_TYPE: Final = {**cover.OF_TYPE, **dates.OF_TYPE}


def may_caution(type_: str) -> bool:
    """Whether there are cautions about facts of that type at all. Of checks there are none."""
    return type_ in _OF_TYPE or type_ in oncall.OF_TYPE


def cautions(fact: Fact, homes: Homes, on_call: OnCall | None = None) -> list[Caution]:
    """What the sender of a fact that is taken should look at, with the homes as they stood before it. `on_call`: what
    is known of the home's; None: nothing."""
    home = homes.homes.get(fact.home_id)
    if home is None or not home.registered:
        return []
    return list(islice(_all(fact, home, on_call or OnCall()), AT_MOST))


def _all(fact: Fact, home: Home, on_call: OnCall) -> Iterator[Caution]:
    return chain(
        dates.own_time(fact),
        *(ask(fact, home) for ask in _OF_TYPE.get(fact.type, ())),
        *(ask(fact, on_call) for ask in oncall.OF_TYPE.get(fact.type, ())),
    )
