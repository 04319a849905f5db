"""A link answers for one person, one purpose, a day: whatever else is tried with it opens nothing."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pager.answering.links import ALERTS_AT_MOST, KEY_PURPOSE, LIFE, Link, Links, Purpose, Refused
from shared.instants import HOUR, MINUTE, SECOND, parse_instant
from shared.security.masterkey import derived

AT = parse_instant("2026-03-28T03:15:00.000Z")
ALERT = "5e1b0a3c-0d5f-5c59-8a3b-6f3f6a0f7f10"
LINKS = Links("https://night.example.org", [b"k" * 32])

people = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
alerts = st.lists(st.uuids().map(str), min_size=1, max_size=ALERTS_AT_MOST)
purposes = st.sampled_from(Purpose)


@given(person=people, ids=alerts, purpose=purposes)
def test_a_link_says_what_it_was_made_for(person: str, ids: list[str], purpose: Purpose) -> None:
    token = LINKS.token(person, ids, purpose, AT)
    assert LINKS.read(token, AT) == Link(person, tuple(ids), purpose, AT + LIFE)
    assert LINKS.token(person, ids, purpose, AT) == token


@given(person=people, ids=alerts, purpose=purposes, data=st.data())
def test_one_bit_that_is_flipped_opens_nothing(
    person: str, ids: list[str], purpose: Purpose, data: st.DataObject
) -> None:
    token = LINKS.token(person, ids, purpose, AT)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    altered = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    assert LINKS.read(altered, AT) is Refused.FORGED


@given(ids=alerts, data=st.data())
def test_a_token_is_read_only_as_it_is_written(ids: list[str], data: st.DataObject) -> None:
    """Some characters of base64 carry bits that mean nothing: another spelling of a token is not that token."""
    token = LINKS.token("on-call", ids, Purpose.SHOW, AT)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda each: each != token[place]))
    assert LINKS.read(token[:place] + other + token[place + 1 :], AT) is Refused.FORGED
    for spelt in (token + "=", token + "A", token[:-1], token + "\n", f" {token}", token + "=" * 4):
        assert LINKS.read(spelt, AT) is Refused.FORGED


@given(text=st.text(max_size=200))
def test_what_was_never_made_here_opens_nothing(text: str) -> None:
    assert LINKS.read(text, AT) is Refused.FORGED
    assert LINKS.read(base64.urlsafe_b64encode(text.encode()).decode(), AT) is Refused.FORGED


def test_a_link_is_good_for_a_day_and_no_longer() -> None:
    token = LINKS.token("on-call", [ALERT], Purpose.SHOW, AT)
    assert isinstance(LINKS.read(token, AT + LIFE - 1), Link)
    assert LINKS.read(token, AT + LIFE) is Refused.EXPIRED


def test_an_expiry_is_in_whole_seconds_and_never_earlier_than_a_day() -> None:
    link = LINKS.read(LINKS.token("on-call", [ALERT], Purpose.SHOW, AT + 1), AT)
    assert isinstance(link, Link)
    assert link.expires == AT + LIFE + SECOND


def test_the_links_to_a_message_differ_and_each_has_its_own_purpose() -> None:
    tokens = {purpose: LINKS.token("on-call", [ALERT], purpose, AT) for purpose in Purpose}
    assert len(set(tokens.values())) == len(Purpose)
    read = {purpose: LINKS.read(token, AT) for purpose, token in tokens.items()}
    assert all(isinstance(link, Link) and link.purpose is purpose for purpose, link in read.items())


def test_another_installation_does_not_believe_it() -> None:
    token = LINKS.token("on-call", [ALERT], Purpose.SHOW, AT)
    assert Links("https://night.example.org", [b"other key" * 4]).read(token, AT) is Refused.FORGED


def test_while_a_key_is_rotated_links_by_the_old_one_are_still_good() -> None:
    old, new = b"o" * 32, b"n" * 32
    before, during, after = (Links("https://a", keys) for keys in ([old], [new, old], [new]))
    token = before.token("on-call", [ALERT], Purpose.SHOW, AT)
    assert isinstance(during.read(token, AT + HOUR), Link)
    assert after.read(token, AT + HOUR) is Refused.FORGED
    assert isinstance(after.read(during.token("on-call", [ALERT], Purpose.SHOW, AT), AT), Link)


def test_a_message_of_very_many_alerts_names_the_worst_and_says_how_many_more_there_were() -> None:
    ids = [str(UUID(int=number)) for number in range(ALERTS_AT_MOST + 7)]
    url = LINKS.url("on-call", ids, Purpose.SHOW, AT)
    link = LINKS.read(url.rpartition("/")[2], AT)
    assert isinstance(link, Link)
    assert (link.alert_ids, link.more) == (tuple(ids[:ALERTS_AT_MOST]), 7)
    assert len(url) < 1_000


def test_a_link_to_one_alert_is_short_enough_for_a_text_message() -> None:
    url = LINKS.url("on-call-manager", [ALERT], Purpose.HAVE, AT)
    assert url.startswith("https://night.example.org/a/")
    assert len(url) < 120


@pytest.mark.parametrize(("person", "ids"), [("on-call", []), ("p" * 256, [ALERT]), ("on-call", ["no uuid"])])
def test_what_cannot_be_a_link_is_said_when_it_is_made(person: str, ids: list[str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        LINKS.token(person, ids, Purpose.SHOW, AT)


def test_the_key_is_the_installations_and_of_this_purpose_alone() -> None:
    first = derived(b"m" * 32, KEY_PURPOSE)
    assert len(first) == 32
    assert first == derived(b"m" * 32, KEY_PURPOSE)
    assert len({first, derived(b"n" * 32, KEY_PURPOSE), derived(b"m" * 32, "something else"), b"m" * 32}) == 4


def test_minutes_before_its_end_it_still_answers() -> None:
    token = LINKS.token("on-call", [ALERT], Purpose.CANNOT, AT)
    assert isinstance(LINKS.read(token, AT + LIFE - MINUTE), Link)
