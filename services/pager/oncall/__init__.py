"""Who is on call: a pure question of the desk and an instant. Looked up at each step's instant, never before.

`looking` answers it, `coverage` says for how long and where nobody is, `watched` whether a home counts as watched.
Nothing is sent here, and how a person is reached is in no module of this package.
"""

from services.pager.oncall.coverage import COMING, Gap, Stretch, gaps, rotas_named, stretches
from services.pager.oncall.looking import (
    COMMISSIONER,
    HOME_PHONE,
    ON_DUTY,
    commissioner,
    home_phone,
    last_resort,
    on_rota,
    step_people,
    who,
)
from services.pager.oncall.watched import Standing, standing

__all__ = [
    "COMING",
    "COMMISSIONER",
    "HOME_PHONE",
    "ON_DUTY",
    "Gap",
    "Standing",
    "Stretch",
    "commissioner",
    "gaps",
    "home_phone",
    "last_resort",
    "on_rota",
    "rotas_named",
    "standing",
    "step_people",
    "stretches",
    "who",
]
