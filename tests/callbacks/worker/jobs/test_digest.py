"""The digests are mailed each morning and each Monday, once, until noon, by any number of workers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callbacks.cli.context import Compose
from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus
from callbacks.db.tables import Page, User, Watermark
from callbacks.desk.desk_file import Desk, DigestMails
from callbacks.desk.escalation_policy import SUPERVISOR
from callbacks.errors import CarrierError
from callbacks.oncall import store
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.channels.twilio import Accepted
from callbacks.people.technicians import add_technician
from callbacks.records import audit_log
from callbacks.records.log_check import heads
from callbacks.worker import table
from callbacks.worker.jobs.digest import DigestMailer, due, recipients
from ivr.rehearsal.simulated_desk import DEMO_USER, simulated_desk
from sla.clock import MovingClock
from tests.callbacks.reporting.facts import DESK, add_staff

URL = "https://desk.test"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-28T07:59:59", []),
        ("2026-11-28T08:00", ["night 2026-11-28"]),
        ("2026-11-28T11:59:59", ["night 2026-11-28"]),
        ("2026-11-28T12:00", []),
        ("2026-11-28T23:00", []),
        ("2026-11-29T08:00", ["night 2026-11-29"]),  # Sundays too
        ("2026-11-30T08:00", ["night 2026-11-30", "week 2026-11-30"]),
        ("2026-11-30T12:00", []),
        ("2026-11-01T07:59:59", []),  # the clock went back in this night
        ("2026-11-01T08:00", ["night 2026-11-01"]),
        ("2026-03-08T07:59:59", []),  # and forward in this one
        ("2026-03-08T08:00", ["night 2026-03-08"]),
        ("2027-01-01T09:30", ["night 2027-01-01"]),
    ],
)
def test_which_digest_is_due(now: str, expected: list[str]) -> None:
    assert [f"{digest.of} {digest.day}" for digest in due(DESK, at(now))] == expected


def test_another_desk_mails_its_digest_at_another_time() -> None:
    early = DESK.model_copy(update={"digest": DESK.digest.model_copy(update={"at": time(6, 30), "until": time(7)})})
    assert not due(early, at("2026-11-28T06:29"))
    assert due(early, at("2026-11-28T06:30"))
    assert not due(early, at("2026-11-28T07:00"))


def test_eight_o_clock_is_desk_time_on_both_sides_of_a_clock_change() -> None:
    assert due(DESK, datetime(2026, 10, 31, 12, tzinfo=UTC))
    assert not due(DESK, datetime(2026, 11, 1, 12, 59, tzinfo=UTC))
    assert due(DESK, datetime(2026, 11, 1, 13, tzinfo=UTC))
    assert due(DESK, datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert not due(DESK, datetime(2026, 3, 7, 12, 59, tzinfo=UTC))


@dataclass(frozen=True)
class Mailbox(Mailer):
    """A mail server that keeps its mails, or fails with the first of `troubles`."""

    url: str = "smtp://mail.test"
    sender: str = "desk@example.com"
    kept: list[Email] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def send(self, email: Email) -> Accepted:
        if self.troubles:
            raise CarrierError(self.troubles[0])
        self.kept.append(email)
        return Accepted(email.id, CarrierStatus.SENT)


@dataclass
class Office:
    """A desk with its staff, on a clock that the test moves."""

    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(at("2026-11-28T08:00")))
    post: Mailbox = field(default_factory=Mailbox)
    desk: Desk = DESK

    def __post_init__(self) -> None:
        self.database.write(lambda session: add_staff(session, self.clock.now()))

    def worker(self) -> DigestMailer:
        return DigestMailer(self.database, self.post, self.desk, URL, self.clock)

    @property
    def mailed(self) -> list[str]:
        return [f"{email.to} {email.id.rpartition('-')[0]}" for email in self.post.kept]


THE_NIGHT = ["ada@example.com digest-night-2026-11-28", "sue@example.com digest-night-2026-11-28"]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_supervisors_and_administrators_get_it_once_with_any_number_of_workers_and_restarts(office: Office) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            list(pool.map(lambda worker: worker.send_due(), [office.worker() for _ in range(4)]))
            office.clock.pass_time(timedelta(minutes=30))
    assert sorted(office.mailed) == THE_NIGHT


def test_each_mail_ends_with_the_heads_of_both_logs_so_that_a_cut_one_shows(office: Office) -> None:
    office.database.write(lambda session: audit_log.note(session, office.clock.now(), "Sue", "did something"))
    office.worker().send_due()
    known = office.database.read(heads)
    assert known.entries.count == 1
    last_line = f"Logs: 1 audit entry, 0 events sealed. To verify them: python app.py audit {known}\n"
    assert len(office.post.kept) == 2
    assert all(email.plain.endswith(f"\n\n{last_line}") for email in office.post.kept)


def test_every_morning_has_a_digest_and_monday_also_that_of_the_week(office: Office) -> None:
    for _ in range(3):  # Saturday, Sunday, Monday
        office.worker().send_due()
        office.clock.pass_time(timedelta(days=1))
    sues = [mail.partition(" ")[2] for mail in office.mailed if mail.startswith("sue")]
    assert sues == [
        "digest-night-2026-11-28",
        "digest-night-2026-11-29",
        "digest-night-2026-11-30",
        "digest-week-2026-11-30",
    ]


def test_before_eight_nothing_is_mailed(office: Office) -> None:
    office.clock.move_to(at("2026-11-28T07:59"))
    office.worker().send_due()
    assert office.mailed == []


def test_a_worker_that_was_down_at_eight_sends_it_when_it_comes_back(office: Office) -> None:
    office.clock.move_to(at("2026-11-28T11:58"))
    office.worker().send_due()
    assert office.mailed == THE_NIGHT


def test_a_worker_that_comes_back_after_noon_skips_it(office: Office) -> None:
    office.clock.move_to(at("2026-11-28T12:00"))
    office.worker().send_due()
    assert office.mailed == []


def test_a_mail_that_fails_is_logged_and_tried_again_until_it_is_sent(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.post.troubles.append("The mail server did not answer: TimeoutError.")
    office.worker().send_due()
    assert "a digest could not be mailed" in "".join(capsys.readouterr())
    office.post.troubles.clear()
    office.worker().send_due()
    assert office.mailed == []  # another worker may still be sending it
    office.clock.pass_time(timedelta(minutes=5))
    office.worker().send_due()
    office.worker().send_due()
    assert office.mailed == THE_NIGHT


def test_a_mail_that_fails_all_morning_is_not_sent_after_noon(office: Office) -> None:
    office.post.troubles.append("The mail server did not answer: TimeoutError.")
    office.clock.move_to(at("2026-11-28T11:57"))
    office.worker().send_due()
    office.post.troubles.clear()
    office.clock.pass_time(timedelta(minutes=6))
    office.worker().send_due()
    assert office.mailed == []


def test_an_email_that_is_sent_again_has_the_same_id_and_no_two_people_share_one(office: Office) -> None:
    office.worker().send_due()
    first, office.post = office.post, Mailbox()
    office.database.write(lambda s: s.execute(delete(Watermark).where(Watermark.name.startswith("digest"))))
    office.worker().send_due()
    assert [email.id for email in office.post.kept] == [email.id for email in first.kept]
    assert len({email.id for email in office.post.kept}) == 2


class Writing(Mailbox):
    """A mail server whose mails are written as the real one writes them."""

    def send(self, email: Email) -> Accepted:
        self._message(email)
        return super().send(email)


def test_a_mail_that_can_never_be_written_is_given_up_and_the_supervisors_hear_of_it(office: Office) -> None:
    """An earlier release stored addresses with a line feed."""
    now, bad = office.clock.now(), "ada@example.com\nBcc: eve@example.com"

    def work(session: Session) -> None:
        session.execute(update(User).values(email=bad).where(User.email == "ada@example.com"))
        sue = add_technician(session, "Sue Tran", "+15145550104", now, verified=True)
        store.add_shift(session, DESK, sue, SUPERVISOR, None, None, now)

    office.database.write(work)
    office.post = Writing()
    for _ in range(4):
        office.worker().send_due()
        office.clock.pass_time(timedelta(minutes=6))
    assert office.mailed == ["sue@example.com digest-night-2026-11-28"]
    (alert,) = office.database.read(lambda session: session.scalars(select(Page.words)).all())
    assert "the digest could not be mailed to ada@example.com Bcc: eve@example.com. The email could not be wri" in alert


def test_without_a_mail_server_nothing_is_held(office: Office) -> None:
    office.post = Mailbox(url="")
    office.worker().send_due()
    office.post = Mailbox()
    office.worker().send_due()
    assert office.mailed == THE_NIGHT


def test_the_desk_file_adds_addresses_and_nobody_gets_two(office: Office) -> None:
    mails = DigestMails(also_to=("board@example.com", "sue@example.com"))
    desk = DESK.model_copy(update={"digest": mails})
    found = office.database.read(lambda session: recipients(session, desk))
    assert found == ["ada@example.com", "sue@example.com", "board@example.com"]


def test_the_worker_mails_it_in_its_sweep(
    compose: Compose, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Mailbox()
    monkeypatch.setattr(table, "Mailer", lambda *_: post)
    service = simulated_desk(compose, DESK, at("2026-11-28T08:00"), tmp_path, database_url=sqlite_url).service
    service.worker.sweep()
    service.close()  # what is being sent is finished
    assert [email.to for email in post.kept] == [DEMO_USER]
