"""DOMAIN.md §6: just before anything is sent the alert's state is read again."""

import pytest

from services.pager.chain.parts import Chain
from services.pager.chain.updates import updates
from services.pager.chain.verdict import Ready, Verdict, judge, state_of
from services.pager.desk import DeskAlert
from shared.instants import MINUTE, NEVER, show_instant
from tests.unit.pager.chained import NIGHT, alert, home

_UNTIL = NIGHT + 10 * MINUTE
_HAS_IT = alert(state="acknowledged", acknowledged_by="night-1", until=_UNTIL, running=1)


@pytest.mark.parametrize(
    ("stands", "ready", "verdict"),
    [
        (alert(), Ready("page", "begins", False), Verdict.SEND),
        (alert(state="resolved"), Ready("page", "begins", False), Verdict.RESOLVED),
        (_HAS_IT, Ready("page", "begins", False), Verdict.ACKNOWLEDGED),
        (_HAS_IT, Ready("page", "again", False), Verdict.SEND),
        (_HAS_IT, Ready("commissioner", "commissioner", False), Verdict.SEND),
        (alert(joined="HS"), Ready("page", "begins", False), Verdict.GROUPED),
        (alert(), Ready("page", "begins", True), Verdict.SUPERSEDED),
        (alert("plan_missing", "notify"), Ready("notify", "begins", False), Verdict.HOLD),
        (_HAS_IT, Ready("update", "", False, state_of(_HAS_IT)), Verdict.SEND),
        (alert(state="resolved"), Ready("update", "", False, state_of(_HAS_IT)), Verdict.SUPERSEDED),
    ],
)
def test_what_may_still_be_told(stands: DeskAlert, ready: Ready, verdict: Verdict) -> None:
    assert judge(stands, home(), ready, NIGHT)[0] is verdict


def test_a_silence_holds_back_what_was_queued_before_it() -> None:
    silence = {
        "silence_id": "S1", "covers": {}, "from": show_instant(NIGHT), "until": show_instant(_UNTIL),
        "author": "author", "second_by": "second",
    }  # fmt: skip
    assert judge(alert(), home(silences=[silence]), Ready("page", "begins", False), NIGHT) == (
        Verdict.HOLD,
        _UNTIL,
    )


def test_those_who_were_paged_hear_who_has_it_and_that_it_is_over_and_he_himself_only_the_last() -> None:
    queue, chain = updates(_HAS_IT, Chain("A1", 0), ["night-1", "home:H1"])
    assert [(each.person, each.purpose) for each in queue] == [("home:H1", "update")]
    assert updates(_HAS_IT, chain, ["night-1", "home:H1"])[0] == ()
    again, chain = updates(alert(), chain, ["night-1"])
    assert again == ()
    over, _ = updates(alert(state="resolved"), chain, ["night-1", "home:H1"])
    assert [each.person for each in over] == ["night-1", "home:H1"]
    assert {each.round for each in over} != {each.round for each in queue}


def test_of_what_nobody_was_told_nobody_is_told_that_it_is_over() -> None:
    assert updates(alert(state="resolved"), Chain("A1"), [])[0] == ()
    assert NEVER > NIGHT
