"""Mail, against a server that speaks SMTP on this machine."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from callbacks.db.states import CarrierStatus
from callbacks.errors import CarrierError
from callbacks.paging.channels.mail import Email, Mailer, WrittenBy
from callbacks.text.bilingual import Words
from tests.mail_server import MailServer, running
from tests.ports import held_port
from tests.waiting import FAR

EMAIL = Email("amy@example.com", "Support desk:\nKT-417", "Rappelez à 22 h.\nhttps://x", "page-7-1",
                datetime(2026, 11, 29, 3, 13, tzinfo=UTC))  # fmt: skip


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with running(MailServer(getattr(request, "param", "250 fine"))) as server:
        yield server


@contextmanager
def mail_server(certificate: Path, *, tls_at_once: bool) -> Iterator[MailServer]:
    """A server with TLS, from the first byte or after STARTTLS."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    with running(MailServer("250 fine", tls, tls_at_once=tls_at_once)) as server:
        yield server


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of mail.test, signed by itself, with its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")]),
    )
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    made = made.not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("mail.test")]), critical=False)
    file = tmp_path / "mail.test.pem"
    in_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(in_pem + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """A host that is not this machine, as far as its name says; like every other name, it leads to the server here."""
    asked = socket.getaddrinfo

    def answer(host: str, *more: Any, **options: Any) -> Any:
        return asked("127.0.0.1" if host.endswith(".test") else host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return "mail.test"


def mailer(url: str) -> Mailer:
    return Mailer(url, "desk@example.com", FAR.total_seconds(), FAR.total_seconds())


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
    assert mail["X-Nightdesk"] == "example.com"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == EMAIL.plain.splitlines() == ["Rappelez à 22 h.", "https://x"]
    assert 'href="https://x">' in html.get_content()


def test_a_mail_in_both_languages_says_each_once_in_both_its_forms(server: MailServer) -> None:
    both = replace(EMAIL, words=Words("Call by 10 p.m.", "Rappelez à 22 h."), desk="Support desk", important=("22 h",))
    mailer(server.url).send(both)
    mail = message_from_bytes(server.mails[0], policy=policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    plain, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert plain == "Call by 10 p.m.\n\n---\n\nRappelez à 22 h.\n"
    assert '<section lang="en">\n<p>Call by 10 p.m.</p>' in html
    assert '<section lang="fr">\n<p>Rappelez à <strong>22 h</strong>.</p>' in html
    assert "<header>Support desk</header>" in html


@pytest.mark.parametrize(
    ("written_by", "header"),
    [(WrittenBy.PERSON, None), (WrittenBy.DESK, "auto-generated"), (WrittenBy.DESK_IN_REPLY, "auto-replied")],
)
def test_machines_are_told_that_a_machine_wrote_and_never_that_a_person_did_not(
    server: MailServer, written_by: WrittenBy, header: str | None
) -> None:
    mailer(server.url).send(replace(EMAIL, written_by=written_by))
    assert message_from_bytes(server.mails[0], policy=policy.default)["Auto-Submitted"] == header


def test_an_answer_belongs_to_its_thread_whatever_a_stranger_called_their_mail(server: MailServer) -> None:
    answer = replace(EMAIL, in_reply_to="b@x.test", references=("a@x.test", "bad id\nX: y", "b@x.test"))
    mailer(server.url).send(replace(answer, message_id="reply-1@example.com", reply_to="support@example.com"))
    mailer(server.url).send(replace(answer, in_reply_to="<b@x.test>\nBcc: eve@x.test"))
    mail, strange = (message_from_bytes(each, policy=policy.default) for each in server.mails)
    assert (mail["In-Reply-To"], mail["References"]) == ("<b@x.test>", "<a@x.test> <b@x.test>")
    assert (mail["Message-ID"], mail["Reply-To"]) == ("<reply-1@example.com>", "support@example.com")
    assert (strange["In-Reply-To"], strange["Bcc"]) == (None, None)


def test_an_answer_names_the_mail_that_it_answers_and_its_mailbox(server: MailServer) -> None:
    answer = replace(
        EMAIL, message_id="ours@desk.example", in_reply_to="1@acme.example", reply_to="support@desk.example"
    )
    for email in (answer, replace(answer, in_reply_to="1@acme.example\r\nBcc: eve@evil.example")):
        mailer(server.url).send(email)
    mail, attacked = (message_from_bytes(each, policy=policy.default) for each in server.mails)
    assert (mail["Message-ID"], mail["Reply-To"]) == ("<ours@desk.example>", "support@desk.example")
    assert mail["In-Reply-To"] == mail["References"] == "<1@acme.example>"
    assert (attacked["In-Reply-To"], attacked["Bcc"]) == (None, None)


@pytest.mark.parametrize("goodbye", ["421 too busy", "554 no", "nonsense"])
def test_what_the_server_has_taken_is_sent_whatever_it_says_at_the_end(server: MailServer, goodbye: str) -> None:
    server.goodbye = goodbye
    assert mailer(server.url).send(EMAIL).status is CarrierStatus.SENT
    assert len(server.mails) == 1


def test_a_mail_to_a_subscriber_has_the_button_that_ends_it(server: MailServer) -> None:
    notice = replace(EMAIL, unsubscribe="https://desk.test/status/leave/token")
    for email in (EMAIL, notice):
        mailer(server.url).send(email)
    plain, mail = (message_from_bytes(each, policy=policy.default) for each in server.mails)
    assert plain["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe"] == "<https://desk.test/status/leave/token>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


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


def test_a_password_is_never_sent_in_the_clear(server: MailServer, elsewhere: str) -> None:
    server.extensions = ["AUTH PLAIN"]
    with pytest.raises(CarrierError, match=r"offers no TLS.* Use smtps://") as fault:
        mailer(f"smtp://desk:secret@{elsewhere}:{server.port}").send(EMAIL)
    assert fault.value.permanent
    assert "n'offre pas TLS" in fault.value.french
    assert not any(command.startswith("AUTH") for command in server.commands)
    assert server.mails == []


def test_on_this_machine_it_may_be(server: MailServer) -> None:
    server.extensions = ["AUTH PLAIN"]
    mailer(f"smtp://desk:secret@127.0.0.1:{server.port}").send(EMAIL)
    assert [command.split()[0] for command in server.commands if "AUTH" in command] == ["AUTH"]
    assert len(server.mails) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_over_tls_the_password_is_sent_to_the_host_of_a_trusted_certificate(
    scheme: str, certificate: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(certificate, tls_at_once=scheme == "smtps") as server:
        mailer(f"{scheme}://desk:secret@{elsewhere}:{server.port}").send(EMAIL)
    assert len(server.mails) == 1
    assert [word for command in server.secret_commands for word in command.split()[:1]].count("AUTH") == 1
    assert not any(command.startswith("AUTH") for command in server.commands)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize(("is_trusted", "host"), [(False, "mail.test"), (True, "other.test")])
def test_a_certificate_that_is_not_trusted_or_of_another_host_gets_nothing(
    scheme: str, is_trusted: bool, host: str, certificate: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        mail_server(certificate, tls_at_once=scheme == "smtps") as server,
        pytest.raises(CarrierError, match=r"certificate of the mail server is not valid: .* Nothing was sent") as fault,
    ):
        mailer(f"{scheme}://desk:secret@{host}:{server.port}").send(EMAIL)
    assert "certificat" in fault.value.french
    assert (server.mails, server.secret_commands) == ([], [])
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


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
