"""*`two_places`: two checks by one worker in different rooms observed less than 5 s apart.*"""

import pytest

from tests.scenarios.facts import corrected, withdrawn
from tests.scenarios.integrity_facts import ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")
W1 = {"staff_id": "W1"}


def test_two_rooms_in_less_than_five_seconds_are_two_places(night: Night) -> None:
    ready(night, "P1", "P2").at("23:10").tell(
        seen("P1", "23:09:00", room="R1", id="a"), seen("P2", "23:09:04.999", room="R2", id="b")
    )
    night.expect.raised(
        "anomaly",
        about=W1,
        since="23:09:04.999",
        pattern="two_places",
        entries=["a", "b"],
        reason="Two checks by one worker in different rooms were recorded less than 5 seconds apart.",
    )


def test_five_seconds_are_enough_to_go_from_one_to_the_other(night: Night) -> None:
    ready(night, "P1", "P2").at("23:10").tell(
        seen("P1", "23:09:00", room="R1"), seen("P2", "23:09:05", room="R2")
    )


def test_two_children_in_one_room_are_in_one_place(night: Night) -> None:
    ready(night, "P1", "P2").at("23:10").tell(seen("P1", "23:09", room="R1"), seen("P2", "23:09", room="R1"))


def test_two_workers_are_in_two_places(night: Night) -> None:
    ready(night, "P1", "P2").at("23:10").tell(
        seen("P1", "23:09", room="R1"), seen("P2", "23:09", room="R2", by="W2")
    )


def test_a_check_that_names_no_room_says_of_no_place(night: Night) -> None:
    ready(night, "P1", "P2").at("23:10").tell(seen("P1", "23:09", room="R1"), seen("P2", "23:09"))


def test_attempts_and_withdrawn_checks_count_with_the_room_first_recorded(night: Night) -> None:
    ready(night, "P1").at("23:10").tell(
        seen("P1", "23:09:00", room="R1", id="a"), seen("nobody", "23:09:20", room="R1", id="c")
    )
    night.at("23:11").tell(withdrawn("a"), corrected("c", "nobody", room="R2"))
    night.at("23:12").tell(
        seen("P1", "23:09:04", room="R2", id="b", outcome="not_seen"),
        seen("P1", "23:09:23", room="R2", id="d"),
    )
    first = night.expect.raised("anomaly", about=W1, since="23:09:04", entries=["a", "b"])
    first.worsened(2, entries=["c", "d"])


def test_a_late_phone_completes_it_with_the_nearest(night: Night) -> None:
    ready(night).at("23:10").tell(
        seen(at="23:09:00", room="R1", id="a"), seen(at="23:09:06", room="R1", id="c")
    )
    night.at("04:00").tell(seen(at="23:09:04", room="R2", id="b"))
    night.expect.raised("anomaly", about=W1, since="23:09:04", pattern="two_places", entries=["b", "c"])


def test_times_that_are_not_believed_say_of_no_place(night: Night) -> None:
    """Both are read as the one moment at which they were appended; that the clock is off is told of itself."""
    ready(night).at("23:10").tell(seen(at="23:12", room="R1"), seen(at="23:14", room="R2"))
    night.expect.raised("anomaly", about={"device": "device/1"}, pattern="clock").worsened(2)
