"""Silences: they hold messages back, never facts; what is still open when one ends is sent then (DOMAIN.md §6)."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.pager.desk import DeskAlert
from shared.acceptance import LONGEST_SILENCE
from shared.instants import Instant, parse_instant


def held_until(silences: Iterable[Mapping[str, Any]], alert: DeskAlert, now: Instant) -> Instant | None:
    """When the last of the silences that hold this alert's messages back now is over; None: nothing does."""
    ends = [
        parse_instant(silence["until"])
        for silence in silences
        if _covers(silence, alert) and parse_instant(silence["from"]) <= now < parse_instant(silence["until"])
    ]
    return max(ends, default=None)


def _covers(silence: Mapping[str, Any], alert: DeskAlert) -> bool:
    covers = silence.get("covers") or {}
    kinds, placement = covers.get("kinds"), covers.get("placement_id")
    if kinds is not None and alert.kind not in kinds:
        return False
    if placement is not None and alert.placement_id != placement:
        return False
    return alert.severity != "page" or _may_cover_pages(silence)


def _may_cover_pages(silence: Mapping[str, Any]) -> bool:
    """A silence of everything for a night, by one person, is none of a missed check."""
    second = silence.get("second_by")
    length = parse_instant(silence["until"]) - parse_instant(silence["from"])
    return bool(second) and second != silence.get("author") and length <= LONGEST_SILENCE
