"""A worker on duty is asked whether they are awake, at a moment that nobody can tell, and answers in one request."""

from typing import Any

import pytest

from services.gateway.prompts.routes import drawing
from shared.instants import HOUR, MINUTE, Instant, parse_instant, show_instant
from shared.security.rights import Right
from shared.security.tokens import Issued
from tests.integration.gateway.house import House

TEN = parse_instant("2026-03-27T22:00:00.000Z")


class Night:
    """Larch from ten in the evening: one waking worker is asked for by its default plan."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.system = house.settle()
        self.device = house.device()
        self.workers: dict[str, Issued] = {}
        house.now = TEN

    def worker(self, staff_id: str) -> Issued:
        if staff_id not in self.workers:
            self.workers[staff_id] = self.house.worker(self.device, staff_id)
        return self.workers[staff_id]

    def tell(self, type_: str, by: str, /, id_: str | None = None, **data: Any) -> Any:
        body = self.house.timed({"type": f"{type_}.v1", "subject": "larch", "data": data})
        family = "checks" if type_.startswith("check") else "cover"
        return self.house.put(family, body, self.device, self.worker(by), id_)

    def prompts(self, by: str) -> list[dict[str, Any]]:
        answer = self.house.get("/prompts", self.device, self.worker(by))
        assert answer.status_code == 200, answer.text
        assert answer.json()["now"] == show_instant(self.house.now)
        found: list[dict[str, Any]] = answer.json()["prompts"]
        return found

    def prompt(self, by: str) -> dict[str, Any]:
        (only,) = self.prompts(by)
        return only

    def answer(self, prompt: dict[str, Any], by: str) -> Any:
        asked = prompt["answer"]
        assert asked["path"] == f"/api/v1/cover/{prompt['id']}"
        body = {name: asked[name] for name in ("type", "subject", "data")}
        return self.house.put("cover", self.house.timed(body), self.device, self.worker(by), prompt["id"])


@pytest.fixture
def night(house: House) -> Night:
    return Night(house)


def instant(prompt: dict[str, Any], name: str) -> Instant:
    return parse_instant(prompt[name])


def test_a_prompt_is_answered_in_one_request_and_the_next_one_is_another(night: Night) -> None:
    night.tell("cover.started", "ann", staff_id="ann", role="waking")
    first = night.prompt("ann")
    assert instant(first, "by") == TEN + HOUR
    assert TEN + HOUR // 2 <= instant(first, "at") <= TEN + 54 * MINUTE
    night.house.later(40 * 60)
    assert night.prompt("ann") == first, "the same each time it is asked for"
    assert night.answer(first, "ann").status_code == 202
    second = night.prompt("ann")
    assert second["id"] != first["id"]
    assert instant(second, "by") == night.house.now + HOUR
    assert night.answer(first, "ann").status_code == 200, "answered twice, it is answered once"


def test_a_check_moves_the_prompt_on(night: Night) -> None:
    night.tell("cover.started", "ann", staff_id="ann", role="waking")
    before = night.prompt("ann")
    night.house.later(20 * 60)
    check = night.house.check()
    assert night.house.put("checks", check, night.device, night.worker("ann")).status_code == 202
    after = night.prompt("ann")
    assert (instant(before, "by"), instant(after, "by")) == (TEN + HOUR, TEN + HOUR + 20 * MINUTE)
    night.house.later(60)
    late = night.house.check(ago=30 * 60)
    late["enteredat"] = show_instant(night.house.now)
    assert night.house.put("checks", late, night.device, night.worker("ann")).status_code == 202
    assert night.prompt("ann") == after, "a retrospective one proves nothing"


def test_what_was_refused_or_sent_again_proves_nothing_new(night: Night) -> None:
    night.tell("cover.started", "ann", "s1", staff_id="ann", role="waking")
    before = night.prompt("ann")
    over: dict[str, Any] = {"from_staff_id": "ann", "to_staff_id": "ann", "accepted": True, "headcount": 1}
    night.house.later(60)
    assert night.tell("cover.handed_over", "ann", **over).status_code == 422
    assert night.prompt("ann") == before


def test_a_door_that_has_just_begun_knows_who_was_awake(night: Night) -> None:
    night.tell("cover.started", "ann", staff_id="ann", role="waking")
    night.house.later(20 * 60)
    night.house.put("checks", night.house.check(), night.device, night.worker("ann"))
    before = night.prompt("ann")
    night.house.__exit__()
    night.house.__enter__()
    assert night.prompt("ann") == before


def test_a_worker_is_told_of_their_own_and_a_system_of_all(night: Night) -> None:
    for who in ("ann", "ben"):
        night.tell("cover.started", who, staff_id=who, role="waking")
    assert [each["staff_id"] for each in night.prompts("ann")] == ["ann"]
    assert night.prompts("cat") == []
    answer = night.house.get("/prompts?home=larch", night.system)
    assert [each["staff_id"] for each in answer.json()["prompts"]] == ["ann", "ben"]


def test_nobody_is_told_of_another_home_and_a_system_says_which(night: Night) -> None:
    house = night.house
    assert house.get("/prompts", night.system).status_code == 422
    assert house.get("/prompts?home=elm", night.system).status_code == 404
    for stranger in (house.system("south"), house.commissioner("county")):
        assert house.get("/prompts?home=larch", stranger).status_code == 404
    house.settle("birch", placement=None)
    assert house.get("/prompts?home=birch", night.device, night.worker("ann")).status_code == 404
    reader = house.system(rights=frozenset({Right.READ}))
    assert house.get("/prompts?home=larch", reader).status_code == 403


def test_moments_are_drawn_under_the_installations_own_key() -> None:
    here, there = drawing(b"k" * 32), drawing(b"j" * 32)
    assert here("H1", "S1", 1) == here("H1", "S1", 1)
    others = [there("H1", "S1", 1), here("H2", "S1", 1), here("H1", "S2", 1), here("H1", "S1", 2)]
    assert here("H1", "S1", 1) not in others
    assert here("H1", "S1", 1) != here("H1S", "1", 1)
