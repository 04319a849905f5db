"""Waking cover, plans, reviews and patterns in plain words: short, exact, and never about whose fault it is."""

from typing import Any

import pytest

from shared.instants import DAY, HOUR, Instant, parse_instant
from shared.words import told
from shared.words.records import PATTERNS
from tests.unit.words.alert import CHILD, CLOSE, HOME, ROOM, row

NOW = parse_instant("2026-03-02T02:22:00Z")


def points(kind: str, subject: dict[str, str], facts: dict[str, Any], since: str, now: Instant = NOW) -> Any:
    return told(row(kind, subject, facts, since), now).points


def closed(kind: str, how: str, subject: dict[str, str] = CHILD) -> str:
    words = told(row(kind, subject, {}, closed=("2026-03-02T02:20:00Z", how)), NOW).closed
    return words.removeprefix("Closed 02:20: ")


def test_a_cover_gap_says_how_many_and_who_does_not_count_just_now() -> None:
    facts = {"required": 2, "evidenced": 0, "lapsed": ["W1", "W2"], "on_break": ["W3"]}
    alert = row("cover_gap", HOME, facts)
    assert told(alert, NOW).points == (
        "0 of 2 awake on record",
        "no recent sign of being awake: W1, W2",
        "on a break: W3",
        "since 02:00",
    )
    assert (told(alert, NOW).about, told(alert, NOW).running) == ("", "short")


def test_a_night_with_nobody_signed_in_names_nobody() -> None:
    facts = {"required": 1, "evidenced": 0, "lapsed": [], "on_break": []}
    assert points("cover_gap", HOME, facts, "2026-03-01T22:00:00Z") == (
        "0 of 1 awake on record",
        "since 22:00",
    )


def test_a_one_to_one_gap_is_about_the_child() -> None:
    words = told(row("one_to_one_gap", CHILD, {"plan_version": 2}), NOW)
    assert (words.about, words.running) == ("P1", "without one-to-one")
    assert words.points == ("nobody awake on record for this child alone", "since 02:00")


def test_an_overrun_says_with_whom_and_since_when() -> None:
    words = told(row("observer_overrun", {"staff_id": "W1"}, {"placement_id": "P1"}), NOW)
    assert (words.about, words.points) == ("W1", ("with P1", "without a break since 02:00"))


def test_a_missing_plan_says_by_which_day_there_should_have_been_one() -> None:
    assert points("plan_missing", CHILD, {}, "2026-06-08T23:00:00Z", NOW) == (
        "due by Mon 8 Jun, the fifth working day",
    )


def test_an_incomplete_plan_gives_the_whole_list_in_plain_words() -> None:
    missing = ["day_checks", "night_cover.meaning", "role:escalation", "signed:placing_authority"]
    missing += ["cover_offered", "suicide_prevention.means_restriction", "suicide_prevention.actions"]
    missing += ["ligature_plan.controls", "ligature_plan.review_by"]
    facts = {"plan_version": 3, "missing": missing}
    assert points("plan_incomplete", CHILD, facts, "2026-03-01T02:00:00Z") == (
        "version 3 lacks checks by day, what waking night means, who is called for help, "
        "the placing authority's signature, enough waking staff offered by the home",
        "in the suicide prevention plan: means restriction, actions with names",
        "in the ligature plan: controls, a review date",
    )


def test_only_what_is_lacking_is_listed() -> None:
    facts = {"plan_version": 1, "missing": ["ligature_plan.controls"]}
    said = points("plan_incomplete", CHILD, facts, "2026-03-01T02:00:00Z")
    assert said == ("version 1 lacks in the ligature plan: controls",)


LACKING = [
    "night_checks",
    "day_checks",
    "night_cover",
    "night_cover.meaning",
    "role:night_checks",
    "role:night_cover",
    "role:escalation",
    "signed:registered_person",
    "signed:placing_authority",
    "cover_offered",
    "suicide_prevention.emotional_risks",
    "suicide_prevention.behavioural_risks",
    "suicide_prevention.situational_risks",
    "suicide_prevention.means_restriction",
    "suicide_prevention.actions",
    "suicide_prevention.review_by",
    "ligature_plan.controls",
    "ligature_plan.review_by",
]


@pytest.mark.parametrize("item", LACKING)
def test_every_item_of_the_list_has_words(item: str) -> None:
    (said,) = points("plan_incomplete", CHILD, {"plan_version": 1, "missing": [item]}, "2026-03-01T02:00:00Z")
    assert said.startswith("version 1 lacks ")
    assert not set(said) & set("_.")
    assert item not in said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"because": "date", "last": "2025-03-01"}, ("due by Sun 1 Mar", "last done Sat 1 Mar 2025")),
        ({"because": "date"}, ("due by Sun 1 Mar", "none on record before")),
        (
            {"because": "date", "last": "2026-02-01T09:30:00.000Z"},
            ("due by Sun 1 Mar", "last done Sun 1 Feb"),
        ),
    ],
)
def test_an_overdue_review_says_by_which_day_it_was_due(facts: dict[str, str], said: tuple[str, ...]) -> None:
    assert points("room_ligature_review_overdue", ROOM, facts, "2026-03-02T00:00:00Z") == said


@pytest.mark.parametrize(
    ("because", "after"),
    [
        ("new_child", "a child moved in"),
        ("ligature_incident", "a ligature incident"),
        ("self_harm", "self-harm"),
        ("works", "works in the room"),
        ("room_change", "a change of room"),
        ("return", "the child's return"),
        ("level_change", "a change of the checks"),
    ],
)
def test_a_review_that_something_asked_for_says_what(because: str, after: str) -> None:
    facts = {"because": because}
    said = points("ligature_plan_review_overdue", CHILD, facts, "2026-03-01T22:30:00Z")
    assert said[0] == f"due by 22:30, a day after {after}"


def test_what_falls_due_soon_says_what_and_by_when_and_counts_nothing() -> None:
    facts = {"what": "suicide_plan_review", "date": "2026-03-08"}
    words = told(row("review_due_soon", CHILD, facts), NOW)
    assert words.points == ("the suicide prevention plan", "due by Sun 8 Mar")
    assert words.running == ""


@pytest.mark.parametrize(
    "what", ["room_ligature_review", "ligature_plan_review", "suicide_plan_review", "suitability_review"]
)
def test_whatever_falls_due_has_words(what: str) -> None:
    first, _ = points("review_due_soon", CHILD, {"what": what, "date": "2026-03-08"}, "2026-03-01T00:00:00Z")
    assert first.startswith("the ")
    assert "_" not in first


def test_an_action_says_by_which_day_it_was_due() -> None:
    words = told(row("ligature_action_overdue", {"point_id": "A7"}, {"action_due": "2026-03-01"}), NOW)
    assert (words.about, words.points) == ("point A7", ("rated high, and open", "due by Sun 1 Mar"))


def test_a_pattern_says_what_it_is_its_reason_how_many_entries_and_when() -> None:
    reason = "Three checks of 01:10 to 01:58 were entered within 6 s."
    facts = {"pattern": "burst", "entries": ["c1", "c2", "c3"], "reason": reason}
    words = told(row("anomaly", {"staff_id": "W1"}, facts), NOW)
    assert (words.title, words.about, words.running) == ("A pattern worth a look", "W1", "")
    assert words.points == (
        "several checks entered together",
        "Three checks of 01:10 to 01:58 were entered within 6 s",
        "3 entries",
        "at 02:00",
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_one_entry_is_one_entry(pattern: str) -> None:
    facts = {"pattern": pattern, "entries": ["c1"], "reason": "x"}
    assert "1 entry" in points("anomaly", HOME, facts, "2026-03-02T02:00:00Z")


@pytest.mark.parametrize(
    ("kind", "how", "said"),
    [
        ("cover_gap", "restored", "enough waking cover is on record again"),
        ("cover_gap", "unreported", "cover had been there; its record arrived late"),
        ("cover_gap", "ended", "waking cover is no longer required"),
        ("one_to_one_gap", "unreported", "cover had been there; its record arrived late"),
        ("one_to_one_gap", "ended", "one-to-one cover is no longer required"),
        ("observer_overrun", "restored", "a break was taken"),
        ("observer_overrun", "ended", "the one-to-one session ended"),
        ("plan_missing", "restored", "an agreed plan is in force"),
        ("plan_incomplete", "superseded", "a newer version of the plan is in force"),
        ("room_ligature_review_overdue", "reviewed", "the room was assessed"),
        ("room_ligature_review_overdue", "ended", "no child lives in the room any more"),
        ("ligature_plan_review_overdue", "reviewed", "reviewed"),
        ("ligature_plan_review_overdue", "superseded", "the plan in force no longer states it"),
        ("suicide_plan_review_overdue", "ended", "the placement ended"),
        ("suitability_review_overdue", "ended", "no child lives in the home any more"),
        ("ligature_action_overdue", "restored", "the point is mitigated or removed"),
        ("ligature_action_overdue", "reviewed", "the room was assessed again"),
    ],
)
def test_it_says_which_fact_closed_it(kind: str, how: str, said: str) -> None:
    assert closed(kind, how) == said


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (CHILD, "the placement ended"),
        (ROOM, "no child lives in the room any more"),
        (HOME, "no child lives in the home any more"),
    ],
)
def test_a_review_that_nobody_is_waiting_for_any_more_says_why(subject: dict[str, str], said: str) -> None:
    assert closed("review_due_soon", "ended", subject) == said


CLOSINGS = [(kind, how) for kind, ways in CLOSE.items() for how in ways]


@pytest.mark.parametrize(("kind", "how"), CLOSINGS)
def test_every_way_in_which_a_kind_closes_is_more_than_its_own_name(kind: str, how: str) -> None:
    assert " " in closed(kind, how) or how == "reviewed"


def test_a_day_far_away_is_said_with_its_year() -> None:
    facts = {"what": "suitability_review", "date": "2027-03-08"}
    assert points("review_due_soon", HOME, facts, "2026-03-01T00:00:00Z")[1] == "due by Mon 8 Mar 2027"


def test_what_was_due_by_the_end_of_a_day_names_that_day_and_not_the_midnight() -> None:
    due = "2026-06-08T23:00:00Z"  # midnight in London
    said = points("ligature_plan_review_overdue", CHILD, {}, due, parse_instant(due) + 30 * DAY + HOUR)
    assert said[0] == "due by Mon 8 Jun"
