"""Facts of on-call: what may stand, what the door asks beside it, and what it says to look at (DOMAIN.md §6)."""

from typing import Any

import pytest

from shared.acceptance import refusal
from shared.cautions import cautions
from shared.courtesy import courtesy
from shared.facts import Fact
from shared.home import Homes
from shared.instants import DAY, MINUTE, show_instant
from shared.oncall import MOST_OVERRIDES, MOST_ROTAS, MOST_SILENCES, OnCall
from tests.unit.home.told import at, ended, fact
from tests.unit.test_acceptance import homes_with_p1, said

NOW = at("22:00")
WORKER = "S1"
"""The actor of all that is told."""


def silence(minutes: int = 30, begins: int = 0, second_by: str | None = "S2", **covers: Any) -> Fact:
    """Set at 22:00, from `begins` minutes later on."""
    since = NOW + begins * MINUTE
    data = {"silence_id": "Q1", "covers": covers, "reason": "A drill.", "second_by": second_by}
    data |= {"from": show_instant(since), "until": show_instant(since + minutes * MINUTE)}
    return fact("silence.set.v1", data, "22:00")


def unsilenced(told: str = "22:10") -> Fact:
    return fact("silence.ended.v1", {"silence_id": "Q1"}, told)


def policy(*who: str, last_resort: str | None = "P9") -> Fact:
    steps = [{"after": "PT0S", "who": list(who or ("on_duty",))}]
    data = {"steps": steps, "repeat_last_every": "PT10M", "last_resort": last_resort}
    return fact("on_call.policy_set.v1", data, "22:00")


def rota(name: str = "managers", **data: Any) -> Fact:
    entry = {"person_id": "M1", "days": ["mon"], "from": "08:00", "to": "08:00"}
    return fact("on_call.rota_set.v1", {"rota": name, "weekly": [entry], **data}, "21:00")


def override(until: str = "23:00") -> Fact:
    data = {"rota": "managers", "person_id": "M2", "reason": "Swapped."}
    return fact(
        "on_call.override_set.v1",
        data | {"from": show_instant(at("20:00")), "to": show_instant(at(until))},
        "22:00",
    )


def law(told: Fact) -> str | None:
    refused = refusal(told, Homes(), None)
    return None if refused is None else said(refused)[0]


# -- the law


@pytest.mark.parametrize(
    "covers",
    [
        {},
        {"placement_id": "P1"},
        {"kinds": ["check_missed"]},
        {"kinds": ["anomaly", "home_silent"]},
        {"kinds": ["absence_expired"], "placement_id": "P1"},
    ],
)
def test_what_wakes_somebody_is_silenced_for_half_an_hour_at_most_and_by_two(covers: dict[str, Any]) -> None:
    assert law(silence(30, **covers)) is None
    assert law(silence(31, **covers)) == "silence_too_long"
    assert law(silence(30, begins=600, **covers)) is None
    assert law(silence(10, second_by=None, **covers)) == "silence_by_one"
    assert law(silence(10, second_by=WORKER, **covers)) == "silence_by_one"


def test_what_wakes_nobody_is_silenced_for_longer_and_by_one() -> None:
    assert law(silence(10_000, second_by=None, kinds=["plan_missing", "child_away"])) is None


def test_the_remedy_of_a_silence_that_is_too_long_names_the_latest_that_would_be_taken() -> None:
    refused = refusal(silence(45), Homes(), None)
    assert refused is not None
    assert show_instant(NOW + 30 * MINUTE) in refused.remedy


# -- what the door asks beside it


def door(told: Fact, homes: Homes | None = None, known: OnCall | None = None) -> tuple[str, str] | None:
    refused = courtesy(told, homes or homes_with_p1(), (), known)
    return None if refused is None else said(refused)[:2]


def test_a_silence_is_not_over_before_it_is_set_and_does_not_last_for_ever() -> None:
    quiet: dict[str, Any] = {"kinds": ["anomaly"]}
    assert door(silence(28 * DAY // MINUTE, **quiet)) is None
    assert door(silence(28 * DAY // MINUTE + 1, **quiet)) == ("silence_too_long", "data.until")
    assert door(silence(30, begins=-30)) == ("silence_over", "data.until")


def test_a_silence_covers_what_there_is() -> None:
    assert door(silence(kinds=["anomaly", "check_mised"])) == ("unknown_kind", "data.covers.kinds.1")
    assert door(silence(kinds=["monitor_blind"])) == ("unknown_kind", "data.covers.kinds.0")
    assert door(silence(placement_id="P9")) == ("unknown_placement", "data.covers.placement_id")
    assert door(silence(placement_id="P1")) is None
    assert door(silence(placement_id="P1"), homes_with_p1(ended("19:30")))


def test_a_silence_that_nobody_knows_or_that_is_over_needs_no_end() -> None:
    known = OnCall()
    assert door(unsilenced(), known=known) == ("unknown_silence", "data.silence_id")
    known.take(silence(30))
    assert door(unsilenced("22:29"), known=known) is None
    assert door(unsilenced("22:30"), known=known) is not None
    known.take(unsilenced())
    assert door(unsilenced(), known=known) is not None
    assert door(unsilenced()) is None  # nobody knows of any


def test_each_entry_of_a_policy_can_mean_somebody() -> None:
    assert door(policy("on_duty", "home_phone", "rota:managers", "commissioner", "P4")) is None
    assert door(policy("on_duty", "rota:")) == ("no_rota_named", "data.steps.0.who.1")
    assert door(policy("rota: ")) is not None


@pytest.mark.parametrize("nobody", ["on_duty", "home_phone", "commissioner", "rota:managers"])
def test_a_last_resort_is_one_person(nobody: str) -> None:
    assert door(policy(last_resort=nobody)) == ("last_resort_is_nobody", "data.last_resort")


# -- what is worth a second look


def look(told: Fact, known: OnCall | None = None) -> list[tuple[str, Any]]:
    return [(each.field, each.value) for each in cautions(told, homes_with_p1(), known)]


def test_a_policy_without_a_last_resort_is_taken_and_the_home_does_not_count_as_watched() -> None:
    (caution,) = cautions(policy(last_resort=None), homes_with_p1())
    assert (caution.field, caution.value) == ("data.last_resort", None)
    assert "does not count as watched" in caution.remedy


def test_a_rota_that_nobody_has_set_is_worth_a_look() -> None:
    known = OnCall()
    assert look(policy("on_duty", "rota:managers"), known) == [("data.steps.0.who.1", "rota:managers")]
    assert look(override(), known) == [("data.rota", "managers")]
    known.take(rota())
    assert look(policy("rota:managers"), known) == []
    assert look(override(), known) == []


def test_an_override_that_is_over_and_a_rota_with_nobody_in_it_are_worth_a_look() -> None:
    known = OnCall(["managers"])
    assert [field for field, _ in look(override("21:00"), known)] == ["data.to"]
    assert look(rota(weekly=[]), known) == [("data.rota", "managers")]
    assert look(rota(), known) == []


# -- upper numbers


def told_by(on_call: OnCall, *facts: Fact) -> OnCall:
    for each in facts:
        on_call.take(each)
    return on_call


def asked(told: Fact, known: OnCall) -> Any:
    return courtesy(told, homes_with_p1(), None, known)


def test_a_home_has_so_many_silences_at_the_most_and_what_is_over_is_none() -> None:
    full = {f"S{n}": NOW + DAY for n in range(MOST_SILENCES)}
    refused = asked(silence(), OnCall(silences=full))
    assert (refused.reason, refused.field, refused.value) == ("too_many_silences", "data.silence_id", "Q1")
    assert "silence.ended" in refused.remedy
    assert asked(silence(), OnCall(silences=full | {"S1": NOW})) is None
    assert asked(silence(), OnCall(silences={**dict(list(full.items())[1:]), "Q1": NOW + DAY})) is None


def test_a_home_has_so_many_overrides_at_the_most_and_what_is_over_is_none() -> None:
    refused = asked(override(), OnCall(overrides=[NOW + DAY] * MOST_OVERRIDES))
    assert (refused.reason, refused.field, refused.value) == ("too_many_overrides", "data.rota", "managers")
    assert show_instant(NOW + DAY) in refused.remedy
    assert asked(override(), OnCall(overrides=[NOW + DAY] * (MOST_OVERRIDES - 1) + [NOW])) is None
    known = told_by(OnCall(overrides=[NOW, NOW + 1]), override())
    assert known.overrides == [NOW + 1, at("23:00")]


def test_a_home_has_so_many_rotas_at_the_most_and_one_set_anew_is_none_more() -> None:
    full = [f"r{n}" for n in range(MOST_ROTAS)]
    assert asked(rota("managers"), OnCall(full)).reason == "too_many_rotas"
    assert asked(rota("r7"), OnCall(full)) is None
