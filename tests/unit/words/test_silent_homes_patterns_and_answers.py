"""What is told together, the draft that a person decides about, and who has an alert: in words that accuse nobody."""

from dataclasses import replace
from typing import Any

import pytest

from services.alerts.rows import AlertRow, StepRow
from shared.instants import parse_instant
from shared.words import Wall, step_told, told
from shared.words.referral import DRAFT, referral
from tests.unit.words.alert import CHILD, HOME, row

NOW = parse_instant("2026-03-07T09:00:00Z")
NIGHTS = ["2026-03-02", "2026-03-04", "2026-03-06"]


def missed(since: str, closed: str) -> AlertRow:
    alert = row("check_missed", CHILD, {}, since, closed=(closed, "late"))
    return replace(alert, deadline=alert.since + 15 * 60_000)


MISSED = [
    missed("2026-03-03T02:00:00Z", "2026-03-03T02:21:00Z"),
    missed("2026-03-04T23:50:00Z", "2026-03-05T00:30:00Z"),
    missed("2026-03-07T03:00:00Z", "2026-03-07T03:40:00Z"),
]


def concern(**facts: Any) -> AlertRow:
    nights = {"nights": NIGHTS, "alerts": [alert.alert_id for alert in MISSED]}
    return row("pattern_concern", CHILD, {**nights, **facts}, "2026-03-07T03:17:00Z")


def step(name: str, **values: Any) -> StepRow:
    nothing: dict[str, Any] = dict.fromkeys(
        ("level", "by", "action", "until", "how", "reason", "fact_id", "facts")
    )
    return StepRow(1, "a", "H1", name, MISSED[0].raised_at, **{**nothing, **values})


def test_a_silent_home_says_since_when_nothing_is_heard_and_how_many_alerts_that_is() -> None:
    words = told(row("home_silent", HOME, {"members": ["a", "b"]}, "2026-03-07T08:40:00Z"), NOW)
    assert words.title == "Nothing heard from the home"
    assert words.points == ("no check and no record of cover since 08:40", "2 alerts told together")
    assert words.running == "without a record"


@pytest.mark.parametrize(("members", "said"), [(["a"], "1 alert told together"), ([], None)])
def test_only_the_members_that_its_reader_may_see_are_counted(members: list[str], said: str | None) -> None:
    points = told(row("home_silent", HOME, {"members": members}, "2026-03-07T08:40:00Z"), NOW).points
    assert points[1:] == (() if said is None else (said,))


def test_a_pattern_over_nights_lists_them_and_leaves_what_it_means_to_a_person() -> None:
    words = told(concern(), NOW)
    assert words.points[0] == "on 3 nights: Mon 2 Mar, Wed 4 Mar, Fri 6 Mar"
    assert words.points[-1] == "a person decides"
    assert words.running == ""


def test_the_draft_lists_the_nights_and_alerts_and_leaves_open_what_no_record_knows() -> None:
    draft = referral(concern(), MISSED, "C1", NOW)
    assert draft.startswith(DRAFT)
    assert "About: placement P1, [name of the child]" in draft
    assert (
        "On 3 of seven nights (noon to noon, the home's time) no valid check was on record in time." in draft
    )
    first, second, third = (alert.alert_id for alert in MISSED)
    lines = draft.splitlines()
    begin = lines.index("Night of Mon 2 Mar")
    assert lines[begin : begin + 6] == [
        "Night of Mon 2 Mar",
        f"- Check missed; not seen since 02:00; due by 02:15. Closed 02:21: seen, but late (alert {first})",
        "Night of Wed 4 Mar",
        f"- Check missed; not seen since 23:50; due by 00:05. Closed 00:30: seen, but late (alert {second})",
        "Night of Fri 6 Mar",
        f"- Check missed; not seen since 03:00; due by 03:15. Closed 03:40: seen, but late (alert {third})",
    ]
    assert draft.count("[") > 6


def test_the_draft_about_a_home_is_about_the_home() -> None:
    about_home = row("pattern_concern", HOME, {"nights": NIGHTS, "alerts": []}, "2026-03-07T03:17:00Z")
    draft = referral(about_home, [], None, NOW)
    assert "About: home H1 as a whole" in draft
    assert "To: [the commissioner], " in draft
    assert [line for line in draft.splitlines() if line.startswith("Night of")] == [
        "Night of Mon 2 Mar",
        "Night of Wed 4 Mar",
        "Night of Fri 6 Mar",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (step("raised", level=1), "Raised"),
        (step("worsened", level=2), "Level 2"),
        (step("acknowledged", by="M1", until=parse_instant("2026-03-07T09:20:00Z")), "M1 has it until 09:20"),
        (step("declined", by="M1"), "M1 cannot take it: the next step is told at once"),
        (step("reopened"), "Open again: nobody has it"),
        (step("resolved", how="late"), "Closed: seen, but late"),
        (step("resolved", how="decision", by="M1"), "Closed by a decision of M1"),
    ],
)
def test_each_step_of_a_life_has_words(given: StepRow, said: str) -> None:
    assert step_told(given, MISSED[0], Wall("Europe/London", NOW)) == said
