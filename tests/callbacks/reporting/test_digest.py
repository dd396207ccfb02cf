"""The text of the digests: of the night before and of the week, quiet nights included."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.customers.contacts import Contact as ContactOfCustomer
from callbacks.customers.details import Details
from callbacks.customers.store import add_customer
from callbacks.db.database import Database
from callbacks.db.states import AttemptProof, CallbackState, ContactKind, MailKind, PageState, VoicemailState
from callbacks.db.tables import Callback, MailMessage, Page
from callbacks.desk.desk_file import Desk, desk_from
from callbacks.errors import BrokenDesk
from callbacks.inbound import calls as intake
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.records.log_check import Heads
from callbacks.records.seals import Head
from callbacks.reporting.digest import Digest, DigestText, digest_text, log_line
from sla.clock import MovingClock
from tests.callbacks.inbound.mails.post import desk_with_mail
from tests.callbacks.reporting.facts import CARRIER, DESK, NO_NUMBER, WORD, add_staff
from tests.tried import tried

URL = "https://desk.test"


def test_the_line_about_the_logs_has_what_audit_takes() -> None:
    line = log_line(Heads(Head(1234, "ab" * 32), Head(1, "cd" * 32)))
    assert line == (
        "Logs: 1234 audit entries, 1 event sealed. "
        "To verify them: python app.py audit --head 1234:abababababababab --event-head 1:cdcdcdcdcdcdcdcd"
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone).astimezone(UTC)


@dataclass
class Office:
    """A desk with its staff, on a clock that the test moves."""

    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(at("2026-11-28T08:00")))
    desk: Desk = DESK

    def __post_init__(self) -> None:
        self.database.write(lambda session: add_staff(session, self.clock.now()))

    def calls(self, sid: str, when: str, *, about_something_else: bool = True) -> None:
        """A customer leaves a message; nobody has tried them yet."""
        began = at(when)

        def work(session: Session) -> None:
            intake.record_call(
                session,
                intake.Arrival(sid, "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A"),
                began,
            ).is_separate = about_something_else
            intake.record_voicemail(session, DESK, sid, intake.Recording(VoicemailState.RECORDED, f"RE{sid}", 9), began)

        self.database.write(work)

    def tried(self, sid: str, minutes: int, proof: AttemptProof = WORD) -> None:
        def work(session: Session) -> None:
            callback = session.scalars(select(Callback).where(Callback.contact_sid == sid)).one()
            amy = technicians.technician_named(session, "Amy Roy")
            tried(session, callback, amy, callback.opened_at + minutes * MINUTE, proof)

        self.database.write(work)

    def changes(self, sid: str, **values: object) -> str:
        """Set columns of a callback, and return its reference."""

        def work(session: Session) -> str:
            callback = session.scalars(select(Callback).where(Callback.contact_sid == sid)).one()
            for name, value in values.items():
                setattr(callback, name, value)
            return callback.reference

        return self.database.write(work)

    def reads(self, of: str, day: str) -> str:
        return self.digest(of, day).words

    def digest(self, of: str, day: str) -> DigestText:
        digest = Digest("week" if of == "week" else "night", date.fromisoformat(day))
        return self.database.read(lambda s: digest_text(s, self.desk, digest, URL, self.clock.now()))


MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_the_desk_file_refuses_an_address_that_is_not_one() -> None:
    content = DESK.model_dump(mode="json") | {"digest": {"also_to": ["the board"]}}
    with pytest.raises(BrokenDesk, match=r"digest\.also_to"):
        desk_from(content, Path("support.toml"))


def test_a_quiet_night_has_a_digest_too(office: Office) -> None:
    text = office.digest("night", "2026-11-28")
    assert text.subject == "Support desk: night to Sat 28 Nov: no calls"
    assert "No calls.\nNo page failed." in text.words
    assert "Open now\nNone." in text.words
    assert f"{URL}/reports/digest?day=2026-11-28" in text.words


def test_automatic_mails_to_the_emergency_mailbox_are_counted_for_somebody_to_look_at(office: Office) -> None:
    office.desk = desk_with_mail()
    received = [
        ("emergency", MailKind.AUTOMATIC, "monitor@acme.example", "2026-11-28T03:00"),
        ("emergency", MailKind.LIST, "news@shop.example", "2026-11-27T12:00"),
        ("emergency", MailKind.AUTOMATIC, "monitor@acme.example", "2026-11-28T08:10"),  # in the next digest
        ("emergency", MailKind.BOUNCE, "mailer-daemon@acme.example", "2026-11-28T03:00"),
        ("emergency", MailKind.MESSAGE, "bob@acme.example", "2026-11-28T03:00"),
        ("support", MailKind.AUTOMATIC, "monitor@acme.example", "2026-11-28T03:00"),
    ]

    def work(session: Session) -> None:
        known = [ContactOfCustomer(ContactKind.MAIL, "monitor@acme.example")]
        add_customer(session, Details("Bob", "Acme"), known, office.clock.now())
        for number, (mailbox, kind, sender, when) in enumerate(received):
            mail = MailMessage(mailbox=mailbox, digest=str(number), received_at=at(when), size=9, kind=kind)
            mail.sender = sender
            session.add(mail)

    assert "automatic" not in office.reads("night", "2026-11-28")
    office.database.write(work)
    counted = "2 automatic mails to an emergency mailbox (1 from customers) opened no callback"
    assert f"No page failed.\n{counted} since the last digest. See Mails." in office.reads("night", "2026-11-28")


def test_a_night_lists_what_is_open_what_failed_and_the_gaps_ahead(office: Office) -> None:
    office.calls("CA1", "2026-11-27T23:30")
    office.tried("CA1", 12)
    office.calls("CA2", "2026-11-28T02:00")
    office.calls("CA3", "2026-11-28T07:50")
    office.calls("CA4", "2026-11-28T08:10")  # in the next digest

    def fail_one(session: Session) -> None:
        session.scalars(select(Page).order_by(Page.id)).all()[0].state = PageState.FAILED
        ben = technicians.add_technician(session, "Ben Cole", "+15145550102", at("2026-11-01T08:00"), verified=True)
        store.add_shift(session, DESK, ben, "backup", None, at("2026-12-01T08:00"), at("2026-11-01T08:00"))

    office.database.write(fail_one)
    text = office.digest("night", "2026-11-28")
    words = text.words
    reference = office.database.read(
        lambda s: s.scalar(select(Callback.reference).where(Callback.contact_sid == "CA2"))
    )
    assert text.subject.endswith("3 calls, 1 deadline missed")
    assert "3 calls, 3 callbacks.\nKept in time 1, missed 1, not due yet 1.\nProven " in words
    assert "by a technician's word 1.\n1 page failed." in words
    assert f"{reference} with nobody, NOT TRIED, due Sat 28 Nov 02:30" in words
    assert "with Amy Roy, tried" in words
    assert "backup: nobody from Tue 1 Dec 08:00" in words


def test_a_customer_who_called_more_than_once_is_known_by_that(office: Office) -> None:
    office.calls("CA1", "2026-11-28T02:00")
    office.calls("CA2", "2026-11-28T05:00")
    for sid, time in (("CA3", "05:20"), ("CA4", "05:40")):
        office.calls(sid, f"2026-11-28T{time}", about_something_else=False)
    once, often = office.changes("CA1"), office.changes("CA2")
    words = office.reads("night", "2026-11-28")
    assert "4 calls, 2 callbacks." in words
    assert f"{once} with nobody, NOT TRIED, due" in words
    assert f"{often} with nobody, called 3 times, NOT TRIED, due" in words


def test_a_number_that_waits_for_consent_is_named_with_the_reason(office: Office) -> None:
    office.calls("CA1", "2026-11-28T02:00")

    def abroad(session: Session) -> None:
        call = session.scalars(select(Callback)).one().contact
        call.caller, call.customer_number = "+33142685300", None

    office.database.write(abroad)
    assert "; +33 1 42 68 53 00 is a number abroad (FR): a supervisor must allow it first" in office.reads(
        "night", "2026-11-28"
    )


def test_a_night_says_what_is_proven_and_where_nobody_could_be_called(office: Office) -> None:
    for number in range(1, 6):
        office.calls(f"CA{number}", f"2026-11-28T0{number}:00")
    office.tried("CA1", 12, CARRIER)
    office.tried("CA2", 12, WORD)
    office.tried("CA3", 12, NO_NUMBER)
    listened = office.changes("CA3")
    silent = office.changes("CA4", state=CallbackState.UNREACHABLE, next_action_at=None)
    words = office.reads("night", "2026-11-28")
    assert "5 calls, 5 callbacks.\nKept in time 2, missed 1, not due yet 0.\n" in words
    assert "\nProven 1, by a technician's word 1.\n" in words
    assert f"\nNobody could be called: {listened}, {silent}.\n" in words
    assert f"{listened} with Amy Roy, nobody can be called" in words


def test_what_is_open_names_the_next_attempt_the_workaround_and_the_release(office: Office) -> None:
    for number in range(1, 4):
        office.calls(f"CA{number}", f"2026-11-28T0{number}:00")
        office.tried(f"CA{number}", 12, CARRIER)
    next_one = office.changes("CA1", try_again_at=at("2026-11-28T09:15"))
    workaround = office.changes("CA2", workaround_at=at("2026-11-28T02:30"))
    release = office.changes("CA3", release="modusCloud 5.2")
    words = office.reads("night", "2026-11-28")
    assert f"{next_one} with Amy Roy, tried, next attempt due Sat 28 Nov 09:15, to be resolved by" in words
    assert f"{workaround} with Amy Roy, tried, workaround given" in words
    assert f"{release} with Amy Roy, tried, fixed in modusCloud 5.2\n" in words


def test_calls_between_the_last_digest_and_the_evening_are_reported(office: Office) -> None:
    for sid, when in (("CA1", "2026-11-27T07:59"), ("CA2", "2026-11-27T08:00"), ("CA3", "2026-11-27T17:59")):
        office.calls(sid, when)
    words = office.reads("night", "2026-11-28")
    assert "Day before, Fri 27 Nov, 08:00 to 18:00\n2 calls, 2 callbacks.\nKept in time 0, missed 2" in words
    assert "to 08:00\n\nNo calls." in words


def test_every_call_is_in_exactly_one_digest_when_the_clock_changes(office: Office) -> None:
    for hour in range(48):
        office.calls(f"CA{hour}", (datetime.fromisoformat("2026-10-31T08:00") + timedelta(hours=hour)).isoformat())
    office.clock.move_to(at("2026-11-02T12:00"))
    digests = [office.reads("night", day) for day in ("2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03")]
    calls = [int(line.split()[0]) for words in digests for line in words.splitlines() if " calls, " in line]
    assert sum(calls) == 48


def test_a_week_has_its_busiest_night_and_the_load_of_each_person(office: Office) -> None:
    for sid, when in (("CA1", "2026-11-23T23:30"), ("CA2", "2026-11-24T02:00"), ("CA3", "2026-11-26T12:00")):
        office.calls(sid, when)
    office.tried("CA1", 12)
    office.calls("CA4", "2026-11-30T03:00")  # its night is the week's, its day is not
    office.database.write(lambda s: s.execute(update(Page).values(state=PageState.SENT)))
    office.clock.move_to(at("2026-11-30T08:00"))
    words = office.reads("week", "2026-11-30")
    assert "Week of Mon 23 Nov to Sun 29 Nov" in words
    assert "3 calls.\nKept in time 1 (33.3 %), missed 2, not due yet 0.\nProven " in words
    assert "Busiest night\nMon 23 Nov: 2 calls, 0 mails, 2 callbacks" in words
    assert "Amy Roy: 1 page by day, 2 by night; woken 2 times; owned 1, tried 1 (1 by word)" in words
