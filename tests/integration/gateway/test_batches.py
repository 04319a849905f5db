"""A phone comes back with its queue: up to a thousand facts at once, each answered for itself."""

from typing import Any

from shared.instants import HOUR, MINUTE, SECOND, show_instant
from shared.topics import CHECK_INS
from tests.integration.gateway.house import House, away, registration, started


def statuses(answer: Any) -> list[int]:
    return [result["status"] for result in answer.json()["results"]]


def item(id_: str, body: dict[str, Any], worker: Any = None) -> dict[str, Any]:
    return {"id": id_, **body} if worker is None else {"id": id_, **body, "worker": worker.secret}


def test_a_batch_is_appended_by_observed_at_and_answered_in_the_order_sent(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    house.later(3600)
    sent = [item(f"c{ago}", house.check(ago=ago), worker) for ago in (60, 1800, 600)]
    answer = house.batch(sent, device)
    assert [result["id"] for result in answer.json()["results"]] == ["c60", "c1800", "c600"]
    assert statuses(answer) == [202, 202, 202]
    checks = [record for record in house.records() if record.topic == CHECK_INS]
    assert [record.id for record in checks] == ["c1800", "c600", "c60"]
    assert len({record.appended_at for record in checks}) == 1, "a batch is one step"


def test_one_bad_item_never_spoils_the_others(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    good = house.check()
    sent = [
        item("c1", good, worker),
        item("c2", {**good, "data": {**good["data"], "outcome": "perhaps"}}, worker),
        item("c1", {**good, "data": {**good["data"], "state": "awake_settled"}}, worker),
        item("c1", good, worker),
        {**good, "worker": worker.secret},
        "not a fact",
        item("c3", {**good, "type": "alert.raised.v1"}, worker),
        item("c4", good),
        {**item("c5", good), "worker": "wakeful_worker_nobody"},
        item("c6", good, worker),
    ]
    answer = house.batch(sent, device)
    assert statuses(answer) == [202, 422, 409, 200, 422, 422, 422, 401, 401, 202]
    problems = [result.get("problem") for result in answer.json()["results"]]
    assert [problem and problem["errors"][0]["field"] for problem in problems[:3]] == [
        None,
        "data.outcome",
        "id",
    ]


def test_earlier_items_of_a_batch_count_for_later_ones(house: House) -> None:
    system = house.system()
    house.person("manager")
    sent = [
        item("home", house.of_system(registration("larch"))),
        item("start", house.of_system(started("P1", "larch"))),
        item("again", house.of_system(started("P1", "larch"))),
        item("away", house.of_system(away("P1", "school", house.now + HOUR))),
        item("nobody", house.of_system(away("P2", "school", house.now + HOUR))),
        item("check", house.of_system(house.check())),
        item(
            "correction",
            house.of_system(
                {
                    "type": "check.corrected.v1",
                    "subject": "P1",
                    "data": {"check_id": "check", "reason": "Next room.", "withdrawn": True, "changes": {}},
                }
            ),
        ),
    ]
    answer = house.batch(sent, system)
    assert statuses(answer) == [202, 202, 422, 202, 422, 202, 202], answer.text


def test_a_home_registered_in_the_same_batch_is_its_providers_alone(house: House) -> None:
    house.person("manager", "south")
    sent = [
        item("home", house.of_system(registration("larch", "north"))),
        item("start", house.of_system(started("P1", "larch"))),
    ]
    assert statuses(house.batch(sent, house.system("south"))) == [403, 422]
    assert house.records() == []


def test_the_same_batch_again_is_200_for_each(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    sent = [item(f"c{n}", house.check(ago=n), worker) for n in range(100)]
    assert set(statuses(house.batch(sent, device))) == {202}
    assert set(statuses(house.batch(sent, device))) == {200}


def test_a_thousand_come_in_at_once_and_one_more_does_not(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    house.later(1000)
    sent = [item(f"c{n}", house.check(ago=n), worker) for n in range(1000)]
    assert set(statuses(house.batch(sent, device))) == {202}
    assert house.batch([*sent, item("c1000", house.check(), worker)], device).status_code == 413


def test_as_checks_do_not_become_bs_because_b_was_signed_in_when_they_synced(house: House) -> None:
    house.settle()
    device = house.device()
    ann = house.worker(device, "ann")
    entered_by_ann = house.check()
    house.later(15 * 3600)
    ben = house.worker(device, "ben")
    entered_by_ben = house.check()
    sent = [item("a", entered_by_ann, ann), item("b", entered_by_ben)]
    assert statuses(house.batch(sent, device, ben)) == [202, 202]
    actors = {event["id"]: event["actor"] for event in house.events()}
    assert (actors["a"], actors["b"]) == ("ann", "ben")


def test_a_worker_who_was_not_signed_in_at_entered_at_is_not_the_actor(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    before = {**house.check(), "enteredat": show_instant(house.now - 3 * MINUTE)}
    house.later(20 * 3600)
    after = house.check()
    assert statuses(house.batch([item("a", before, worker), item("b", after, worker)], device)) == [403, 403]


def test_what_was_entered_before_a_session_was_ended_stays_good_and_later_is_not(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    before = house.check()
    house.later(3600)
    assert house.client.request("DELETE", "/api/v1/sessions/current", None, _as(worker)).status_code == 204
    house.later(600)
    after = house.check()
    assert statuses(house.batch([item("a", before, worker), item("b", after, worker)], device)) == [202, 403]


def test_an_ended_session_vouches_for_35_days_and_no_longer(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    queued = house.check()
    house.now = worker.token.valid_until + 35 * 24 * HOUR - SECOND
    assert statuses(house.batch([item("a", queued, worker)], device)) == [202]
    house.later(1)
    assert statuses(house.batch([item("b", queued, worker)], device)) == [403]


def test_a_worker_of_another_device_is_not_taken(house: House) -> None:
    house.settle()
    one, other = house.device(), house.device()
    worker = house.worker(other)
    assert house.put("checks", house.check(), one, worker).status_code == 403


def test_a_device_that_was_lost_records_nothing_any_more(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    assert house.put("checks", house.check(), device, worker).status_code == 202
    house.access.tokens.revoke(device.token.id, house.now)
    assert house.put("checks", house.check(), device, worker).status_code == 401
    assert house.put("checks", house.check(), worker).status_code == 401


def _as(issued: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {issued.secret}"}
