"""What somebody reads who was asleep a minute ago: one line that says it all, then what to do, then who was told."""

import re
from dataclasses import replace
from typing import Any

import pytest

from services.pager.channels.base import Message
from services.pager.desk import DeskAlert
from services.pager.telling import Happened, Occasion, all_of_it, compose
from shared.alerting import SEVERITY
from tests.unit.pager.telling.desk import AT, ZONES, alert, at, buttons, occasion

CLOSED = Happened(at("03:05"), "closed")


def told(
    *alerts: DeskAlert, when: Occasion | None = None, story: tuple[Happened, ...] = (), shows: Any = all_of_it
) -> Message:
    stories = {alerts[0].alert_id: story} if story else {}
    message = compose(alerts, ZONES, when or occasion(), stories, buttons, shows)
    assert message is not None
    return message


def test_a_page_says_in_one_line_what_about_whom_where_and_since_when() -> None:
    assert told(alert()).title == "Check missed: P1, home H1, since 02:00"


def test_a_page_says_what_stands_on_record_what_to_do_and_how_to_answer() -> None:
    assert told(alert(level=2)).text == (
        "CHECK MISSED (LEVEL 2) - Act now\n"
        "Home H1, placement P1\n"
        "Not seen since 02:00\n"
        "Due by 02:15\n"
        "22 min without a check\n"
        "\n"
        "WHAT TO DO\n"
        "Have somebody see the child now, and record the check.\n"
        "\n"
        "I have it: https://wakeful.example/a/A1/have\n"
        "I can't: https://wakeful.example/a/A1/cannot\n"
        "All of it: https://wakeful.example/a/A1\n"
        "\n"
        "--\n"
        "Times are those of Europe/London. People and children are told by their ids.\n"
        "Alert A1\n"
    )


def test_a_later_step_says_who_was_told_and_what_they_answered() -> None:
    story = (
        Happened(at("02:17"), "told", "W1", 0),
        Happened(at("02:17"), "told", "home:H1", 0),
        Happened(at("02:18"), "has_it", "W1", until=at("02:20")),
        Happened(at("02:20"), "open_again"),
        Happened(at("02:20"), "told", "M1", 1),
        Happened(at("02:21"), "declined", "M1"),
    )
    message = told(alert(), when=occasion(person_id="M2", step=2), story=story)
    assert message.title == "Still open. Check missed: P1, home H1, since 02:00"
    assert (
        "So far:\n"
        "  02:17 step 1: told to W1, home:H1\n"
        "  02:18 W1 had it until 02:20\n"
        "  02:20 open again: nobody has it\n"
        "  02:20 step 2: told to M1\n"
        "  02:21 M1 cannot take it\n"
    ) in message.text


def test_that_a_step_reached_nobody_is_said_once_however_many_people_were_in_it() -> None:
    story = (
        *(Happened(at("02:17"), "unreached", who, 0) for who in ("W1", "W2", "home:H1")),
        Happened(at("02:20"), "unreached", "W1", 0),
    )
    message = told(alert(), when=occasion(person_id="M2", step=2), story=story)
    line = "step 1: nobody could be reached\n"
    assert f"So far:\n  02:17 {line}  02:20 {line}" in message.text


def test_a_commissioner_is_told_that_people_were_told_and_not_which() -> None:
    story = (
        Happened(at("02:17"), "told", "W1", 0),
        Happened(at("02:18"), "told", "W2", 0),
        Happened(at("02:19"), "declined", "W1"),
    )
    message = told(alert(level=2), when=occasion(person_id="commissioner:C1", beside=True), story=story)
    assert "step 1: 2 people were told" in message.text
    assert "W1" not in message.text + message.html
    assert "told by the home's chain" in message.text


def test_whoever_else_was_told_hears_who_has_it_and_until_when() -> None:
    taken = alert(state="acknowledged", acknowledged_by="M1", until=at("02:40"))
    message = told(taken, when=occasion(purpose="update", status="acknowledged"))
    assert message.title == "M1 has it until 02:40. Check missed: P1, home H1, since 02:00"


def test_what_is_over_says_how_and_when_and_asks_for_nothing() -> None:
    over = alert(state="resolved", how="late")
    when = occasion(purpose="update", status="resolved", at=at("03:06"))
    message = told(over, when=when, story=(CLOSED,))
    assert message.title == "Over at 03:05. Check missed: P1, home H1, since 02:00: seen, but late"
    assert "Closed 03:05: seen, but late" in message.text
    assert (message.actions, "WHAT TO DO" in message.text) == ((), False)


def test_a_test_says_so_first_of_all() -> None:
    message = told(alert(), when=occasion(purpose="test"))
    assert message.title.startswith("TEST: ")
    assert message.text.startswith("This is a TEST.")
    assert "This is a TEST." in message.html
    assert message.actions


def test_alerts_told_together_are_counted_the_worst_first_and_no_more_than_can_be_read() -> None:
    first = alert("child_not_found", "A0")
    message = told(first, *(alert(id_=f"A{number}", placement_id=f"P{number}") for number in range(1, 13)))
    assert message.title == "13 alerts: Child not found: P1, home H1, since 02:00"
    assert message.text.startswith("13 alerts, the worst first.\n\n1. CHILD NOT FOUND - Act now\n")
    assert "\n10. CHECK MISSED" in message.text
    assert "\n11. " not in message.text
    assert "and 3 more\n" in message.text
    assert message.text.count("Check missed: Have somebody see") == 1
    assert len(message.alert_ids) == 13


def test_what_its_reader_may_not_see_is_neither_told_nor_counted() -> None:
    silent = alert("home_silent", "A0", facts={"members": ["A1", "A2"]})
    both = (alert(id_="A1"), alert(id_="A2", placement_id="P2", commissioner_id="C2"))
    message = told(silent, *both, shows={"A0", "A1"}.__contains__)
    assert message.alert_ids == ("A0", "A1")
    assert "2 alerts, the worst first" in message.text
    assert "1 alert told together" in message.text.lower()
    for each in (message.title, message.text, message.html, *message.labels.values()):
        assert not re.search(r"\bP2\b|\bA2\b|3 alerts", each)


def test_nothing_is_told_to_a_reader_who_may_see_none_of_it() -> None:
    assert compose([alert()], ZONES, occasion(), {}, buttons, lambda _id: False) is None


@pytest.mark.parametrize("kind", [kind for kind, severity in SEVERITY.items() if severity != "info"])
def test_every_kind_that_is_told_has_a_title_and_something_to_do(kind: str) -> None:
    message = told(alert(kind))
    assert "_" not in message.title
    (what,) = re.findall(r"WHAT TO DO\n(.+)\n", message.text)
    assert len(what) > 20


@pytest.mark.parametrize("status", ["open", "acknowledged", "resolved"])
def test_a_title_is_120_characters_at_most_and_keeps_what_since_when_and_level(status: Any) -> None:
    long = "x" * 200
    state = {"open": "raised"}.get(status, status)
    one = alert(
        placement_id=long, home_id=long, level=3, state=state, acknowledged_by=long, until=AT + 1, how="late"
    )
    title = told(one, one, one, when=occasion(status=status, step=1, purpose="test")).title
    assert len(title) <= 120
    assert title.startswith("TEST: ")
    assert "3 alerts: Check missed: x" in title
    assert ", since 02:00 UTC, level 3" in title


def test_html_shows_everything_as_text() -> None:
    message = told(alert(placement_id="<b>P1</b>&"), story=(Happened(at("02:17"), "told", "<i>W1", 0),))
    assert "<b>" not in message.html
    assert "<i>" not in message.html
    assert "&lt;b&gt;P1&lt;/b&gt;&amp;" in message.html
    assert 'href="https://wakeful.example/a/A1/have"' in message.html


def test_what_people_wrote_never_leaves_the_house() -> None:
    taken = alert(
        state="acknowledged", acknowledged_by="M1", until=at("02:40"), action="drive to Anna's room"
    )
    message = told(taken, when=occasion(purpose="update", status="acknowledged"))
    assert "Anna" not in message.title + message.text + message.html


def test_the_key_is_the_same_on_every_try_and_another_for_another_step_round_or_person() -> None:
    first = occasion()
    others = [replace(first, step=1), replace(first, round=1), replace(first, person_id="M2")]
    others += [replace(first, status="resolved", purpose="update"), replace(first, beside=True)]
    again = replace(first, at=AT + 60_000)
    assert told(alert(), when=again).key == told(alert(), when=first).key
    assert len({told(alert(), when=when).key for when in (first, *others)}) == len(others) + 1


def test_what_is_told_of_one_alert_is_one_thread() -> None:
    later = occasion(person_id="M2", step=2, status="resolved", purpose="update")
    assert told(alert()).thread == told(alert(state="resolved", how="late"), when=later).thread == "A1"
    together = told(alert(id_="A2"), alert()).thread
    assert together == told(alert(), alert(id_="A2")).thread != "A1"


def test_machines_are_told_ids_of_the_worst() -> None:
    assert told(alert(level=2), alert(id_="A2"), when=occasion(step=1)).labels == {
        "kind": "check_missed",
        "severity": "page",
        "level": "2",
        "home": "H1",
        "placement": "P1",
        "step": "1",
        "count": "2",
    }
