"""Random nights of cover: workers' ordinary shifts, told at once, late, or in one batch. Sample data."""

from typing import Any

from shared.instants import HOUR, MINUTE, SECOND
from tests.oracle.cover.night_plans import CHECK_INS, NIGHT_COVER, CoverPlans
from tests.oracle.night_lines import Child

STAFF = ("W1", "W2", "W3", "W4", "W5")
Said = tuple[str, dict[str, Any], int]
"""What a device is told: the type, the data, when it was so."""


class Shifts(CoverPlans):
    """Writes what workers do on every night."""

    def shift(self, home_id: str, staff: str) -> None:
        """A worker comes, proves to be awake at about the interval, takes a break or two, and goes."""
        rnd = self.rnd
        at = self.begin + rnd.choice((0, 0, 5, 30, rnd.randint(0, 90))) * MINUTE
        at = self.when() if rnd.random() < 0.15 and not self.calm else at
        said: list[Said] = [self._start(home_id, staff, at)]
        diligent, every = self.calm or rnd.random() < 0.6, min(self.everies)
        for _ in range(rnd.randint(3, 30)):
            step = every if diligent else rnd.choice(self.everies)
            share = rnd.choice((0.8, 0.9, 1.0) if diligent else (0.5, 0.8, 1.0, 1.0, 1.0, 1.2, 1.6))
            at += int(step * share) + (rnd.choice((-1, 0, 0, 0, 0, 1)) if share == 1.0 else 0)
            at += rnd.choice((0, 0, 0, 2, 5, 20)) * MINUTE if not diligent else 0
            if at > self.end:
                break
            self.marks += [at, at + step, at + step + 5 * MINUTE]
            at = self._something(home_id, staff, at, said)
            if rnd.random() < 0.7:
                self._sync(home_id, staff, said)
                said = []
        if rnd.random() < 0.6:
            said.append(("cover.ended.v1", {"staff_id": staff}, at + rnd.choice((0, 5, 30)) * MINUTE))
        self._sync(home_id, staff, said)

    def _start(self, home_id: str, staff: str, at: int) -> Said:
        role = self.rnd.choice(("waking", "waking", "waking", "one_to_one", "one_to_one", "sleep_in"))
        data = {"staff_id": staff, "role": role}
        if role == "one_to_one" or self.rnd.random() < 0.05:
            here = [child.id for child in self.children if child.home_id == home_id]
            data["placement_id"] = self.rnd.choice((*here, *here, *here, "P-unknown"))
        self.marks += [at, at + 2 * HOUR, at + 2 * HOUR + 1, at + 5 * MINUTE, at + 2 * MINUTE]
        return "cover.started.v1", data, at

    def _something(self, home_id: str, staff: str, at: int, said: list[Said]) -> int:
        """A proof, a check, or a break and its end. Returns when it is over."""
        rnd = self.rnd
        if rnd.random() < (0.85 if self.calm else 0.6):
            said.append(("cover.proved.v1", {"staff_id": staff, "how": rnd.choice(("prompt", "round"))}, at))
        elif rnd.random() < 0.6:
            here = [child.id for child in self.children if child.home_id == home_id]
            said.append(("check.recorded.v1", self.a_check(rnd.choice((*here, "P-unknown"))), at))
        else:
            said.append(("cover.break_started.v1", self.a_break(staff), at))
            at = self.mark(at + rnd.choice((2, 5, 5, 10, 20, 20, 40)) * MINUTE)
            if rnd.random() < 0.85:
                said.append(("cover.break_ended.v1", {"staff_id": staff}, at))
        return at

    def a_break(self, staff: str) -> dict[str, Any]:
        """A break's start; half of them name somebody else."""
        others = [one for one in STAFF if one != staff]
        relief = self.rnd.choice((None, self.rnd.choice(others), self.rnd.choice(others), others[0]))
        relief = staff if self.rnd.random() < 0.02 else relief
        return {"staff_id": staff, "relief_staff_id": relief, "expected": "PT20M"}

    def a_check(self, placement_id: str) -> dict[str, Any]:
        """A check or an attempt."""
        outcome = self.rnd.choice(("seen", "seen", "seen", "not_seen", "not_found"))
        return {
            "placement_id": placement_id,
            "outcome": outcome,
            "sign_of_life": "breathing" if outcome == "seen" else None,
            "state": "asleep",
            "room": "R1",
            "view": "entered",
            "proof": "manual",
        }

    def _sync(self, home_id: str, staff: str, said: list[Said]) -> None:
        """A device tells what it has, at once or long after; some of it was typed in later than it was so."""
        rnd = self.rnd
        if not said:
            return
        if rnd.random() < 0.15:
            rnd.shuffle(said)
        last = max(at for _, _, at in said)
        late = rnd.choice((0, 0, 0, 0, SECOND, MINUTE, 4 * MINUTE, 6 * MINUTE, 20 * MINUTE, 2 * HOUR))
        told = self.mark(last + late)
        if rnd.random() < 0.08:
            told = max(last, self.when())
        if self.calm:
            told = self.mark(last + rnd.choice((0, 0, 0, 7, 12, 25)) * MINUTE)
        if self.edges and rnd.random() < 0.1:
            told = max(last, rnd.choice(self.edges))
        one_by_one = told == last and rnd.random() < 0.7
        for kind, data, at in said:
            self.say(home_id, kind, data, self._actor(staff), at if one_by_one else told, at)

    def _actor(self, staff: str) -> str:
        return staff if self.calm or self.rnd.random() < 0.92 else self.rnd.choice((*STAFF, "office"))

    def say(self, home_id: str, kind: str, data: dict[str, Any], actor: str, told: int, at: int) -> None:
        """A cover fact or a check, now and then entered later than it was so (5 min, or a millisecond more)."""
        entered = at + self.rnd.choice((0, 0, 0, 0, 0, 0, 0, 2000, 5 * MINUTE, 5 * MINUTE + 1))
        topic = CHECK_INS if kind == "check.recorded.v1" else NIGHT_COVER
        subject = data.get("placement_id") or home_id
        self.tell(topic, kind, home_id, subject, data, told, at, entered, actor)

    def child(self, home_id: str) -> Child:
        """One of the children of this home, or one that nobody knows."""
        here = [child for child in self.children if child.home_id == home_id]
        return self.rnd.choice(here or [Child(home_id, "P-unknown")])
