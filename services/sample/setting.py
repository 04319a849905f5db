"""What has to stand before the sample can be played: people, homes, children, plans, phones; and the two files.

All of it is made if it is missing and left alone if it is there, so that starting again on the same folder goes on.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import httpx
import orjson

from services.sample import papers
from services.sample.cast import (
    HOMES,
    MANAGER,
    ON_CALL,
    PROVIDER,
    TIME_ZONE,
    UNASSESSED,
    UNSIGNED,
    Child,
    Pace,
    SampleHome,
)
from services.sample.papers import Terms
from services.sample.phone import Phone
from shared import clock
from shared.instants import show_instant
from shared.schedule import local_date
from shared.security.access import Access
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.secrets import weakness
from shared.security.tokens import Kind, Standing

TOKEN_FILE: Final = "sample-token"  # noqa: S105 - the name of a file
PHONES_FILE: Final = "sample-phones"
SYSTEM: Final = "sample-system"
_SCOPE: Final = Scope(provider_id=PROVIDER)
_MANAGERS: Final = frozenset({Right.RECORD, Right.MANAGE, Right.RESPOND, Right.READ})
_ON_CALL: Final = frozenset({Right.RESPOND, Right.READ})
_WORKERS: Final = frozenset({Right.RECORD, Right.RESPOND, Right.READ})


TONIGHT: Final = 3
"""The version of every plan while the sample is played."""
BEFORE_TONIGHT: Final = 2
"""The one in force in a single home at the end of an imported past (`past`)."""


class Begun(IntEnum):
    """What was there when the sample began."""

    AGAIN = 0
    """A sample that was played before."""
    AFTER_PAST = 1
    """The imported past, and nothing since."""
    NEW = 2
    """Nothing, in one home at least."""


class Refused(Exception):  # noqa: N818 - reads as what it says
    """The door does not take what the sample needs. The message repeats its reason."""


def people(access: Access, reach: tuple[Mapping[str, Any], ...] = ()) -> dict[str, str]:
    """The manager, who is on call and how they are reached (as kept), and the workers with a new PIN each that nobody
    else knows: PINs by worker."""
    now = clock.now()
    access.put_person(Person(ON_CALL, "Sample on-call manager (invented)", _SCOPE, _ON_CALL, reach), now)
    if access.people.get(MANAGER) is None:
        access.put_person(Person(MANAGER, "Sample manager (invented)", _SCOPE, _MANAGERS), now)
    pins = {worker: _new_pin() for home in HOMES for worker in home.workers}
    for home in HOMES:
        for worker in home.workers:
            name = worker.replace("-", " ").capitalize() + " (invented)"
            scope = Scope(PROVIDER, homes=frozenset({home.id}))
            access.put_person(Person(worker, name, scope, _WORKERS), now, pin=pins[worker])
    return pins


def sign_in_link(access: Access, url: str) -> str:
    """A link that signs the reader in as the sample's manager; the token stands where no server is sent it."""
    issued = access.tokens.issue_person(MANAGER, _WORKERS, _SCOPE, clock.now())
    return f"{url}/sign-in#{issued.secret}"


def token_file(access: Access, folder: Path) -> Path:
    """`sample-token`: a system token for the sample homes, to record and to read; kept while it is good."""
    path, now = folder / TOKEN_FILE, clock.now()
    known = access.tokens.find(path.read_text("utf-8").strip()) if path.is_file() else None
    if known is None or known.standing(now) is not Standing.GOOD:
        access.tokens.revoke_holder(Kind.SYSTEM, SYSTEM, now)
        rights = frozenset({Right.RECORD, Right.READ})
        secret = access.tokens.issue_system(SYSTEM, rights, _SCOPE, now).secret
        _write_private(path, secret.encode() + b"\n")
    return path


def settle(access: Access, url: str, pace: Pace) -> Begun:
    """Homes, children and tonight's plans, told to the door by the manager where they are not there; what was there.

    Raises HTTPError while the door does not answer, Refused where it does not take something.
    """
    secret = access.tokens.issue_person(MANAGER, _MANAGERS, _SCOPE, clock.now()).secret
    with client(url, {"Authorization": f"Bearer {secret}"}) as door:
        return max(_settle_home(door, home, pace) for home in HOMES)


def phones(access: Access, url: str, pins: Mapping[str, str], folder: Path) -> dict[str, Phone]:
    """A phone for each worker, signed in, by worker: enrolled the first time, later with the token it kept.

    Raises HTTPError while the door does not answer, Refused where it lets a phone not in.
    """
    kept = _kept(folder / PHONES_FILE)
    made, tokens = {}, {}
    for home in HOMES:
        for worker in home.workers:
            phone = made[worker] = Phone(client(url), home.id, worker, pins[worker])
            token = kept.get(worker)
            if token is None or not _lets_in(phone, token):
                token = phone.enrol(access.new_code(home.id, clock.now()))
                if not phone.sign_in():
                    raise Refused(
                        f"the door does not let {worker} sign in on the phone that was just enrolled"
                    )
            tokens[worker] = token
    _write_private(folder / PHONES_FILE, orjson.dumps(tokens))
    return made


def client(url: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """A client of the door at `url`; a proxy of the environment has no business in between."""
    return httpx.Client(base_url=f"{url}/api/v1", headers=headers, trust_env=False, timeout=10)


def _settle_home(door: httpx.Client, home: SampleHome, pace: Pace) -> Begun:
    known = door.get(f"/homes/{home.id}")
    new, terms = known.status_code == 404, papers.tonight(pace, home.waking)
    if new:
        _tell(door, home.id, "homes", "home.registered.v1", home.id, papers.registration(home, terms))
    here = set() if new else {each["placement_id"] for each in known.raise_for_status().json()["placements"]}
    _once(door, home.id, "on-call", "on_call.policy_set.v1", papers.on_call())
    versions = [_settle_child(door, home, child, terms, here) for child in home.children]
    if new:
        _settle_reviews(door, home)
        return Begun.NEW
    return Begun.AFTER_PAST if BEFORE_TONIGHT in versions else Begun.AGAIN


def _settle_child(door: httpx.Client, home: SampleHome, child: Child, terms: Terms, here: set[str]) -> int:
    """The version of the plan that was in force; 0 where there was none."""
    if child.id not in here:
        _tell(door, home.id, "placements", "placement.started.v1", child.id, papers.stay(home, child))
    before = _version(door, child) if child.id in here else 0
    if before < TONIGHT:
        again = _today() + papers.REVIEWED_AFTER
        plan = papers.plan(child, terms, TONIGHT, clock.now(), again)
        plan = papers.unfinished(plan) if child is UNSIGNED else plan
        _tell(door, home.id, "plans", "plan.agreed.v1", child.id, plan)
        if (
            before and child.suicide_risk
        ):  # the checks mean something else now: what protects the child is looked at
            for type_ in ("ligature_plan.reviewed.v1", "suicide_plan.reviewed.v1"):
                _tell(door, home.id, "reviews", type_, child.id, papers.review(child, again))
    return before


def _settle_reviews(door: httpx.Client, home: SampleHome) -> None:
    """Rooms and home were looked at, and will be in half a year; one room is overdue."""
    later = _today() + timedelta(days=150)
    for child in home.children:
        again = _today() - timedelta(days=3) if (home, child.room) == UNASSESSED else later
        assessed = papers.assessment(home, child.room, again)
        _tell(door, home.id, "assessments", "environment.assessed.v1", home.id, assessed)
    _tell(door, home.id, "reviews", "suitability.reviewed.v1", home.id, papers.suitability(later))


def _version(door: httpx.Client, child: Child) -> int:
    plan = door.get(f"/placements/{child.id}").raise_for_status().json()["plan"]
    return 0 if plan is None else int(plan["version"])


def _today() -> date:
    return local_date(TIME_ZONE, clock.now())


def _once(door: httpx.Client, home_id: str, family: str, type_: str, data: Mapping[str, Any]) -> None:
    """What is told of a home once and for all: told again it is known already, and stands."""
    answer = _put(door, f"{family}/sample-{family}-{home_id}", home_id, type_, home_id, data)
    if answer.status_code != httpx.codes.CONFLICT:
        _taken(answer, type_, home_id)


def _tell(
    door: httpx.Client, home_id: str, family: str, type_: str, subject: str, data: Mapping[str, Any]
) -> None:
    path = f"{family}/sample-{secrets.token_hex(16)}"
    _taken(_put(door, path, home_id, type_, subject, data), type_, subject)


def _put(
    door: httpx.Client, path: str, home_id: str, type_: str, subject: str, data: Mapping[str, Any]
) -> httpx.Response:
    at = show_instant(clock.now())
    body = {"type": type_, "subject": subject, "time": at, "enteredat": at, "homeid": home_id, "data": data}
    return door.put(f"/{path}", json=body)


def _taken(answer: httpx.Response, type_: str, subject: str) -> None:
    if answer.is_client_error:
        raise Refused(f"the door does not take {type_} of {subject}: {answer.text}")
    answer.raise_for_status()


def _lets_in(phone: Phone, token: str) -> bool:
    phone.carry(token)
    return phone.sign_in()


def _kept(path: Path) -> dict[str, str]:
    try:
        kept: dict[str, str] = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return kept


def _new_pin() -> str:
    return next(pin for pin in _pins() if weakness(pin) is None)


def _pins() -> Iterator[str]:
    while True:
        yield f"{secrets.randbelow(10**8):08d}"


def _write_private(path: Path, content: bytes) -> None:
    """Whole, and for the owner's eyes alone from its first byte on."""
    beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)
