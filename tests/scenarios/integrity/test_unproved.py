"""*`unproved`: of the worker's last 50 checks 80 % or more `manual`, of the home's other workers' last 200 (200 there)
20 % or less.*
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from tests.scenarios.integrity_facts import ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")
W1 = {"staff_id": "W1"}


def tell(night: Night, worker: str, proofs: Iterable[str], start: str = "2026-03-02 21:00:01") -> list[str]:
    """Checks that are nobody's, seven seconds apart and all at once: what proof they carry is all that matters."""
    at = datetime.fromisoformat(start)
    said = []
    for place, proof in enumerate(proofs):
        time = f"{at + timedelta(seconds=11 * place):%Y-%m-%d %H:%M:%S}"
        said.append(seen("nobody", time, by=worker, proof=proof, id=f"{worker}-{time[8:]}"))
    night.tell(*said)
    return [each.id or "" for each in said]


def mixed(manual: int, of: int) -> list[str]:
    return ["nfc"] * (of - manual) + ["manual"] * manual


def test_eighty_per_cent_by_hand_where_others_have_twenty_at_the_most(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W2", mixed(40, 200))
    entries = tell(night, "W1", mixed(40, 50))
    night.expect.raised(
        "anomaly",
        about=W1,
        since=entries[-1][3:].replace("02 ", "2026-03-02 ", 1),
        pattern="unproved",
        entries=entries,
        reason="40 of a worker's last 50 checks were entered by hand, "
        "of the others' last 200 in the home 40.",
    )


def test_less_than_eighty_per_cent_are_not_enough(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W2", mixed(40, 200))
    tell(night, "W1", mixed(39, 50))


def test_forty_nine_checks_are_not_enough(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W2", mixed(0, 200))
    tell(night, "W1", mixed(49, 49))


def test_where_others_have_more_than_twenty_per_cent_it_is_the_house(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W2", mixed(41, 200))
    tell(night, "W1", mixed(50, 50))


def test_where_others_have_not_two_hundred_nobody_can_say(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W2", mixed(0, 199))
    tell(night, "W1", mixed(50, 50))


def test_others_are_all_others_together_however_long_ago(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W2", mixed(0, 100))
    tell(night, "W3", mixed(0, 100), "2026-03-02 21:00:03")
    entries = tell(night, "W1", ["nfc"] * 700 + ["manual"] * 40, "2026-03-02 19:00:00")
    heard = night.expect.raised("anomaly", about=W1, since=None if not entries else _time(entries[-1]))
    assert heard.id


def test_only_the_last_fifty_count_and_it_is_told_once_a_night(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W2", mixed(0, 200))
    entries = tell(night, "W1", ["nfc"] * 30 + ["manual"] * 60, "2026-03-02 21:20:00")
    night.expect.raised("anomaly", about=W1, since=_time(entries[69]), entries=entries[20:70])
    night.at("2026-03-03 22:00")
    night.expect.nothing()
    again = tell(night, "W1", ["manual"], "2026-03-03 21:59:59")
    night.expect.raised(
        "anomaly", about=W1, since="2026-03-03 21:59:59", pattern="unproved", entries=[*entries[41:], *again]
    )


def test_a_check_of_another_worker_completes_nothing_about_this_one(night: Night) -> None:
    """It is looked at with each check of his own."""
    ready(night).at("22:00")
    tell(night, "W1", mixed(50, 50))
    tell(night, "W2", mixed(0, 200), "2026-03-02 21:00:03")
    night.expect.nothing()
    one = tell(night, "W1", ["manual"], "2026-03-02 21:59:00")
    night.expect.raised("anomaly", about=W1, since=_time(one[0]), pattern="unproved")


def test_another_homes_checks_are_not_of_this_home(night: Night) -> None:
    ready(night).at("22:00")
    tell(night, "W1", mixed(50, 50))
    tell(night, "W2", mixed(0, 150))
    night.at("22:10").tell(*(seen("nobody", by="W3", home="H2", id=f"h2-{n}") for n in range(60)))
    tell(night, "W1", ["manual"], "2026-03-02 21:59:00")


def _time(id_: str) -> str:
    return f"2026-03-{id_[3:]}"
