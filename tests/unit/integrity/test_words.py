"""What is said of a record is neutral: a pattern is worth a human look, and nothing else is said."""

import pytest

from services.integrity import words

SENTENCES = [
    words.TWO_PLACES,
    words.OFF_DUTY,
    words.ON_BREAK,
    words.SEEN_WHILE_AWAY,
    words.EDITED_AFTER,
    words.CLOCK,
    words.burst(3, 9_500, 3_660_000),
    words.too_regular(12_000),
    words.quarter_hours(6),
    words.headcount(1, 0),
    words.unproved(49, 50, 3, 200),
]
ACCUSING = [
    "false",
    "fake",
    "fals",
    "lie",
    "cheat",
    "fraud",
    "suspic",
    "wrong",
    "invent",
    "pretend",
    "blame",
    "guilt",
]
ACCUSING += ["tamper", "manipul", "dishonest", "accus", "fail", "neglect", "asleep", "should"]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_reason_is_one_sentence_that_accuses_nobody(sentence: str) -> None:
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert [word for word in ACCUSING if word in sentence.lower().replace(" lie ", " ")] == []


def test_lengths_are_told_as_people_say_them() -> None:
    assert words.burst(3, 9_500, 3_660_000) == (
        "3 checks by one worker were entered within 9.5 seconds; the times they describe lie 1 h 1 min apart."
    )
    assert words.burst(4, 0, 61_000).endswith("lie 1 min 1 s apart.")
