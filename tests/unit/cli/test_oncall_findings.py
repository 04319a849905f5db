"""The doctor says who could not be told, before anybody has to be."""

from typing import Any

from pydantic import SecretStr

from services.pager.desk import DeskHome
from shared.instants import HOUR, parse_instant
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.settings import Settings
from tests.unit.pager.houses import between, house, policy, rota, weekly
from wakeful.cli.health.findings import Found, Mark
from wakeful.cli.health.oncall import found

NOW = parse_instant("2026-03-02T22:17:00Z")
WELL = policy(["on_duty", "home_phone"], ["rota:manager"], last_resort="L")


def person(id_: str, *channels: str, admin: bool = False, active: bool = True) -> Person:
    rights = frozenset({Right.ADMIN}) if admin else frozenset[Right]()
    reach = tuple({"channel": channel, "to": "sample"} for channel in channels)
    return Person(id_, "Sample", Scope(everywhere=True), rights, reach, active)


def looked(people: list[Person], homes: list[DeskHome], **settings: Any) -> list[Found]:
    return list(found(people, homes, Settings(**settings), NOW))


def larch(**changes: Any) -> DeskHome:
    return house(
        home_id="larch",
        **{"policy": WELL, "rotas": rota("manager", weekly("M", "00:00", "00:00")), **changes},
    )


ALL = [person("OP", "ntfy", admin=True), person("L", "ntfy"), person("M", "ntfy")]


def test_where_everybody_can_be_told_nothing_is_wrong() -> None:
    (good,) = looked(ALL, [larch()])
    assert good[0] is Mark.GOOD


def test_no_administrator_who_can_be_reached_is_wrong_once_there_are_homes() -> None:
    gone = [person("OP", "ntfy", admin=True, active=False), *ALL[1:]]
    (wrong,) = looked(gone, [larch()])
    assert wrong[0] is Mark.WRONG
    assert "no administrator can be reached" in wrong[1]
    assert looked([], [])[0][0] is Mark.NOTE


def test_somebody_on_a_rota_whose_only_ways_go_through_no_gateway_is_wrong_by_the_setting_that_lacks() -> (
    None
):
    people = [*ALL[:2], person("M", "sms", "email")]
    wrong = [each[1] for each in looked(people, [larch()])]
    assert [each.split()[0] for each in wrong] == ["WAKEFUL_SMS_URL", "WAKEFUL_SMTP_HOST"]
    assert all(each.endswith("nothing else: M") for each in wrong)
    (good,) = looked(people, [larch()], sms_url=SecretStr("https://sms.example/send"))
    assert good[0] is Mark.GOOD


def test_an_administrator_by_mail_without_a_server_is_none_that_can_be_reached() -> None:
    (wrong,) = looked([person("OP", "email", admin=True), *ALL[1:]], [larch()])
    assert "no administrator" in wrong[1]


def test_somebody_named_who_is_unknown_or_has_no_way_is_wrong() -> None:
    (wrong,) = looked([ALL[0], person("M")], [larch()])
    assert "by any way: L, M" in wrong[1]


def test_whoever_was_on_a_rota_in_the_past_is_not_asked_for() -> None:
    past = rota("manager", between("GONE", NOW - 2 * HOUR, NOW - HOUR), by="entries")
    (good,) = looked(ALL, [larch(rotas=past)])
    assert good[0] is Mark.GOOD


def test_homes_that_name_no_last_resort_are_one_line_with_a_count() -> None:
    homes = [house(home_id=f"h{n:02}", policy=None) for n in range(12)]
    (wrong,) = looked(ALL, homes)
    assert wrong[1].startswith("12 homes do not count as watched")
    assert wrong[1].endswith("h09 and 2 more")
