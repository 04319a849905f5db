"""The judge of what people were told while the process was killed finds what it is there to find."""

from tests.integration.house.kill.pageverdict import Pages, Row, Told, judged

ROWS = [Row("S1", "A1", "K1")]
LOOK = ["begins\t1000", "look\t5.0\tK1\tA1"]


def page(at: float, *alerts: str, key: str = "K1", status: str = "open") -> Told:
    return Told("S1", "/S1", key, "page", status, alerts or ("A1",), at)


def verdict(
    requests: list[Told], testimony: list[str], resolved: dict[str, int] | None = None, rows: list[Row] = ROWS
) -> Pages:
    return judged(requests, testimony, resolved or {}, rows)


def test_a_page_of_an_open_alert_is_good_and_so_is_its_repetition_after_another_look() -> None:
    again = [*LOOK, "begins\t2000", "look\t7.0\tK1\tA1"]
    found = verdict([page(6.0), page(8.0)], again)
    assert found.good
    assert (found.told, found.again, found.alerts) == (2, 1, {"A1"})


def test_an_alert_that_ended_after_the_look_was_not_known_to_be_over() -> None:
    assert verdict([page(6.0)], [*LOOK, "resolved\t5.5\tA1"], {"A1": 1_500}).good


def test_an_end_on_the_desk_before_the_look_is_found() -> None:
    assert verdict([page(6.0)], ["begins\t1000", "resolved\t4.0\tA1", LOOK[1]]).after


def test_an_end_in_the_log_before_the_life_that_sent_is_found() -> None:
    assert verdict([page(6.0)], LOOK, {"A1": 999}).after
    assert verdict([page(6.0)], LOOK, {"A1": 1_000}).good


def test_what_is_sent_without_a_look_of_its_own_is_found() -> None:
    assert verdict([page(4.0)], LOOK).after
    assert verdict([page(6.0), page(7.0)], LOOK).after


def test_a_key_of_no_row_and_a_key_that_says_more_the_second_time_are_found() -> None:
    assert verdict([page(6.0, key="K2")], ["begins\t1000", "look\t5.0\tK2\tA1"]).strange
    rows = [*ROWS, Row("S1", "A2", "K1")]
    twice = [*LOOK, "look\t7.0\tK1\tA1,A2"]
    assert verdict([page(6.0), page(8.0, "A1", "A2")], twice, rows=rows).strange


def test_what_is_told_as_over_needs_no_open_alert() -> None:
    assert verdict([page(6.0, status="resolved")], [LOOK[0], "resolved\t1.0\tA1", LOOK[1]]).good
