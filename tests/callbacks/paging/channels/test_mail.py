"""Mail, against a server that speaks SMTP on this machine."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from callbacks.db.states import CarrierStatus
from callbacks.errors import CarrierError
from callbacks.paging.channels.mail import Email, Mailer
from tests.ports import held_port
from tests.waiting import FAR

EMAIL = Email("amy@example.com", "Support desk:\nKT-417", "Rappelez à 22 h.\nhttps://x", "page-7-1",
                datetime(2026, 11, 29, 3, 13, tzinfo=UTC))  # fmt: skip


class MailServer(socketserver.ThreadingTCPServer):
    """As much of RFC 5321 as one mail needs; what it answers to RCPT is up to the test."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answer: str, extensions: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answer, self.extensions = answer, extensions
        self.mails: list[bytes] = []
        self.commands: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 mail.test")
        while line := self.rfile.readline().decode().strip():
            self.server.commands.append(line)
            match line.split()[0].upper():
                case "EHLO":
                    self._say(f"250{'-' if self.server.extensions else ' '}mail.test")
                    if self.server.extensions:
                        self._say(f"250 {self.server.extensions}")
                case "RCPT":
                    self._say(self.server.answer)
                case "DATA":
                    self._say("354 go on")
                    self.server.mails.append(self._mail())
                    self._say("250 kept")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    server = MailServer(getattr(request, "param", "250 fine"))
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
    yield server
    server.shutdown()
    server.server_close()


def test_an_email_arrives_whole_and_is_marked_as_automatic(server: MailServer) -> None:
    accepted = Mailer(server.url, "desk@example.com", FAR.total_seconds()).send(EMAIL)
    assert (accepted.sid, accepted.status) == ("page-7-1", CarrierStatus.SENT)
    mail = message_from_bytes(server.mails[0], policy=policy.default)
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "amy@example.com",
        "desk@example.com",
        "Support desk: KT-417",
    )
    assert mail["Message-ID"] == "<page-7-1@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == EMAIL.words.splitlines()


@pytest.mark.parametrize("server", ["550 no such user"], indirect=True)
def test_an_address_that_is_refused_for_good_is_not_tried_again(server: MailServer) -> None:
    with pytest.raises(CarrierError, match=r"no such user \(550\)") as fault:
        Mailer(server.url, "desk@example.com", FAR.total_seconds()).send(EMAIL)
    assert fault.value.permanent


@pytest.mark.parametrize("server", ["450 later"], indirect=True)
def test_an_address_that_is_refused_for_now_is_tried_again(server: MailServer) -> None:
    with pytest.raises(CarrierError) as fault:
        Mailer(server.url, "desk@example.com", FAR.total_seconds()).send(EMAIL)
    assert not fault.value.permanent


def test_a_server_that_is_away_is_tried_again() -> None:
    with held_port() as port, pytest.raises(CarrierError, match="did not answer") as fault:
        Mailer(f"smtp://127.0.0.1:{port}", "desk@example.com", FAR.total_seconds()).send(EMAIL)
    assert not fault.value.permanent


def test_a_password_is_never_sent_in_the_clear(server: MailServer) -> None:
    url = server.url.replace("smtp://", "smtp://desk:secret@")
    with pytest.raises(CarrierError, match="no TLS"):
        Mailer(url, "desk@example.com", FAR.total_seconds()).send(EMAIL)
    assert not any(command.startswith("AUTH") for command in server.commands)


def test_without_a_server_the_mail_fails_at_once_and_says_why() -> None:
    with pytest.raises(CarrierError, match="SMTP_URL") as fault:
        Mailer("", "").send(EMAIL)
    assert fault.value.permanent


@pytest.mark.parametrize(
    "change",
    [
        {"to": "amy@example.com\nBcc: eve@example.com"},
        {"to": "amy@example.com, eve@example.com"},
        {"to": "amy"},
        {"to": ""},
        {"to": "amy@[example"},
        {"to": "Amy <amy@example.com>"},
        {"to": "amélie@example.com"},
        {"words": "\udcff"},
        {"id": "page\n7"},
    ],
)
def test_an_email_that_cannot_be_written_is_never_tried_again(server: MailServer, change: dict[str, str]) -> None:
    with pytest.raises(CarrierError, match="could not be written") as fault:
        Mailer(server.url, "desk@example.com", FAR.total_seconds()).send(replace(EMAIL, **change))  # type: ignore[arg-type]
    assert fault.value.permanent
    assert "Impossible" in fault.value.french
    assert server.commands == []


@pytest.mark.parametrize("sender", ["desk@example.com\nX: y", "desk@[example"])
def test_an_invalid_sender_is_a_permanent_failure(server: MailServer, sender: str) -> None:
    with pytest.raises(CarrierError, match="Correct the address or MAIL_FROM") as fault:
        Mailer(server.url, sender, FAR.total_seconds()).send(EMAIL)
    assert fault.value.permanent


def test_a_sender_that_the_server_has_no_letters_for_is_not_tried_again(server: MailServer) -> None:
    with pytest.raises(CarrierError, match="letters such as é") as fault:
        Mailer(server.url, "bureau.désk@example.com", FAR.total_seconds()).send(EMAIL)
    assert fault.value.permanent


def test_the_sender_may_have_a_name(server: MailServer) -> None:
    Mailer(server.url, "Night Desk <desk@example.com>", FAR.total_seconds()).send(EMAIL)
    mail = message_from_bytes(server.mails[0], policy=policy.default)
    assert mail["From"] == "Night Desk <desk@example.com>"
    assert mail["Message-ID"] == "<page-7-1@example.com>"


def test_a_server_that_drips_ends_with_the_time_of_the_whole_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                while True:
                    connection.sendall(b"220")
                    time.sleep(0.1)

        threading.Thread(target=answer, daemon=True).start()
        url = f"smtp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(CarrierError):
            Mailer(url, "desk@example.com", timeout=FAR.total_seconds(), time_limit=0.5).send(EMAIL)
