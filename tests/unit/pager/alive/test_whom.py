"""Who is told that nobody watches: once for a stretch, again while it lasts, and when it is over."""

from dataclasses import replace

import pytest

from services.pager.alive.whom import AGAIN_AFTER, STEADY, Call, Contact, Standing, Telling, Trouble, Why
from services.pager.channels.base import Address
from shared.instants import MINUTE, SECOND

WAYS = (Address("sms", "+447700900123"),)
OPERATOR = Contact("OP", WAYS, operations=True)
RESORT = Contact("R1", WAYS, operations=False, homes=frozenset({"H1"}))
NO_HOME = Contact("R0", WAYS, operations=False)
EVERYBODY = {each.person_id: each for each in (OPERATOR, RESORT, NO_HOME)}
BLIND = Trouble(None, None, 1_000, "the door's probe does not get in")
H1_ASIDE = Trouble("checks", "H1", 2_000, "KeyError")
H2_ASIDE = Trouble("checks", "H2", 2_000, "KeyError")


class Night:
    """Troubles and people over a while; every message is sent unless somebody's phone is down."""

    def __init__(self) -> None:
        self.telling = Telling()
        self.now = 0
        self.down: set[str] = set()

    def at(self, now: int, *troubles: Trouble, people: dict[str, Contact] = EVERYBODY) -> list[Call]:
        self.now = now
        calls = self.telling.calls(troubles, people, now)
        for call in calls:
            self.telling.done(call, sent=call.contact.person_id not in self.down, now=now)
        return calls


def said(calls: list[Call]) -> list[tuple[str, str]]:
    return [(call.contact.person_id, call.why.value) for call in calls]


def test_when_nobody_watches_operations_and_the_homes_own_contacts_are_told() -> None:
    assert said(Night().at(0, BLIND)) == [("OP", "new"), ("R1", "new")]


def test_a_stretch_is_one_message_and_one_more_every_half_an_hour() -> None:
    night = Night()
    night.at(0, BLIND)
    assert night.at(AGAIN_AFTER - 1, BLIND) == []
    assert said(night.at(AGAIN_AFTER, BLIND)) == [("OP", "again"), ("R1", "again")]
    assert night.at(2 * AGAIN_AFTER - 1, BLIND) == []


def test_when_somebody_watches_again_those_who_were_told_otherwise_hear_of_it_once() -> None:
    night = Night()
    night.at(0, BLIND)
    calls = night.at(MINUTE)
    assert said(calls) == [("OP", "over"), ("R1", "over")]
    assert calls[0].troubles == (BLIND,)
    assert night.at(2 * MINUTE) == []


def test_somebody_who_is_no_contact_any_more_still_hears_that_it_is_over() -> None:
    night = Night()
    night.at(0, BLIND)
    assert ("R1", "over") in said(night.at(MINUTE, people={"OP": OPERATOR}))


def test_nobody_is_told_that_it_is_over_who_was_never_told_that_it_began() -> None:
    night = Night()
    night.down = {"R1"}
    night.at(0, BLIND)
    night.down = set()
    assert said(night.at(5 * SECOND)) == [("OP", "over")]


def test_a_home_that_is_set_aside_is_told_to_its_own_people_and_to_operations_alone() -> None:
    night = Night()
    assert said(night.at(0, H2_ASIDE)) == [("OP", "new")]
    assert said(night.at(SECOND, H1_ASIDE, H2_ASIDE)) == [("OP", "new"), ("R1", "new")]
    assert said(night.at(2 * SECOND, H2_ASIDE)) == [("R1", "over")]


def test_what_falls_to_one_person_is_one_message_the_worst_first() -> None:
    (operator, resort) = Night().at(0, H2_ASIDE, H1_ASIDE, BLIND)
    assert operator.troubles == (BLIND, H1_ASIDE, H2_ASIDE)
    assert resort.troubles == (BLIND, H1_ASIDE)


def test_what_is_not_sent_is_tried_again_with_growing_pauses_under_the_same_key() -> None:
    night = Night()
    night.down = {"OP"}
    people = {"OP": OPERATOR}
    tries = {now: night.at(now, BLIND, people=people) for now in range(0, 200 * SECOND, SECOND)}
    assert [now // SECOND for now, calls in tries.items() if calls] == [0, 2, 6, 14, 30, 62, 122, 182]
    assert len({call.key for calls in tries.values() for call in calls}) == 1
    night.down = set()
    assert said(night.at(242 * SECOND, BLIND, people=people)) == [("OP", "new")]
    assert night.at(243 * SECOND, BLIND, people=people) == []


def test_nothing_more_goes_to_somebody_while_a_message_to_him_is_under_way() -> None:
    telling, people = Telling(), {"OP": OPERATOR}
    (first,) = telling.calls([BLIND], people, 0)
    assert telling.calls([BLIND, H1_ASIDE], people, SECOND) == []
    telling.done(first, sent=True, now=2 * SECOND)
    (second,) = telling.calls([BLIND, H1_ASIDE], people, 2 * SECOND)
    assert (second.why, second.key != first.key, second.thread) == (Why.NEW, True, first.thread)


def test_what_another_process_told_before_us_is_not_told_again_at_once() -> None:
    night = Night()
    night.telling.remember([BLIND], [OPERATOR, NO_HOME], -10 * MINUTE)
    assert said(night.at(0, BLIND)) == [("R1", "new")]
    assert said(night.at(20 * MINUTE, BLIND)) == [("OP", "again")]
    assert said(night.at(21 * MINUTE)) == [("OP", "over"), ("R1", "over")]


@pytest.mark.parametrize("well", [0, STEADY - 1])
def test_a_watch_that_comes_and_goes_is_one_stretch(well: int) -> None:
    standing, later, another = Standing(), replace(BLIND, since=5_000), replace(BLIND, since=9_000)
    assert standing.see([BLIND], 0) == [BLIND]
    assert standing.see([], 10) == [BLIND]
    assert standing.see([], 10 + well) == [BLIND]
    assert standing.see([later], 11 + well) == [BLIND]
    assert standing.see([], 20 + well) == [BLIND]
    assert standing.see([], 20 + well + STEADY) == []
    assert standing.see([another], 21 + well + STEADY) == [another]


def test_what_stood_when_the_process_before_us_ended_is_over_only_once_that_can_be_known() -> None:
    standing = Standing()
    standing.begin_with(BLIND, 60 * SECOND)
    assert standing.see([], 59 * SECOND + STEADY) == [BLIND]
    assert standing.see([], 60 * SECOND + STEADY) == []


def test_no_line_that_is_logged_can_hold_an_address() -> None:
    assert "7700" not in repr(Night().at(0, BLIND))


def test_while_somebody_has_it_the_others_who_run_the_system_are_not_told_again_but_the_homes_are() -> None:
    telling = Telling()
    for call in telling.calls([BLIND], EVERYBODY, 0):
        telling.done(call, sent=True, now=0)
    again = telling.calls([BLIND], EVERYBODY, AGAIN_AFTER, frozenset({BLIND.concern}))
    assert said(again) == [("R1", "again")]
    assert said(telling.calls([BLIND], {"OP": OPERATOR}, AGAIN_AFTER)) == [("OP", "again")]
