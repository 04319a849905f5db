"""Who may do what, where: rights, scopes, actors, and the one predicate of what a reader may see.

Pure: no tables, no tokens, no HTTP. Page, feed, stream and message all ask `visible` (in Python) or
`scope_clause` (the same question, as SQL), so that what one reader may not see is left out everywhere alike
(ARCHITECTURE.md, "Doors").
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, true


class Right(StrEnum):
    """What a person or a token may do."""

    RECORD = "record"
    """Checks, corrections, cover, concerns, triggers, absences within the limits."""
    MANAGE = "manage"
    """The rest of plan-changes, on-call, people and devices of the homes concerned."""
    APPROVE = "approve"
    """To be named as the approver of what lowers protection."""
    RESPOND = "respond"
    """To acknowledge, decide and decline."""
    READ = "read"
    ADMIN = "admin"
    """To run the installation: what is no home's and no child's."""


ON_A_DEVICE = frozenset({Right.RECORD, Right.RESPOND, Right.READ})
"""All that a worker's session on a home's device can ever hold: a device never has `manage`."""


_BY_NAME: dict[str, Right] = {right.value: right for right in Right}


def rights_of(names: Iterable[str]) -> frozenset[Right]:
    """Rights by their names. Raises ValueError naming an unknown one and those there are."""
    names = frozenset(names)
    unknown = sorted(names - _BY_NAME.keys())
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a right; there are {', '.join(Right)}")
    return frozenset(_BY_NAME[name] for name in names)


class HomeLike(Protocol):
    """What the predicate needs of a home."""

    @property
    def id(self) -> str: ...
    @property
    def provider_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class HomeRef:
    """A home by its ids alone."""

    id: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which homes or children: a provider's homes (all, or those named), a commissioner's children, named
    homes, or everything. One that names nothing reaches nothing."""

    provider_id: str | None = None
    commissioner_id: str | None = None
    homes: frozenset[str] | None = None
    """None: not limited to named homes."""
    everywhere: bool = False

    def __post_init__(self) -> None:
        if self.provider_id is not None and self.commissioner_id is not None:
            raise ValueError(
                "a scope is a provider's or a commissioner's, not both: leave one of the two out"
            )

    def reaches(self, home: HomeLike, commissioner_id: str | None = None) -> bool:
        """Whether the home (or the child there, placed by `commissioner_id`) lies within."""
        if self.everywhere:
            return True
        if self.homes is not None and home.id not in self.homes:
            return False
        if self.provider_id is not None:
            return home.provider_id == self.provider_id
        if self.commissioner_id is not None:
            return commissioner_id == self.commissioner_id
        return self.homes is not None

    def within(self, other: "Scope") -> bool:
        """Whether all that this one reaches, `other` reaches too: nobody hands on more than he holds."""
        if other.everywhere or self.everywhere:
            return other.everywhere
        if other.homes is not None and (self.homes is None or not self.homes <= other.homes):
            return False
        if other.provider_id is not None:
            return self.provider_id == other.provider_id
        if other.commissioner_id is not None:
            return self.commissioner_id == other.commissioner_id
        return other.homes is not None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: the holder of a token that was good when it was looked at."""

    kind: str
    """`device`, `worker`, `system` or `person` (shared.security.tokens)."""
    id: str
    """The device's, the worker's, the system's or the person's id; never a name."""
    rights: frozenset[Right]
    scope: Scope
    token_id: str = ""
    device_id: str | None = None
    """The device on which a worker signed in."""

    def may(self, right: Right, home: HomeLike, commissioner_id: str | None = None) -> bool:
        """Whether the actor holds `right` for that home, or for a child there."""
        return right in self.rights and self.scope.reaches(home, commissioner_id)

    @property
    def home_id(self) -> str | None:
        """The one home of a device or of a worker on it."""
        homes = self.scope.homes
        return next(iter(homes)) if homes is not None and len(homes) == 1 else None


def visible(
    actor: Actor, home: HomeLike, commissioner_id: str | None, *, their_homes: Collection[str] = ()
) -> bool:
    """Whether `actor` may see something of that home: of a child placed by `commissioner_id`, or (None) of
    the home as a whole.

    A commissioner sees its own children, and what concerns the whole of a home only where `their_homes`
    says that a child of theirs lives there. Nobody without `read` sees anything.
    """
    if Right.READ not in actor.rights:
        return False
    if actor.scope.reaches(home, commissioner_id):
        return True
    return commissioner_id is None and actor.scope.commissioner_id is not None and home.id in their_homes


def scope_clause(
    actor: Actor, table: FromClause, *, their_homes: Collection[str] = ()
) -> ColumnElement[bool]:
    """`visible` as a where-clause over the columns `provider_id`, `home_id` and `commissioner_id` (null where
    the row is of the home as a whole)."""
    columns: Any = table.c
    scope = actor.scope
    if Right.READ not in actor.rights:
        return false()
    if scope.everywhere:
        return true()
    named = true() if scope.homes is None else columns.home_id.in_(sorted(scope.homes))
    if scope.provider_id is not None:
        return and_(named, columns.provider_id == scope.provider_id)
    if scope.commissioner_id is not None:
        own = and_(named, columns.commissioner_id == scope.commissioner_id)
        whole = and_(columns.commissioner_id.is_(None), columns.home_id.in_(sorted(their_homes)))
        return or_(own, whole)
    return named if scope.homes is not None else false()
