"""What a tap does to an alert, by its named reason; and that the id of an answer is of the tap, never of the time."""

from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from services.pager import desk_rows
from services.pager.answering.giving import Decided, Given, Tap, answer_of, decided, said
from services.pager.answering.late import OnDesk
from services.pager.answering.parts import Hand, Took
from services.pager.desk import DeskAlert
from shared.instants import MINUTE, parse_instant
from shared.security.people import Person
from shared.security.rights import Right, Scope

NOW = parse_instant("2026-03-28T03:15:00.000Z")
ANN = Person("ann", "Sample Ann", Scope(provider_id="north"), frozenset(Right))
MINE, THEIRS = Hand("ann", NOW + MINUTE), Hand("ben", NOW + MINUTE)


def alert(**changes: Any) -> OnDesk:
    names: dict[str, Any] = dict.fromkeys(each.name for each in fields(DeskAlert))
    names |= {"alert_id": "A", "home_id": "larch", "kind": "check_missed", "severity": "page", "facts": {}}
    names |= {"since": NOW, "state": "raised", "level": 1, "raised_at": NOW, "about": {}}
    return OnDesk(DeskAlert(**names | changes), replace(desk_rows.nowhere("larch"), zone="Europe/London"))


HAVE = Tap("acknowledge", "token", form="1")
ONE_TAP = Tap("acknowledge", "token")
CANNOT = Tap("decline", "token", form="1")
OVER = replace(HAVE, over=True)


@dataclass(frozen=True)
class Case:
    tap: Tap
    hand: Hand | None
    what: Decided
    kind: str = "check_missed"
    state: str = "raised"


@pytest.mark.parametrize(
    "case",
    [
        Case(HAVE, None, Decided.GIVES),
        Case(ONE_TAP, None, Decided.GIVES),
        Case(CANNOT, None, Decided.GIVES),
        Case(HAVE, MINE, Decided.GIVES, state="acknowledged"),
        Case(ONE_TAP, MINE, Decided.HAS_ALREADY, state="acknowledged"),
        Case(CANNOT, MINE, Decided.GIVES, state="acknowledged"),
        Case(HAVE, THEIRS, Decided.OTHERS_HAVE_IT, state="acknowledged"),
        Case(CANNOT, THEIRS, Decided.OTHERS_HAVE_IT, state="acknowledged"),
        Case(OVER, THEIRS, Decided.GIVES, state="acknowledged"),
        Case(HAVE, None, Decided.GIVES, state="acknowledged"),
        Case(HAVE, None, Decided.CLOSED, state="resolved"),
        Case(OVER, THEIRS, Decided.CLOSED, state="resolved"),
        Case(HAVE, None, Decided.NOT_ASKED, kind="child_away"),
    ],
)
def test_what_a_tap_does(case: Case) -> None:
    assert decided(alert(kind=case.kind, state=case.state), case.hand, case.tap, "ann") is case.what


def test_the_same_tap_is_the_same_answer_whenever_it_comes() -> None:
    first, again = (answer_of(alert(), HAVE, ANN, at) for at in (NOW, NOW + MINUTE))
    assert first.id == again.id
    assert answer_of(alert(), ONE_TAP, ANN, NOW).id == answer_of(alert(), ONE_TAP, ANN, NOW + 900).id


@pytest.mark.parametrize(
    "other",
    [
        CANNOT,
        OVER,
        replace(HAVE, form="2"),
        replace(HAVE, minutes=20),
        replace(HAVE, action="I am going there"),
        replace(HAVE, by="another token"),
        ONE_TAP,
    ],
)
def test_another_tap_is_another_answer(other: Tap) -> None:
    assert answer_of(alert(), HAVE, ANN, NOW).id != answer_of(alert(), other, ANN, NOW).id


def test_one_tap_on_an_alert_that_was_reopened_is_a_new_answer() -> None:
    reopened = alert(raised_at=NOW + 10 * MINUTE)
    assert answer_of(alert(), ONE_TAP, ANN, NOW).id != answer_of(reopened, ONE_TAP, ANN, NOW).id


def test_of_two_who_say_so_at_once_the_one_whom_the_log_took_first_is_named() -> None:
    took = Took(NOW + 30 * MINUTE, before=THEIRS)
    given = Given(alert(), Decided.OTHERS_HAVE_IT, THEIRS, took)
    assert said([given], HAVE, NOW) == "ben was first, and has it until 03:16."


def test_of_several_the_earliest_end_is_said() -> None:
    given = [Given(alert(), Decided.GIVES, MINE, Took(NOW + minutes * MINUTE)) for minutes in (30, 10)]
    assert said(given, HAVE, NOW) == (
        "You have these 2 until 03:25. Until then nobody is paged about them again."
    )
