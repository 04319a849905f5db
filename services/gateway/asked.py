"""What is asked at the door only, because it needs people: whether the one who speaks may speak of that home,
whether an approver is one, whether an answer is the answerer's own (DOMAIN.md §3, "Asked at the door only").

Pure: who is known comes in, a Problem or None goes out. Whether a fact may stand in its home is `acceptance`.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from services.gateway.families import APPROVERS, APPROVING
from services.gateway.speaker import Voice
from shared.events.errors import FieldError
from shared.facts import Fact
from shared.security.people import Person
from shared.security.rights import HomeLike, HomeRef, Right
from shared.web.problems import Problem, forbidden, invalid

ONLY_BY_ORDER: Final = frozenset({"home.registered.v1", "placement.started.v1", "disposition.started.v1"})
"""Types of which `may_say_now` has more to ask than `may_say` had, however well the home was known."""


class Whereabouts(Protocol):
    """What the door knows of homes and placements, as of the moment at which it is asked."""

    def home_now(self, home_id: str) -> HomeRef | None: ...
    def commissioner_now(self, home_id: str, placement_id: str) -> str | None: ...
    def elsewhere(self, placement_id: str, home_id: str) -> HomeRef | None: ...
    def too_long_unapproved(self, fact: Fact) -> bool: ...


class Said(NamedTuple):
    """A fact, in whose name it is said, and the people it names, as they are known."""

    fact: Fact
    voice: Voice
    needed: Right
    actor: Person | None
    """Of a system's fact: the person it names."""
    approver_id: str | None
    approver: Person | None
    shown: bool = False
    """Of an answer to an alert: whether a commissioner who gives it is shown the alert."""


def approver_of(event: Mapping[str, Any]) -> str | None:
    """Whom an event names as its approver."""
    path = APPROVERS.get(event["type"])
    if path is None:
        return None
    value: Any = event["data"]
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def own_words(event: Mapping[str, Any]) -> Problem | None:
    """An answer is given by the one who gives it; an accepted handover is recorded by the one who takes
    over."""
    data, actor = event["data"], event["actor"]
    if event["type"] == "response.given.v1" and data["by"] != actor:
        return invalid([FieldError("data.by", data["by"], f"write who answers: {actor}")])
    if event["type"] == "cover.handed_over.v1" and data["accepted"] and data["to_staff_id"] != actor:
        remedy = "let the one who takes over record it, signed in as themselves"
        return invalid([FieldError("data.to_staff_id", data["to_staff_id"], remedy)])
    return None


def may_say(said: Said, homes: Whereabouts) -> Problem | None:
    """Whether the one who speaks may say that, of that home and child. Nobody speaks for another's home."""
    fact = said.fact
    home = homes.home_now(fact.home_id)
    if fact.type == "home.registered.v1":
        wrong = _registers(said, home)
        home = home or HomeRef(fact.home_id, fact.data["provider_id"])
    else:
        wrong = None
    commissioner_id = _placed_by(said, homes)
    known = home or HomeRef(fact.home_id, "")
    if not (said.voice.speaks.may(said.needed, known, commissioner_id) or (said.shown and home is not None)):
        return _unknown(fact) if home is None else _not_theirs(fact)
    return wrong or _names_its_own(said, known) or _approved(said, known, commissioner_id)


def _placed_by(said: Said, homes: Whereabouts) -> str | None:
    """Who placed the child. Looked up only where the answer can change with it: for a commissioner, or an approver."""
    fact = said.fact
    if fact.type == "placement.started.v1":
        return str(fact.data["commissioner_id"])
    if said.voice.speaks.scope.commissioner_id is None and said.approver_id is None:
        return None
    placement_id = fact.data.get("placement_id")
    return homes.commissioner_now(fact.home_id, placement_id) if placement_id else None


def may_say_now(said: Said, homes: Whereabouts) -> Problem | None:
    """What can only be told in the order of the log: with everything before it, in the same batch too."""
    return may_say(said, homes) or _absence(said, homes) or _start(said, homes)


def _registers(said: Said, home: HomeLike | None) -> Problem | None:
    provider_id = said.fact.data["provider_id"]
    if home is None or home.provider_id == provider_id or said.voice.speaks.scope.everywhere:
        return None
    remedy = f"write {home.provider_id}; only whoever runs the installation hands a home over"
    return forbidden("this home is another provider's", [FieldError("data.provider_id", provider_id, remedy)])


def _not_theirs(fact: Fact) -> Problem:
    remedy = "send it with a token of that home's provider, or of the child's commissioner"
    return forbidden("nobody speaks for another's home", [FieldError("homeid", fact.home_id, remedy)])


def _unknown(fact: Fact) -> Problem:
    remedy = "register the home first (home.registered)"
    return invalid([FieldError("homeid", fact.home_id, remedy)], "the home is not registered")


def _names_its_own(said: Said, home: HomeLike) -> Problem | None:
    """A provider's system may name as `actor` any of its people of that home."""
    if said.voice.actor_id is not None or said.fact.type == "home.registered.v1":
        return None
    if said.actor is not None and _of_that_home(said.actor, said.voice, home):
        return None
    remedy = "name one of that home's people, by id (PUT /api/v1/people/{id} adds one)"
    return forbidden(
        "the actor is not one of that home's people", [FieldError("actor", said.fact.actor, remedy)]
    )


def _of_that_home(person: Person, who: Voice, home: HomeLike) -> bool:
    if who.speaks.scope.commissioner_id is not None:  # a commissioner's system speaks for its own officers
        return person.active and person.scope.commissioner_id == who.speaks.scope.commissioner_id
    return person.belongs_to(home)


def _approved(said: Said, home: HomeLike, commissioner_id: str | None) -> Problem | None:
    """An approver is a known person with the right to approve for that home, and not the actor."""
    if said.approver_id is None:
        return None
    field = "data." + ".".join(APPROVERS[said.fact.type])
    if said.approver_id == said.fact.actor:
        return invalid(
            [FieldError(field, said.approver_id, "name somebody else than the one who records it")]
        )
    rights = APPROVING.get(said.fact.type, (Right.APPROVE,))
    if said.approver is not None and any(said.approver.may(each, home, commissioner_id) for each in rights):
        return None
    remedy = f"name a person with the right to {' or '.join(rights)} for this home, by id"
    return invalid([FieldError(field, said.approver_id, remedy)])


def _absence(said: Said, homes: Whereabouts) -> Problem | None:
    """`record` goes as far as absences within the limits; beyond them it takes `manage`."""
    if said.fact.type != "disposition.started.v1" or Right.MANAGE in said.voice.speaks.rights:
        return None
    if said.approver_id is None or not homes.too_long_unapproved(said.fact):
        return None
    remedy = "state an earlier end, or let somebody with the right to manage record it"
    end = FieldError("data.expected_end", said.fact.data["expected_end"], remedy)
    return forbidden("an absence beyond the limits needs the right to manage", [end])


def _start(said: Said, homes: Whereabouts) -> Problem | None:
    """A child's start elsewhere needs rights over both homes, or an end on record (DOMAIN.md §2)."""
    fact = said.fact
    if fact.type != "placement.started.v1":
        return None
    other = homes.elsewhere(fact.data["placement_id"], fact.home_id)
    if other is None:
        return None
    now_placed_by = homes.commissioner_now(other.id, fact.data["placement_id"])
    if said.voice.speaks.may(said.needed, other, now_placed_by):
        return None
    remedy = "let the home where the child lives now record the end (placement.ended) first"
    return forbidden(
        "this placement is in force in another home",
        [FieldError("data.placement_id", fact.data["placement_id"], remedy)],
    )
