"""`wakeful.check-ins`: checks and attempts as they were recorded, and corrections of them.

Whether a check is valid is a rule (DOMAIN.md §3), not a shape: it is not asked here.
"""

from typing import Literal

from pydantic import model_validator

from shared.events.fields import FreeText, Id, InstantText, Part, Text, Whole, wrong


class DeviceClock(Part):
    """What the device knew of its own clock when the check was recorded, in milliseconds."""

    device_at: InstantText
    monotonic_ms: Whole
    offset_ms: Whole
    uncertainty_ms: Whole


class CheckRecorded(Part):
    """One person saw, or tried to see, one child."""

    placement_id: Id
    outcome: Literal["seen", "not_seen", "not_found"]
    sign_of_life: Literal["breathing", "moved", "spoke", "awake"] | None = None
    state: Id | None = None
    """asleep, awake_settled, awake_distressed or another word. A child who was not seen has none."""
    position: Text | None = None
    room: Id | None = None
    view: Literal["entered", "doorway", "panel", "camera"]
    proof: Literal["nfc", "qr", "ble", "manual"]
    proof_token: Text | None = None
    note: FreeText | None = None
    clock: DeviceClock | None = None

    @model_validator(mode="after")
    def _a_child_who_was_seen_has_a_state(self) -> "CheckRecorded":
        if self.outcome == "seen" and self.state is None:
            raise wrong(
                "say how the child was: asleep, awake_settled, awake_distressed or another word", "state"
            )
        return self


class Changes(Part):
    """What a correction says instead. A field that is not named stays as it was."""

    room: Id | None = None
    state: Id | None = None
    position: Text | None = None
    note: FreeText | None = None


class CheckCorrected(Part):
    """A check was not so (`withdrawn`), or not quite so (`changes`). The check itself is never edited."""

    check_id: Id
    reason: FreeText
    withdrawn: bool
    changes: Changes | None = None

    @model_validator(mode="after")
    def _a_correction_says_something(self) -> "CheckCorrected":
        if not self.withdrawn and self.changes is None:
            raise wrong("state what changes, or withdraw the check with withdrawn: true", "changes")
        return self
