"""The pager's chain against its oracle (tests/oracle/paging), on random nights of answers."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.pager.chain.chain import decide
from services.pager.chain.parts import Case, found
from shared.instants import MINUTE, NEVER, SECOND, show_duration
from tests.oracle.paging.chain import Happens, Paper, Rung, Said, Told
from tests.unit.pager.chained import NIGHT, alert, home

END = 90 * MINUTE
SAID: tuple[Said, ...] = ("acknowledged", "acknowledged", "declined", "resolved")


@st.composite
def rungs(draw: st.DrawFn) -> list[Rung]:
    """One to four steps; some with nobody, some whose person nothing reaches."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        after = 0 if number == 0 else draw(st.sampled_from((0, 1, 3, 5))) * MINUTE
        kind = draw(st.sampled_from(("works", "works", "works", "works", "fails", "empty")))
        made.append(Rung(after, None if kind == "empty" else f"p{number}", kind != "fails"))
    return made


@st.composite
def answers(draw: st.DrawFn) -> list[Happens]:
    """What is said, each at a millisecond of its own, so that nothing falls on a deadline."""
    made = []
    for number in range(draw(st.integers(0, 7))):
        at = draw(st.integers(1, 60 * 60)) * SECOND + 10 * number + 3
        what = draw(st.sampled_from(SAID))
        until = at + draw(st.integers(1, 30)) * MINUTE + 1
        made.append(Happens(at, what, draw(st.sampled_from(("x", "y"))), until))
    return sorted(made, key=lambda each: each.at)


class Live:
    """The chain itself; the story says what the alerts service would."""

    def __init__(self, steps: list[Rung], every: int) -> None:
        stated: list[dict[str, Any]] = [
            {"after": show_duration(each.after), "who": [f"s{number}"]} for number, each in enumerate(steps)
        ]
        policy = {"steps": stated, "repeat_last_every": show_duration(every), "last_resort": "L"}
        self.alert, self.home = alert(policy=policy), home()
        self.there = {f"s{number}": each.who for number, each in enumerate(steps)} | {"L": "L"}
        self.reached = {each.who for each in steps if each.works} | {"L"}
        self.chain = found(self.alert, NIGHT)
        self.now, self.look_at, self.told = NIGHT, NIGHT, list[Told]()
        self.had_last = ""

    def go(self, happens: list[Happens], end: int) -> list[Told]:
        for each in happens:
            self.until(NIGHT + each.at)
            self.now = NIGHT + each.at
            self.hear(each)
            self.look()
        self.until(NIGHT + end + 1)
        return self.told

    def hear(self, each: Happens) -> None:
        has = self.alert.acknowledged_by if self.alert.state == "acknowledged" else None
        if each.what == "resolved":
            self.change(state="resolved")
        elif self.alert.state == "resolved":
            return
        elif each.what == "declined":
            if has is None:  # of whoever has it: tests/unit/pager
                self.change(declined=self.alert.declined + 1, declined_by=(each.by,))
        elif has in (None, each.by):
            running = self.alert.running + 1 if self.had_last == each.by else 1
            self.had_last = each.by
            until = NIGHT + each.until
            self.change(state="acknowledged", acknowledged_by=each.by, until=until, running=running)

    def until(self, to: int) -> None:
        while True:
            over = self.alert.until if self.alert.state == "acknowledged" else None
            due = min(self.look_at, NEVER if over is None else over)
            if due >= to:
                return
            self.now = max(due, self.now)
            if over is not None and over <= self.now:
                self.change(state="raised", until=None)
            self.look()

    def change(self, **changes: Any) -> None:
        self.alert = replace(self.alert, **changes)

    def look(self) -> None:
        for _ in range(50):
            made = decide(Case(self.alert, self.home, self.chain, self.now, self.people, {}))
            self.chain = made.chain
            self.look_at = max(made.look_again, self.now + 1) if made.look_again != NEVER else NEVER
            if not made.queue:
                return
            arrived = [queued.person for queued in made.queue if queued.person in self.reached]
            self.told += [(self.now - NIGHT, person) for person in arrived]
            failed = not arrived
            self.chain = replace(self.chain, failed=failed, sent_at=None if failed else self.now)
        raise AssertionError("it turns in a circle")

    def people(self, who: Any, _at: int) -> list[str]:
        return [person for each in who if (person := self.there.get(each)) is not None]


@settings(max_examples=150, deadline=None)
@given(rungs(), answers())
def test_the_chain_tells_whom_the_page_says_when_it_says(steps: list[Rung], happens: list[Happens]) -> None:
    paper = Paper(steps, 10 * MINUTE, "L").go(happens, END)
    assert Live(steps, 10 * MINUTE).go(happens, END) == paper
