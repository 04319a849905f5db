"""Whom a test of a home's on-call reaches: the whole policy by each way; every day, who must be there tonight."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.pager import desk_rows
from services.pager.channels.base import Address
from services.pager.trial.plan import Stage, daily, whole
from shared.instants import parse_instant

AT = parse_instant("2026-03-28T12:00:00Z")
POLICY: dict[str, Any] = {
    "steps": [
        {"after": "PT0S", "who": ["on_duty", "home_phone"]},
        {"after": "PT3M", "who": ["rota:manager"], "channels": ["sms"]},
        {"after": "PT5M", "who": ["rota:nobody", "S3"]},
    ],
    "repeat_last_every": "PT10M",
    "last_resort": "S9",
}
ROTA = {
    "rota": "manager",
    "entries": [{"person_id": "S2", "from": "2026-03-28T00:00:00Z", "to": "2026-03-29T00:00:00Z"}],
}
HOME = replace(
    desk_rows.nowhere("H1"), provider_id="P", policy=POLICY, rotas={"manager": ROTA}, on_duty=["S1"]
)


def ways(person: str) -> Sequence[Address]:
    if person == "S3":
        return ()
    return (Address("ntfy", f"https://ntfy.example/{person}"), Address("sms", "+447700900123"))


def told(stages: list[Stage]) -> list[tuple[int, list[tuple[str, str | None]]]]:
    return [
        (stage.step, [(leg.person_id, None if leg.way is None else leg.way.channel) for leg in stage.legs])
        for stage in stages
    ]


def test_the_whole_policy_is_tried_step_by_step_each_person_by_each_way_that_the_step_allows() -> None:
    assert told(whole(HOME, ways, AT)) == [
        (1, [("S1", "ntfy"), ("S1", "sms"), ("home:H1", "ntfy"), ("home:H1", "sms")]),
        (2, [("S2", "sms")]),
        (3, [("S3", None)]),
        (4, [("S9", "ntfy"), ("S9", "sms")]),
    ]


def test_one_step_may_be_tried_alone() -> None:
    assert told(whole(HOME, ways, AT, only=2)) == [(2, [("S2", "sms")])]
    assert whole(HOME, ways, AT, only=5) == []


def test_every_day_whoever_is_on_call_now_and_the_last_resort_by_their_first_way() -> None:
    assert told(daily(HOME, ways, AT)) == [(2, [("S2", "sms")]), (3, []), (4, [("S9", "ntfy")])]


def test_every_day_nobody_is_tried_twice() -> None:
    policy = POLICY | {"last_resort": "S2"}
    assert told(daily(replace(HOME, policy=policy), ways, AT)) == [(2, [("S2", "sms")]), (3, [])]


def test_a_home_without_a_policy_has_nobody_to_try() -> None:
    assert whole(desk_rows.nowhere("H1"), ways, AT) == daily(desk_rows.nowhere("H1"), ways, AT) == []
