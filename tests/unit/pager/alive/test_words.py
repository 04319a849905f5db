"""What people read at night when nobody watches: what, since when, and what to do now."""

from services.pager.alive.whom import Call, Contact, Trouble, Why
from services.pager.alive.words import message
from services.pager.channels.base import Address
from shared.instants import MINUTE, parse_instant

NIGHT = parse_instant("2026-07-03T01:14:00Z")
WAYS = (Address("sms", "+447700900123"),)
OPERATOR = Contact("OP", WAYS, operations=True)
RESORT = Contact("R1", WAYS, operations=False, homes=frozenset({"H1"}), zone="Europe/London")
BLIND = Trouble(None, None, NIGHT, "the door's probe does not get in")


def test_whoever_runs_the_system_is_told_why_and_where_it_stands_what_to_do() -> None:
    told = message(Call(OPERATOR, Why.NEW, (BLIND,), 0), NIGHT + MINUTE, None)
    assert told.title == "Wakeful: no home is watched since 01:14 UTC"
    assert "the door's probe does not get in" in told.text
    assert "wakeful doctor" in told.text
    assert (told.purpose, told.status) == ("operations", "open")


def test_a_homes_own_contact_is_told_in_the_homes_time_that_it_must_watch_by_itself() -> None:
    told = message(Call(RESORT, Why.AGAIN, (BLIND,), 1), NIGHT + MINUTE, None)
    assert told.title == "Wakeful: still your home is not watched since 02:14"
    assert "Keep your checks by yourselves" in told.text
    assert "probe" not in told.text + told.html


def test_a_home_that_is_set_aside_is_named() -> None:
    aside = Trouble("checks", "H1", NIGHT, "KeyError: <b>")
    told = message(Call(OPERATOR, Why.NEW, (aside,), 0), NIGHT, None)
    assert told.title == "Wakeful: home H1 is not watched since 01:14 UTC"
    assert told.labels["home"] == "H1"
    assert "&lt;b&gt;" in told.html


def test_when_somebody_watches_again_it_says_for_how_long_nobody_had() -> None:
    told = message(Call(RESORT, Why.OVER, (BLIND,), 1), NIGHT + 22 * MINUTE, None)
    assert told.title == "Wakeful watches again; it had not since 02:14 (22 min)"
    assert (told.purpose, told.status) == ("update", "resolved")


def test_of_a_hundred_homes_the_first_are_listed_and_the_rest_counted() -> None:
    asides = tuple(Trouble("checks", f"H{number:03}", NIGHT, "KeyError") for number in range(100))
    told = message(Call(OPERATOR, Why.NEW, asides, 0), NIGHT, None)
    assert "100 homes are not watched" in told.title
    assert told.text.count("KeyError") == 20
    assert "and 80 more" in told.text


def test_what_never_began_to_be_watched_is_not_said_since_1970() -> None:
    told = message(Call(OPERATOR, Why.NEW, (Trouble(None, None, 0, "the disk"),), 0), NIGHT, None)
    assert told.title == "Wakeful: no home is watched since the start"


def test_a_pager_that_stands_is_told_as_what_it_is() -> None:
    stands = Trouble("pager", None, NIGHT, "the pager's loop does not turn")
    told = message(Call(OPERATOR, Why.NEW, (stands,), 0), NIGHT + MINUTE, None)
    assert told.title == "Wakeful: alerts wake nobody since 01:14 UTC"
    over = message(Call(RESORT, Why.OVER, (stands,), 1), NIGHT + 2 * MINUTE, None)
    assert over.title == "Wakeful wakes people again; it had not since 02:14 (2 min)"
