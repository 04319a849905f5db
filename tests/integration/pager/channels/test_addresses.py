"""Where messages may go, and what is remembered of a name."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from services.pager.channels import addresses
from services.pager.channels.addresses import NotAllowed, Resolver, Unresolved, wrong_url
from tests.integration.pager.channels.carried import Names

INSIDE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:a00:1::]/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://intranet/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_inside_is_refused_when_it_is_written_down(url: str) -> None:
    assert wrong_url(url, private=False) == addresses.NOT_ALLOWED
    assert wrong_url(url, private=True) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://receiver.example/a?b=c",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
        "https://a:b@x.example/",
    ],
)
def test_a_public_address_is_taken(url: str) -> None:
    assert wrong_url(url, private=False) is None


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("http://receiver.example/", "https://"),
        ("receiver.example", "write it like"),
        ("ftp://receiver.example/", "write it like"),
        ("https:///path", "write it like"),
        ("https://receiver.example/ ", "write it like"),
        ("https://receiver.example/#part", "write it like"),
        ("https://exa mple/", "write it like"),
        ("https://xn--localhost/", "write it like"),
        ("https://receiver.example/" + "x" * 2_000, "write it like"),
        ("", "write it like"),
    ],
)
def test_what_is_no_safe_web_address_is_refused_with_a_remedy(url: str, remedy: str) -> None:
    wrong = wrong_url(url, private=False)
    assert wrong is not None
    assert remedy in wrong


def test_of_a_names_addresses_only_public_ones_are_left() -> None:
    async def asked() -> list[str]:
        resolver = Resolver(private=False, asks=Names(both_example=["10.0.0.1", "1.1.1.1", "::1"]))
        return await resolver.addresses("both.example")

    assert asyncio.run(asked()) == ["1.1.1.1"]


def test_a_number_written_oddly_is_looked_at_as_the_number_it_is() -> None:
    async def asked() -> None:
        resolver = Resolver(private=False, asks=Names())
        for host in ("127.1", "0x7f000001", "::ffff:127.0.0.1"):
            with pytest.raises(NotAllowed):
                await resolver.addresses(host)

    asyncio.run(asked())


def test_a_name_that_once_led_outside_is_remembered_while_the_name_server_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "GOOD_FOR", -1)
    names = Names(receiver_example=["1.1.1.1"])

    async def asked() -> None:
        resolver = Resolver(private=False, asks=names)
        with pytest.raises(Unresolved):
            await resolver.addresses("unknown.example")
        await resolver.addresses("receiver.example")
        names.known.clear()
        assert await resolver.addresses("receiver.example") == ["1.1.1.1"]
        assert names.asked == 3
        resolver.close()

    asyncio.run(asked())


def test_a_name_that_turns_inside_is_refused_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "GOOD_FOR", -1)
    names = Names(receiver_example=["1.1.1.1"])

    async def asked() -> None:
        resolver = Resolver(private=False, asks=names)
        await resolver.addresses("receiver.example")
        names.known["receiver.example"] = ["169.254.169.254"]
        with pytest.raises(NotAllowed):
            await resolver.addresses("receiver.example")
        resolver.close()

    asyncio.run(asked())


def test_a_name_server_that_hangs_takes_one_thread_and_holds_no_other_name_up() -> None:
    go, times = threading.Event(), []

    def asks(name: str) -> Sequence[str]:
        if name == "hangs.example":
            times.append(name)
            go.wait()
        return ["1.1.1.1"]

    async def asked() -> None:
        resolver = Resolver(private=False, asks=asks)
        waiting = [asyncio.create_task(resolver.addresses("hangs.example")) for _ in range(100)]
        assert await resolver.addresses("well.example") == ["1.1.1.1"]
        go.set()
        assert await asyncio.gather(*waiting) == [["1.1.1.1"]] * 100
        assert times == ["hangs.example"]
        resolver.close()

    asyncio.run(asked())
