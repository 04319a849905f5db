"""Mail, to a server that the tests run: encrypted, a conversation an alert, and what the server makes of it."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.pager.channels.base import Address, Message, Outcome, Result
from services.pager.channels.email import Email
from shared.instants import SECOND
from shared.settings import Settings
from tests.integration.pager.certificates import Authority
from tests.integration.pager.channels.carried import MESSAGE, RESOLVED, WITHIN
from tests.integration.pager.channels.mail import Letters, mail_server

ANN = Address("email", "ann@provider.example")
PLAIN: dict[str, Any] = {"smtp_tls": "none"}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def post(
    letters: Letters,
    *messages: Message,
    serving: ssl.SSLContext | None = None,
    trusting: ssl.SSLContext | None = None,
    server: dict[str, Any] | None = None,
    **settings: Any,
) -> list[Outcome]:
    """What became of each."""

    async def posted() -> list[Outcome]:
        async with mail_server(letters, serving, **(server or {})) as port:
            wanted = {"smtp_host": "127.0.0.1", "smtp_from": "wakeful@provider.example", **settings}
            channel = Email(Settings(smtp_port=port, **wanted), trusting)
            return [await channel.send(message, ANN, WITHIN) for message in messages or (MESSAGE,)]

    return asyncio.run(posted())


def test_a_letter_goes_encrypted_as_who_was_set(authority: Authority) -> None:
    letters = Letters()
    outcomes = post(
        letters,
        serving=authority.serving("127.0.0.1"),
        trusting=authority.trusting,
        server={"sign_in": True},
        smtp_user="wakeful",
        smtp_password=SecretStr("sample-password"),
    )
    assert outcomes == [Outcome(Result.SENT)]
    assert (letters.encrypted, letters.as_whom) == ([True], [b"wakeful"])


def test_a_letter_goes_over_tls_from_the_first_byte_where_that_is_set(authority: Authority) -> None:
    letters = Letters()
    outcomes = post(
        letters,
        serving=authority.serving("127.0.0.1"),
        trusting=authority.trusting,
        server={"implicit": True},
        smtp_tls="implicit",
    )
    assert outcomes == [Outcome(Result.SENT)]
    assert len(letters.taken) == 1


def test_the_subject_says_it_all_and_both_texts_are_there() -> None:
    letters = Letters()
    post(letters, replace(MESSAGE, title="Larch – check\nof P1 missed"), **PLAIN)
    (letter,) = letters.taken
    assert letter["Subject"] == "Larch – check of P1 missed"
    assert (letter["From"], letter["To"]) == ("Wakeful <wakeful@provider.example>", "ann@provider.example")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Importance"] == "high"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == MESSAGE.text
    assert html.get_content().strip() == MESSAGE.html


def test_a_retry_is_the_same_letter_and_all_of_one_alert_is_one_conversation() -> None:
    letters = Letters()
    post(letters, MESSAGE, MESSAGE, RESOLVED, **PLAIN)
    first, again, over = letters.taken
    assert first["Message-ID"] == again["Message-ID"] != over["Message-ID"]
    assert first["Date"] == again["Date"]
    threads = {each[name].strip() for each in letters.taken for name in ("References", "In-Reply-To")}
    assert len(threads) == 1
    assert first["Message-ID"].endswith("@provider.example>")


@pytest.mark.parametrize(
    ("answer", "result"),
    [("450 try later", Result.LATER), ("550 nobody of that name", Result.NEVER)],
)
def test_what_the_server_says_of_the_address_is_heard(answer: str, result: Result) -> None:
    (outcome,) = post(Letters(to_whom=answer), **PLAIN)
    assert outcome.result is result
    assert answer[:3] in (outcome.error or "")
    assert ANN.to not in (outcome.error or "")


@pytest.mark.parametrize(
    ("answer", "result"),
    [("451 try later", Result.LATER), ("554 not this", Result.NEVER)],
)
def test_what_the_server_says_of_the_letter_is_heard(answer: str, result: Result) -> None:
    (outcome,) = post(Letters(whole=answer), **PLAIN)
    assert outcome.result is result


def test_a_wrong_password_is_our_own_fault_and_is_said(authority: Authority) -> None:
    (outcome,) = post(
        Letters(),
        serving=authority.serving("127.0.0.1"),
        trusting=authority.trusting,
        server={"sign_in": True},
        smtp_user="wakeful",
        smtp_password=SecretStr("another-password"),
    )
    assert outcome.result is Result.LATER
    assert "WAKEFUL_SMTP_PASSWORD" in (outcome.error or "")
    assert "another-password" not in (outcome.error or "")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_server_whose_certificate_is_anothers_gets_nothing(authority: Authority, tls: str) -> None:
    letters = Letters()
    (outcome,) = post(
        letters,
        serving=authority.serving("other.example"),
        trusting=authority.trusting,
        server={"implicit": tls == "implicit"},
        smtp_tls=tls,
    )
    assert outcome.result is Result.LATER
    assert "TLS" in (outcome.error or "")
    assert letters.taken == []


def test_a_server_that_cannot_encrypt_gets_nothing(authority: Authority) -> None:
    letters = Letters()
    (outcome,) = post(letters, trusting=authority.trusting)
    assert outcome.result is Result.LATER
    assert letters.taken == []


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_said() -> None:
    async def asked() -> Outcome:
        open_: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(lambda _reader, writer: open_.append(writer), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        settings = Settings(
            smtp_host="127.0.0.1", smtp_port=port, smtp_from="wakeful@provider.example", smtp_tls="none"
        )
        outcome = await Email(settings).send(MESSAGE, ANN, SECOND // 5)
        for writer in open_:
            writer.close()
        server.close()
        await server.wait_closed()
        return outcome

    assert asyncio.run(asked()) == Outcome(Result.LATER, "no answer in time")


def test_a_server_that_is_down_is_asked_again() -> None:
    settings = Settings(
        smtp_host="127.0.0.1", smtp_port=1, smtp_from="wakeful@provider.example", smtp_tls="none"
    )
    outcome = asyncio.run(Email(settings).send(MESSAGE, ANN, WITHIN))
    assert outcome == Outcome(Result.LATER, "no connection to the mail server")


def test_without_a_server_the_setting_is_named() -> None:
    outcome = asyncio.run(Email(Settings()).send(MESSAGE, ANN, WITHIN))
    assert outcome.result is Result.NEVER
    assert "WAKEFUL_SMTP_HOST" in (outcome.error or "")
