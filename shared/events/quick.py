"""Instants read fast: the text that validation writes, `2026-03-28T02:10:00.000Z`, taken apart by three
look-ups.

The minute with its colon, the second, and the thousandths with their point and `Z`: what is found in all
three is canonical by construction, so that to read one is to have checked it. All other text is
`shared.instants`' business.
"""

from typing import Final

from shared.instants import MINUTE, Instant, parse_instant, show_instant

MINUTES: Final[dict[str, Instant]] = {}
"""The minutes met so far, `2026-03-28T02:10:`; only those that some canonical text has shown."""
SECONDS: Final = {f"{n:02d}": n * 1000 for n in range(60)}
THOUSANDTHS: Final = {f".{n:03d}Z": n for n in range(1000)}

_MINUTES_KEPT: Final = 50_000
"""A month of minutes: a reader moves along the log, so what it needs next it has mostly just used."""
_FIRST_YEAR, _LAST_YEAR = "1900", "2999"


def instant_of(text: str) -> Instant:
    """The instant of a text, as `shared.instants.parse_instant` reads it. Raises ValueError, or TypeError for
    what is no text."""
    try:
        return MINUTES[text[:17]] + SECONDS[text[17:19]] + THOUSANDTHS[text[19:]]
    except KeyError:
        return _learn(text)[0]


def canonical_instant(text: str) -> str:
    """The text of the same instant as validation writes it: UTC, cut to milliseconds. Raises ValueError where
    it is no instant in `Z`, or lies outside the years 1900 to 2999, in which no sum of ours runs over an
    edge."""
    if text[:17] in MINUTES and text[17:19] in SECONDS and text[19:] in THOUSANDTHS:
        return text
    shown = _learn(text)[1]
    if not _FIRST_YEAR <= shown[:4] <= _LAST_YEAR or text[-1] not in "Zz" or len(shown) != 24:
        raise ValueError(f"{text!r} is not an instant in UTC of the years 1900 to 2999")
    return shown


def _learn(text: str) -> tuple[Instant, str]:
    at = parse_instant(text)
    shown = show_instant(at)
    if shown == text and _FIRST_YEAR <= text[:4] <= _LAST_YEAR:
        if len(MINUTES) >= _MINUTES_KEPT:
            MINUTES.clear()
        MINUTES[text[:17]] = at - at % MINUTE
    return at, shown
