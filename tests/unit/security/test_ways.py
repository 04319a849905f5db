"""How people are reached, at rest: sealed, shown in part, and the same after every change of the master key."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from shared.security.keys import KeyRing, load_master_key
from shared.security.keysrotation import rotate
from shared.security.ways import Address, Ways, WayWrong, shown

KEY = b"k" * 32
HOOK = Address("webhook", "https://receiver.example/hook/sample-token", "sample-secret", {"a": "b"})
OTHER_HOOK = Address("webhook", "https://receiver.example/hook/other-token", "other-secret")
SMS = Address("sms", "+447700900123")
ALL = [
    HOOK,
    SMS,
    Address("email", "ann@provider.example"),
    Address("ntfy", "https://ntfy.example/sample-topic"),
    Address("apprise", "slack://sample-token/sample-token/#channel"),
    Address("pagerduty", "default", "sample-key"),
    Address("webhook", "https://ann:sample-password@receiver.example:8443/", "sample-secret"),
]
WORDS = ("sample", "hook/", "topic", "password", "#channel")


def test_what_is_kept_opens_to_what_was_written_and_holds_no_secret() -> None:
    kept = Ways(KEY).kept("ann", ALL)
    assert Ways(KEY).opened("ann", kept) == tuple(ALL)
    text = orjson.dumps(kept).decode()
    assert not any(word in text for word in WORDS)


def test_what_is_shown_says_where_an_address_leads_and_that_there_is_a_secret() -> None:
    first, second, *_, last = (shown(each) for each in Ways(KEY).kept("ann", ALL))
    assert first["to"].startswith("https://receiver.example/…")
    assert (first["secret"], first["options"]) == ("set", {"a": "b"})
    assert second == {"channel": "sms", "to": "+447700900123"}
    assert last["to"].startswith("https://receiver.example/…")
    assert "sealed" not in first


def test_two_addresses_of_one_place_are_shown_apart() -> None:
    one, other = Ways(KEY).kept("ann", [HOOK, OTHER_HOOK])
    assert shown(one)["to"] != shown(other)["to"]


def test_a_way_opens_for_its_person_and_channel_alone() -> None:
    (kept,) = Ways(KEY).kept("ann", [HOOK])
    assert Ways(KEY).opened("bob", [kept]) == ()
    assert Ways(KEY).opened("ann", [{**kept, "channel": "alertmanager"}]) == ()
    assert Ways(b"o" * 32).opened("ann", [kept]) == ()


def test_a_way_that_does_not_open_takes_no_other_with_it() -> None:
    lost, sms = Ways(b"o" * 32).kept("ann", [HOOK, SMS])
    assert Ways(KEY).opened("ann", [lost, sms]) == (SMS,)


def test_what_was_shown_stands_for_what_is_kept() -> None:
    ways = Ways(KEY)
    known = ways.kept("ann", [HOOK, OTHER_HOOK, SMS])
    back = [Address(each["channel"], each["to"], each.get("secret")) for each in map(shown, known)]
    assert ways.wanted("ann", back[::-1], known) == [SMS, OTHER_HOOK, replace(HOOK, options={})]


def test_an_option_that_is_a_secret_is_kept_like_one() -> None:
    ways = Ways(KEY)
    way = Address("pagerduty", "default", "sample-key", {"webhook_secret": "sample-secret", "plain": "shown"})
    (kept,) = known = ways.kept("ann", [way])
    assert ways.opened("ann", known) == (way,)
    assert shown(kept)["options"] == {"webhook_secret": "set", "plain": "shown"}
    back = Address("pagerduty", shown(kept)["to"], "set", shown(kept)["options"])
    assert ways.wanted("ann", [back], known) == [way]


def test_a_new_secret_is_written_beside_what_was_shown() -> None:
    ways = Ways(KEY)
    known = ways.kept("ann", [HOOK])
    (wanted,) = ways.wanted("ann", [Address("webhook", shown(known[0])["to"], "new-secret")], known)
    assert (wanted.to, wanted.secret) == (HOOK.to, "new-secret")


def test_a_kept_secret_stays_with_an_address_that_is_written_whole() -> None:
    ways = Ways(KEY)
    (wanted,) = ways.wanted("ann", [replace(HOOK, secret="set")], ways.kept("ann", [HOOK]))
    assert wanted == HOOK


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (Address("webhook", "https://receiver.example/…abcdef"), "to"),
        (Address("webhook", "https://elsewhere.example/hook", "set"), "secret"),
        (Address("alertmanager", HOOK.to, "set"), "secret"),
    ],
)
def test_a_kept_secret_goes_to_no_other_address(given: Address, part: str) -> None:
    ways = Ways(KEY)
    with pytest.raises(WayWrong) as error:
        ways.wanted("ann", [SMS, given], ways.kept("ann", [HOOK]))
    assert (error.value.number, error.value.part) == (1, part)
    assert "sample" not in str(error.value)


def test_a_way_that_was_kept_before_there_was_anything_to_seal_opens_and_is_shown_in_part() -> None:
    old = {"channel": "webhook", "to": HOOK.to}
    assert Ways(KEY).opened("ann", [old, {"channel": "sms", "to": SMS.to}]) == (
        Address("webhook", HOOK.to),
        SMS,
    )
    assert shown(old) == {"channel": "webhook", "to": "https://receiver.example/…"}


def test_a_new_master_key_leaves_every_way_as_it_was(tmp_path: Path) -> None:
    folder, master = tmp_path / "data", tmp_path / "configuration" / "master.key"
    folder.mkdir()

    def ways() -> Ways:
        with closing(KeyRing(folder / "keys.sqlite3", load_master_key(master))) as ring:
            return Ways(ring.ways_key)

    kept = ways().kept("ann", ALL)
    before = load_master_key(master)
    rotate(folder, master)
    assert load_master_key(master) != before
    assert ways().opened("ann", kept) == tuple(ALL)


def test_the_key_of_ways_is_of_the_installation_wherever_it_goes(tmp_path: Path) -> None:
    with closing(KeyRing(tmp_path / "one", bytes(32))) as one:
        hashes = one.contenthash_key
        with closing(KeyRing(tmp_path / "two", b"m" * 32, contenthash_key=hashes)) as two:
            assert one.ways_key == two.ways_key != hashes
        with closing(KeyRing(tmp_path / "three", b"m" * 32)) as three:
            assert one.ways_key != three.ways_key
