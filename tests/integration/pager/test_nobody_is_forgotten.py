"""Where a page could be lost without a word: faults of a channel, an address, a clock, a home's own on-call."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from services.pager.chain.parts import Queued
from services.pager.channels.base import Address, Message, Outcome, Result
from services.pager.engine import rows
from services.pager.engine.ports import Told
from services.pager.engine.tables import RECEIVERS
from shared.instants import DAY, HOUR, MINUTE, Duration, show_instant
from shared.log.base import Draft, Receipt
from shared.store.engine import writing
from tests.integration.pager.receivers import Receiver, ok, status
from tests.integration.pager.stage import Post, Stage, views
from tests.unit.pager.chained import NIGHT, POLICY, alert, home


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Receiver() as receiver:
        made = Stage(tmp_path, views(tmp_path), receiver)
        yield made
        made.close()


class Refusing(Post):
    """Takes nothing of a kind, for good; everything else."""

    def __init__(self) -> None:
        self.refuses = "cover_gap"

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        if self.refuses in message.title:
            return Outcome(Result.NEVER, "status 413")
        return await super().send(message, address, within)


def test_one_message_that_a_way_refuses_is_no_reason_not_to_try_the_next_by_it(stage: Stage) -> None:
    with stage.running(channels={"post": Refusing()}):
        stage.put(alert("cover_gap", alert_id="A2"))
        stage.until(lambda: bool(stage.messages(person="night-1", failed=True)))
        stage.put(alert("cover_gap", alert_id="A2"), alert())
        stage.until(lambda: bool(stage.messages(person="night-1", alert_id="A1", state="sent")))


def test_a_way_that_refused_a_message_is_tried_again_once_somebody_may_have_mended_it(stage: Stage) -> None:
    post = Refusing()
    with stage.running(channels={"post": post}):
        stage.put(alert("cover_gap"))
        stage.until(lambda: bool(stage.messages(person="night-1", failed=True)))
        post.refuses = "nothing"
        stage.until(lambda: bool(stage.messages(person="night-1", state="sent")), each=MINUTE)


class GivesUp(Post):
    """What it waits for is cancelled, the first time."""

    def __init__(self) -> None:
        self.tries = 0

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        self.tries += 1
        if self.tries == 1:
            waits = asyncio.get_running_loop().create_future()
            waits.cancel()
            await waits
        return await super().send(message, address, within)


def test_a_channel_that_is_cancelled_within_ends_nobodys_lane(stage: Stage) -> None:
    with stage.running(channels={"post": GivesUp()}):
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent", step=0)) == 2, each=MINUTE)


class HangsInTheLoopsThreads(Post):
    """A library that asks a name server which does not answer, in the loop's own threads."""

    def __init__(self, until: threading.Event) -> None:
        self._until = until

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        if "night" not in address.to:
            return await super().send(message, address, within)
        loop = asyncio.get_running_loop()
        for _ in range(64):
            loop.run_in_executor(None, self._until.wait)
        return Outcome(Result.LATER, "it hangs")


def test_look_ups_that_hang_in_the_loops_own_threads_hold_nobody_up(stage: Stage) -> None:
    over = threading.Event()
    try:
        with stage.running(channels={"post": HangsInTheLoopsThreads(over)}):
            stage.put(alert())
            stage.until(lambda: bool(stage.messages(person="night-1", failed=True)))
            stage.put(alert(alert_id="A2", home_id="H2"))
            stage.until(lambda: bool(stage.messages(person="home:H2", state="sent")))
            over.set()
    finally:
        over.set()


def test_a_lease_by_a_clock_that_went_wrong_keeps_nobody_waiting(stage: Stage) -> None:
    lease = {"person": "night-1", "rank": 0, "claimed_by": "gone", "lease_until": NIGHT + 300 * DAY}
    with stage.database.begin() as connection:
        connection.execute(insert(RECEIVERS).values(lease))
    with stage.running():
        stage.put(alert())
        stage.until(lambda: bool(stage.messages(person="night-1", state="sent")))


def test_a_silence_that_is_ended_before_its_time_holds_nothing_back_any_more(stage: Stage) -> None:
    silence = {
        "silence_id": "S1", "covers": {}, "from": show_instant(NIGHT - HOUR), "until": show_instant(NIGHT + DAY),
        "author": "author",
    }  # fmt: skip
    page = silence | {
        "from": show_instant(NIGHT),
        "until": show_instant(NIGHT + 30 * MINUTE),
        "second_by": "b",
    }
    stage.receiver.behave(status(503), path="/night-1")
    with stage.running():
        stage.put(alert())
        stage.until(lambda: bool(stage.messages(person="night-1", failed=True)))
        stage.change_home(home(silences=[page]))
        stage.receiver.behave(ok(), path="/night-1")
        stage.go(MINUTE)
        stage.put(alert(), alert(alert_id="A2", home_id="H2"))
        stage.until(lambda: bool(stage.messages(person="home:H2", state="sent")))
        stage.change_home(home())
        stage.go(5 * MINUTE)  # long before its end
        stage.until(lambda: bool(stage.messages(person="night-1", state="sent")))


def test_on_call_that_cannot_be_read_leaves_nobody_untold(stage: Stage) -> None:
    wrong = [{"silence_id": "S1", "covers": {}, "from": "yesterday", "until": "tomorrow"}]
    with stage.running():
        stage.change_home(home(silences=wrong))
        stage.put(alert())
        stage.until(lambda: {"night-1", "home:H1", "admin"} <= set(stage.persons()))


def test_a_home_that_cannot_be_read_holds_up_no_other_homes_message_to_the_same_person(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.until(lambda: bool(stage.messages(person="night-1", state="sent")))
        policy = dict(POLICY) | {"steps": [{"after": "soon", "who": ["night-1"]}]}
        stage.put(alert(alert_id="A2", policy=policy))
        stage.until(lambda: bool(stage.messages(person="night-1", alert_id="A2", state="sent")), each=MINUTE)


def test_somebody_whose_addresses_cannot_be_read_does_not_stop_the_chain(stage: Stage) -> None:
    def reach(person: str) -> list[Address]:
        if person != "manager":
            raise ValueError("spoilt")
        return [Address("post", f"{stage.receiver.url}/manager")]

    with stage.running(reach=reach):
        stage.put(alert())
        stage.until(lambda: "manager" in stage.persons())
    assert stage.wall() - NIGHT < 3 * MINUTE, "at once, not when its time has come"


class Spoilt:
    """A log that cannot take what it is given."""

    def append(self, drafts: list[Draft]) -> list[Receipt]:
        raise ValueError("never")


def test_what_cannot_be_written_down_stops_nobody_from_being_told(stage: Stage) -> None:
    with stage.running(log=Spoilt()):
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        stage.go(3 * MINUTE)
        stage.until(lambda: "manager" in stage.persons())


def test_whoever_may_see_none_of_it_is_told_that_there_is_something_and_no_more(stage: Stage) -> None:
    def nothing(told: Told) -> None:
        return None

    with stage.running(compose=nothing):
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
    titles = {body["title"] for _, body in stage.told()}
    assert titles == {"open: something in Wakeful is for you to see to"}


def test_more_messages_than_a_statement_can_name_are_queued_and_marked_all_the_same(stage: Stage) -> None:
    crowd = [Queued(0, 0, f"crowd-{n}", "page", "begins") for n in range(40_000)]
    messages = [rows.sending(alert(), 0, each, NIGHT) for each in crowd]
    with writing(stage.database) as connection:
        assert len(rows.put_new(connection, messages)) == len(crowd)
        rows.change(connection, [each.key for each in messages], failed=True)
    assert len(stage.messages(failed=True)) == len(crowd)
