"""A mailbox on an IMAP server. Nothing is deleted there, and each answer has a time limit."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError, LoginError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from callbacks.errors import DeskError
from callbacks.paging.channels.time_limit import time_limit, watch
from callbacks.text.bilingual import Words
from callbacks.text.hosts import is_loopback

TIMEOUT = 10.0  # seconds until the server accepts a connection, and for each piece of an answer
TIME_LIMIT = 30.0  # seconds for a whole answer
PART = 1024 * 1024  # bytes of a mail that are asked for at once
LONGEST_QUOTE = 120  # characters of what the server said


class MailboxFault(DeskError):
    """A mailbox could not be read. It is tried again."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.english)


class RequestRefused(MailboxFault):
    """The server answered, and refused what was asked for."""


class MailGone(Exception):
    """Somebody has deleted the mail, or moved it."""


@dataclass(frozen=True)
class Arrival:
    """What the server says of a mail."""

    arrived_at: datetime | None
    size: int
    is_seen: bool


class Inbox:
    """A folder that is open on its server."""

    def __init__(self, client: IMAPClient, time_limit: float) -> None:
        self._client, self._time_limit = client, time_limit
        self.uid_validity = 0

    def select(self, folder: str) -> None:
        """Open a folder. Raise MailboxFault."""
        with self._answer():
            try:
                selected = self._client.select_folder(folder)
            except IMAPClientReadOnlyError:  # its mails are taken, and stay unread
                selected = self._client.select_folder(folder, readonly=True)
            self.uid_validity = int(selected[b"UIDVALIDITY"])

    def uids_above(self, uid: int) -> Sequence[int]:
        """Return the UIDs above this one, in their order. Raise MailboxFault."""
        with self._answer():
            self._client.noop()  # so that the server looks for new mails
            found = self._client.search(["UID", f"{uid + 1}:*"])  # always names the last one (RFC 3501)
        return sorted(each for each in found if each > uid)

    def unread_above(self, uid: int) -> Sequence[int]:
        """Return the UIDs above this one of mails that nobody has read. Raise MailboxFault."""
        with self._answer():
            found = self._client.search(["UNSEEN", "UID", f"{uid + 1}:*"])
        return sorted(each for each in found if each > uid)

    def arrivals(self, uids: Sequence[int]) -> Mapping[int, Arrival]:
        """Return what the server says of these mails, but not of those that are gone. Raise MailboxFault."""
        with self._answer():
            found = self._client.fetch(uids, ["INTERNALDATE", "RFC822.SIZE", "FLAGS"])
            return {uid: _arrival(found[uid]) for uid in uids if uid in found and b"RFC822.SIZE" in found[uid]}

    def parts(self, uid: int) -> Iterator[bytes]:
        """Yield a mail in parts, and leave it unread. Raise MailGone or MailboxFault.

        It ends with a part that is not full: servers may be wrong about the size of a mail.
        """
        start, part = 0, b""
        while start == 0 or len(part) == PART:
            with self._answer():
                answer = self._client.fetch([uid], [f"BODY.PEEK[]<{start}.{PART}>"])
                if uid not in answer:
                    raise MailGone
                part = answer[uid][f"BODY[]<{start}>".encode()] or b""
            start += len(part)
            yield part
            if not part:
                return

    def mark_seen(self, uid: int) -> None:
        """Mark a mail as read. Raise MailboxFault."""
        with self._answer():
            self._client.add_flags([uid], [SEEN], silent=True)

    def wait_for_news(self, seconds: float) -> None:
        """Wait until the server says something, but no longer than this. Raise MailboxFault.

        Only a server with IDLE reports new mails.
        """
        idles = self._client.has_capability("IDLE")
        if idles:
            with self._answer():
                self._client.idle()
        connection = self._client.socket()
        if not getattr(connection, "pending", int)():  # TLS may have received what select does not see
            with _faults():
                select.select([connection], [], [], seconds)
        if idles:
            with self._answer():
                self._client.idle_done()

    def interrupt(self) -> None:
        """End what another thread waits for in this folder. It gets a MailboxFault."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)

    @contextmanager
    def _answer(self) -> Iterator[None]:
        with _faults(), time_limit(self._time_limit):
            watch(self._client.socket())
            yield


def _arrival(answer: Mapping[bytes, Any]) -> Arrival:
    at = answer.get(b"INTERNALDATE")
    return Arrival(at.astimezone(UTC) if at else None, answer[b"RFC822.SIZE"], SEEN in answer.get(b"FLAGS", ()))


@contextmanager
def open_inbox(url: str, timeout: float = TIMEOUT, time_limit: float = TIME_LIMIT) -> Iterator[Inbox]:
    """Open the folder of a URL such as imaps://user:password@host:993/INBOX. Raise MailboxFault."""
    address = urlsplit(url)
    client = _connected(address, timeout, time_limit)
    inbox = Inbox(client, time_limit)
    try:
        inbox.select(unquote(address.path.strip("/")) or "INBOX")
        yield inbox
    finally:
        with contextlib.suppress(MailboxFault), inbox._answer():
            client.logout()
        with contextlib.suppress(OSError):
            client.shutdown()


def _connected(address: SplitResult, timeout: float, limit: float) -> IMAPClient:
    host, is_secure = address.hostname or "localhost", address.scheme == "imaps"
    with _faults(), time_limit(limit):
        client = _Client(host, address.port, ssl=is_secure, timeout=SocketTimeout(timeout, timeout))
        client.normalise_times = False  # instants keep their zone
        try:
            if not is_secure and client.has_capability("STARTTLS"):
                client.starttls()
                watch(client.socket())
            elif not is_secure and not is_loopback(host):
                raise MailboxFault(NO_TLS)
            client.login(unquote(address.username or ""), unquote(address.password or ""))
        except BaseException:
            with contextlib.suppress(OSError):
                client.shutdown()
            raise
    return client


class _Client(IMAPClient):
    """A client whose time limit includes connecting."""

    def _create_IMAP4(self) -> IMAP4WithTimeout | IMAP4_TLS:  # noqa: N802 - its name in IMAPClient
        if self.ssl:
            return _WatchedTls(self.host, self.port, None, self._timeout.connect)
        return _Watched(self.host, self.port, self._timeout.connect)


class _Watched(IMAP4WithTimeout):
    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        connection: socket.socket = super()._create_socket(timeout)
        watch(connection)
        return connection


class _WatchedTls(IMAP4_TLS):
    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        connection = socket.create_connection((self.host, self.port), timeout or self._timeout)
        watch(connection)  # TLS is not begun yet
        try:
            secured = ssl.create_default_context().wrap_socket(connection, server_hostname=self.host)
        except BaseException:
            connection.close()
            raise
        watch(secured)
        return secured


NO_TLS = Words(
    "The mail server offers no TLS, so the password was not sent. Use imaps://, or a server with STARTTLS.",
    "Le serveur de courriel n'offre pas TLS: le mot de passe n'a pas été envoyé. Utilisez imaps:// ou un serveur avec "
    "STARTTLS.",
)


@contextmanager
def _faults() -> Iterator[None]:
    """Raise every failure as a MailboxFault."""
    try:
        yield
    except ssl.SSLCertVerificationError as fault:
        why = fault.verify_message
        raise MailboxFault(
            Words(
                f"The certificate of the mail server is not valid: {why}. The password was not sent.",
                f"Le certificat du serveur de courriel n'est pas valide ({why}): le mot de passe n'a pas été envoyé.",
            )
        ) from fault
    except UnicodeError as fault:
        raise MailboxFault(
            Words(
                "The mail server takes no password with letters such as é. Choose another.",
                "Le serveur de courriel n'accepte pas de mot de passe avec une lettre comme é. Changez-le.",
            )
        ) from fault
    except (IMAPClientAbortError, OSError, ValueError, KeyError) as fault:
        raise _unanswered(fault) from fault
    except LoginError as fault:
        if isinstance(fault.__context__, IMAPClientAbortError):
            raise _unanswered(fault.__context__) from fault
        said = _quoted(fault)
        raise MailboxFault(
            Words(
                f"The mail server does not accept the user or password: {said}",
                f"Le serveur de courriel refuse l'utilisateur ou le mot de passe: {said}",
            )
        ) from fault
    except IMAPClientError as fault:
        said = _quoted(fault)
        raise RequestRefused(
            Words(f"The mail server refused a request: {said}", f"Le serveur de courriel a refusé une demande: {said}")
        ) from fault


def _unanswered(fault: BaseException) -> MailboxFault:
    said = _quoted(fault) or type(fault).__name__
    return MailboxFault(
        Words(f"The mail server did not answer: {said}.", f"Le serveur de courriel n'a pas répondu: {said}.")
    )


def _quoted(fault: BaseException) -> str:
    words = " ".join(str(fault).split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}..."
