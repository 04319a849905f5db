"""The sample as a running thing: it is set up by way of the door, announced in a few lines, and played.

`start` runs in a thread of its own, ends with the process, and never takes the watch down with it: where the door does
not take the sample, that is said, and the house goes on without.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

import httpx

from services.sample import setting
from services.sample.cast import AT_ONCE, HOMES, ON_CALL, SHORT, UNASSESSED, UNSIGNED, Pace
from services.sample.phone import Phone
from services.sample.playing import Player, RealTime
from services.sample.receiver import PATH, OnCallPhone
from services.sample.setting import Begun
from shared.instants import MINUTE, SECOND, Duration
from shared.security.access import Access
from shared.security.keys import KeyRing
from shared.security.ways import Ways
from shared.settings import Settings

SEED: Final = 13
TRY_AGAIN: Final[Duration] = SECOND


class House(Protocol):
    """What the sample needs of the running system; `services.up.House` is one."""

    @property
    def settings(self) -> Settings: ...
    @property
    def access(self) -> Access: ...
    @property
    def keys(self) -> KeyRing: ...


def start(
    house: House,
    *,
    phone: OnCallPhone | None = None,
    pace: Pace | None = None,
    seed: int = SEED,
    stop: threading.Event | None = None,
    say: Callable[[str], object] | None = None,
) -> None:
    """Set the sample up and play it, until `stop` is set or the process ends.

    `phone`: where the one on call is reached; None: nowhere. `pace`: the ceiling and grace of its plans. `say`: is
    given each line for whoever started it (default: standard output).
    """
    pace, stop, say = pace or Pace(), stop or threading.Event(), say or _say
    try:
        stage = _stage(house, pace, stop, phone)
    except setting.Refused as refused:
        say(f"The sample cannot be played: {refused}")
        return
    if stage is None:
        return
    phones, begun = stage
    link = setting.sign_in_link(house.access, house.settings.url)
    token = setting.token_file(house.access, house.settings.data)
    for line in announcement(link, token, pace, begun, None if phone is None else house.settings.url + PATH):
        say(line)
    Player(phones, pace, seed, RealTime(stop), after_past=begun is Begun.AFTER_PAST).play()


def announcement(link: str, token: Path, pace: Pace, begun: Begun, phone: str | None = None) -> Iterator[str]:
    """What whoever started it reads."""
    forgotten, home = HOMES[0].children[0], HOMES[0]
    missed, late = (_about(percent * pace.ceiling // 100) for percent in (130, 500))
    yield ""
    yield f"A sample night: {len(HOMES)} homes, and everybody in them is invented."
    yield f"  Watch it:     {link}"
    if phone is not None:
        yield f"  On call:      {phone} (once signed in: it is paged, and you answer)"
    yield f"  For curl:     {token} (a token that may record and read in the sample homes)"
    yield "What you will see:"
    yield from _at_once(begun)
    yield f"  Until {missed:<8}Checks come in from every home, and all else is quiet."
    yield f"  After {missed:<8}{home.workers[0]} has forgotten {forgotten.id} in {home.id}:"
    yield "                an alert appears by itself, and whoever is on call is paged, every minute, until"
    yield "                somebody answers. Say `I have it`, and it is quiet."
    yield f"  After {late:<8}The check comes after all: it closes the alert (`late`), and who was paged is told."
    yield "  Then          It goes on: a phone without a signal, a child at school, a concern, a break"
    yield f"                without relief in {SHORT.id}. Ctrl+C ends it."
    yield ""


def _at_once(begun: Begun) -> Iterator[str]:
    if begun is Begun.AGAIN:
        yield "  At once       While this was off nobody was checked: every child is overdue, so alerts appear,"
        yield "                and the first round of checks closes them as late. Where it was off for more than"
        yield "                five minutes cover is short as well, until the workers begin anew."
        return
    if begun is Begun.AFTER_PAST:
        yield "  At once       30 quiet days lie behind. Open are: a break without relief"
        yield f"                in {SHORT.id} (over in three minutes), a few checks that {AT_ONCE[1]}"
        yield "                entered together two nights ago,"
    else:
        yield "  At once       Open are:"
    yield f"                a room in {UNASSESSED[0].id} whose assessment is overdue, and tonight's plan"
    yield f"                of {UNSIGNED.id}, which lacks a few things."


def _stage(
    house: House, pace: Pace, stop: threading.Event, phone: OnCallPhone | None
) -> tuple[dict[str, Phone], Begun] | None:
    """The phones, and what was there; None if it is time to stop. Tries until the door answers."""
    access, url = house.access, house.settings.url
    begun = Begun.AGAIN
    ways = [] if phone is None else [phone.way(url)]
    pins = setting.people(access, Ways(house.keys.ways_key).kept(ON_CALL, ways))
    while True:
        try:
            begun = max(begun, setting.settle(access, url, pace))
            return setting.phones(access, url, pins, house.settings.data), begun
        except httpx.HTTPError:
            if stop.wait(TRY_AGAIN / SECOND):
                return None


def _about(length: Duration) -> str:
    """A length of time for people: `70 s`, `2 min`."""
    return f"{round(length / SECOND)} s" if length < 2 * MINUTE else f"{round(length / MINUTE)} min"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
