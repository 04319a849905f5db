"""Who is to be told: the people behind `on_duty`, `home_phone`, `commissioner`, `rota:<name>` or an id. Pure.

*Who* is looked up at each step's instant (DOMAIN.md §6); the policy, and the rotas as written, are those that were
frozen when the alert was raised. Overrides are taken as they stand: whoever falls ill at night is not called.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.pager.desk import DeskAlert, DeskHome
from services.pager.oncall.duties import duties, duty, unique
from shared.instants import Instant

ON_DUTY: Final = "on_duty"
HOME_PHONE: Final = "home_phone"
COMMISSIONER: Final = "commissioner"
ROTA: Final = "rota:"


def who(
    house: DeskHome,
    name: str,
    at: Instant,
    rotas: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[str]:
    """The ids of the people behind a name of a policy at `at`, each once; nobody: []. `rotas`: as they were frozen; one
    that was not written then is the home's."""
    if name == ON_DUTY:
        return unique(house.on_duty)
    if name == HOME_PHONE:
        return [home_phone(house.home_id)]
    if name == COMMISSIONER:
        return [commissioner(each) for each in house.commissioners]
    if name.startswith(ROTA):
        return on_rota(house, name.removeprefix(ROTA), at, rotas)
    return [name]


def on_rota(
    house: DeskHome, rota: str, at: Instant, rotas: Mapping[str, Mapping[str, Any]] | None = None
) -> list[str]:
    """Who is on call by the rota: of the overrides that hold the one told last, and nobody else; else each whose duty
    holds."""
    for override in reversed(house.overrides):
        if override["rota"] == rota and duty(override).holds(at):
            return [override["person_id"]]
    written = (rotas or {}).get(rota) or house.rotas.get(rota)
    if written is None:
        return []
    return unique([each.person_id for each in duties(written, house.zone, at, at + 1)])


def step_people(house: DeskHome, alert: DeskAlert, step: int, at: Instant) -> list[str]:
    """Whom a step of the alert's own policy tells, looked up at `at`; [] where the policy has no such step, or nobody
    is behind it."""
    steps = (alert.policy or {}).get("steps", ())
    if not 0 <= step < len(steps):
        return []
    return unique([person for name in steps[step]["who"] for person in behind(house, alert, name, at)])


def last_resort(policy: Mapping[str, Any] | None) -> str | None:
    """The person who can always be reached; None: the policy names none, or there is none."""
    return (policy or {}).get("last_resort")


def home_phone(home_id: str) -> str:
    """The home's phone, as one of the `people`."""
    return f"home:{home_id}"


def commissioner(commissioner_id: str) -> str:
    """A commissioner's duty desk, as one of the `people`."""
    return f"commissioner:{commissioner_id}"


def behind(house: DeskHome, alert: DeskAlert, name: str, at: Instant) -> Sequence[str]:
    """The ids of the people behind a name of a policy, for this alert: the commissioner is its child's, the rotas are
    those that were frozen on it."""
    if name == COMMISSIONER and (alert.placement_id is not None or alert.commissioner_id is not None):
        return [] if alert.commissioner_id is None else [commissioner(alert.commissioner_id)]
    return who(house, name, at, alert.rotas)
