"""A fact comes in by its own path: what is answered, and what then stands in the log."""

from tests.integration.gateway.house import House


def test_a_new_fact_is_202_and_the_same_again_200_and_other_content_409(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    body = house.check()
    assert house.put("checks", body, device, worker, "c1").status_code == 202
    assert house.put("checks", body, device, worker, "c1").status_code == 200
    other = house.check(state="awake_settled")
    answer = house.put("checks", other, device, worker, "c1")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "id")
    assert [e["data"]["state"] for e in house.events() if e["id"] == "c1"] == ["asleep"]


def test_source_home_and_actor_come_from_the_tokens(house: House) -> None:
    house.settle()
    device = house.device(id_="7f3a")
    assert house.put("checks", house.check(), device, house.worker(device, "ann"), "c1").status_code == 202
    (event,) = [e for e in house.events() if e["id"] == "c1"]
    assert (event["source"], event["homeid"], event["actor"]) == ("device/7f3a", "larch", "ann")
