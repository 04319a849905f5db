"""What each channel says, to a receiver that understands it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.pager.channels.all import Channels, make
from services.pager.channels.base import Address, Message, Result
from shared.settings import Settings
from tests.integration.pager.channels.carried import HERE, MESSAGE, OTHER_SECRET, RESOLVED, SECRET, carry
from tests.integration.pager.receivers import Heard, Receiver, ok, status

ROUTING_KEY = "0123456789abcdef0123456789ABCDEF"
HAS_IT = replace(MESSAGE, key="sample-key-3", purpose="update", status="acknowledged")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def heard(receiver: Receiver, address: Address, *messages: Message, settings: Settings = HERE) -> list[Heard]:
    """What came, sent without a fault."""
    outcomes = carry(address, *messages, settings=settings)
    assert [each.result for each in outcomes] == [Result.SENT] * len(outcomes)
    return receiver.wait(len(outcomes))


# --- Signed webhooks --------------------------------------------------------------------------------------


def test_a_webhook_is_signed_and_holds_all_that_is_told(receiver: Receiver) -> None:
    (came,) = heard(receiver, Address("webhook", f"{receiver.url}/hook", SECRET))
    Webhook(SECRET).verify(came.body, dict(came.headers))
    assert came.json == {
        "type": "wakeful.page",
        "timestamp": "2026-03-28T02:47:00.000Z",
        "data": {
            "key": MESSAGE.key,
            "thread": MESSAGE.thread,
            "purpose": "page",
            "status": "open",
            "title": MESSAGE.title,
            "text": MESSAGE.text,
            "link": MESSAGE.link,
            "alert_ids": list(MESSAGE.alert_ids),
            "labels": dict(MESSAGE.labels),
            "actions": [{"label": each.label, "url": each.url} for each in MESSAGE.actions],
        },
    }


def test_a_retry_has_the_same_id_and_body_and_a_signature_of_its_own_time(receiver: Receiver) -> None:
    receiver.behave(status(503), ok())
    times = iter([1_774_665_000_000, 1_774_665_060_000])
    carry(Address("webhook", receiver.url, SECRET), MESSAGE, MESSAGE, now=lambda: next(times))
    first, second = receiver.wait(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == MESSAGE.key
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 60
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_while_a_secret_is_replaced_either_one_verifies(receiver: Receiver) -> None:
    (came,) = heard(receiver, Address("webhook", receiver.url, f"{SECRET} {OTHER_SECRET}"))
    for secret in (SECRET, OTHER_SECRET):
        Webhook(secret).verify(came.body, dict(came.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook("c29tZWJvZHkgZWxzZSdzIHNlY3JldCBhbHRvZ2V0aGVy").verify(came.body, dict(came.headers))


def test_a_secret_that_cannot_sign_is_said_without_quoting_it() -> None:
    (outcome,) = carry(Address("webhook", "https://receiver.example", "too-short"))
    assert outcome.result is Result.NEVER
    assert "too-short" not in (outcome.error or "")


# --- Alertmanager -----------------------------------------------------------------------------------------


def test_alertmanagers_format_says_what_fires_and_what_is_over(receiver: Receiver) -> None:
    two = replace(MESSAGE, alert_ids=("a-1", "a-2"))
    came = heard(receiver, Address("alertmanager", f"{receiver.url}/am"), two, HAS_IT, RESOLVED)
    page, has_it, over = (each.json for each in came)
    assert (page["version"], page["receiver"], page["groupKey"]) == ("4", "wakeful", MESSAGE.thread)
    assert [each["labels"]["alert_id"] for each in page["alerts"]] == ["a-1", "a-2"]
    assert len({each["fingerprint"] for each in page["alerts"]}) == 2
    (alert,) = over["alerts"]
    assert alert["fingerprint"] == has_it["alerts"][0]["fingerprint"]
    assert [each["status"] for each in (page, has_it, over)] == ["firing", "firing", "resolved"]
    assert has_it["commonAnnotations"]["wakeful_status"] == "acknowledged"
    assert (page["alerts"][0]["endsAt"], alert["endsAt"]) == (
        "0001-01-01T00:00:00Z",
        "2026-03-28T02:47:00.000Z",
    )
    assert page["commonLabels"] == {"alertname": "check_missed", **MESSAGE.labels}
    assert page["commonAnnotations"]["summary"] == MESSAGE.title
    assert page["externalURL"] == page["alerts"][0]["generatorURL"] == MESSAGE.link


@pytest.mark.parametrize(
    ("secret", "header"),
    [(None, None), ("sample-token", "Bearer sample-token"), ("ann:sample", "Basic YW5uOnNhbXBsZQ==")],
)
def test_alertmanagers_receiver_is_shown_a_token_or_a_password(
    receiver: Receiver, secret: str | None, header: str | None
) -> None:
    (came,) = heard(receiver, Address("alertmanager", receiver.url, secret))
    assert came.headers.get("authorization") == header
    assert came.headers["idempotency-key"] == MESSAGE.key


# --- PagerDuty --------------------------------------------------------------------------------------------


def test_pagerduty_opens_acknowledges_and_resolves_one_incident(receiver: Receiver) -> None:
    receiver.behave(status(202, b'{"status": "success"}'))
    came = heard(receiver, Address("pagerduty", receiver.url, ROUTING_KEY), MESSAGE, HAS_IT, RESOLVED)
    events = [each.json for each in came]
    assert [each["event_action"] for each in events] == ["trigger", "acknowledge", "resolve"]
    assert {each["dedup_key"] for each in events} == {MESSAGE.thread}
    assert {each["routing_key"] for each in events} == {ROUTING_KEY}
    payload = events[0]["payload"]
    assert payload["summary"] == MESSAGE.title
    assert payload["source"] == "wakeful/larch"
    assert (payload["severity"], payload["class"]) == ("critical", "check_missed")
    assert payload["timestamp"] == "2026-03-28T02:47:00.000Z"
    assert events[0]["links"] == [{"href": MESSAGE.link, "text": "Answer"}]


def test_pagerduty_is_told_ids_and_no_prose_in_its_details(receiver: Receiver) -> None:
    (came,) = heard(receiver, Address("pagerduty", receiver.url, ROUTING_KEY))
    details = came.json["payload"]["custom_details"]
    assert details == {**MESSAGE.labels, "key": MESSAGE.key, "alert_ids": list(MESSAGE.alert_ids)}


# --- ntfy -------------------------------------------------------------------------------------------------


def test_ntfy_rings_with_buttons_that_answer(receiver: Receiver) -> None:
    (came,) = heard(receiver, Address("ntfy", f"{receiver.url}/sample-topic", "tk_sample"))
    assert (came.method, came.target, came.headers["authorization"]) == ("POST", "/", "Bearer tk_sample")
    told = came.json
    assert (told["topic"], told["title"], told["message"]) == ("sample-topic", MESSAGE.title, MESSAGE.text)
    assert (told["priority"], told["click"], told["sequence_id"]) == (5, MESSAGE.link, MESSAGE.thread)
    take, decline, view = told["actions"]
    assert take == {
        "action": "http",
        "label": "I have it",
        "url": MESSAGE.actions[0].url,
        "method": "POST",
        "clear": True,
    }
    assert decline["url"] == MESSAGE.actions[1].url
    assert view == {"action": "view", "label": "Open", "url": MESSAGE.link}


def test_ntfy_is_told_quietly_that_it_is_over_and_has_no_buttons_then(receiver: Receiver) -> None:
    (came,) = heard(receiver, Address("ntfy", f"{receiver.url}/sample-topic"), RESOLVED)
    assert came.json["priority"] == 2
    assert "actions" not in came.json


def test_a_long_message_stays_a_message_for_ntfy(receiver: Receiver) -> None:
    long = replace(MESSAGE, text="né" * 4_000, thread="a thread: with more than letters")
    (came,) = heard(receiver, Address("ntfy", f"{receiver.url}/t"), long)
    assert len(came.json["message"].encode()) < 4_096
    assert came.json["message"].endswith("…")
    assert came.json["sequence_id"].isalnum()


# --- Text messages and calls ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sms", "voice"])
def test_a_gateway_is_told_whom_to_reach_and_what_to_say(receiver: Receiver, kind: str) -> None:
    settings = Settings(
        **{f"{kind}_url": SecretStr(f"{receiver.url}/{kind}"), f"{kind}_secret": SecretStr(SECRET)}
    )
    (came,) = heard(receiver, Address(kind, "+44 (7700) 900-123"), settings=settings)
    Webhook(SECRET).verify(came.body, dict(came.headers))
    told = came.json
    assert (told["to"], told["kind"], told["key"]) == ("+447700900123", kind, MESSAGE.key)
    assert told["callback"] == MESSAGE.link
    assert told["actions"][0] == {"digit": "1", "label": "I have it", "url": MESSAGE.actions[0].url}
    assert told["text"].startswith(MESSAGE.title)
    assert ("://" in told["text"]) is (kind == "sms")  # nobody wants an address read aloud


def test_without_a_gateway_nothing_can_be_sent_and_the_setting_is_named() -> None:
    (outcome,) = carry(Address("sms", "+447700900123"))
    assert outcome.result is Result.NEVER
    assert "WAKEFUL_SMS_URL" in (outcome.error or "")


# --- What may be written down -----------------------------------------------------------------------------

GOOD = [
    Address("webhook", "https://receiver.example/hook", SECRET),
    Address("webhook", "https://receiver.example/hook", f"{SECRET} {OTHER_SECRET}"),
    Address("alertmanager", "https://receiver.example/am"),
    Address("alertmanager", "https://receiver.example/am", "ann:sample"),
    Address("pagerduty", "default", ROUTING_KEY),
    Address("pagerduty", "https://events.eu.pagerduty.example/v2/enqueue", ROUTING_KEY),
    Address("ntfy", "https://ntfy.example/topic_1"),
    Address("email", "oncall@provider.example"),
    Address("sms", "+44 7700 900123"),
    Address("voice", "+447700900123"),
    Address("apprise", "slack://TokenA1234/TokenB1234/TokenC12345678901234567890/#channel"),
]
BAD = [
    (Address("pigeon", "north loft"), "take one of alertmanager"),
    (Address("webhook", "https://receiver.example/hook"), "whsec_"),
    (Address("webhook", "https://receiver.example/hook", "short"), "whsec_"),
    (Address("webhook", "https://10.0.0.1/hook", SECRET), "WAKEFUL_ALLOW_PRIVATE_RECEIVERS"),
    (Address("alertmanager", "http://receiver.example"), "https://"),
    (Address("alertmanager", "https://receiver.example", "two\nlines"), "token"),
    (Address("pagerduty", "default"), "routing key"),
    (Address("pagerduty", "somewhere", ROUTING_KEY), "default"),
    (Address("ntfy", "https://push.example/"), "topic"),
    (Address("ntfy", "https://ntfy.example/a b"), "write it like"),
    (Address("email", "Ann <ann@provider.example>"), "oncall@provider.example"),
    (Address("email", "a@b.example,c@d.example"), "oncall@provider.example"),
    (Address("email", "a@b.example\r\nBcc: c@d.example"), "oncall@provider.example"),
    (Address("sms", "07700 900123"), "+44"),
    (Address("voice", "+44 7700 900123 900123 900123"), "+44"),
    (Address("sms", "+447700900123", "secret"), "leave it out"),
    (Address("apprise", "nonsense"), "Apprise"),
    (Address("apprise", "syslog://"), "reaches a person"),
    (Address("apprise", "jsons://10.0.0.1/"), "WAKEFUL_ALLOW_PRIVATE_RECEIVERS"),
    (Address("apprise", "json://receiver.example/"), "jsons://"),
    (Address("apprise", "jsons://receiver.example/?verify=no"), "verify"),
    (Address("apprise", "jsons://receiver.example/?redirect=yes"), "redirect"),
]


@pytest.mark.parametrize("address", GOOD)
def test_a_good_address_may_be_written_down(address: Address) -> None:
    assert make(Settings()).wrong(address) is None


@pytest.mark.parametrize(("address", "remedy"), BAD)
def test_a_bad_address_is_refused_with_a_remedy_and_never_quoted(address: Address, remedy: str) -> None:
    wrong = make(Settings()).wrong(address)
    assert wrong is not None
    assert remedy in wrong
    assert address.to not in wrong
    assert address.secret is None or address.secret == "secret" or address.secret not in wrong


def test_there_is_a_channel_of_every_name() -> None:
    channels = Channels(Settings())
    assert {name: channel.name for name, channel in channels.items()} == {name: name for name in channels}
    assert len(channels) == 8
