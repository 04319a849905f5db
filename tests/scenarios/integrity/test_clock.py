"""*`clock`: a check whose `observed_at` is more than 60 s after `appended_at`, or whose `entered_at` is more than 60 s
before `observed_at`. Subject: the device.*
"""

import pytest

from tests.scenarios.integrity_facts import ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")
DEVICE = {"device": "device/1"}


def test_a_time_more_than_a_minute_ahead_is_told_of_the_device(night: Night) -> None:
    ready(night).at("23:10").tell(seen(at="23:11:00.001", entered="23:11:00.001", id="a"))
    night.expect.raised(
        "anomaly",
        about=DEVICE,
        since="23:10",
        pattern="clock",
        entries=["a"],
        reason="The clock of a device and the times that came with a check do not agree.",
    )


def test_a_minute_ahead_is_believed(night: Night) -> None:
    ready(night).at("23:10").tell(seen(at="23:11:00", entered="23:11:00"))


def test_entered_more_than_a_minute_before_it_was_observed(night: Night) -> None:
    ready(night).at("23:10").tell(seen(at="23:10:00", entered="23:08:59.999"))
    night.expect.raised("anomaly", about=DEVICE, since="23:10", pattern="clock")


def test_entered_a_minute_before_it_was_observed(night: Night) -> None:
    ready(night).at("23:10").tell(seen(at="23:10:00", entered="23:09:00"))


def test_attempts_count_and_so_do_checks_of_nobody_here(night: Night) -> None:
    ready(night).at("23:10").tell(seen(at="23:12", outcome="not_seen", id="a"))
    first = night.expect.raised("anomaly", about=DEVICE, pattern="clock", entries=["a"])
    night.at("23:20").tell(seen("nobody", at="23:22", id="b"))
    first.worsened(2, entries=["b"])


def test_each_device_has_an_alert_of_its_own(night: Night) -> None:
    ready(night).at("23:10").tell(seen(at="23:12"), seen(at="23:12", source="device/2"))
    night.expect.raised("anomaly", about=DEVICE, pattern="clock")
    night.expect.raised("anomaly", about={"device": "device/2"}, pattern="clock")
