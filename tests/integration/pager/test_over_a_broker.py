"""The gateway, the services and two pagers over a broker and a Postgres: people are paged as they are from one folder,
whichever worker owns their homes, and whichever of them goes."""

from collections.abc import Iterator

import pytest

from shared.clock import now
from tests.chaos.hurried import hurried
from tests.integration.gateway.broker_house import BrokerHouse, Ground
from tests.integration.house.posting import check
from tests.integration.pager.land import Land
from tests.integration.pager.receivers import Receiver, hang, ok
from tests.servers.plugin import Kafka, Postgres
from tests.waiting import until


@pytest.fixture(scope="module")
def land(kafka: Kafka, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Land]:
    ground = Ground(kafka, postgres, tmp_path_factory.mktemp("pagers"), allow_private_receivers=True)
    with hurried(), BrokerHouse(ground) as house, Receiver() as receiver:
        land = Land(ground, house, receiver)
        land.begin()
        yield land
        land.close()


def test_a_missed_check_is_paged_once_answered_by_its_link_opened_again_told_to_the_next_and_closed(
    land: Land,
) -> None:
    first, second, other = land.person(), land.person(), land.person()
    home = land.home(0, first, second)
    (child,) = land.children(home, 1)
    until(lambda: land.told(first) != [])
    (page,) = land.told(first)

    have = next(each["url"] for each in page["actions"] if each["label"].startswith("I have"))
    answered = land.tap(have)
    assert answered.status_code == 200, answered.text
    until(lambda: land.alert(home)["state"] == "acknowledged")
    assert land.alert(home)["acknowledged"]["by"] == first

    runs_out = now() + 15_000  # however busy the machine is, it has come to the log by then
    land.acknowledged(home, other, runs_out)
    until(lambda: land.told(second) != [])
    assert land.told(first) == [page], "whoever had it was not paged again"
    sent = [each for each in land.messages(home) if (each.person, each.purpose) == (second, "page")]
    assert [each.queued_at >= runs_out for each in sent] == [True]
    until(lambda: "reopened" in land.life(home))

    land.put("checks", check(home, child))
    until(lambda: land.alert(home)["state"] == "resolved")
    until(lambda: [each["status"] for each in land.told(second, "update")][-1:] == ["resolved"])
    assert len(land.told(second)) == 1


def test_when_a_worker_goes_at_a_receiver_that_hangs_the_other_goes_on_under_the_same_key(land: Land) -> None:
    person = land.person()
    (first, *_), (second, *_) = land.shared()
    home, elsewhere = land.home(first, person), land.home(second, person)
    land.receiver.behave(hang(), path=f"/{person}")
    land.children(home, 1)
    until(lambda: land.told(person) != [])
    land.children(elsewhere, 1)
    land.pagers.pop(0).stop()
    land.receiver.behave(ok(), path=f"/{person}")

    until(
        lambda: land.pages_told(home) and land.pages_told(elsewhere),
        lambda: (land.messages(home), land.messages(elsewhere), land.told(person)),
    )
    keys = {each["key"] for each in land.told(person) if home in each["labels"]["home"]}
    assert keys == {each.bundle for each in land.pages(home) if each.attempts}, (
        "each try of a page has its key"
    )
    both = {each.alert_id for name in (home, elsewhere) for each in land.pages(name)}
    assert {alert_id for page in land.told(person) for alert_id in page["alert_ids"]} == both
    taken = [each for each in land.pages(home) if each.state == "sent"]
    until(
        lambda: land.outcomes(home).count("sent") == len(taken),
        lambda: (land.alert(home), land.messages(home)),
    )
