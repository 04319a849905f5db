"""Cases generated from the OpenAPI document by schemathesis, right ones and wrong ones, for every operation; and
variations of them. What comes of them is not judged here.

Generating a deep body takes a twentieth of a second, sending it a thousandth: so each case is generated once and sent
several times, each time varied by what the others hold (its ids are told of homes that exist, parts are left out or
swapped with parts of other cases), by another caller.
"""

import contextlib
import copy
import math
import multiprocessing
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

MODES: Final = ("positive", "negative")


class Case(NamedTuple):
    """One request as it was generated."""

    operation: int
    """Which one of the document, in the order in which schemathesis walks it."""
    method: str
    template: str
    path: dict[str, Any]
    query: dict[str, Any]
    headers: dict[str, str]
    body: Any
    """None where there is none."""


def generated(document: dict[str, Any], each: int, seed: int, processes: int = 2) -> list[Case]:
    """`each` right and `each` wrong cases an operation, or as many as there are."""
    jobs = [(document, each, seed, number, processes) for number in range(processes)]
    if processes == 1:
        return _share(jobs[0])
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return [case for share in pool.map(_share, jobs) for case in share]


_DRAWN: Final = {
    "date-time": r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
    "date": r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
    "duration": r"^PT[1-9][0-9]{0,2}M$",
}


def _share(job: tuple[dict[str, Any], int, int, int, int]) -> list[Case]:
    import schemathesis
    from schemathesis import GenerationMode

    document, each, seed, number, processes = job
    document = copy.deepcopy(document)
    _quick_to_draw(document)
    operations = [_ok(found) for found in schemathesis.openapi.from_dict(document).get_all_operations()]
    made: list[Case] = []
    for index, operation in enumerate(operations):
        if index % processes == number:
            for mode in MODES:
                strategy = operation.as_strategy(generation_mode=GenerationMode(mode))
                drawn = _drawn(strategy, each, seed + index)
                made += [_case(index, operation, one) for one in drawn]
    return made


def _quick_to_draw(part: Any) -> None:
    """Where a pattern says more than a format, draw by the pattern alone: both together are drawn by throwing away.
    What no generator knows to be too long or too early is drawn from what is not."""
    if isinstance(part, dict):
        if part.get("format") in _DRAWN:
            part["pattern"] = _DRAWN[part["format"]]
        if "pattern" in part:
            part.pop("format", None)
        for value in part.values():
            _quick_to_draw(value)
    elif isinstance(part, list):
        for value in part:
            _quick_to_draw(value)


def _ok(found: Any) -> Any:
    """The operation. Raises where schemathesis cannot read the document."""
    return found.ok()


def _drawn(strategy: Any, each: int, seed: int) -> list[Any]:
    import hypothesis
    from hypothesis import HealthCheck, Phase

    drawn: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=each,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def draw(one: Any) -> None:
        drawn.append(one)

    with contextlib.suppress(hypothesis.errors.Unsatisfiable):  # nothing in it can be wrong
        draw()
    return drawn


def _case(index: int, operation: Any, drawn: Any) -> Case:
    from schemathesis.core import NotSet

    body = None if isinstance(drawn.body, NotSet) else drawn.body
    headers = {str(name): str(value) for name, value in drawn.headers.items()}
    query = {str(name): value for name, value in drawn.query.items()}
    return Case(
        index, operation.method.upper(), operation.path, dict(drawn.path_parameters), query, headers, body
    )


# -- variations --------------------------------------------------------------------------------------------------

NASTY: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 2**63, 10**30, 1.5, math.nan, "", " ", "\x00", "\ud800", "é" * 300, "a" * 70_000, [], {},
    "2026-02-30T00:00:00Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "0001-01-01", "9999-12-31",
    "P999999D", "25:00", "Europe/Nowhere", "../..", [[[[[]]]]], {"sealed": "AAAA", "key": "x"},
)  # fmt: skip


class Variations:
    """Varies cases: reproducibly, by a seed."""

    def __init__(
        self, cases: list[Case], places: Sequence[Mapping[str, str]], seed: int, now: Iterator[str]
    ) -> None:
        """`places`: for a child and its home, by the name of a field, ids that exist; `now`: instants of the moment."""
        self._draw = random.Random(seed)
        self._places = places
        self._known: Mapping[str, str] = places[0]
        self._says: Mapping[str, str | None] = {}
        self._now = now
        self._parts = [part for case in cases for part in _leaves(case.body)][:50_000] or [None]
        self._ids: list[str] = [str(uuid.UUID(int=number)) for number in range(8)]

    def vary(self, case: Case, says: Mapping[str, str | None]) -> Case:
        """The case, told of what exists more often than not, and changed in a place now and then. `says`: what its
        caller says of itself in a fact; None: leaves out."""
        body = copy.deepcopy(case.body)
        self._known = self._draw.choice(self._places)
        self._says = says
        if self._draw.random() < 0.8:
            body = self._told(body)
        if self._draw.random() < 0.3:
            body = self._changed(body)
        path = {name: self._id(name, value) for name, value in case.path.items()}
        query = {name: self._id(name, value) for name, value in case.query.items()}
        if self._draw.random() < 0.1 and query:
            query[self._draw.choice(sorted(query))] = self._draw.choice(NASTY)
        return case._replace(body=body, path=path, query=query)

    def _id(self, name: str, value: Any) -> Any:
        if name == "event_id" and self._draw.random() < 0.9:
            often = self._draw.random() < 0.1
            return self._draw.choice(self._ids) if often else str(uuid.UUID(int=self._draw.getrandbits(128)))
        known = self._known.get(name)
        return known if known is not None and self._draw.random() < 0.9 else value

    def _told(self, part: Any, name: str = "") -> Any:
        if isinstance(part, dict):
            told = {key: self._told(value, key) for key, value in part.items()}
            return self._said(told) if "enteredat" in part else told
        if isinstance(part, list):
            return [self._told(value, name) for value in part[:20]]
        if name in ("time", "enteredat") and self._draw.random() < 0.8:
            return next(self._now)
        if name == "id":
            return self._id("event_id", part)
        return self._id(name, part)

    def _said(self, fact: dict[str, Any]) -> dict[str, Any]:
        """A fact by whom and of where it may be said: generated, they are seldom there, and seldom both."""
        about = "placement_id" if "placement_id" in str(fact.get("data")) else "home_id"
        own = {"homeid": self._known["homeid"], "actor": self._known["actor"], "subject": self._known[about]}
        said = {**fact, **{key: value for key, value in own.items() if self._draw.random() < 0.95}}
        if self._draw.random() < 0.95:
            said |= self._says
        return {key: value for key, value in said.items() if value is not None}

    def _changed(self, body: Any) -> Any:
        places = list(_places(body))
        if not places:
            return self._draw.choice(NASTY)
        holder, key = self._draw.choice(places)
        how = self._draw.random()
        if how < 0.3:
            del holder[key]
        elif how < 0.65:
            holder[key] = self._draw.choice(NASTY)
        else:
            holder[key] = copy.deepcopy(self._draw.choice(self._parts))
        return body


def _leaves(part: Any) -> Iterator[Any]:
    if isinstance(part, dict | list):
        for value in part.values() if isinstance(part, dict) else part:
            yield value
            yield from _leaves(value)


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(part, dict | list):
        for key in list(part) if isinstance(part, dict) else range(len(part)):
            yield part, key
            yield from _places(part[key])
