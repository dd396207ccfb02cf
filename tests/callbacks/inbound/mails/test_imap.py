"""A mailbox on a real IMAP server, and on servers that do not behave."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from callbacks.inbound.mails import imap as module
from callbacks.inbound.mails.imap import MailboxFault, MailGone, open_inbox
from tests.imap_server import ImapServer, NoImapServer, imap_server
from tests.waiting import FAR

MAIL = b"From: jane@example.com\r\nSubject: No mail flow\r\n\r\nNothing arrives.\r\n"
AT = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)


def test_mails_are_listed_read_and_marked(imap: ImapServer) -> None:
    imap.add("listed")
    imap.delivers("listed", MAIL, AT)
    imap.delivers("listed", MAIL + b"Second.\r\n", seen=True)
    with open_inbox(imap.url("listed")) as inbox:
        assert inbox.uid_validity > 0
        assert (inbox.uids_above(0), inbox.uids_above(1), inbox.uids_above(2)) == ([1, 2], [2], [])
        found = inbox.arrivals([1, 2, 3])
        assert found.keys() == {1, 2}
        assert (found[1].arrived_at, found[1].size, found[1].is_seen, found[2].is_seen) == (AT, len(MAIL), False, True)
        assert b"".join(inbox.parts(1)) == MAIL
        assert not inbox.arrivals([1])[1].is_seen
        inbox.mark_seen(1)
    assert imap.seen("listed") == [1, 2]


@pytest.mark.parametrize("part", [1, 7, len(MAIL) - 1, len(MAIL), len(MAIL) + 1])
def test_a_mail_is_read_in_parts(imap: ImapServer, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    imap.add(f"parts{part}")
    imap.delivers(f"parts{part}", MAIL)
    monkeypatch.setattr(module, "PART", part)
    with open_inbox(imap.url(f"parts{part}")) as inbox:
        assert b"".join(inbox.parts(1)) == MAIL


def test_a_mail_that_was_deleted_meanwhile_is_gone(imap: ImapServer) -> None:
    imap.add("gone")
    imap.delivers("gone", MAIL)
    with open_inbox(imap.url("gone")) as inbox:
        with imap.client("gone") as other:
            other.delete_messages([1])
            other.expunge()
        inbox.uids_above(0)
        assert inbox.arrivals([1]) == {}
        with pytest.raises(MailGone):
            list(inbox.parts(1))


def test_another_folder_may_be_named(imap: ImapServer) -> None:
    imap.add("folders")
    with imap.client("folders") as client:
        client.create_folder("Urgent mail")
        client.append("Urgent mail", MAIL)
    with open_inbox(f"{imap.url('folders')}/Urgent%20mail") as inbox:
        assert inbox.uids_above(0) == [1]
    with (
        pytest.raises(MailboxFault, match=r"refused a request.*doesn't exist"),
        open_inbox(f"{imap.url('folders')}/No"),
    ):
        pass


def test_news_end_the_wait_and_so_does_an_interruption(imap: ImapServer) -> None:
    imap.add("waiting")
    with open_inbox(imap.url("waiting")) as inbox:
        threading.Thread(target=imap.delivers, args=("waiting", MAIL)).start()
        inbox.wait_for_news(FAR.total_seconds())
        assert inbox.uids_above(0) == [1]
        inbox.wait_for_news(0)  # nothing comes
        threading.Thread(target=inbox.interrupt).start()
        with pytest.raises(MailboxFault):
            inbox.wait_for_news(FAR.total_seconds())


def test_a_wrong_password_is_named_and_not_told(imap: ImapServer) -> None:
    imap.add("refused")
    url = imap.url("refused").replace("sesame", "guessed")
    with pytest.raises(MailboxFault, match="does not accept the user or password") as fault, open_inbox(url):
        pass
    assert "guessed" not in str(fault.value) + fault.value.words.french


def test_a_password_may_have_special_characters(imap: ImapServer) -> None:
    imap.add("special", password='p@/ss "\\%')
    with open_inbox(imap.url("special").replace("sesame", "p%40%2Fss%20%22%5C%25")) as inbox:
        assert inbox.uids_above(0) == []
    with (
        pytest.raises(MailboxFault, match="letters such as é"),
        open_inbox(imap.url("special").replace("ses", "%C3%A9")),
    ):
        pass


def test_a_server_that_is_away_is_a_fault() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(MailboxFault, match=r"did not answer: .*refused"), open_inbox(_url(closed)):
            pass


@contextmanager
def answering(greeting: bytes, *, drips: bool = False) -> Iterator[str]:
    """A server that greets, whole or byte by byte, and then says nothing more."""
    stopping = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            if not drips:
                connection.sendall(greeting)
            while drips and not stopping.wait(0.02):
                try:
                    connection.sendall(greeting)
                except OSError:
                    return
            stopping.wait()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield _url(listener)
        finally:
            stopping.set()
            thread.join()


def _url(listener: socket.socket) -> str:
    return f"imap://amy:sesame@127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(("greeting", "drips"), [(b"", False), (b"* OK ready\r\n", False), (b"x", True)])
def test_a_server_that_never_ends_its_answer_is_given_up(greeting: bytes, drips: bool) -> None:
    limits = (0.2, FAR.total_seconds()) if not drips else (FAR.total_seconds(), 0.2)
    with answering(greeting, drips=drips) as url, pytest.raises(MailboxFault), open_inbox(url, *limits):
        pass


def test_a_password_is_not_sent_unencrypted_to_another_machine(
    monkeypatch: pytest.MonkeyPatch, imap: ImapServer
) -> None:
    imap.add("plain")
    monkeypatch.setattr(module, "is_loopback", lambda host: False)
    with (
        pytest.raises(MailboxFault, match="offers no TLS, so the password was not sent"),
        open_inbox(imap.url("plain")),
    ):
        pass


def test_the_certificate_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = _certificate(tmp_path)
    try:
        with imap_server(certificate=(certificate, key)) as server:
            server.add("secured")
            server.delivers("secured", MAIL)
            for url in (server.url("secured"), server.secure_url("secured")):
                with pytest.raises(MailboxFault, match="certificate of the mail server is not valid"), open_inbox(url):
                    pass
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            for url in (server.url("secured"), server.secure_url("secured")):
                with open_inbox(url) as inbox:
                    assert inbox.uids_above(0) == [1]
                    inbox.wait_for_news(0)
    except NoImapServer as why:
        pytest.skip(f"NO IMAP SERVER: {why}")


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private
