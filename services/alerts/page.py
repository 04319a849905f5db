"""What the page of the feed shows: open alerts by home, what closed lately, and whether anybody is watching.

Made of what one reader may see (`Feed` asks), put into plain words (`words`). No HTML here, and no HTTP: the template
is `templates/feed.html`, the routes are in `api`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.alerts.feed import OPEN, Feed, Wanted
from services.alerts.replying import Reply, reply_to
from services.alerts.rows import AlertRow, HomeRow
from services.alerts.watch import Watch
from shared.instants import DAY, Instant, show_instant
from shared.security.rights import Actor
from shared.words import COUNTED, Told, exact_clock, length, local_clock, told

OPEN_AT_MOST: Final = 200
CLOSED_AT_MOST: Final = 40
LATELY: Final = DAY
"""How far back what has closed is shown."""

_WORST_FIRST: Final = {"page": 0, "notify": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Card:
    """One alert on the page."""

    id: str
    kind: str
    severity: str
    placement: bool
    """Whether it is about a child, so that its words are a placement's id."""
    told: Told
    elapsed: str
    level: int
    open: bool
    taken: str
    """Who has it in hand, until when; empty where nobody has."""
    home_id: str
    reply: Reply | None
    """What its reader may answer; None: nothing."""


@dataclass(frozen=True, slots=True)
class HomePart:
    """One home's part of the page."""

    id: str
    cards: tuple[Card, ...]
    unwatched: str
    """Since when nobody watches it; empty while somebody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What every living page says of itself: as of when it is, and whether anybody watches. Clock texts are local to
    `zone`, or UTC, and say so, where homes differ."""

    position: int
    zone: str | None
    shown_at: str
    watched_to: str
    watched_to_instant: str
    blind_since: str
    now: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage(Standing):
    """All that the template needs."""

    home_id: str | None
    homes: tuple[HomePart, ...]
    """Those with something to show: open alerts, or a watch that is off."""
    quiet: tuple[str, ...]
    """The other homes."""
    closed: tuple[Card, ...]
    open_count: int
    counts: tuple[tuple[int, str], ...]
    """How many are open of each severity, in words, the worst first."""
    more_open: bool


def feed_page(feed: Feed, watch: Watch, actor: Actor, home_id: str | None, now: Instant) -> FeedPage | None:
    """The page of all that `actor` may see, or of one home; None where that home is not theirs to see."""
    # the position comes first: what is committed while we read is shown here, and told by the stream once more
    listing = feed.listing(actor, Wanted(open=True, home=home_id), limit=OPEN_AT_MOST)
    homes = {home.home_id: home for home in feed.homes(actor) if home_id in (None, home.home_id)}
    closed = feed.closed(actor, home_id, now - LATELY, CLOSED_AT_MOST)
    if home_id is not None and not homes and not listing.alerts and not closed:
        return None
    parts = _parts(listing.alerts, homes, watch.asides(), actor, now)
    return FeedPage(
        **standing(watch, _one_zone(homes.values()), listing.position, now),
        home_id=home_id,
        homes=parts,
        quiet=tuple(home for home in homes if home not in {part.id for part in parts}),
        closed=tuple(card_of(alert, now) for alert in closed),
        open_count=len(listing.alerts),
        counts=_counts(listing.alerts),
        more_open=listing.next is not None,
    )


def standing(watch: Watch, zone: str | None, position: int, now: Instant) -> dict[str, Any]:
    """The fields of `Standing`, as of now."""
    watched_to, blind = watch.watched_to(), watch.blind()
    return {
        "position": position,
        "zone": zone,
        "shown_at": exact_clock(now, zone),
        "watched_to": exact_clock(watched_to, zone) if watched_to is not None else "",
        "watched_to_instant": show_instant(watched_to) if watched_to is not None else "",
        "blind_since": exact_clock(blind, zone) if blind is not None else "",
        "now": now,
    }


def _parts(
    alerts: Iterable[AlertRow],
    homes: Mapping[str, HomeRow],
    asides: Mapping[str, Instant],
    reader: Actor,
    now: Instant,
) -> tuple[HomePart, ...]:
    by_home: dict[str, list[AlertRow]] = {home_id: [] for home_id in homes if home_id in asides}
    for alert in sorted(alerts, key=_worst_first):
        by_home.setdefault(alert.home_id, []).append(alert)
    parts = []
    for home_id, theirs in by_home.items():
        zone = homes[home_id].zone if home_id in homes else None
        off = local_clock(asides[home_id], zone, now) if home_id in asides else ""
        parts.append(HomePart(home_id, tuple(card_of(alert, now, reader) for alert in theirs), off))
    return tuple(parts)


def _counts(alerts: Iterable[AlertRow]) -> tuple[tuple[int, str], ...]:
    found = Counter(alert.severity for alert in alerts)
    return tuple((found[severity], words) for severity, words in COUNTED.items() if found[severity])


def _worst_first(alert: AlertRow) -> tuple[int, int, Instant, str]:
    return (_WORST_FIRST.get(alert.severity, 3), -alert.level, alert.since, alert.alert_id)


def _one_zone(homes: Iterable[HomeRow]) -> str | None:
    zones = {home.zone for home in homes}
    return zones.pop() if len(zones) == 1 else None


def card_of(alert: AlertRow, now: Instant, reader: Actor | None = None) -> Card:
    """An alert as a page shows it; `reader`: who may answer it there, None: nobody."""
    words = told(alert, now)
    return Card(
        id=alert.alert_id,
        kind=alert.kind,
        severity=alert.severity,
        placement=alert.placement_id is not None,
        told=words,
        elapsed=length(now - words.counts_from) if words.running else "",
        level=alert.level,
        open=alert.state in OPEN,
        taken=_taken(alert, now, reader),
        home_id=alert.home_id,
        reply=None if reader is None else reply_to(alert, reader),
    )


def _taken(alert: AlertRow, now: Instant, reader: Actor | None) -> str:
    if alert.state != "acknowledged" or alert.until is None:
        return ""
    mine = reader is not None and alert.acknowledged_by == reader.id
    who = "You have" if mine else f"{alert.acknowledged_by} has"
    return f"{who} it until {local_clock(alert.until, alert.zone, now)}"
