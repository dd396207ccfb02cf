"""Email, through any SMTP server. Every failure is raised as a CarrierError, as by the phone carrier."""

from __future__ import annotations

import enum
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from callbacks.db.states import CarrierStatus
from callbacks.errors import CarrierError
from callbacks.paging.channels.time_limit import time_limit, watch
from callbacks.paging.channels.twilio import Accepted
from callbacks.text.bilingual import Words
from callbacks.text.hosts import is_loopback
from callbacks.text.mail_html import Section, mail_html

TIMEOUT = 10.0  # seconds for each answer of the server
TIME_LIMIT = 30.0  # seconds for one message in all
WHILE_SOMEBODY_WAITS = (5.0, 8.0)  # both, for a mail that is sent while a screen loads
NO_SERVER = "no mail server is set up (SMTP_URL, MAIL_FROM)"

NO_TLS = (
    "The mail server offers no TLS, so the password in SMTP_URL was not sent. Use smtps://, or a server with STARTTLS."
)
NO_TLS_FRENCH = (
    "Le serveur de courriel n'offre pas TLS: le mot de passe de SMTP_URL n'a pas été envoyé. Utilisez smtps:// ou un "
    "serveur avec STARTTLS."
)
BETWEEN_LANGUAGES = "\n\n---\n\n"
OUR_HEADER = "X-Nightdesk"  # in each mail of ours, with our host, so that one that comes back is recognized
NO_SUCH_LETTERS = "The mail server takes no address with letters such as é. Give one without."

_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")  # without angle brackets; a stranger's may be anything


class WrittenBy(enum.Enum):
    """Who wrote a mail, as the header Auto-Submitted says it (RFC 3834), so that machines do not answer machines."""

    PERSON = "no"
    DESK = "auto-generated"
    DESK_IN_REPLY = "auto-replied"


@dataclass(frozen=True)
class Email:
    """One message. Sent twice, it has the same id, so that a mailbox can drop the second."""

    to: str
    subject: str
    words: str | Words  # Words: in both languages, one after the other
    id: str
    at: datetime
    unsubscribe: str = ""  # the address that ends such mails; "" for one that its reader did not subscribe to
    message_id: str = ""  # in place of the one that is made of the id; both message IDs are without angle brackets
    in_reply_to: str = ""
    references: tuple[str, ...] = ()  # the message IDs of the thread before it, the oldest first
    reply_to: str = ""  # the address that answers are to reach, if it is not the sender's
    written_by: WrittenBy = WrittenBy.DESK
    language: str = ""  # of the words, where it is known
    desk: str = ""  # the name under which it is shown
    important: tuple[str, ...] = ()  # parts of the words that are shown in bold, such as a deadline

    @property
    def sections(self) -> Sequence[Section]:
        """The words, in each of their languages."""
        if isinstance(self.words, str):
            return [Section(self.words, self.language)]
        return [Section(self.words.english, "en"), Section(self.words.french, "fr")]

    @property
    def plain(self) -> str:
        """The words as plain text."""
        return BETWEEN_LANGUAGES.join(section.words.strip("\n") for section in self.sections) + "\n"


@dataclass(frozen=True)
class Mailer:
    """Sends through one mail server: smtp://user:password@host:587 (STARTTLS where offered) or smtps://host:465."""

    url: str
    sender: str
    timeout: float = TIMEOUT
    time_limit: float = TIME_LIMIT

    def send(self, email: Email) -> Accepted:
        """Send a message. Raise CarrierError."""
        if not self.url or not self.sender:
            raise CarrierError(f"The mail was not sent: {NO_SERVER}.", permanent=True)
        self.deliver(self._message(email))
        return Accepted(email.id, CarrierStatus.SENT)

    def deliver(self, message: EmailMessage) -> None:
        """Give a message to the mail server. Raise CarrierError."""
        with _carrier_errors(), time_limit(self.time_limit), self._server() as server:
            server.send_message(message)

    @property
    def host(self) -> str:
        """The host of our addresses: of MAIL_FROM."""
        return self.sender.rpartition("@")[2].strip("> ").lower() or "nightdesk"

    def _message(self, email: Email) -> EmailMessage:
        """Return the message. Raise CarrierError, permanent, where it cannot be written: no retry changes that."""
        try:
            message = self._composed(email)
            message.as_bytes(policy=SMTP)  # as smtplib does once it is connected
        except (MessageError, ValueError, LookupError, AttributeError, TypeError) as fault:  # email raises all of them
            kind = type(fault).__name__
            words = f"The email could not be written ({kind}). Correct the address or MAIL_FROM."
            french = f"Impossible d'écrire le courriel ({kind}). Corrigez l'adresse ou MAIL_FROM."
            raise CarrierError(words, permanent=True, french=french) from fault
        return message

    def _composed(self, email: Email) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, Address(addr_spec=email.to)
        message["Subject"] = " ".join(email.subject.split())
        message["Date"] = format_datetime(email.at)
        message["Message-ID"] = f"<{email.message_id or f'{email.id}@{self.host}'}>"
        if _MESSAGE_ID.fullmatch(email.in_reply_to):
            before = (each for each in email.references if _MESSAGE_ID.fullmatch(each) and each != email.in_reply_to)
            message["In-Reply-To"] = f"<{email.in_reply_to}>"
            message["References"] = " ".join(f"<{each}>" for each in (*before, email.in_reply_to))
        if email.reply_to:
            message["Reply-To"] = Address(addr_spec=email.reply_to)
        message[OUR_HEADER] = self.host
        if email.written_by is not WrittenBy.PERSON:
            message["Auto-Submitted"] = email.written_by.value  # no out-of-office answers
        if email.unsubscribe:  # RFC 8058: the button of a mail program
            message["List-Unsubscribe"] = f"<{email.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(email.plain)
        html = mail_html(email.sections, desk=email.desk, subject=message["Subject"], important=email.important)
        message.add_alternative(html, subtype="html")
        return message

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        address = urlsplit(self.url)
        secure = address.scheme == "smtps"
        host, port = address.hostname or "localhost", address.port or (465 if secure else 587)
        context = ssl.create_default_context()
        if secure:
            server: smtplib.SMTP = _WatchedTls(host, port, timeout=self.timeout, context=context)
        else:
            server = _Watched(host, port, timeout=self.timeout)
        try:
            server.ehlo()
            if not secure and server.has_extn("starttls"):
                server.starttls(context=context)
                watch(server.sock)
                server.ehlo()
            elif not secure and address.password and not is_loopback(host):
                raise CarrierError(NO_TLS, permanent=True, french=NO_TLS_FRENCH)
            if address.username and address.password:
                server.login(unquote(address.username), unquote(address.password))
            yield server
            with suppress(OSError, smtplib.SMTPException):  # the message was taken, whatever happens to the goodbye
                server.quit()
        finally:
            server.close()


class _Watched(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        watch(connection)
        return connection


class _WatchedTls(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        watch(connection)
        return connection


@contextmanager
def _carrier_errors() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        raise CarrierError(f"The mail server refused this address: {_as_text(words)} ({code}).", code=code,
                           permanent=500 <= code < 600) from fault  # fmt: skip
    except smtplib.SMTPAuthenticationError as fault:
        raise CarrierError("The mail server does not accept the user or password in SMTP_URL.") from fault
    except smtplib.SMTPResponseException as fault:
        refused = 500 <= fault.smtp_code < 600
        raise CarrierError(f"The mail server refused the message: {_as_text(fault.smtp_error)} ({fault.smtp_code}).",
                           code=fault.smtp_code, permanent=refused) from fault  # fmt: skip
    except smtplib.SMTPNotSupportedError as fault:
        raise CarrierError(NO_SUCH_LETTERS, permanent=True) from fault
    except ssl.SSLCertVerificationError as fault:
        raise CarrierError(
            f"The certificate of the mail server is not valid: {fault.verify_message}. Nothing was sent. Correct the "
            "host in SMTP_URL, or the certificate.",
            french=f"Le certificat du serveur de courriel n'est pas valide ({fault.verify_message}): rien n'a été "
            "envoyé. Corrigez l'hôte dans SMTP_URL ou le certificat.",
        ) from fault
    except (OSError, smtplib.SMTPException) as fault:  # retried: two copies are better than none
        raise CarrierError(f"The mail server did not answer: {type(fault).__name__}.") from fault


def _as_text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
