"""Every kind that somebody is asked to answer says what to do next, in few words."""

import pytest

from shared.alerting import SEVERITY
from shared.words.doing import offered, what_next

ASKED = sorted(kind for kind, severity in SEVERITY.items() if severity != "info")


@pytest.mark.parametrize("kind", ASKED)
def test_every_kind_says_what_to_do_next_and_offers_words_for_it(kind: str) -> None:
    assert 20 < len(what_next(kind)) < 90
    assert len(offered(kind)) == 3
    assert all(len(words) < 40 for words in offered(kind))


def test_of_what_is_only_told_nothing_is_asked() -> None:
    assert what_next("child_away") == ""
