"""The people whom facts of on-call name: whether they are known, and whether they can be reached. Asked at the door
only, because it needs `people`; who is on call, and who is told, is the pager's.

Pure but for `find`, which looks somebody up. Whoever is named in a rota must be known. A policy with somebody unknown
is taken, with a caution: people may be written down after it. What looks like a slip of a word is refused.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias

from shared.cautions import AT_MOST, Caution
from shared.events.errors import FieldError, Invalid
from shared.oncall import NOBODYS_IDS, ROTA, is_person
from shared.security.people import Person

Find: TypeAlias = Callable[[str], Person | None]
Named: TypeAlias = Iterator[tuple[str, str]]
"""A field, and the id that it names."""

ON_CALL: Final = frozenset({"on_call.policy_set.v1", "on_call.rota_set.v1", "on_call.override_set.v1"})
_WORDS: Final = (*NOBODYS_IDS, ROTA)


def people_of(event: Mapping[str, Any], find: Find) -> list[Caution]:
    """Whom an event of on-call names and nobody can reach. Raises Invalid where it names somebody who must be known and
    is not."""
    known: dict[str, Person | None] = {}

    def look(person_id: str) -> Person | None:
        if person_id not in known:
            known[person_id] = find(person_id)
        return known[person_id]

    if event["type"] == "on_call.policy_set.v1":
        slips = list(islice(_slips(event["data"], look), AT_MOST))
        named = _policy(event["data"], event["homeid"])
    else:
        slips = list(islice(_unknown(event["data"], look), AT_MOST))
        named = _rota(event["data"])
    if slips:
        raise Invalid(slips)
    return list(islice(_unreached(named, look), AT_MOST))


def _rota(data: Mapping[str, Any]) -> Named:
    if "person_id" in data:
        yield "data.person_id", data["person_id"]
    for part in ("entries", "weekly"):
        for place, entry in enumerate(data.get(part) or ()):
            yield f"data.{part}.{place}.person_id", entry["person_id"]


def _policy(data: Mapping[str, Any], home_id: str) -> Named:
    for field, who in _asked(data):
        if is_person(who):
            yield field, who
        elif who == "home_phone":
            yield field, f"home:{home_id}"
    if data.get("last_resort") is not None:
        yield "data.last_resort", data["last_resort"]


def _asked(data: Mapping[str, Any]) -> Named:
    for place, step in enumerate(data["steps"]):
        for number, who in enumerate(step["who"]):
            yield f"data.steps.{place}.who.{number}", who


def _unknown(data: Mapping[str, Any], find: Find) -> Iterator[FieldError]:
    for field, id_ in _rota(data):
        person = find(id_)
        if person is None or not person.active:
            remedy = "name a person who is known here and active (PUT /api/v1/people/{id} adds one)"
            yield FieldError(field, id_, remedy)


def _slips(data: Mapping[str, Any], find: Find) -> Iterator[FieldError]:
    for field, who in _asked(data):
        near = difflib.get_close_matches(who, _WORDS, n=1, cutoff=0.75) if is_person(who) else []
        if near and find(who) is None:
            yield FieldError(field, who, f"did you mean {near[0]}? Nobody of this id is known")


def _unreached(named: Named, find: Find) -> Iterator[Caution]:
    for field, id_ in named:
        person = find(id_)
        if person is None or not person.active:
            remedy = (
                f"nobody {id_} is known and active: until then nobody is told here (PUT /api/v1/people/{id_})"
            )
        elif not person.reach:
            remedy = f"{id_} has no way of being reached: state one in `reach` (PUT /api/v1/people/{id_})"
        else:
            continue
        yield Caution(field, id_, remedy)
