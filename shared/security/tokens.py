"""Tokens: what is carried in `Authorization: Bearer`, how one is issued, found, and ended.

Only hashes are kept; a secret is given out once, by whoever issued it, and is in no log line. Kinds:

- `device`: a phone or tablet of one home, enrolled by a one-time code; alone it records nothing
- `worker`: somebody signed in on a device, for 14 h; the phone stores it with each fact that it queues
- `system`: a provider's or commissioner's software
- `person`: somebody at a screen (a manager, a commissioner's officer, whoever runs the installation)

Lookups are remembered for two seconds, and a token that is ended here is ended at once in this process.
"""

import secrets as random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from shared import clock
from shared.instants import DAY, HOUR, MINUTE, Duration, Instant
from shared.security.memory import Memory
from shared.security.people import scope_of
from shared.security.rights import ON_A_DEVICE, Actor, Right, Scope, rights_of
from shared.security.secrets import new_token, token_hash
from shared.security.tables import TOKENS
from shared.store.engine import writing

WORKER_SESSION: Duration = 14 * HOUR
"""A long night and a handover on either side."""
DEVICE_LIFE: Duration = 2 * 365 * DAY
QUEUED_AT_MOST: Duration = 35 * DAY
"""How long after its end a worker's token still vouches for facts that were entered under it."""
CLOCK_SLACK: Duration = 2 * MINUTE
"""By how much a phone's clock may be off against the door's when `entered_at` is compared with a session."""


class Kind(StrEnum):
    DEVICE = "device"
    WORKER = "worker"
    SYSTEM = "system"
    PERSON = "person"


class Standing(StrEnum):
    """What a token is worth at an instant."""

    GOOD = "good"
    NOT_YET = "not yet valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret."""

    id: str
    kind: Kind
    actor: Actor
    valid_from: Instant
    valid_until: Instant
    revoked_at: Instant | None = None
    device_token_id: str | None = None
    """Of a worker's: the device's own token; when that is ended, so is this one."""

    def standing(self, at: Instant) -> Standing:
        """What it is worth at `at`: revoked from `revoked_at` on, valid from its first instant to before its
        last."""
        if self.revoked_at is not None and at >= self.revoked_at:
            return Standing.REVOKED
        if at < self.valid_from:
            return Standing.NOT_YET
        return Standing.GOOD if at < self.valid_until else Standing.EXPIRED

    def vouches_for(self, entered_at: Instant, now: Instant) -> Standing:
        """Whether a worker's token was good when a fact was entered, though it may have ended since
        ("`actor` is the worker of that token, valid at `entered_at`, not at arrival")."""
        last = self.valid_until if self.revoked_at is None else min(self.valid_until, self.revoked_at)
        if now >= last + QUEUED_AT_MOST:
            return Standing.EXPIRED
        if entered_at < self.valid_from - CLOCK_SLACK:
            return Standing.NOT_YET
        if entered_at < last + CLOCK_SLACK:
            return Standing.GOOD
        return Standing.EXPIRED if last == self.valid_until else Standing.REVOKED


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token and its secret, which nobody can read again. `repr` leaves it out."""

    token: Token
    secret: str

    def __repr__(self) -> str:
        return f"Issued({self.token.kind} {self.token.id})"


class Tokens:
    """The `tokens` table, and a bounded memory of what was looked up. Safe for use from several threads."""

    def __init__(self, engine: Engine, monotonic: Callable[[], Duration] = clock.monotonic) -> None:
        self._engine = engine
        self._memory: Memory[Token] = Memory(monotonic)

    def remembered(self, secret: str) -> Token | None:
        """The token, if it was looked up a moment ago: no disk, so that an event loop may ask."""
        return self._memory.get(token_hash(secret))

    def find(self, secret: str) -> Token | None:
        """The token of that secret, whatever it is worth now; None if there is none. May read the disk."""
        key = token_hash(secret)
        return self._memory.get(key) or self._memory.look_up(key, lambda: self._read(key))

    def issue_device(self, device_id: str, home_id: str, at: Instant) -> Issued:
        """A device's token, for one home."""
        scope = Scope(homes=frozenset({home_id}))
        return self._issue(
            Kind.DEVICE, device_id, frozenset(), scope, at, at + DEVICE_LIFE, device_id=device_id
        )

    def issue_worker(
        self,
        staff_id: str,
        rights: frozenset[Right],
        device: Token,
        at: Instant,
        *,
        life: Duration = WORKER_SESSION,
    ) -> Issued:
        """A worker's session on a device: its home, and of the worker's rights what a device may have."""
        return self._issue(
            Kind.WORKER,
            staff_id,
            rights & ON_A_DEVICE,
            device.actor.scope,
            at,
            at + life,
            device_id=device.actor.device_id,
            device_token_id=device.id,
        )

    def issue_system(
        self, name: str, rights: frozenset[Right], scope: Scope, at: Instant, *, life: Duration = 365 * DAY
    ) -> Issued:
        """A token of a provider's or commissioner's software."""
        return self._issue(Kind.SYSTEM, name, rights, scope, at, at + life)

    def issue_person(
        self,
        person_id: str,
        rights: frozenset[Right],
        scope: Scope,
        at: Instant,
        *,
        life: Duration = 14 * HOUR,
    ) -> Issued:
        """A token of somebody at a screen."""
        return self._issue(Kind.PERSON, person_id, rights, scope, at, at + life)

    def revoke(self, token_id: str, at: Instant) -> bool:
        """End a token, and what was issued on it, from `at` on; False if there is none that was not ended."""
        return self._end((TOKENS.c.id == token_id) | (TOKENS.c.device_token_id == token_id), at) > 0

    def revoke_holder(self, kind: Kind, holder: str, at: Instant) -> int:
        """End all tokens of one holder; how many were ended."""
        return self._end((TOKENS.c.kind == kind) & (TOKENS.c.holder == holder), at)

    def all(self, *, holder: str | None = None, kind: Kind | None = None) -> list[Token]:
        """All tokens that there ever were (of one holder, of one kind), without secrets, by `valid_from`."""
        query = select(TOKENS).order_by(TOKENS.c.valid_from, TOKENS.c.id)
        if holder is not None:
            query = query.where(TOKENS.c.holder == holder)
        if kind is not None:
            query = query.where(TOKENS.c.kind == kind)
        with self._engine.connect() as connection:
            return [_token(row) for row in connection.execute(query).mappings()]

    def forget(self) -> None:
        """Forget what was looked up: the next look reads the table."""
        self._memory.forget()

    def _read(self, key: str) -> Token | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(TOKENS).where(TOKENS.c.hash == key)).mappings().first()
        return None if row is None else _token(row)

    def _issue(
        self,
        kind: Kind,
        holder: str,
        rights: frozenset[Right],
        scope: Scope,
        valid_from: Instant,
        valid_until: Instant,
        *,
        device_id: str | None = None,
        device_token_id: str | None = None,
    ) -> Issued:
        secret, token_id = new_token(kind), random.token_hex(8)
        actor = Actor(kind, holder, rights, scope, token_id, device_id)
        token = Token(token_id, kind, actor, valid_from, valid_until, None, device_token_id)
        with writing(self._engine) as connection:
            connection.execute(insert(TOKENS).values(hash=token_hash(secret), **_columns(token)))
        return Issued(token, secret)

    def _end(self, which: Any, at: Instant) -> int:
        with writing(self._engine) as connection:
            ended = end_tokens(connection, which, at)
        self.forget()
        return ended


def end_tokens(connection: Connection, which: Any, at: Instant) -> int:
    """End tokens within somebody's transaction, who then calls `Tokens.forget`; how many were ended."""
    statement = update(TOKENS).where(which, TOKENS.c.revoked_at.is_(None)).values(revoked_at=at)
    return connection.execute(statement).rowcount


def _columns(token: Token) -> dict[str, Any]:
    actor = token.actor
    return {
        "id": token.id,
        "kind": token.kind,
        "holder": actor.id,
        "device_id": actor.device_id,
        "device_token_id": token.device_token_id,
        "provider_id": actor.scope.provider_id,
        "commissioner_id": actor.scope.commissioner_id,
        "homes": None if actor.scope.homes is None else sorted(actor.scope.homes),
        "everywhere": actor.scope.everywhere,
        "rights": sorted(actor.rights),
        "valid_from": token.valid_from,
        "valid_until": token.valid_until,
        "revoked_at": token.revoked_at,
    }


def _token(row: RowMapping) -> Token:
    scope = scope_of(row["provider_id"], row["commissioner_id"], row["homes"], row["everywhere"])
    actor = Actor(row["kind"], row["holder"], rights_of(row["rights"]), scope, row["id"], row["device_id"])
    return Token(
        id=row["id"],
        kind=Kind(row["kind"]),
        actor=actor,
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        revoked_at=row["revoked_at"],
        device_token_id=row["device_token_id"],
    )
