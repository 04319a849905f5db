"""The everyday check, seen to be right in two microseconds: a short cut through validation for the one type
that makes up nearly all of a log.

It says yes only where the models would say yes and normalising would change nothing; to all else it says no,
which means nothing more than: ask the models. It never says what is wrong. Tests hold it to the models.
"""

import re
from typing import Any, Final, TypeGuard

from shared.events.decode import is_canonical
from shared.events.envelope import AnyEnvelope
from shared.events.fields import BASE64_PATTERN, ID_LENGTH, ID_PATTERN, SEALED_LENGTH, TEXT_LENGTH, WHOLE

_ENVELOPE: Final = frozenset(AnyEnvelope.model_fields) - {"contenthash"}
_WITH_HASH: Final = _ENVELOPE | {"contenthash"}
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


def is_plain_check(event: Any) -> TypeGuard[dict[str, Any]]:
    """Whether this is certainly a valid, normalised `check.recorded.v1` without unknown fields."""
    try:
        return _envelope(event) and _data(event["data"], event["subject"])
    except (TypeError, KeyError, AttributeError):
        return False


def _envelope(event: dict[str, Any]) -> bool:
    names = event.keys()
    return (
        event["type"] == "check.recorded.v1"
        and (names == _ENVELOPE or (names == _WITH_HASH and _hash(event["contenthash"]) is not None))
        and event["specversion"] == "1.0"
        and event["datacontenttype"] == "application/json"
        and len(event["id"]) <= ID_LENGTH
        and _id(event["id"]) is not None
        and is_canonical(event["time"])
        and is_canonical(event["enteredat"])
        and _is_id(event["subject"])
        and _is_id(event["homeid"])
        and _is_id(event["actor"])
        and _is_id(event["source"])
    )


def _data(data: dict[str, Any], subject: str) -> bool:
    names = data.keys()
    return (
        _NEEDED <= names <= _KNOWN
        and data["placement_id"] == subject
        and data["outcome"] in _OUTCOMES
        and data["view"] in _VIEWS
        and data["proof"] in _PROOFS
        and _is_id(data["state"])
        and data.get("sign_of_life") in _SIGNS
        and ("room" not in names or _is_id(data["room"]))
        and ("clock" not in names or _is_clock(data["clock"]))
        and ("note" not in names or _is_free_text(data["note"]))
        and ("position" not in names or _is_text(data["position"]))
        and ("proof_token" not in names or _is_text(data["proof_token"]))
    )


def _is_id(text: str) -> bool:
    if text in _ids_met:
        return True
    if len(text) > ID_LENGTH or _id(text) is None:
        return False
    if len(_ids_met) >= _IDS_KEPT:
        _ids_met.clear()
    _ids_met.add(text)
    return True


def _is_text(text: Any) -> bool:
    # Text from elsewhere than JSON may hold half a surrogate pair, which no model accepts.
    return type(text) is str and len(text) <= TEXT_LENGTH and "\x00" not in text and text.isascii()


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
        and is_canonical(clock["device_at"])
        and _is_whole(clock["monotonic_ms"])
        and _is_whole(clock["offset_ms"])
        and _is_whole(clock["uncertainty_ms"])
    )


def _is_whole(number: Any) -> bool:
    return type(number) is int and -WHOLE <= number <= WHOLE
