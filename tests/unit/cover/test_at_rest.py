"""What a home keeps is bounded by what can still matter, however long the log: at rest and in memory."""

import orjson

from services.cover import saved
from services.cover.home import FEW, CoverHome
from services.cover.model import CoverMonitor
from shared.instants import DAY, HOUR, MINUTE, Instant
from shared.monitor import Row
from tests.scenarios.cover_facts import asks, checked, house, off_duty, on_duty, proved
from tests.scenarios.night import Night
from tests.unit.cover.told import facts_of

ALL_DAY = asks(1, "12:00", "12:00")


class Watched:
    """A monitor that hears a night as it is told, and its rows."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.monitor = CoverMonitor()
        self.rows: dict[tuple[str, bytes], Row] = {}
        self.told: list[str] = []
        self._heard = 0

    def hear(self, until: Instant) -> None:
        """What was told since, then the clock."""
        facts = facts_of(self.night)
        for fact in facts[self._heard :]:
            self._effects(fact.appended_at)
            for effect in self.monitor.apply(fact):
                self.told.append(effect.event["data"].get("how", ""))
        self._heard = len(facts)
        self._effects(until)
        for row in self.monitor.changed():
            self.rows[row.table, orjson.dumps(row.key)] = row

    def _effects(self, to: Instant) -> None:
        for effect in self.monitor.advance(to):
            self.told.append(effect.event["data"].get("how", ""))

    @property
    def home(self) -> CoverHome:
        home = self.monitor.homes.homes["H1"]
        assert isinstance(home, CoverHome)
        return home

    def size(self) -> int:
        """Bytes at rest."""
        return sum(len((row.values or {})["state"]) for row in self.rows.values())


def day(number: int, clock: str = "22:00") -> str:
    return f"2026-03-{2 + number:02d} {clock}"


def test_proofs_of_those_who_do_not_come_any_more_are_forgotten() -> None:
    watched = Watched(house(Night()))
    for number in range(1, 25):
        workers = [f"W{number}-{worker}" for worker in range(6)]
        watched.night.at(day(number, "21:50")).tell(*(on_duty(who) for who in workers))
        watched.night.at(day(number, "23:00")).tell(*(checked(who) for who in workers))
        watched.night.at(day(number, "23:10")).tell(*(off_duty(who) for who in workers))
        watched.hear(watched.night.instant(day(number, "23:30")))
    assert len(watched.home.proofs) <= FEW + 3 * 6
    stored = orjson.loads((watched.rows[saved.PROOFS, b'{"home_id":"H1"}'].values or {})["state"])
    assert stored == watched.home.proofs


def test_who_is_on_duty_keeps_his_proof_however_old() -> None:
    watched = Watched(house(Night(), asks(0)))
    watched.night.at(day(0, "21:00")).tell(on_duty("W0"))
    for number in range(1, 8):
        for worker in range(3):
            watched.night.at(day(number)).tell(proved(f"W{number}-{worker}"))
    watched.hear(watched.night.instant(day(9)))
    assert "W0" in watched.home.proofs


def test_a_shortage_that_never_ends_does_not_make_what_is_kept_grow_for_ever() -> None:
    watched = Watched(house(Night(), ALL_DAY))
    sizes = []
    for number in range(1, 28):
        who = f"W{number % 5}"
        watched.night.at(day(number, "20:00")).tell(on_duty(who, role="sleep_in"))
        for hour in (21, 22, 23):
            watched.night.at(day(number, f"{hour}:00")).tell(checked(who))
        watched.night.at(day(number, "23:30")).tell(off_duty(who))
        watched.hear(watched.night.instant(day(number, "23:59")))
        sizes.append(watched.size())
    assert watched.home.short is not None
    assert max(sizes[12:]) <= sizes[11] + 200


def test_of_a_shortage_of_before_what_is_kept_nothing_is_shown() -> None:
    """It has lasted ten days when it ends; a start that was so all that time comes too late to show it."""
    watched = Watched(house(Night(), asks(1, "12:00", "12:00", proof=60 * 24 * 30)))
    watched.night.at(day(5)).tell(proved("W2"))
    watched.night.at(day(10)).tell(on_duty("W1", day(0, "19:00")))
    watched.hear(watched.night.instant(day(10, "22:01")))
    assert [how for how in watched.told if how] == ["restored"]


def test_moves_of_long_ago_are_one_state() -> None:
    watched = Watched(house(Night(), asks(0)))
    for number in range(1, 20):
        watched.night.at(day(number, "20:00")).tell(on_duty("W1"))
        watched.night.at(day(number, "23:30")).tell(off_duty("W1"))
    watched.hear(watched.night.instant(day(20)))
    record = watched.home.record
    assert record is not None
    kept = [move.at for move, _ in record.moves.walk(watched.night.instant(day(20)))]
    assert min(kept) >= watched.night.instant(day(19, "23:30")) - DAY - HOUR - MINUTE
