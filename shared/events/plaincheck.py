"""The everyday check, seen to be right in two microseconds: a short cut through validation for the one type
that makes up nearly all of a log.

It says yes only where the models would say yes and normalising would change nothing; to all else it says no,
which means nothing more than: ask the models. It never says what is wrong. Tests hold it to the models.
"""

import re
from typing import Any, Final

from shared.events.envelope import AnyEnvelope
from shared.events.fields import BASE64_PATTERN, ID_LENGTH, ID_PATTERN, SEALED_LENGTH, TEXT_LENGTH, WHOLE
from shared.events.quick import MINUTES, SECONDS, THOUSANDTHS, canonical_instant
from shared.facts import Fact
from shared.instants import Instant
from shared.topics import CHECK_INS

_ENVELOPE: Final = len(AnyEnvelope.model_fields) - 1
"""How many fields an envelope has without `contenthash`. All of them are read, so no other can be among as
many."""
_NEEDED: Final = frozenset(["placement_id", "outcome", "state", "view", "proof"])
_KNOWN: Final = _NEEDED | {"sign_of_life", "position", "room", "proof_token", "note", "clock"}
_CLOCK: Final = frozenset(["device_at", "monotonic_ms", "offset_ms", "uncertainty_ms"])
_OUTCOMES: Final = frozenset(["seen", "not_seen", "not_found"])
_SIGNS: Final = frozenset(["breathing", "moved", "spoke", "awake", None])
_VIEWS: Final = frozenset(["entered", "doorway", "panel", "camera"])
_PROOFS: Final = frozenset(["nfc", "qr", "ble", "manual"])

_id = re.compile(ID_PATTERN).fullmatch
_hash = re.compile(r"[0-9a-f]{64}").fullmatch
_base64 = re.compile(BASE64_PATTERN).fullmatch
# Homes, rooms, children and staff come again and again: one look-up instead of a pattern.
_ids_met: Final[set[str]] = set()
_IDS_KEPT: Final = 200_000


def plain_check(topic: str, appended_at: Instant, event: Any) -> Fact | None:
    """The fact of an event that is certainly a valid, normalised `check.recorded.v1` without unknown fields,
    in its own topic; else None."""
    # One function, and each value looked at once: at a hundred thousand a second a call more is a core less.
    try:
        data, id_, subject, home = event["data"], event["id"], event["subject"], event["homeid"]
        actor, source, state, hashed = (
            event["actor"],
            event["source"],
            data["state"],
            event.get("contenthash"),
        )
        at = event["time"]
        observed_at = MINUTES[at[:17]] + SECONDS[at[17:19]] + THOUSANDTHS[at[19:]]
        at = event["enteredat"]
        entered_at = MINUTES[at[:17]] + SECONDS[at[17:19]] + THOUSANDTHS[at[19:]]
        names = data.keys()
        plain = (
            event["type"] == "check.recorded.v1"
            and topic == CHECK_INS
            and event["specversion"] == "1.0"
            and event["datacontenttype"] == "application/json"
            and (len(event) == _ENVELOPE if hashed is None else len(event) == _ENVELOPE + 1 and _hash(hashed))
            and (0 < len(id_) <= ID_LENGTH and id_.isascii() and id_.isprintable() and " " not in id_)
            and _NEEDED <= names <= _KNOWN
            and data["placement_id"] == subject
            and data["outcome"] in _OUTCOMES
            and data["view"] in _VIEWS
            and data["proof"] in _PROOFS
            and data.get("sign_of_life") in _SIGNS
            and (subject in _ids_met or _is_id(subject))
            and (home in _ids_met or _is_id(home))
            and (actor in _ids_met or _is_id(actor))
            and (source in _ids_met or _is_id(source))
            and (state in _ids_met or _is_id(state))
            and ("room" not in names or data["room"] in _ids_met or _is_id(data["room"]))
            and ("clock" not in names or _is_clock(data["clock"]))
            and ("note" not in names or _is_free_text(data["note"]))
            and ("position" not in names or _is_text(data["position"]))
            and ("proof_token" not in names or _is_text(data["proof_token"]))
        )
    except (TypeError, KeyError, AttributeError, ValueError):
        return None
    if not plain:
        return None
    return Fact(
        CHECK_INS,
        appended_at,
        home,
        id_,
        "check.recorded.v1",
        subject,
        source,
        actor,
        observed_at,
        entered_at,
        data,
        hashed,
    )


def _is_id(text: str) -> bool:
    if text in _ids_met:
        return True
    if len(text) > ID_LENGTH or _id(text) is None or not _is_unicode(text):
        return False
    if len(_ids_met) >= _IDS_KEPT:
        _ids_met.clear()
    _ids_met.add(text)
    return True


def _is_text(text: Any) -> bool:
    return type(text) is str and len(text) <= TEXT_LENGTH and "\x00" not in text and _is_unicode(text)


def _is_unicode(text: str) -> bool:
    # A text that does not come from JSON may hold half a surrogate pair, which no model accepts.
    return text.isascii() or bool(text.encode())


def _is_free_text(value: Any) -> bool:
    if type(value) is str:
        return _is_text(value)
    sealed = value["sealed"]
    return (
        len(value) == 2
        and len(sealed) <= SEALED_LENGTH
        and _base64(sealed) is not None
        and len(value["key"]) <= ID_LENGTH
        and _is_id(value["key"])
    )


def _is_clock(clock: dict[str, Any]) -> bool:
    return (
        clock.keys() == _CLOCK
        and canonical_instant(clock["device_at"]) == clock["device_at"]
        and _is_whole(clock["monotonic_ms"])
        and _is_whole(clock["offset_ms"])
        and _is_whole(clock["uncertainty_ms"])
    )


def _is_whole(number: Any) -> bool:
    return type(number) is int and -WHOLE <= number <= WHOLE
