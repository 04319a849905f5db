"""An alert's story as a picture: where each mark stands, and how the alert stood between them."""

from dataclasses import replace
from typing import Any

import pytest

from services.alerts.rows import AlertRow, SendRow, StepRow
from services.alerts.timeline import Band, Mark, picture
from shared.instants import DAY, MINUTE, Duration
from tests.unit.words.alert import CHILD, row

RAISED = replace(row("check_missed", CHILD, {}), raised_at=row("check_missed", CHILD, {}).since)
START = RAISED.raised_at


def step(name: str, minute: int, by: str | None = None) -> StepRow:
    rest: dict[str, Any] = dict.fromkeys(("level", "action", "until", "how", "reason", "fact_id", "facts"))
    return StepRow(1, RAISED.alert_id, "H1", name, START + minute * MINUTE, by=by, **rest)


def send(outcome: str, minute: int, step_: int | None = 0, to: str = "M1") -> SendRow:
    return SendRow(RAISED.alert_id, START + minute * MINUTE, outcome, to, step_, "sms", 1, None, None, None)


def closed(minute: int) -> AlertRow:
    return replace(RAISED, state="resolved", resolved_at=START + minute * MINUTE)


def test_an_alert_that_somebody_had_is_three_stretches() -> None:
    life = [step("raised", 0), step("acknowledged", 5, "M1"), step("reopened", 8), step("resolved", 10)]
    stood, answers = picture(closed(10), life, [], START + DAY).lanes
    assert stood.bands == (
        Band("4.00%", "46.00%", "open"),
        Band("50.00%", "27.60%", "taken"),
        Band("77.60%", "18.40%", "open"),
    )
    assert (answers.label, answers.marks) == ("Answers", (Mark("50.00%", "acknowledged"),))


def test_each_step_of_the_chain_has_a_line_of_its_own() -> None:
    sends = [
        send("sent", 0),
        send("failed", 4, 1),
        send("sent", 6, 1),
        send("skipped", 8, 3),
        send("declined", 7, None),
    ]
    drawn = picture(closed(10), [step("raised", 0), step("resolved", 10)], sends, START + DAY)
    assert [lane.label for lane in drawn.lanes] == ["Alert", "Step 1", "Step 2", "Step 4", "Answers"]
    assert [mark.kind for mark in drawn.lanes[2].marks] == ["failed", "sent"]
    assert drawn.kinds == ("sent", "failed", "skipped", "declined")


def test_an_answer_that_became_a_step_is_one_mark() -> None:
    life = [step("raised", 0), step("acknowledged", 5, "M1")]
    drawn = picture(RAISED, life, [send("acknowledged", 5, None)], START + 10 * MINUTE)
    assert [mark.kind for mark in drawn.lanes[-1].marks] == ["acknowledged"]


@pytest.mark.parametrize("length", [0, MINUTE, 17 * MINUTE, 7 * 60 * MINUTE, 3 * DAY, 400 * DAY])
def test_however_long_it_lasted_a_few_times_are_told_and_no_mark_is_cut_off(length: Duration) -> None:
    drawn = picture(RAISED, [step("raised", 0)], [send("sent", length // MINUTE)], START + length)
    assert 1 <= len(drawn.ticks) <= 5
    lefts = [float(mark.left[:-1]) for lane in drawn.lanes for mark in lane.marks]
    lefts += [float(left[:-1]) for left, _ in drawn.ticks]
    assert 4 <= min(lefts) <= max(lefts) <= 96
