"""What counts as lowering protection, kind by kind (DOMAIN.md §3, Plan changes)."""

from typing import Any

import pytest

from shared.home.plans import PlanTerms, terms_of
from shared.home.protection import lowered
from tests.unit.home.told import every

COVER = {"from": "22:00", "to": "07:00", "waking_staff": 2, "dedicated": True}


def terms(*checks: dict[str, Any], cover: dict[str, Any] | None = COVER, **parts: Any) -> PlanTerms:
    """The terms of a plan."""
    return terms_of("Europe/London", {"checks": list(checks), "night_cover": cover, **parts})


BEFORE = terms(every(15), {"times": ["13:00", "14:00"]}, ligature_plan={}, suicide_prevention={})
TIMES = {"times": ["13:00", "14:00"]}
PARTS: dict[str, Any] = {"ligature_plan": {}, "suicide_prevention": {}}


@pytest.mark.parametrize(
    ("after", "what"),
    [
        (terms(every(16), TIMES, **PARTS), ["longer ceiling"]),
        (terms(every(15, "22:00", "06:59"), TIMES, **PARTS), ["shorter or fewer windows"]),
        (terms(every(15, days=["mon"]), TIMES, **PARTS), ["shorter or fewer windows"]),
        (terms(TIMES, **PARTS), ["shorter or fewer windows"]),
        (terms(every(20, "22:00", "06:59"), TIMES, **PARTS), ["shorter or fewer windows", "longer ceiling"]),
        (terms(every(15), {"times": ["13:00"]}, **PARTS), ["fewer times"]),
        (terms(every(15), TIMES, cover={**COVER, "waking_staff": 1}, **PARTS), ["fewer waking staff"]),
        (terms(every(15), TIMES, cover={**COVER, "dedicated": False}, **PARTS), ["no one-to-one"]),
        (terms(every(15), TIMES, suicide_prevention={}), ["no ligature_plan"]),
        (terms(every(15), TIMES, ligature_plan={}), ["no suicide_prevention"]),
        (terms(every(15), TIMES, ligature_plan={}, suicide_prevention=None), ["no suicide_prevention"]),
    ],
)
def test_what_is_lowered_is_named(after: PlanTerms, what: list[str]) -> None:
    assert lowered(BEFORE, after) == what


def test_without_a_night_cover_staff_the_one_to_one_and_the_night_are_gone() -> None:
    assert lowered(terms(), terms(cover=None)) == [
        "fewer waking staff",
        "no one-to-one",
        "shorter night cover",
    ]


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        terms(every(15, grace="PT10M"), {**TIMES, "tolerance": "PT1H", "grace": "PT20M"}, **PARTS),
        terms(every(15, "22:00", "03:00"), every(5, "03:00", "07:00"), TIMES, **PARTS),
        terms(every(15, "00:00", "00:00"), TIMES, **PARTS),
        terms(every(15), {"times": ["13:00"]}, {"times": ["14:00", "15:00"]}, **PARTS),
        terms(every(15, days=["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), TIMES, **PARTS),
        terms(every(15), TIMES, cover={**COVER, "waking_staff": 3, "from": "21:00"}, **PARTS),
    ],
)
def test_what_protects_as_much_lowers_nothing(after: PlanTerms) -> None:
    assert lowered(BEFORE, after) == []


def test_a_window_of_sunday_runs_into_monday() -> None:
    """The week is a ring: what Sunday night asked of Monday's small hours is missed when it is gone."""
    sunday = terms(every(15, days=["sun"]))
    monday = terms(every(15, "00:00", "07:00", days=["mon"]), every(15, "22:00", "00:00", days=["sun"]))
    assert lowered(sunday, monday) == []
    assert lowered(sunday, terms(every(15, "22:00", "00:00", days=["sun"]))) == ["shorter or fewer windows"]
