"""DOMAIN.md §5, Incomplete: an agreed version that comes into force and lacks something says what."""

import pytest

from tests.scenarios.facts import Said, at_times, cover, ended, every, plan, registered
from tests.scenarios.night import Night
from tests.scenarios.review_facts import (
    BY_DAY,
    BY_NIGHT,
    ROLES,
    SIGNED,
    assessed,
    came,
    ligature,
    suicide,
    suitable,
    whole,
)

pytestmark = pytest.mark.services("reviews")
KIND = "plan_incomplete"
AT_RISK = [
    "suicide_prevention.emotional_risks",
    "suicide_prevention.behavioural_risks",
    "suicide_prevention.situational_risks",
    "suicide_prevention.means_restriction",
    "suicide_prevention.actions",
    "suicide_prevention.review_by",
    "ligature_plan.controls",
    "ligature_plan.review_by",
]


def living(night: Night, *told: Said, suicide_risk: bool = False) -> Night:
    """P1 comes at 21:00, to a room and a home that have just been reviewed."""
    night.at("21:00").tell(registered(), suitable(), came(suicide_risk=suicide_risk), assessed(), *told)
    return night


LACKS = {
    "no rule by night": (whole(1, BY_DAY), ["night_checks"]),
    "a rule that ends too early": (whole(1, every(15, "22:00", "06:59"), BY_DAY), ["night_checks"]),
    "a night without a rule": (
        whole(1, every(15, days=["mon", "tue", "wed", "thu", "fri", "sat"]), BY_DAY),
        ["night_checks"],
    ),
    "times by night are no window": (whole(1, at_times("23:00", "03:00"), BY_DAY), ["night_checks"]),
    "nothing by day": (whole(1, BY_NIGHT), ["day_checks"]),
    "times within the night alone": (whole(1, BY_NIGHT, at_times("23:00")), ["day_checks"]),
    "a night that is longer than its rules": (
        whole(1, BY_NIGHT, BY_DAY, night_cover=cover(start="21:00")),
        [],  # the rule by day covers it
    ),
    "a longer night with nothing outside it": (
        whole(1, every(15, "21:00", "08:00"), night_cover=cover(start="21:00", end="08:00")),
        ["day_checks"],
    ),
    "no night cover": (whole(night_cover=None), ["night_cover", "night_cover.meaning"]),
    "no number": (whole(night_cover=cover() | {"waking_staff": None}), ["night_cover"]),
    "no window": (whole(night_cover={"waking_staff": 1, "meaning": "awake (sample)"}), ["night_cover"]),
    "no meaning": (whole(night_cover=cover() | {"meaning": " "}), ["night_cover.meaning"]),
    "nobody for the checks": (whole(roles=ROLES[1:]), ["role:night_checks"]),
    "nobody for the cover": (whole(roles=[ROLES[0], ROLES[2]]), ["role:night_cover"]),
    "a duty without anybody": (
        whole(roles=[*ROLES[:2], {"duty": "escalation"}]),
        ["role:escalation"],
    ),
    "not signed by the home": (whole(signed=SIGNED[1:]), ["signed:registered_person"]),
    "not signed by the authority": (whole(signed=SIGNED[:1]), ["signed:placing_authority"]),
    "more staff than the home offers": (whole(night_cover=cover(2)), ["cover_offered"]),
    "at risk by the plan": (whole(suicide_risk=True), AT_RISK),
    "at risk, with both parts": (
        whole(suicide_risk=True, ligature_plan=ligature(), suicide_prevention=suicide()),
        [],
    ),
    "an action that is nobody's": (
        whole(
            suicide_risk=True,
            ligature_plan=ligature(),
            suicide_prevention=suicide() | {"actions": [{"what": "talk (sample)"}]},
        ),
        ["suicide_prevention.actions"],
    ),
    "no date for the ligature plan": (
        whole(suicide_risk=True, ligature_plan=ligature(None), suicide_prevention=suicide()),
        ["ligature_plan.review_by"],
    ),
    "everything": (
        plan(1, night_cover=cover(2) | {"from": None, "to": None, "meaning": None}, suicide_risk=True),
        [
            *("night_checks", "day_checks", "night_cover", "night_cover.meaning"),
            *("role:night_checks", "role:night_cover", "role:escalation"),
            *("signed:registered_person", "signed:placing_authority", "cover_offered"),
            *AT_RISK,
        ],
    ),
}


@pytest.mark.parametrize("lacking", LACKS)
def test_it_lists_what_the_version_lacks_in_the_pages_order(night: Night, lacking: str) -> None:
    told, missing = LACKS[lacking]
    living(night, told)
    if missing:
        night.expect.raised(KIND, plan_version=1, missing=missing)


def test_a_child_who_is_placed_as_at_risk_needs_both_parts_whatever_the_plan_says(night: Night) -> None:
    living(night, whole(suicide_risk=False), suicide_risk=True)
    night.expect.raised(KIND, missing=AT_RISK)


def test_each_version_has_its_own_and_the_next_supersedes_it(night: Night) -> None:
    living(night)
    night.at("22:00").tell(whole(1, BY_NIGHT))
    first = night.expect.raised(KIND, plan_version=1, missing=["day_checks"])
    second_told = night.at("23:00").tell(whole(2, BY_NIGHT, roles=[]))
    first.resolved("superseded", by=second_told)
    duties = [f"role:{role['duty']}" for role in ROLES]
    second = night.expect.raised(KIND, plan_version=2, missing=["day_checks", *duties])
    third_told = night.at("23:30").tell(whole(3))
    second.resolved("superseded", by=third_told)


def test_two_versions_of_one_instant_have_one_each(night: Night) -> None:
    living(night).at("22:00").tell(whole(1, BY_NIGHT), whole(2, BY_NIGHT))
    night.expect.raised(KIND, plan_version=1).resolved("superseded")
    night.expect.raised(KIND, plan_version=2)


def test_a_lower_number_that_comes_later_says_nothing(night: Night) -> None:
    living(night, whole(2))
    night.at("22:00").tell(whole(1, BY_NIGHT, approved=True))


def test_a_version_to_come_says_it_when_it_comes_into_force(night: Night) -> None:
    living(night, whole(1))
    night.at("22:00").tell(whole(2, BY_NIGHT, effective="23:00", approved=True))
    night.until("22:59:59.999")
    night.expect.nothing()
    night.until("23:00")
    night.expect.raised(KIND, plan_version=2, since="23:00", at="23:00")


def test_a_plan_told_before_the_placement_says_it_at_the_start(night: Night) -> None:
    night.at("20:00").tell(registered(), suitable(), assessed(), whole(1, BY_NIGHT))
    night.at("21:00").tell(came(), assessed())
    night.expect.raised(KIND, plan_version=1)


def test_it_is_judged_by_what_the_home_offered_when_it_came_into_force(night: Night) -> None:
    offering = registered()
    offering.data["statement_of_purpose"] = {"waking_staff": 2, "sleep_in_staff": 0}
    living(night).at("22:00").tell(offering)
    night.at("22:30").tell(whole(night_cover=cover(2)))
    night.at("23:00").tell(registered())  # one again: the version in force is not judged anew


def test_the_end_of_the_placement_ends_it(night: Night) -> None:
    living(night, whole(1, BY_NIGHT))
    incomplete = night.expect.raised(KIND)
    gone = night.at("23:00").tell(ended())
    incomplete.resolved("ended", by=gone)


def test_the_homes_default_plan_is_never_incomplete(night: Night) -> None:
    night.at("21:00").tell(registered(every(15)), suitable(), came(), assessed())
