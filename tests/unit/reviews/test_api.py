"""What falls due and the history of reviews over HTTP: to each reader their own, page by page, as the log has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.reviews.running import SERVICE
from shared.instants import DAY, HOUR, show_instant
from shared.runner import Runner
from shared.security.tokens import Issued
from tests.integration.gateway.house import House, started
from tests.scenarios.review_facts import ROLES, SIGNED, ligature, suicide

ROOM = "1"


class Reviewed:
    """A home on 27 March, 21:00, with the reviews service beside the door; P1 is county's, P2 is shire's."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.runner = Runner(house.log, house.views, SERVICE)
        self.system = house.settle()
        house.person("ann")
        self.tell("placements", started("P2", "larch", "shire"))
        self.runner.start()

    def tell(self, family: str, body: dict[str, Any]) -> str:
        answer = self.house.put(family, self.house.of_system(body), self.system)
        assert answer.status_code == 202, answer.text
        id_: str = answer.json()["id"]
        return id_

    def manage(self, type_: str, ago: int = 0, **data: Any) -> str:
        """A fact about the home or a child, that many seconds ago."""
        family = {"environment": "assessments", "anchor_point": "assessments", "plan": "plans"}
        subject = data.get("placement_id", "larch")
        body = {"type": f"{type_}.v1", "subject": subject, "data": data}
        at = show_instant(self.house.now - ago * 1000)
        answer = self.house.put(
            family.get(type_.split(".")[0], "triggers" if type_.endswith("triggered") else "reviews"),
            {**self.house.of_system(body), "time": at, "enteredat": at},
            self.system,
        )
        assert answer.status_code == 202, answer.text
        id_: str = answer.json()["id"]
        return id_

    def assessed(self, *points: dict[str, Any], **data: Any) -> str:
        return self.manage(
            "environment.assessed", room=ROOM, anchor_points=list(points), assessor="post:works", **data
        )

    def agreed(self, placement: str, **parts: Any) -> str:
        return self.manage(
            "plan.agreed",
            placement_id=placement,
            version=1,
            effective_from=show_instant(self.house.now),
            checks=[{"from": "22:00", "to": "07:00", "ceiling": "PT15M"}],
            suicide_risk=False,
            **parts,
        )

    def later(self, span: int) -> None:
        self.house.now += span

    def get(self, path: str, by: Issued | None = None) -> Any:
        self.house.now += 1  # the present leaves its own instant out
        while self.runner.turn():
            pass
        return self.house.get(path, by or self.system)

    def seen(self, path: str, by: Issued | None = None) -> Any:
        answer = self.get(path, by)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def larch(tmp_path: Path) -> Iterator[Reviewed]:
    with House(tmp_path) as house:
        yield Reviewed(house)


def point(id_: str, **more: Any) -> dict[str, Any]:
    told = {"location": "door (sample)", "rating": "high", "control": "watched (sample)"}
    return {
        "point_id": id_,
        **told,
        "action": "refit (sample)",
        "owner": "post:works",
        "status": "open",
        **more,
    }


def test_what_falls_due_in_a_home_comes_in_order(larch: Reviewed) -> None:
    larch.agreed("P1", ligature_plan=ligature("2026-04-10"), roles=ROLES, signed=SIGNED)
    shown = larch.seen("/homes/larch/reviews")
    assert [
        (due["what"], due.get("room"), due.get("placement_id"), due["due_at"]) for due in shown["due"]
    ] == [
        ("room_ligature_review", ROOM, None, "2026-03-28T21:00:00.000Z"),
        ("suitability_review", None, None, "2026-03-28T21:00:00.000Z"),
        ("plan", None, "P2", "2026-04-07T23:00:00.000Z"),
        ("ligature_plan_review", None, "P1", "2026-04-10T23:00:00.000Z"),
    ]
    assert [due["because"] for due in shown["due"]] == ["new_child", "date", "date", "date"]
    by_child = {plan["placement_id"]: plan for plan in shown["plans"]}
    assert by_child["P1"]["version"] == 1
    assert "night_cover" in by_child["P1"]["lacks"]
    assert by_child["P2"] == {
        "placement_id": "P2",
        "room": ROOM,
        "version": 0,
        "due_at": "2026-04-07T23:00:00.000Z",
        "lacks": [],
    }


def test_what_is_overdue_says_since_when_and_what_was_reviewed_when(larch: Reviewed) -> None:
    larch.later(2 * HOUR)
    larch.assessed(point("AP1", action_due="2026-03-28"), next_review="2026-03-30")
    larch.later(5 * DAY)
    first, second, third, *_ = larch.seen("/homes/larch/reviews")["due"]
    assert (first["what"], first["overdue_since"]) == ("suitability_review", "2026-03-28T21:00:00.000Z")
    assert (second["what"], second["point_id"], second["room"], second["overdue_since"]) == (
        "ligature_action",
        "AP1",
        ROOM,
        "2026-03-29T00:00:00.000Z",
    )
    assert (third["what"], third["date"], third["overdue_since"], third["last"], third["due_soon"]) == (
        "room_ligature_review",
        "2026-03-30",
        "2026-03-30T23:00:00.000Z",
        "2026-03-27",
        False,
    )


def test_a_long_list_comes_page_by_page(larch: Reviewed) -> None:
    larch.assessed(*(point(f"AP{number:02}", action_due="2026-05-01") for number in range(30)))
    seen: list[str] = []
    cursor = ""
    while True:
        page = larch.seen(f"/homes/larch/reviews?limit=7{cursor}")
        seen += [due.get("point_id") or due.get("placement_id") or due["what"] for due in page["due"]]
        assert len(page["due"]) <= 7
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 30 + 4  # suitability, the room, and two plans
    assert [each for each in seen if each.startswith("AP")] == [f"AP{number:02}" for number in range(30)]


def test_a_commissioner_sees_the_home_and_no_other_childs_plan(larch: Reviewed) -> None:
    for child in ("P1", "P2"):
        larch.agreed(child, ligature_plan=ligature(), suicide_prevention=suicide())
    shown = larch.seen("/homes/larch/reviews", larch.house.commissioner("shire"))
    assert {due.get("placement_id") for due in shown["due"]} == {None, "P2"}
    assert {due["what"] for due in shown["due"]} == {
        "room_ligature_review",
        "suitability_review",
        "ligature_plan_review",
        "suicide_plan_review",
    }
    assert [plan["placement_id"] for plan in shown["plans"]] == ["P2"]
    assert larch.get("/placements/P1/reviews", larch.house.commissioner("shire")).status_code == 404
    assert (
        larch.get(f"/homes/larch/rooms/{ROOM}/reviews", larch.house.commissioner("shire")).status_code == 200
    )


def test_who_has_no_child_there_sees_nothing(larch: Reviewed) -> None:
    gone = {"type": "placement.ended.v1", "subject": "P2", "data": {"placement_id": "P2", "reason": "x"}}
    for path in ("/homes/larch/reviews", f"/homes/larch/rooms/{ROOM}/reviews"):
        assert larch.get(path, larch.house.commissioner("moor")).status_code == 404
        assert larch.get(path, larch.house.system("south")).status_code == 404
    larch.tell("placements", gone)
    assert larch.get("/homes/larch/reviews", larch.house.commissioner("shire")).status_code == 404
    own = larch.seen("/placements/P2/reviews", larch.house.commissioner("shire"))
    assert [stay["in_force"] for stay in own["stays"]] == [False]


def test_a_childs_history_has_every_review_the_last_one_first(larch: Reviewed) -> None:
    larch.agreed("P1", ligature_plan=ligature(), suicide_prevention=suicide())
    review: dict[str, Any] = {"placement_id": "P1", "reason": "looked at (sample)"}
    review["next_review"] = "2026-04-20"
    larch.later(HOUR)
    harm = larch.manage("review.triggered", placement_id="P1", trigger="self_harm")
    larch.later(HOUR)
    first = larch.manage("ligature_plan.reviewed", **review, decision="continue")
    late = larch.manage("suicide_plan.reviewed", ago=5400, **review, decision="change")
    larch.later(HOUR)
    last = larch.manage("ligature_plan.reviewed", **review, decision="close", approver="ann")
    larch.manage("review.triggered", placement_id="P2", trigger="self_harm")
    shown = larch.seen("/placements/P1/reviews")
    assert [entry["id"] for entry in shown["history"]] == [last, first, harm, late]
    closing = shown["history"][0]
    assert (closing["decision"], closing["approver"], closing["reason_given"]) == ("close", "ann", True)
    assert "looked at" not in str(shown), "words about people are not told"
    told_late = shown["history"][-1]
    assert told_late["appended_at"] > told_late["observed_at"]
    (stay,) = shown["stays"]
    assert [due["what"] for due in stay["due"]] == ["suicide_plan_review"]
    pages = [larch.seen("/placements/P1/reviews?limit=3")]
    pages.append(larch.seen(f"/placements/P1/reviews?limit=3&cursor={pages[0]['next']}"))
    assert [entry["id"] for page in pages for entry in page["history"]] == [last, first, harm, late]
    assert "next" not in pages[1]


def test_a_rooms_history_has_every_assessment_with_its_points_and_their_changes(larch: Reviewed) -> None:
    first = larch.assessed(point("AP1"), point("AP2", rating="low"), next_review="2026-09-01")
    larch.later(HOUR)
    change = larch.manage(
        "anchor_point.changed",
        point_id="AP1",
        status="mitigated",
        reason="refitted (sample)",
        approver="ann",
    )
    larch.later(HOUR)
    last = larch.assessed(point("AP1", status="mitigated"), point("AP3", action_due="2026-04-02"))
    shown = larch.seen(f"/homes/larch/rooms/{ROOM}/reviews")
    assert [entry["id"] for entry in shown["history"]] == [last, change, first]
    assert [[each["point_id"] for each in entry.get("points", [])] for entry in shown["history"]] == [
        ["AP1", "AP3"],
        [],
        ["AP1", "AP2"],
    ]
    assert {each["point_id"]: (each["status"], each["action_due"]) for each in shown["points"]} == {
        "AP1": ("mitigated", "2026-04-03"),
        "AP3": ("open", "2026-04-02"),
    }
    assert shown["points"][0]["action"] == "refit (sample)"
    assert (shown["lived_in"], shown["review"]["last"], shown["review"]["date"]) == (
        True,
        "2026-03-27",
        "2027-03-27",
    )
    assert "refitted" not in str(shown)


def test_a_room_that_nobody_lives_in_is_shown_with_its_assessments(larch: Reviewed) -> None:
    larch.manage("environment.assessed", room="2", anchor_points=[], assessor="post:works")
    shown = larch.seen("/homes/larch/rooms/2/reviews")
    assert (shown["lived_in"], shown["review"]["last"]) == (False, "2026-03-27")
    assert "due_at" not in shown["review"]
    assert larch.get("/homes/larch/rooms/9/reviews").status_code == 404


def test_a_change_of_a_point_told_after_its_row_was_written_keeps_its_words(larch: Reviewed) -> None:
    larch.assessed(point("AP1", action_due="2026-03-29"))
    larch.seen(f"/homes/larch/rooms/{ROOM}/reviews")
    larch.later(HOUR)
    larch.manage("anchor_point.changed", point_id="AP1", status="removed", reason="gone", approver="ann")
    (shown,) = larch.seen(f"/homes/larch/rooms/{ROOM}/reviews")["points"]
    assert (shown["status"], shown["location"], shown["owner"]) == ("removed", "door (sample)", "post:works")
    assert "due_at" not in shown


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "WyJhIiwgMV0="])
def test_a_cursor_that_was_not_handed_out_is_told(larch: Reviewed, cursor: str) -> None:
    for path in ("/homes/larch", "/placements/P1", f"/homes/larch/rooms/{ROOM}"):
        if path.startswith("/homes/larch/rooms"):
            larch.assessed()
        answer = larch.get(f"{path}/reviews?cursor={cursor}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "cursor"
