"""§6: somebody has it until T, a decision closes it, and what may not be said is refused."""

from shared.alerting import Resolution
from shared.monitor import Effect
from shared.topics import ALERTS
from tests.unit.alerts.deciding_story import Desk, at


def test_an_alert_that_somebody_has_is_reopened_when_the_time_passes_and_it_is_still_open() -> None:
    desk = Desk()
    missed = desk.raised("check_missed", "02:17")
    desk.have(missed, "02:19", until="02:30")
    assert desk.decided("02:30") == ["02:19 M1 has it until 02:30"]
    assert desk.decided("02:31") == ["02:30 reopened"]
    assert desk.decided("12:00") == []
    assert desk.events[0]["actor"] == "M1"
    assert desk.events[1]["actor"] == "wakeful"


def test_who_does_not_say_until_when_has_it_for_as_long_as_is_usual_for_its_kind() -> None:
    desk = Desk()
    desk.have(desk.raised("check_missed", "02:17"), "02:20")
    desk.have(desk.raised("child_missing", "02:21", "P2"), "02:22")
    assert desk.decided("02:23") == ["02:20 M1 has it until 02:30", "02:22 M1 has it until 02:52"]


def test_what_was_resolved_at_02_59_59_is_not_reopened_at_03_00_because_the_news_came_late() -> None:
    desk = Desk()
    missed = desk.raised("check_missed", "02:40")
    desk.have(missed, "02:45", until="03:00")
    assert desk.decided("03:05", checks="02:59:59") == ["02:45 M1 has it until 03:00"]
    desk.resolved(missed, "02:59:59", late="03:06")
    assert desk.decided("03:07") == []


def test_resolved_at_the_very_instant_at_which_the_time_passes_it_is_not_reopened() -> None:
    desk = Desk()
    missed = desk.raised("check_missed", "02:40")
    desk.have(missed, "02:45", until="03:00")
    desk.resolved(missed, "03:00")
    assert desk.decided("03:01") == ["02:45 M1 has it until 03:00"]


def test_an_alert_waits_for_the_monitor_that_owns_it_and_for_no_other() -> None:
    desk = Desk()
    desk.have(desk.raised("check_missed", "02:40"), "02:45", until="03:00")
    gap = desk.raised("cover_gap", "02:41", None)
    desk.have(gap, "02:46", until="03:01")
    assert desk.decided("03:05", cover="02:41") == ["02:45 M1 has it until 03:00", "03:00 reopened"]
    assert desk.decided("03:05") == ["02:46 M1 has it until 03:01", "03:01 reopened"]


def test_beyond_the_limit_it_is_refused_and_changes_nothing() -> None:
    desk = Desk()
    answer = desk.have(desk.raised("check_missed", "02:17"), "02:20", until="02:50:01")
    assert desk.decided("03:30") == ["02:20 rejected acknowledged_too_long"]
    (event,) = desk.events
    assert event["data"]["event_id"] == answer
    assert event["data"]["remedy"]
    assert "position" not in event["data"]
    desk.have(event["data"]["event_id"], "03:31")  # nobody's alert
    desk.have(desk.raised("child_not_found", "03:31", "P2"), "03:32", until="04:02")
    assert desk.decided("03:33") == ["03:32 M1 has it until 04:02"]


def test_a_decision_closes_an_anomaly_with_its_reason_and_nothing_that_facts_close() -> None:
    desk = Desk()
    anomaly, missed = desk.raised("anomaly", "02:00"), desk.raised("check_missed", "02:17")
    desk.answer(anomaly, "02:20", "decide")
    desk.answer(anomaly, "02:21", "decide", reason="The clock of the phone was wrong")
    desk.answer(missed, "02:22", "decide", reason="He sleeps")
    assert desk.decided("02:30") == [
        "02:20 rejected no_reason",
        "02:21 resolved decision",
        "02:22 rejected facts_close_it",
    ]
    closed = desk.events[1]
    assert (closed["actor"], closed["data"]["by"]) == ("M1", "M1")
    assert closed["data"]["reason"] == "The clock of the phone was wrong"


def test_an_answer_to_what_is_resolved_or_unknown_and_a_decline_change_nothing() -> None:
    desk = Desk()
    missed = desk.raised("check_missed", "02:17")
    desk.answer(missed, "02:18", "decline")
    desk.resolved(missed, "02:20")
    desk.have(missed, "02:21")
    desk.have("no-such-alert", "02:22")
    desk.answer(missed, "02:23", "decide", reason="Seen")
    assert desk.decided("03:00") == []


def test_the_one_who_has_it_may_say_so_again_and_of_two_at_once_the_first_has_it() -> None:
    desk = Desk()
    missed = desk.raised("check_missed", "02:17")
    desk.have(missed, "02:20", until="02:30")
    desk.have(missed, "02:25", until="02:45")
    desk.have(missed, "02:25", until="02:35", by="M2")
    assert desk.decided("02:46") == [
        "02:20 M1 has it until 02:30",
        "02:25 M1 has it until 02:45",
        "02:45 reopened",
    ]


def test_what_is_decided_comes_back_out_of_the_log_and_is_not_decided_again() -> None:
    desk = Desk()
    missed = desk.raised("check_missed", "02:17")
    desk.have(missed, "02:20", until="02:30")
    desk.decided("02:40")
    for event in list(desk.events):
        desk.tell(Effect(ALERTS, "H1", event["id"], at("02:41"), event), late="02:41")
    assert desk.decided("03:00") == []
    desk.resolved(missed, "03:01", Resolution.LATE)
    assert desk.decided("03:10") == []
