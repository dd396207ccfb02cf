"""A user who is not a technician is emailed about a lock: once, with any number of workers, and retried if it fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus
from callbacks.errors import CarrierError
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.channels.twilio import Accepted
from callbacks.people import users
from callbacks.worker.jobs.lock_mails import LockMailer
from sla.clock import MovingClock
from tests.callbacks.reporting.facts import BEGAN, DESK, add_staff


@dataclass(frozen=True)
class Mailbox(Mailer):
    """A mail server that keeps its mails, or fails with the first of `troubles`."""

    url: str = "smtp://mail.test"
    sender: str = "desk@example.com"
    kept: list[Email] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def send(self, email: Email) -> Accepted:
        if self.troubles:
            raise CarrierError(self.troubles.pop())
        self.kept.append(email)
        return Accepted(email.id, CarrierStatus.SENT)


@dataclass
class Office:
    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(BEGAN))
    post: Mailbox = field(default_factory=Mailbox)

    def __post_init__(self) -> None:
        self.database.write(lambda session: add_staff(session, self.clock.now()))

    def locks(self, name: str) -> None:
        def work(session: Session) -> None:
            users.user_named(session, f"{name}@example.com").lock_told_at = self.clock.now()

        self.database.write(work)

    def works(self, workers: int = 1) -> None:
        for _ in range(workers):
            LockMailer(self.database, self.post, DESK, self.clock).send_due()

    @property
    def mailed(self) -> list[str]:
        return [email.to for email in self.post.kept]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_the_user_is_mailed_once(office: Office) -> None:
    office.works()
    assert office.mailed == []
    office.locks("sue")
    for _ in range(3):
        office.works(2)
        office.clock.pass_time(timedelta(minutes=10))
    assert office.mailed == ["sue@example.com"]
    assert "Too many logins to your account failed" in office.post.kept[0].plain
    assert "Trop de tentatives de connexion à votre compte" in office.post.kept[0].plain


def test_the_next_lock_is_another_mail(office: Office) -> None:
    for _ in range(2):
        office.locks("sue")
        office.works()
        office.clock.pass_time(timedelta(days=1))
    assert len({email.id for email in office.post.kept}) == 2


def test_a_mail_that_failed_is_sent_again(office: Office) -> None:
    office.post.troubles.append("no connection")
    office.locks("sue")
    office.works()
    office.clock.pass_time(timedelta(minutes=4))
    office.works()
    assert office.mailed == []
    office.clock.pass_time(timedelta(minutes=1))
    office.works()
    assert office.mailed == ["sue@example.com"]


def test_a_technician_is_paged_instead(office: Office) -> None:
    office.locks("amy")
    office.works()
    assert office.mailed == []


def test_without_a_mail_server_nothing_is_tried(office: Office) -> None:
    office.locks("sue")
    LockMailer(office.database, Mailer("", ""), DESK, office.clock).send_due()


def test_after_an_hour_it_is_too_late(office: Office) -> None:
    office.locks("sue")
    office.clock.pass_time(timedelta(hours=1))
    office.works()
    assert office.mailed == []
