"""Homes at rest are there for whoever asks, whichever way; and one that cannot be woken costs that home alone."""

from collections.abc import Callable

import orjson
import pytest

from shared.home import Home, Homes
from shared.home.saved import Resting, placement_state, promises_nothing
from tests.unit.home.told import away, p1, registered, started


def asleep() -> tuple[Resting, list[str]]:
    woken: list[str] = []

    def wake(home_id: str) -> None:
        woken.append(home_id)
        homes[home_id] = Home(home_id)

    homes = Resting(wake)
    for home_id in ("H2", "H1"):
        homes.lay(home_id)
    return homes, woken


WAYS: list[Callable[[Resting], object]] = [
    lambda homes: homes["H1"],
    lambda homes: homes.get("H1"),
    lambda homes: homes.setdefault("H1", Home("another")),
    lambda homes: homes.values(),
    lambda homes: list(homes),
    lambda homes: homes.items(),
    lambda homes: homes.keys(),
]


@pytest.mark.parametrize("way", WAYS)
def test_whoever_asks_for_a_home_that_lies_at_rest_gets_it_woken_once(
    way: Callable[[Resting], object],
) -> None:
    homes, woken = asleep()
    for _ in range(2):
        way(homes)
    assert woken.count("H1") == 1
    assert homes["H1"].id == "H1"


def test_what_is_not_asked_for_stays_at_rest_and_counts() -> None:
    homes, woken = asleep()
    assert len(homes) == 2
    assert "H2" in homes
    assert "H3" not in homes
    assert homes.get("H3") is None
    assert woken == []


def test_a_home_that_is_dropped_while_it_lies_at_rest_is_gone() -> None:
    homes, woken = asleep()
    homes.pop("H1", None)
    assert homes.get("H1") is None
    assert woken == []


def test_a_home_that_cannot_be_woken_raises_once_and_is_not_half_there() -> None:
    def wake(home_id: str) -> None:
        homes[home_id] = Home(home_id)
        raise ValueError("its row is spoilt")

    homes = Resting(wake)
    homes.lay("H1")
    with pytest.raises(ValueError, match="spoilt"):
        homes.get("H1")
    assert homes.get("H1") is None


@pytest.mark.parametrize("promised", [False, True])
def test_by_its_end_alone_a_state_says_whether_anything_is_promised(promised: bool) -> None:
    homes = Homes()
    for told in (
        registered(),
        started(),
        away("school", "23:00", "20:01", time="22:10" if promised else "20:01"),
    ):
        homes.apply(told)
    assert promises_nothing(orjson.dumps(placement_state(p1(homes))).decode()) is not promised
