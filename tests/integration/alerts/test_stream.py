"""The stream: nothing is left out and nothing comes twice, wherever a connection was cut."""

import asyncio
from contextlib import aclosing

import pytest
from fastapi.sse import ServerSentEvent
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.stream import Streams
from shared import clock
from shared.instants import SECOND
from shared.security.rights import Actor, Right, Scope
from tests.integration.alerts.house import House, id_of
from tests.integration.alerts.listening import Heard, always, listen, listen_now


def reader(**scope: object) -> Actor:
    return Actor("person", "reader", frozenset({Right.READ}), Scope(**scope))  # type: ignore[arg-type]


PROVIDER = reader(provider_id="PR1")
KENT = reader(commissioner_id="kent")


@pytest.fixture(scope="module")
def lived(shared_house: House) -> House:
    """Two homes of two providers, four children of three authorities, thirty steps."""
    house = shared_house
    house.home("H1", "PR1")
    house.home("H2", "PR2")
    for placement, commissioner, home in (
        ("P1", "kent", "H1"),
        ("P2", "essex", "H1"),
        ("P3", "kent", "H2"),
        ("P4", "surrey", "H2"),
    ):
        house.child(placement, commissioner, home)
    for hour in range(3):
        alerts = [
            house.missed(placement, home, clock.now() - (hour + 1) * 3600 * SECOND)
            for placement, home in (("P1", "H1"), ("P2", "H1"), ("P3", "H2"), ("P4", "H2"))
        ]
        gap = house.cover_gap("H1")
        for alert in (alerts[0], alerts[2], gap):
            house.close_alert(alert)
        house.worsen(alerts[1], 2)
        house.worsen(alerts[3], 2)
    return house


def test_a_reading_that_looks_at_few_steps_only_misses_none(
    lived: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = whole(lived, KENT)
    monkeypatch.setattr("services.alerts.feed.SCANNED", 1)
    heard = Heard(last_id=0)
    listen_now(lived.streams, KENT, heard, lambda heard: len(heard.alerts) >= len(every))
    assert heard.positions == every


def whole(house: House, actor: Actor) -> list[int]:
    """The positions of all steps that `actor` may see."""
    return [told.step.position for told in house.feed.steps(actor, 0, 10_000)[0]]


@pytest.mark.parametrize(
    "actor", [PROVIDER, KENT, reader(everywhere=True)], ids=["provider", "kent", "everything"]
)
def test_it_resumes_at_every_position_without_a_gap_and_without_a_repetition(
    lived: House, actor: Actor
) -> None:
    every = whole(lived, actor)
    assert len(every) >= 10
    for position in range(lived.feed.position()):
        rest = [each for each in every if each > position]
        heard = Heard(last_id=position)
        listen_now(lived.streams, actor, heard, lambda heard, rest=rest: len(heard.alerts) >= len(rest))  # type: ignore[misc]
        assert heard.positions == rest


@given(cuts=st.lists(st.integers(0, 7), max_size=12), actor=st.sampled_from([PROVIDER, KENT]))
def test_however_often_a_connection_is_cut_all_is_heard_once_and_in_order(
    lived: House, cuts: list[int], actor: Actor
) -> None:
    every = whole(lived, actor)
    heard = Heard(last_id=0)
    for count in cuts:
        want = min(len(heard.alerts) + count, len(every))
        listen_now(lived.streams, actor, heard, lambda heard, want=want: len(heard.alerts) >= want)  # type: ignore[misc]
    listen_now(lived.streams, actor, heard, lambda heard: len(heard.alerts) >= len(every))
    assert heard.positions == every


def test_two_readers_of_one_stream_each_hear_what_is_theirs(lived: House) -> None:
    heard = {"kent": Heard(0), "surrey": Heard(0), "PR2": Heard(0)}
    actors = {"kent": KENT, "surrey": reader(commissioner_id="surrey"), "PR2": reader(provider_id="PR2")}

    async def all_at_once() -> None:
        async with asyncio.TaskGroup() as group:
            for name, actor in actors.items():
                count = len(whole(lived, actor))
                done = lambda heard, count=count: len(heard.alerts) >= count  # noqa: E731
                group.create_task(listen(lived.streams, actor, heard[name], done))

    asyncio.run(all_at_once())
    assert {alert.get("placement_id") for alert in heard["kent"].alerts} == {"P1", "P3", None}
    assert {alert.get("placement_id") for alert in heard["surrey"].alerts} == {"P4"}
    assert {alert["home_id"] for alert in heard["PR2"].alerts} == {"H2"}


def test_a_step_says_the_same_bytes_whenever_it_is_read(lived: House) -> None:
    first, second = Heard(0), Heard(0)
    count = len(whole(lived, PROVIDER))
    listen_now(lived.streams, PROVIDER, first, lambda heard: len(heard.alerts) >= count)
    lived.missed("P1", "H1", clock.now() - 7 * 3600 * SECOND)
    listen_now(lived.streams, PROVIDER, second, lambda heard: len(heard.alerts) >= count)
    assert second.alerts[:count] == first.alerts


def test_a_waiting_stream_is_woken_by_a_commit(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")

    async def wait_and_hear() -> None:
        async with aclosing(built.streams.tell(always(KENT), None)) as events:
            assert (await anext(events)).event == "present"

            async def next_alert() -> ServerSentEvent:
                while (said := await anext(events)).event == "present":
                    pass  # the house was slow to raise it
                return said

            said, alert = await asyncio.gather(next_alert(), asyncio.to_thread(built.missed, "P1", "H1"))
            assert said.event == "alert"
            assert id_of(alert) in (said.raw_data or "")

    asyncio.run(wait_and_hear())


def test_neither_id_nor_position_given_means_from_now_on(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    built.missed("P1", "H1", clock.now() - 3600 * SECOND)
    heard = Heard()
    listen_now(built.streams, KENT, heard, lambda heard: heard.others == ["present"])
    assert (heard.last_id, heard.alerts) == (1, [])
    built.missed("P1", "H1")
    listen_now(built.streams, KENT, heard, lambda heard: len(heard.alerts) == 1)
    assert heard.positions == [2]


def test_a_reader_to_whom_nothing_is_shown_does_not_resume_from_the_start_of_time(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    built.missed("P1", "H1")
    streams = Streams(built.feed, built.notifier, built.watch, present_every=20)
    stranger, heard = reader(commissioner_id="surrey"), Heard(last_id=0)
    listen_now(streams, stranger, heard, lambda heard: heard.last_id == 1)
    assert heard.alerts == []


def test_a_position_that_this_feed_does_not_have_says_that_it_was_made_anew(built: House) -> None:
    heard = Heard(last_id=99)
    listen_now(built.streams, KENT, heard, lambda heard: "present" in heard.others)
    assert heard.others == ["reset", "present"]
    assert heard.last_id == 0


def test_a_stream_ends_when_its_readers_token_does(built: House) -> None:
    streams = Streams(built.feed, built.notifier, built.watch, present_every=20)
    good = [KENT, KENT, None]

    async def who() -> Actor | None:
        return good.pop(0)

    async def all_events() -> list[str | None]:
        return [event.event async for event in streams.tell(who, None)]

    assert asyncio.run(all_events()) == ["present", "present"]


def test_streams_end_when_the_house_goes_down(built: House) -> None:
    async def all_events() -> list[str | None]:
        heard = []
        async for event in built.streams.tell(always(KENT), None):
            heard.append(event.event)
            built.notifier.close()
        return heard

    assert asyncio.run(all_events()) == ["present"]


def test_a_reader_who_does_not_read_holds_nobody_up(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")

    async def one_sleeps() -> list[int]:
        async with aclosing(built.streams.tell(always(PROVIDER), 0)) as sleeping:
            assert (await anext(sleeping)).event == "present"  # and never asks again
            heard = Heard(0)
            for hour in range(1, 4):
                await asyncio.to_thread(built.missed, "P1", "H1", clock.now() - hour * 3600 * SECOND)
            await listen(built.streams, KENT, heard, lambda heard: len(heard.alerts) == 3)
            return heard.positions

    assert asyncio.run(one_sleeps()) == [1, 2, 3]
