"""`wakeful.responses`: what people decide about an alert. Whether they may is asked in acceptance."""

from typing import Literal

from shared.events.fields import FreeText, Id, InstantText, Part


class ResponseGiven(Part):
    """Somebody has it (`acknowledge`), closes it (`decide`), or passes it on (`decline`)."""

    alert_id: Id
    by: Id
    kind: Literal["acknowledge", "decide", "decline"]
    action: FreeText | None = None
    until: InstantText | None = None
    reason: FreeText | None = None
    via: Literal["app", "page", "phone"]
