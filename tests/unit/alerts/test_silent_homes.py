"""§6: a home of which nothing is heard, with two checks missed there, is told as one thing."""

from tests.unit.alerts.deciding_story import Desk

TOO_LITTLE = "one check missed is no silent home"


def quiet(desk: Desk) -> tuple[str, str]:
    """Two checks missed, a quarter of an hour after the last word."""
    desk.cover("02:00")
    return desk.raised("check_missed", "02:10", "P1"), desk.raised("check_missed", "02:12", "P2")


def silent_id(desk: Desk) -> str:
    found: str = next(e["subject"] for e in reversed(desk.events) if e["data"].get("kind") == "home_silent")
    return found


def test_nothing_for_15_minutes_and_two_checks_missed_is_a_silent_home_since_the_last_word() -> None:
    desk = Desk()
    members = quiet(desk)
    assert desk.decided("02:15") == []
    assert desk.decided("02:16") == ["02:15 home_silent raised since 02:00"]
    assert desk.events[0]["data"]["facts"] == {"members": sorted(members)}
    assert desk.decided("06:00") == [], "once"


def test_it_is_raised_when_both_are_so_for_the_first_time() -> None:
    desk = Desk()
    desk.check("01:50")
    desk.raised("check_missed", "02:10", "P1")
    assert desk.decided("02:30") == [], TOO_LITTLE
    desk.raised("check_missed", "02:31", "P2")
    assert desk.decided("02:32") == ["02:31 home_silent raised since 01:50"]


def test_a_word_at_the_very_end_of_the_quarter_of_an_hour_is_in_time() -> None:
    desk = Desk()
    quiet(desk)
    desk.cover("02:15")
    assert desk.decided("02:30") == []
    assert desk.decided("02:31") == ["02:30 home_silent raised since 02:15"]


def test_of_a_home_that_never_said_a_word_it_is_since_the_earliest_of_its_members() -> None:
    desk = Desk()
    desk.raised("check_missed", "02:10", "P1", since="01:40")
    desk.raised("check_missed", "02:12", "P2", since="01:45")
    assert desk.decided("02:13") == ["02:12 home_silent raised since 01:40"]


def test_whoever_has_it_has_its_members_of_that_moment_for_no_longer_than_the_shortest_of_their_limits() -> (
    None
):
    desk = Desk()
    quiet(desk)
    desk.decided("02:16")
    desk.have(silent_id(desk), "02:20", until="03:50")
    assert desk.decided("02:21") == [
        "02:20 M1 has it until 03:50",
        "02:20 M1 has it until 02:50",
        "02:20 M1 has it until 02:50",
    ]
    assert desk.decided("04:00") == ["02:50 reopened", "02:50 reopened", "03:50 reopened"]


def test_a_new_member_reopens_it_and_nothing_else_joins_it() -> None:
    desk = Desk()
    quiet(desk)
    desk.decided("02:16")
    desk.have(silent_id(desk), "02:20", until="03:00")
    desk.decided("02:21")
    desk.raised("child_missing", "02:22", "P3")
    assert desk.decided("02:23") == []
    desk.raised("cover_gap", "02:24", None)
    assert desk.decided("02:25") == ["02:24 reopened"]
    assert desk.events[-1]["subject"] == silent_id(desk)


def test_any_word_from_the_home_restores_it_and_it_may_fall_silent_again() -> None:
    desk = Desk()
    quiet(desk)
    desk.decided("02:16")
    word = desk.cover("02:40")
    assert desk.decided("02:41") == ["02:40 resolved restored"]
    assert desk.events[-1]["data"]["fact_id"] == word
    assert desk.decided("02:56") == ["02:55 home_silent raised since 02:40"]


def test_with_fewer_than_two_missed_it_does_not_fall_silent_again() -> None:
    desk = Desk()
    first, _ = quiet(desk)
    desk.decided("02:16")
    desk.check("02:40", "P1")
    desk.resolved(first, "02:40")
    assert desk.decided("06:00") == ["02:40 resolved restored"]


def test_it_waits_for_whoever_tells_of_checks_and_cover_but_a_missed_check_does_not() -> None:
    desk = Desk()
    first, _ = quiet(desk)
    desk.have(first, "02:13", until="02:20")
    assert desk.decided("02:30", cover="02:01") == ["02:13 M1 has it until 02:20", "02:20 reopened"]
    assert desk.decided("02:30") == ["02:15 home_silent raised since 02:00"]


def test_nothing_overtakes_an_answer_to_a_silent_home() -> None:
    desk = Desk()
    first, _ = quiet(desk)
    desk.have(first, "02:14", until="02:24")
    desk.decided("02:16")
    desk.have(silent_id(desk), "02:20", until="02:40")
    assert desk.decided("02:30", cover="02:17") == [], "02:24 would come too early"
    assert desk.decided("02:41") == [
        "02:20 M1 has it until 02:40",
        "02:20 M1 has it until 02:40",
        "02:20 M1 has it until 02:40",
        "02:40 reopened",
        "02:40 reopened",
        "02:40 reopened",
    ]
