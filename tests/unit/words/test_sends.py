"""What became of a message, in words."""

from dataclasses import replace

import pytest

from services.alerts.rows import SendRow
from shared.instants import parse_instant
from shared.words import Wall
from shared.words.sends import send_told

WALL = Wall("Europe/London", parse_instant("2026-03-02T02:22:00Z"))
SENT = SendRow("A1", WALL.now, "sent", "M1", 1, "sms", 1, None, None, None)


@pytest.mark.parametrize(
    ("send", "said"),
    [
        (SENT, "Step 2: M1 told by sms"),
        (replace(SENT, attempt=3), "Step 2: M1 told by sms (try 3)"),
        (
            replace(SENT, outcome="failed", error="it answered 503.", retry_at=WALL.now),
            "Step 2: M1 not reached by sms: it answered 503; again at 02:22",
        ),
        (replace(SENT, outcome="skipped", why="resolved"), "Step 2: M1 not told: it was closed by then"),
        (replace(SENT, outcome="skipped", why="elsewhere"), "Step 2: M1 not told: elsewhere"),
        (replace(SENT, outcome="undelivered"), "Step 2: nobody could be reached; the chain goes on at once"),
        (replace(SENT, outcome="acknowledged", step=None), "M1 says: I have it"),
        (replace(SENT, outcome="declined", step=None), "M1 says: I can’t; the next step is told at once"),
        (replace(SENT, outcome="decided", step=None), "M1 gives a decision"),
    ],
)
def test_each_outcome_has_words(send: SendRow, said: str) -> None:
    assert send_told(send, WALL) == said


def test_tries_that_failed_alike_are_told_as_one() -> None:
    first = replace(SENT, outcome="failed", error="no answer", channel="none", retry_at=WALL.now)
    last = replace(first, at=WALL.now + 30_000, retry_at=None)
    assert (
        send_told(first, WALL, last, 4) == "Step 2: M1 not reached: no answer; 4 tries, the last at 02:22:30"
    )
