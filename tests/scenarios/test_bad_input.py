"""What other producers may put on the log, told to all that watch: refused, or ignored as the rules say. The home goes
on, and nobody hears of it. At the door most of it would not be taken (tests/integration/gateway).
"""

import pytest

from services.rules import MONITORS
from tests.scenarios import facts
from tests.scenarios.cover_facts import (
    checked,
    handed_over,
    off_duty,
    on_duty,
    proved,
    rest,
    rested,
    with_child,
)
from tests.scenarios.facts import Said, every
from tests.scenarios.night import Night
from tests.scenarios.review_facts import point_changed, quiet, reviewed, whole

pytestmark = pytest.mark.services(*MONITORS)

IGNORED: dict[str, list[Said]] = {
    "a session in a home that nobody knows": [on_duty("W3", home="H9")],
    "a one-to-one session for a child whom nobody knows": [with_child("W3", "P9")],
    "a handover to oneself": [handed_over("W1", "W1")],
    "a handover from somebody who is not on duty": [handed_over("W9", "W1")],
    "a handover that was not accepted": [handed_over("W1", "W3", accepted=False, by="W1")],
    "a break of somebody who is not on duty": [rest("W9", "W1"), rested("W9")],
    "a relief who is not there": [rest("W2", "W9")],
    "a break on a break": [rest("W2", "W9"), rest("W2", "W1"), rest("W2", "W2")],
    "a relief who is on a break": [on_duty("W3"), rest("W3"), rest("W2", "W3")],
    "an end of a break that never began": [rested("W1")],
    "an end of a session that never began": [off_duty("W9"), proved("W9")],
    "a session on top of a session": [on_duty("W1"), on_duty("W1"), on_duty("W2")],
    "a review of a part that the plan does not have": [reviewed("ligature"), reviewed("suicide")],
    "a change of an anchor point that nobody knows": [point_changed("AP9", "open")],
}
REFUSED: dict[str, tuple[str, Said]] = {
    "a close without an approver": ("close_without_approver", facts.reviewed("ligature", "close")),
    "windows that overlap": ("windows_overlap", whole(2, every(15), every(10, "06:00", "08:00"))),
    "a version number used before": ("version_used", whole(1)),
}


def begun(night: Night) -> Night:
    """P1 is well watched, by W1; W2 is there too."""
    quiet(night).at("21:40").tell(on_duty("W1"), on_duty("W2"))
    night.at("21:44").tell(checked("W1"))
    night.at("22:07").tell(checked("W1"))
    return night.at("22:10")


def goes_on(night: Night) -> None:
    """P1 is seen once more, and then missed: that is heard, and nothing else."""
    night.at("22:19").tell(checked("W1"))
    night.until("22:40")
    night.expect.raised("check_missed", since="22:19", deadline="22:34", at="22:36")


@pytest.mark.parametrize("what", IGNORED)
def test_it_is_ignored_and_the_home_goes_on(night: Night, what: str) -> None:
    begun(night)
    for minute, said in enumerate(IGNORED[what]):
        night.at(f"22:{10 + minute}").tell(said)
    goes_on(night)


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_the_home_goes_on(night: Night, what: str) -> None:
    reason, said = REFUSED[what]
    told = begun(night).tell(said)
    night.expect.refused(told, reason)
    goes_on(night)


@pytest.mark.parametrize("what", IGNORED)
def test_all_of_it_in_one_instant_is_ignored_too(night: Night, what: str) -> None:
    begun(night).tell(*IGNORED[what])
    goes_on(night)
