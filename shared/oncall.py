"""What the door knows of a home's on-call, and what it asks of such facts beside the law. Pure.

A rota is known by its name, a silence until it is over. Who is on call, and what a silence holds back, is the pager's.
"""

from typing import Any, Final

from shared.acceptance import Refusal
from shared.alerting import SEVERITY
from shared.facts import Fact
from shared.home import Home
from shared.instants import DAY, Duration, Instant, parse_instant, show_duration, show_instant

NOBODYS_IDS: Final = ("on_duty", "home_phone", "commissioner")
"""What stands in a policy's step for whoever it is at that instant."""
ROTA: Final = "rota:"
LONGEST_QUIET: Final[Duration] = 28 * DAY
"""Of kinds that wake nobody: longer is rather a change of what is agreed than a silence."""


MOST_SILENCES: Final = 100
MOST_OVERRIDES: Final = 500
MOST_ROTAS: Final = 50
"""Of one home, that are not over: each of them is looked at before anybody is told of anything there. A rota is never
over: it is set anew under its name."""


class OnCall:
    """Of one home: the rotas that were ever set, the silences and the overrides that are not over."""

    __slots__ = ("overrides", "rotas", "silences")

    def __init__(
        self,
        rotas: list[str] | None = None,
        silences: dict[str, Instant] | None = None,
        overrides: list[Instant] | None = None,
    ) -> None:
        self.rotas = rotas or []
        self.silences = silences or {}
        """Until when, by id."""
        self.overrides = overrides or []
        """Until when."""

    def take(self, fact: Fact) -> None:
        """A fact of on-call stands."""
        data, now = fact.data, fact.appended_at
        self.silences = {id_: until for id_, until in self.silences.items() if until > now}
        self.overrides = [until for until in self.overrides if until > now]
        if fact.type == "on_call.rota_set.v1" and data["rota"] not in self.rotas:
            self.rotas.append(data["rota"])
        elif fact.type == "on_call.override_set.v1":
            self.overrides.append(parse_instant(data["to"]))
        elif fact.type == "silence.set.v1":
            self.silences[data["silence_id"]] = parse_instant(data["until"])
        elif fact.type == "silence.ended.v1":
            self.silences.pop(data["silence_id"], None)


def is_person(who: str) -> bool:
    """Whether an entry of a policy's step is a person's id."""
    return who not in NOBODYS_IDS and not who.startswith(ROTA)


def policy(fact: Fact, home: Home, known: OnCall | None) -> Refusal | None:
    """Each entry can mean somebody, and the last resort is one person."""
    for place, step in enumerate(fact.data["steps"]):
        for number, who in enumerate(step["who"]):
            if who.startswith(ROTA) and not who.removeprefix(ROTA).strip():
                return Refusal(
                    "no_rota_named",
                    f"data.steps.{place}.who.{number}",
                    who,
                    "name the rota, like rota:managers",
                    "a step that asks a rota says which",
                )
    last = fact.data.get("last_resort")
    if last is None or is_person(last):
        return None
    return Refusal(
        "last_resort_is_nobody",
        "data.last_resort",
        str(last),
        "name a person, by id, who can always be reached",
        "a last resort is one person: whoever is on duty or on call may be nobody",
    )


def rota(fact: Fact, home: Home, known: OnCall | None) -> Refusal | None:
    """There are not too many of them already."""
    name = fact.data["rota"]
    if known is None or name in known.rotas or len(known.rotas) < MOST_ROTAS:
        return None
    return Refusal(
        "too_many_rotas",
        "data.rota",
        str(name),
        "set one of those that there are, under its own name: it takes the place of what it was",
        f"a home has {MOST_ROTAS} rotas at the most",
    )


def override(fact: Fact, home: Home, known: OnCall | None) -> Refusal | None:
    """There are not too many of them already."""
    ends = [] if known is None else [each for each in known.overrides if each > fact.appended_at]
    if len(ends) < MOST_OVERRIDES:
        return None
    return Refusal(
        "too_many_overrides",
        "data.rota",
        str(fact.data["rota"]),
        f"change the rota itself (on_call.rota_set), or wait until {show_instant(min(ends))}, when one is over",
        f"a home has {MOST_OVERRIDES} overrides that are not over at the most",
    )


def silence(fact: Fact, home: Home, known: OnCall | None) -> Refusal | None:
    """It covers what can be covered, is not over before it begins, and there are not too many of them already."""
    return _covers(fact.data["covers"], home) or _lasts(fact) or _many(fact, known)


def _many(fact: Fact, known: OnCall | None) -> Refusal | None:
    id_ = fact.data["silence_id"]
    set_ = (
        {} if known is None else {i: until for i, until in known.silences.items() if until > fact.appended_at}
    )
    if id_ in set_ or len(set_) < MOST_SILENCES:
        return None
    return Refusal(
        "too_many_silences",
        "data.silence_id",
        str(id_),
        "end one that is not needed (silence.ended), or name more kinds in one",
        f"a home has {MOST_SILENCES} silences that are not over at the most",
    )


def silence_ended(fact: Fact, home: Home, known: OnCall | None) -> Refusal | None:
    """There is something to end."""
    id_ = fact.data["silence_id"]
    if known is None or known.silences.get(id_, 0) > fact.appended_at:
        return None
    return Refusal(
        "unknown_silence",
        "data.silence_id",
        str(id_),
        "check the id: one that is over, or was ended, needs no end",
        "no silence of this id is set in this home",
    )


def _covers(covers: dict[str, Any], home: Home) -> Refusal | None:
    for place, kind in enumerate(covers.get("kinds") or ()):
        if kind not in SEVERITY:
            return Refusal(
                "unknown_kind",
                f"data.covers.kinds.{place}",
                str(kind),
                f"write one of {', '.join(sorted(SEVERITY))}",
                "a silence covers kinds of alerts about homes and children",
            )
    id_ = covers.get("placement_id")
    placement = None if id_ is None else home.placements.get(id_)
    if id_ is None or (placement is not None and (placement.in_force or placement.promises)):
        return None
    return Refusal(
        "unknown_placement",
        "data.covers.placement_id",
        str(id_),
        "check the id; leave it out to cover the whole home",
        "no placement of this id is in force in this home",
    )


def _lasts(fact: Fact) -> Refusal | None:
    since, until = parse_instant(fact.data["from"]), parse_instant(fact.data["until"])
    if until <= fact.appended_at:
        return Refusal(
            "silence_over",
            "data.until",
            str(fact.data["until"]),
            f"state a time after {show_instant(fact.appended_at)}",
            "this silence was over before it was set",
        )
    if until - since <= LONGEST_QUIET:
        return None
    return Refusal(
        "silence_too_long",
        "data.until",
        str(fact.data["until"]),
        f"at the latest {show_instant(since + LONGEST_QUIET)}; set it again then, if it is still wanted",
        f"a silence is {show_duration(LONGEST_QUIET)} at the longest",
    )
