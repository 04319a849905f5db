"""What `wakeful doctor` finds of who can be told: administrators, those whom on-call names, homes that name nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from wakeful.cli.health.findings import Found, Mark

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.pager.desk import DeskHome
    from shared.instants import Instant
    from shared.security.people import People, Person
    from shared.settings import Settings

_REACH: Final = "wakeful people reach ID CHANNEL TO"
_SHOWN: Final = 10
"""People that one line names; of the rest, how many."""


def on_call(people: "People", views: "Connection | None", settings: "Settings") -> Iterator[Found]:
    """`views`: with the pager's desk; None: there is none yet."""
    from services.pager import desk_rows
    from shared import clock

    homes = [] if views is None else [each for each in desk_rows.homes(views) if each.provider_id is not None]
    yield from found(people.all(), homes, settings, clock.now())


def found(
    people: "Sequence[Person]", homes: "Sequence[DeskHome]", settings: "Settings", now: "Instant"
) -> Iterator[Found]:
    """All of it, of what is known."""
    named = sorted({each for home in homes for each in _of(home, now)})
    shut = without_a_gateway(settings)
    wrong = [*_administrators(people, homes, shut), *_named(people, named, shut), *_watched(homes)]
    yield from wrong
    if not wrong:
        yield Mark.GOOD, f"{len(homes)} homes name a last resort; whoever is named can be reached"


def without_a_gateway(settings: "Settings") -> Mapping[str, str]:
    """The channels that nothing is sent by here, and the setting that is missing for each."""
    needed = {
        "email": (settings.smtp_host, "WAKEFUL_SMTP_HOST"),
        "sms": (settings.sms_url, "WAKEFUL_SMS_URL"),
        "voice": (settings.voice_url, "WAKEFUL_VOICE_URL"),
    }
    return {channel: name for channel, (value, name) in needed.items() if value is None}


def _channels(person: "Person") -> list[str]:
    return [str(way["channel"]) for way in person.reach]


def _reached(person: "Person", shut: Mapping[str, str]) -> bool:
    return person.active and any(channel not in shut for channel in _channels(person))


def _administrators(
    people: "Sequence[Person]", homes: "Sequence[DeskHome]", shut: Mapping[str, str]
) -> Iterator[Found]:
    from shared.security.rights import Right

    if any(Right.ADMIN in person.rights and _reached(person, shut) for person in people):
        return
    mark = Mark.WRONG if homes else Mark.NOTE
    what = "no administrator can be reached: when nobody watches, nobody who runs the system is told"
    yield mark, what, f"run, for somebody with the right admin: {_REACH}"


def _named(people: "Sequence[Person]", named: Sequence[str], shut: Mapping[str, str]) -> Iterator[Found]:
    known = {person.id: person for person in people}
    nowhere, closed = set[str](), dict[str, set[str]]()
    for person_id in named:
        person = known.get(person_id)
        if person is None or not person.active or not person.reach:
            nowhere.add(person_id)
        elif not _reached(person, shut):
            for channel in set(_channels(person)):
                closed.setdefault(shut[channel], set()).add(person_id)
    if nowhere:
        yield (
            Mark.WRONG,
            f"on-call names who cannot be reached by any way: {_some(nowhere)}",
            f"run, for each: {_REACH}",
        )
    for setting, persons in sorted(closed.items()):
        yield (
            Mark.WRONG,
            f"{setting} is not set, and on-call names who is reached by nothing else: {_some(persons)}",
            f"set it, or write down another way: {_REACH}",
        )


def _of(home: "DeskHome", now: "Instant") -> Iterator[str]:
    """The people whom a home's on-call names by their ids, now or for later."""
    from services.pager.oncall import COMMISSIONER, HOME_PHONE, ON_DUTY, last_resort, rotas_named
    from services.pager.oncall.looking import ROTA
    from shared.instants import parse_instant

    resort = last_resort(home.policy)
    if resort is not None:
        yield resort
    for step in (home.policy or {}).get("steps", ()):
        others = (name for name in step["who"] if name not in (COMMISSIONER, HOME_PHONE, ON_DUTY))
        yield from (name for name in others if not name.startswith(ROTA))
    named = rotas_named(home.policy)
    for name in named:
        written = home.rotas.get(name) or {}
        yield from (each["person_id"] for each in written.get("weekly", ()))
        entries = (each for each in written.get("entries", ()) if parse_instant(each["to"]) > now)
        yield from (each["person_id"] for each in entries)
    yield from (each["person_id"] for each in home.overrides if each["rota"] in named)


def _watched(homes: "Iterable[DeskHome]") -> Iterator[Found]:
    from services.pager.oncall import Standing, standing

    lack = [home.home_id for home in homes if standing(home) is not Standing.WATCHED]
    if lack:
        yield (
            Mark.WRONG,
            f"{len(lack)} homes do not count as watched, as their on-call names no last resort: {_some(lack)}",
            "tell each home's policy with a last_resort: PUT /api/v1/on-call (on_call.policy_set)",
        )


def _some(ids: Iterable[str]) -> str:
    listed = sorted(ids)
    more = len(listed) - _SHOWN
    return ", ".join(listed[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
