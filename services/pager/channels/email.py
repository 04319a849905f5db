"""`email`: by the provider's own mail server, encrypted, in plain text and HTML.

Address: a mailbox. The subject says it all; what is told of one alert is one conversation; nothing in it is fetched
from anywhere, so nobody is told who has read it. Which server it goes out by is set (WAKEFUL_SMTP_…); it may be a
private one.
"""

import asyncio
import hashlib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from services.pager.channels.base import Address, Message, Outcome, Result
from services.pager.channels.sending import TOO_SLOW, later, never
from shared.instants import SECOND, Duration, Instant
from shared.settings import MAILBOX, Settings

AT_ONCE: Final = 10
"""Connections to the server: it would refuse a hundred."""
_URGENT: Final = frozenset({"page", "test", "operations"})
_LONGEST_SUBJECT: Final = 250


class Email:
    """The channel. `trusted`: whose certificates are taken; None: those that the machine takes."""

    name = "email"

    def __init__(self, settings: Settings, trusted: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._trusted = trusted
        self._free = asyncio.Semaphore(AT_ONCE)

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        settings = self._settings
        if settings.smtp_host is None or settings.smtp_from is None:
            return never("there is no mail server; set WAKEFUL_SMTP_HOST and WAKEFUL_SMTP_FROM")
        try:
            async with asyncio.timeout(within / SECOND), self._free:
                return await self._sent(letter(message, settings.smtp_from, address.to), within)
        except TimeoutError:
            return TOO_SLOW
        except Exception as error:  # what it says may quote an address
            return told(error)

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do."""
        if not MAILBOX.fullmatch(address.to):
            return "is not one e-mail address; write it like oncall@provider.example"
        if address.secret is not None:
            return "needs no secret; leave it out"
        return None

    async def _sent(self, mail: EmailMessage, within: Duration) -> Outcome:
        settings = self._settings
        secret = settings.smtp_password
        server = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            local_hostname=_domain(settings.smtp_from or ""),  # else the machine's own name is looked up
            username=settings.smtp_user,
            password=None if secret is None else secret.get_secret_value(),
            use_tls=settings.smtp_tls == "implicit",
            start_tls=settings.smtp_tls == "starttls",
            tls_context=self._context() if settings.smtp_tls != "none" else None,
            timeout=within / SECOND,
        )
        try:
            await server.connect()
            await server.send_message(mail)
        finally:
            server.close()  # without QUIT: what the server has taken is sent, however slowly it says goodbye
        return Outcome(Result.SENT)

    def _context(self) -> ssl.SSLContext:
        if self._trusted is None:
            self._trusted = ssl.create_default_context()
        return self._trusted


def letter(message: Message, sender: str, to: str) -> EmailMessage:
    """The mail: the same on every retry, byte for byte but for the boundary of its parts."""
    domain = _domain(sender)
    thread = f"<thread.{_digest(message.thread)}@{domain}>"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Wakeful <{sender}>"
    mail["To"] = to
    mail["Subject"] = " ".join(message.title.split())[:_LONGEST_SUBJECT]
    mail["Date"] = format_datetime(_moment(message.at))
    mail["Message-ID"] = f"<{_digest(message.key)}@{domain}>"
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    if message.purpose in _URGENT:
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def told(error: Exception) -> Outcome:
    """What an error of the mail server says: of the address, or of now."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        code = error.recipients[0].code
        text = f"the mail server does not take the address (status {code})"
        return never(text) if code >= 500 else later(text)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return later("the mail server does not take WAKEFUL_SMTP_USER and WAKEFUL_SMTP_PASSWORD")
    if isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500:
        return never(f"the mail server does not take the message (status {error.code})")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return later(f"the mail server says no (status {error.code})")
    if isinstance(error, (aiosmtplib.SMTPTimeoutError, aiosmtplib.SMTPConnectTimeoutError)):
        return TOO_SLOW
    cause = error.__cause__ or error.__context__
    if isinstance(error, ssl.SSLError) or isinstance(cause, ssl.SSLError):
        return later("TLS: the mail server's certificate is not to be trusted, or there is no agreement")
    if isinstance(error, (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, OSError)):
        return later("no connection to the mail server")
    return later(f"it could not be sent ({type(error).__name__})")


def _domain(mailbox: str) -> str:
    return mailbox.rpartition("@")[2]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _moment(at: Instant) -> datetime:
    return datetime.fromtimestamp(at // SECOND, UTC)
