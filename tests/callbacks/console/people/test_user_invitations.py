"""New users get an invitation link: emailed to them, or shown once to the administrator."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from callbacks.console.context import EXTENSION
from callbacks.db.tables import AuditEntry, User
from callbacks.errors import CarrierError
from callbacks.paging.channels.mail import Email
from tests.callbacks.console.console import PASSWORD, Console

NEW = {"email": "New@Example.com", "role": "technician", "technician": "Ben Cole"}


@dataclass
class Mail:
    """A mail server that keeps what it is given, or refuses it."""

    fault: str = ""
    sent: list[Email] = field(default_factory=list)

    def send(self, email: Email) -> None:
        if self.fault:
            raise CarrierError(self.fault)
        self.sent.append(email)


def sends_mail(console: Console, fault: str = "") -> Mail:
    mail = Mail(fault)
    object.__setattr__(console.web.extensions[EXTENSION], "mailer", mail)
    return mail


def link_in(text: str) -> str:
    found = re.search(r"https://desk\.test(/invitation/[\w-]{43})", text)
    assert found is not None, text
    return found[1]


def chooses(console: Console, link: str, password: str = PASSWORD) -> None:
    theirs = console.web.test_client()
    assert console.posts(link, {"password": password}, theirs).headers["Location"] == "/login"


def test_without_a_mail_server_the_link_is_shown_once(console: Console) -> None:
    console.logs_in("ada@example.com")
    assert "you send it to them yourself" in console.client.get("/users").text
    link = link_in(console.follows(console.posts("/users/add", NEW)))
    assert "/invitation/" not in console.client.get("/users").text
    assert "new@example.com Ben Cole technician none never invited" in console.reads("/users")
    chooses(console, link)
    assert console.logs_in("new@example.com", client=console.web.test_client()).status_code == 302
    assert "new@example.com Ben Cole technician none Sat 28 Nov 22:14 active" in console.reads("/users")


def test_with_a_mail_server_only_the_user_reads_the_link(console: Console) -> None:
    mail = sends_mail(console)
    console.logs_in("ada@example.com")
    shown = console.follows(console.posts("/users/add", NEW))
    assert "was emailed to new@example.com" in shown
    assert "/invitation/" not in shown
    (email,) = mail.sent
    assert email.to == "new@example.com"
    assert ("choisissez" in email.subject, "Ce lien fonctionne une seule fois" in email.plain) == (True, True)
    chooses(console, link_in(email.plain))


def test_a_mail_that_fails_is_shown_with_the_link(console: Console) -> None:
    sends_mail(console, "The mail server did not answer: TimeoutError.")
    console.logs_in("ada@example.com")
    shown = console.follows(console.posts("/users/add", NEW))
    assert "The invitation was not emailed to new@example.com. The mail server did not answer" in shown
    chooses(console, link_in(shown))


def test_a_forgotten_password_is_replaced_with_a_new_link(console: Console) -> None:
    console.logs_in("ada@example.com")
    theirs = console.web.test_client()
    console.logs_in("rita@example.com", client=theirs)
    link = link_in(console.follows(console.posts("/users/invite", {"email": "rita@example.com"})))
    assert theirs.get("/").status_code == 200  # until they choose another
    chooses(console, link, "another good password")
    assert theirs.get("/").status_code == 302
    assert console.logs_in("rita@example.com", client=theirs).status_code == 401
    assert console.logs_in("rita@example.com", "another good password", theirs).status_code == 302


def test_no_link_stands_in_the_audit_log(console: Console) -> None:
    console.logs_in("ada@example.com")
    link = link_in(console.follows(console.posts("/users/add", NEW)))
    entries = console.database.read(lambda s: s.scalars(select(AuditEntry)).all())
    assert any(entry.what == "users: add" and "new@example.com" in entry.detail for entry in entries)
    assert not any(link.rpartition("/")[2] in entry.detail for entry in entries)


def test_an_administrator_cannot_choose_somebody_elses_password(console: Console) -> None:
    console.logs_in("ada@example.com")
    assert console.posts("/users/password", {"email": "rita@example.com", "password": "x" * 20}).status_code == 404
    console.posts("/users/add", {**NEW, "password": PASSWORD})
    assert console.logs_in("new@example.com", client=console.web.test_client()).status_code == 401


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "x@example.com", "role": "technician"}, "Choose which technician"),
        ({"email": "x@example.com", "role": "technician", "technician": "Amy Roy"}, "already has an account"),
        ({"email": "nobody", "role": "reader"}, "not an email address"),
        ({"email": "sue@example.com", "role": "reader"}, "There is already a user"),
    ],
)
def test_an_invalid_user_is_refused_with_a_message(console: Console, fields: dict[str, str], words: str) -> None:
    mail = sends_mail(console)
    console.logs_in("ada@example.com")
    before = console.database.read(lambda s: len(s.scalars(select(User)).all()))
    assert words in console.follows(console.posts("/users/add", fields))
    assert (console.database.read(lambda s: len(s.scalars(select(User)).all())), mail.sent) == (before, [])


def test_an_unknown_user_cannot_be_invited(console: Console) -> None:
    console.logs_in("ada@example.com")
    assert "There is no user" in console.follows(console.posts("/users/invite", {"email": "nobody@example.com"}))
