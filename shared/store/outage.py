"""A database that cannot serve for the moment, or not at all: how that is known, and what is said of it.

A loop waits and asks again where `is_outage`; a command that cannot go on says `said` and ends. A file that the disk
has spoilt is `shared.store.damage`'s, a schema of another version `shared.store.schema`'s.
"""

import re
import sys
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

SETTING: Final = "WAKEFUL_DATABASE_URL"

_ENDED_BY_TIME: Final = (
    "25P03",
    "25P04",
)  # a transaction stood idle, or took, too long: the server has ended it
_READ_ONLY: Final = "25006"
_CLASSES: Final = {
    "08": "the connection is lost; nothing needs to be done if the database is there again soon",
    "40": "two writers were in each other's way; it is tried again",
    "53": "it has no room; free some",
    "55": "somebody else holds what is written for too long; look at pg_stat_activity",
    "57": "it is being stopped or started; nothing needs to be done if it is there again soon",
    "58": "its disk fails it; look at the server's own log",
}
_STATES: Final = {
    _READ_ONLY: "it is read-only; name the primary, or both servers and target_session_attrs=read-write",
    "42501": "this user may not do that; let `wakeful migrate` run as the owner of the schemas, or grant it",
    "53100": "its disk is full; free some room",
    "53300": "it has no connection free; raise max_connections, or run fewer workers",
    "57014": "a statement took too long; look at pg_stat_activity",
    **dict.fromkeys(_ENDED_BY_TIME, "this process stood still for too long in the middle of a transaction"),
}
# A server that refuses a connection says why in words only (in English, unless it is told otherwise).
_REFUSALS: Final = (
    ("password authentication failed", "the user or the password is another; correct it"),
    ("no password supplied", "it asks for a password; add it"),
    (
        "no pg_hba.conf entry",
        "the server's pg_hba.conf lets nobody in from here as this user; add a line there",
    ),
    ("permission denied for database", "this user may not connect to it; grant it"),
    ('database ".*" does not exist', "make the database first (`createdb`), then run `wakeful migrate`"),
    ('role ".*" does not exist', "there is no such user there; correct it, or make it (`createuser`)"),
    ("too many clients", _STATES["53300"]),
    ("remaining connection slots", _STATES["53300"]),
    ("starting up", _CLASSES["57"]),
    ("shutting down", _CLASSES["57"]),
    ("could not translate host name", "no such host; correct it"),
    ("failed to resolve host", "no such host; correct it"),
    ("server does not support SSL", "it speaks no TLS; correct sslmode"),
    ("certificate", "its certificate is not trusted; correct sslrootcert"),
)
_AWAY: Final = "it does not answer there; start it, or correct the address"


def is_outage(error: BaseException) -> bool:
    """Whether the same may well succeed later, without anybody changing this program: the database is away, is
    restarted, is full, is a standby for the moment, gave a lock to somebody else."""
    if isinstance(error, OperationalError | InterfaceError | DisconnectionError | NoConnectionFree):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = _cause(error)
    psycopg = sys.modules.get("psycopg")  # an error of a driver that was never loaded is nobody's
    if psycopg is not None and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return True
    return _state(cause) in (_READ_ONLY, *_ENDED_BY_TIME)


def said(error: BaseException, url: str | URL) -> str:
    """For people, in one line: which database, what it says, and what to do. Never the password."""
    remedy, cause = _remedy(error), _cause(error)
    words = str(cause).strip().splitlines() or [type(cause).__name__]
    return f"the database {_where(url)} ({SETTING}): {_without_password(words[0].strip(), url)}; {remedy}"


def _remedy(error: BaseException) -> str:
    if isinstance(error, NoConnectionFree):
        return "this process has all its connections in use; look at what is slow"
    cause = _cause(error)
    state = _state(cause)
    if state:
        return (
            _STATES.get(state)
            or _CLASSES.get(state[:2])
            or "this is no fault of the database's; please report it"
        )
    words = str(cause)
    return next((remedy for sign, remedy in _REFUSALS if re.search(sign, words)), _AWAY)


def _cause(error: BaseException) -> BaseException:
    """SQLAlchemy's errors carry the driver's own."""
    found = getattr(error, "orig", None)
    return found if isinstance(found, BaseException) else error


def _state(cause: BaseException) -> str:
    return getattr(cause, "sqlstate", None) or ""


def _where(url: str | URL) -> str:
    """The address as far as everybody may see it."""
    try:
        address = make_url(url)
    except ArgumentError:
        return "that is named"
    host = address.host or address.query.get("host") or "localhost"
    port = f":{address.port}" if address.port else ""
    user = f"{address.username}@" if address.username else ""
    return f"{user}{host if isinstance(host, str) else ','.join(host)}{port}/{address.database or ''}"


def _without_password(words: str, url: str | URL) -> str:
    try:
        address = make_url(url)
    except ArgumentError:
        return "the address cannot be read"
    for secret in (address.password, address.query.get("password")):
        words = words.replace(str(secret), "***") if secret else words
    return words
