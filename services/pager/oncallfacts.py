"""What facts of on-call do to a home, each when its time has come: policies, rotas, overrides, silences. Pure.

Each is read once as it will be read later, when pages are sent: what cannot be read costs this home alone, here, and
stops nobody's chain.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from services.pager.home import PagerHome, followed
from services.pager.oncall.coverage import rotas_named
from services.pager.oncall.duties import duties, duty
from shared.facts import Fact
from shared.instants import DAY, Instant, parse_duration, parse_instant


def enact(home: PagerHome, fact: Fact, at: Instant) -> None:
    """The home after `fact`, which takes effect at `at`."""
    ENACTED[fact.type](home, fact, at)
    home.forget_ended(at)


def _policy(home: PagerHome, fact: Fact, at: Instant) -> None:
    rotas_named(fact.data)
    for length in (fact.data["repeat_last_every"], *(step["after"] for step in fact.data["steps"])):
        parse_duration(length)
    home.policies = followed(home.policies, at, fact.data)


def _rota(home: PagerHome, fact: Fact, at: Instant) -> None:
    name = fact.data["rota"]
    for _ in duties(fact.data, home.zone or "UTC", at, at + DAY):
        pass
    home.rotas = {**home.rotas, name: followed(home.rotas.get(name, ()), at, fact.data)}


def _override(home: PagerHome, fact: Fact, at: Instant) -> None:
    duty(fact.data)
    home.overrides = (*home.overrides, fact.data)


def _silence(home: PagerHome, fact: Fact, at: Instant) -> None:
    """Told anew, it is as told last."""
    for instant in (fact.data["from"], fact.data["until"]):
        parse_instant(instant)
    dict(fact.data["covers"])
    others = (each for each in home.silences if each["silence_id"] != fact.data["silence_id"])
    home.silences = (*others, {**fact.data, "author": fact.actor})


def _silence_ended(home: PagerHome, fact: Fact, at: Instant) -> None:
    """One that is promised is promised no more."""
    ended = fact.data["silence_id"]
    home.silences = tuple(each for each in home.silences if each["silence_id"] != ended)
    home.promises = tuple(each for each in home.promises if not _sets(each.fact.type, each.fact.data, ended))


def _sets(type_: str, data: Mapping[str, Any], silence_id: str) -> bool:
    return type_ == "silence.set.v1" and data["silence_id"] == silence_id


ENACTED: Final[dict[str, Callable[[PagerHome, Fact, Instant], None]]] = {
    "on_call.policy_set.v1": _policy,
    "on_call.rota_set.v1": _rota,
    "on_call.override_set.v1": _override,
    "silence.set.v1": _silence,
    "silence.ended.v1": _silence_ended,
}
"""What each of them does when its time has come."""
