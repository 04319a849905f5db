"""How people are reached: the channels, the ways of each person, the tests of a home's on-call, and whoever is told
that nobody watches. Put together here, for one process and for a broker alike, because no service knows another.

No rule lives here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fastapi import APIRouter
from sqlalchemy import Engine

from services.house.answered import answer_links
from services.pager import desk_rows, oncall
from services.pager.alive import directory
from services.pager.alive.directory import HomeContacts
from services.pager.alive.memory import Memory
from services.pager.alive.running import Alive, Parts, Turning, stands_elsewhere, stuck
from services.pager.alive.whom import Contact, Trouble
from services.pager.channels.all import Channels, make
from services.pager.channels.base import Address, Carriers
from services.pager.trial import api, page
from services.pager.trial.daily import Daily
from services.pager.trial.sending import Sender
from shared import clock
from shared.blind import why
from shared.instants import Instant
from shared.log.base import DoorLog, least_present
from shared.security.keys import KeyRing
from shared.security.people import People, Person
from shared.security.rights import Right
from shared.security.ways import Ways
from shared.settings import Settings
from shared.web.pages import Pages


@dataclass(frozen=True)
class Reach:
    """What it takes to reach somebody. `views`: the pager's read model."""

    settings: Settings
    people: People
    keys: KeyRing
    views: Engine

    def carriers(self) -> Carriers:
        """All channels, for the event loop of whoever asks; to be closed by it."""
        return make(self.settings)

    def channels(self) -> Channels:
        """The same, by their names."""
        return make(self.settings)

    def admins(self) -> Sequence[str]:
        """Whoever runs the system, and can be reached."""
        return [
            person.id
            for person in self.people.all()
            if person.active and Right.ADMIN in person.rights and person.reach
        ]

    def ways(self, person_id: str) -> Sequence[Address]:
        """How a person is reached, best first; nobody, or somebody who is not active: not at all."""
        person = self.people.find(person_id)
        return () if person is None or not person.active else self.open_addresses(person)

    def open_addresses(self, person: Person) -> tuple[Address, ...]:
        """How a person is reached, as `people` has it, with its secrets opened."""
        return self.sealing.opened(person.id, person.reach)

    @cached_property
    def wrong(self) -> Callable[[Address], str | None]:
        """What is wrong with a way of reaching somebody, and what to do; None: nothing. Opens and looks up nothing."""
        return make(self.settings).wrong

    @cached_property
    def sealing(self) -> Ways:
        """Seals and opens how people are reached."""
        return Ways(self.keys.ways_key)

    def contacts(self) -> Mapping[str, Contact]:
        """Everybody who can be told that nobody watches, as of now."""
        with self.views.connect() as connection:
            homes = [
                HomeContacts(home.home_id, home.zone, oncall.last_resort(home.policy))
                for home in desk_rows.homes(connection)
            ]
        return directory.contacts(self.people.all(), homes, self.open_addresses)

    @cached_property
    def sender(self) -> Sender:
        """Sends tests."""
        link = page.link_of(answer_links(self.settings.url, self.keys), self.settings.url)
        return Sender(self.views, self.carriers, link)

    def api(self) -> APIRouter:
        """Tests of a home's on-call, under `/api/v1`."""
        return api.api_routes(self.views, self.sender, self.ways)

    def pages(self, pages: Pages) -> APIRouter:
        """The page by which a test is answered. `pages` must know `page.TEMPLATES`."""
        return page.page_routes(self.views, answer_links(self.settings.url, self.keys), pages)

    def alive(
        self,
        log: DoorLog,
        shared: Engine,
        blind_since: Callable[[], Instant | None],
        watched_to: Callable[[], Instant | None],
        *,
        pager: Turning | None = None,
        elsewhere: Callable[[], Instant | None] = lambda: None,
    ) -> Alive:
        """Who tells people that nobody watches, not begun. `shared`: where homes set aside and operations' entries
        are. `pager`: its loop, where it runs here; `elsewhere`: since when one that runs in another process stands."""
        after = self.settings.blind_after

        def blind() -> Iterator[Trouble]:
            if pager is not None:
                yield from stuck("pager", pager, clock.monotonic(), clock.now(), after)
            stands = elsewhere()
            if stands is not None:
                yield stands_elsewhere("pager", stands)
            since = blind_since()
            if since is not None:
                services_follow = least_present(log) - (watched_to() or 0) < after
                yield Trouble(None, None, since, why(log.clock_off, log.ahead, stands=services_follow))

        memory = Memory(shared, self.contacts, lambda: blind_since() is None and watched_to() is not None)
        return Alive(Parts(blind, memory, self.carriers, after, link=self.settings.url))

    def daily(self) -> Daily:
        """The daily tests, not begun."""
        return Daily(self.views, self.sender, self.ways)
