"""A home's paging chain as its policy states it, and what stands in where it states none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.pager.chain.parts import ADMINS, Step
from services.pager.desk import DeskAlert, DeskHome
from shared.instants import MINUTE, Duration, parse_duration

ON_DUTY: Final = "on_duty"
HOME_PHONE: Final = "home_phone"
COMMISSIONER: Final = "commissioner"
POSTS: Final = frozenset((ON_DUTY, HOME_PHONE, COMMISSIONER))
"""What a step may name beside rotas (`rota:<name>`) and persons."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The chain. `steps[resort]` is the last resort: told where the last step has nobody, or failed."""

    steps: tuple[Step, ...]
    repeat_every: Duration

    @property
    def resort(self) -> int:
        return len(self.steps) - 1

    @property
    def last(self) -> int:
        """The last step of the home's own, which repeats."""
        return len(self.steps) - 2


WITHOUT: Final = Policy(
    (
        Step(0, (ON_DUTY, HOME_PHONE, ADMINS)),
        Step(3 * MINUTE, (ON_DUTY, HOME_PHONE, ADMINS, COMMISSIONER)),
        Step(0, (ADMINS,)),
    ),
    10 * MINUTE,
)
"""Of a home that has none: whoever is there, whoever runs the system, then the commissioner too. Nobody is left
waiting because a form was not filled in."""


def policy_of(alert: DeskAlert, home: DeskHome) -> Policy:
    """The policy frozen on the alert; where there was none, the home's own of now; where there is none, `WITHOUT`."""
    stated = alert.policy if alert.policy is not None else home.policy
    return WITHOUT if stated is None else _read(stated)


def policy_now(home: DeskHome) -> Policy:
    """The home's own of now: what an alert raised now would freeze."""
    return WITHOUT if home.policy is None else _read(home.policy)


def _read(stated: Mapping[str, Any]) -> Policy:
    steps = [
        Step(
            parse_duration(step["after"]),
            tuple(step["who"]),
            tuple(step["channels"]) if step.get("channels") else None,
        )
        for step in stated["steps"]
    ]
    resort = stated.get("last_resort")
    steps.append(Step(0, (resort,) if resort else (ADMINS,)))
    # A repetition faster than a minute is nobody's wish: it would be a storm of our own.
    return Policy(tuple(steps), max(parse_duration(stated["repeat_last_every"]), MINUTE))
