"""A mail server that the tests run, in the loop of the test."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Letters:
    """What came, and what is answered: to whom a letter goes, and when it is whole."""

    taken: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    as_whom: list[Any] = field(default_factory=list)
    to_whom: str = "250 OK"
    whole: str = "250 OK"
    password: bytes = b"sample-password"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_whom.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_whom

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.whole.startswith("250"):
            assert isinstance(envelope.content, bytes)
            letter = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            self.taken.append(letter)
            self.encrypted.append(session.ssl is not None)
            self.as_whom.append(session.auth_data)
        return self.whole

    def signs_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        known = data.password == self.password
        return AuthResult(success=known, handled=known, auth_data=data.login)


@asynccontextmanager
async def mail_server(
    letters: Letters, tls: ssl.SSLContext | None, *, implicit: bool = False, sign_in: bool = False
) -> AsyncIterator[int]:
    """Its port. `tls`: it can encrypt, by STARTTLS unless `implicit`."""
    loop = asyncio.get_running_loop()

    def made() -> SMTP:
        return SMTP(
            letters,
            loop=loop,
            tls_context=None if implicit else tls,
            require_starttls=tls is not None and not implicit,
            auth_required=sign_in,
            auth_require_tls=not implicit,
            authenticator=letters.signs_in,
        )

    server = await loop.create_server(made, "127.0.0.1", 0, ssl=tls if implicit else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
