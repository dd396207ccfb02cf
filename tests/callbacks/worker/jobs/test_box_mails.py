"""Each message in a box is mailed once as a link. A mail that fails is tried again, shown, and alerted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console.callbacks.boxes import mail_troubles
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CarrierStatus, PageKind, VoicemailState
from callbacks.db.tables import BoxMail, Callback, Event, Page, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.inbound import calls
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.channels.twilio import Accepted
from callbacks.worker.jobs.box_mails import BoxMailer
from sla.clock import MovingClock
from tests.callbacks.desk.flows import MENUS, desk_with
from tests.callbacks.reporting.facts import BEGAN, add_staff

SID = "CA" + "1" * 32
DOWN = CarrierError("The mail server did not answer: OSError.", french="Le serveur ne répond pas.")
REFUSED = CarrierError("The mail server refused this address: no such user (550).", permanent=True)


@dataclass(frozen=True)
class Mailbox(Mailer):
    """A mail server that keeps its mails, or fails with the next of `troubles`."""

    url: str = "smtp://mail.test"
    sender: str = "desk@example.com"
    kept: list[Email] = field(default_factory=list)
    troubles: list[CarrierError] = field(default_factory=list)

    def send(self, email: Email) -> Accepted:
        if self.troubles:
            raise self.troubles.pop()
        self.kept.append(email)
        return Accepted(email.id, CarrierStatus.SENT)


@dataclass
class Office:
    database: Database
    desk: Desk = field(default_factory=desk_with)
    clock: MovingClock = field(default_factory=lambda: MovingClock(BEGAN))
    post: Mailbox = field(default_factory=Mailbox)

    def __post_init__(self) -> None:
        self.database.write(lambda session: add_staff(session, self.clock.now()))

    def leaves_a_message(
        self, state: VoicemailState = VoicemailState.RECORDED, box: str = "sales", *, hangs_up: bool = True
    ) -> None:
        def work(session: Session) -> None:
            arrival = calls.Arrival(SID, "toll-free", "+15145550199", "en", False, "", "TN-Validation-Passed-A")
            call = calls.record_call(session, arrival, BEGAN)
            call.box = box
            recording = calls.Recording(state, "RE" + "1" * 32, 8)
            calls.record_voicemail(session, self.desk, SID, recording, self.clock.now())
            if hangs_up:
                calls.record_end(session, self.desk, SID, CarrierStatus.COMPLETED, self.clock.now())

        self.database.write(work)

    def works(self, workers: int = 2) -> None:
        for _ in range(workers):
            BoxMailer(self.database, self.post, self.desk, "https://desk.test", self.clock).send_due()

    def count(self, table: type) -> int:
        return len(self.database.read(lambda session: list(session.scalars(select(table)))))

    @property
    def troubles(self) -> list[str]:
        return self.database.read(lambda session: list(mail_troubles(session, self.desk)))

    @property
    def alarms(self) -> int:
        alarms = select(Page).where(Page.kind == PageKind.ALARM)
        return len(self.database.read(lambda session: list(session.scalars(alarms))))


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_a_message_is_mailed_once_and_pages_nobody(office: Office) -> None:
    office.leaves_a_message()
    for _ in range(3):
        office.works()
        office.clock.pass_time(timedelta(hours=2))
    (mail,) = office.post.kept
    assert (mail.to, mail.subject) == ("sales@example.com", "Support desk: sales, (514) 555-0199")
    assert "Listen: https://desk.test/boxes#message-1" in mail.plain
    assert "Écouter : https://desk.test/boxes#message-1" in mail.plain
    assert (office.count(Callback), office.count(Page)) == (0, 0)
    logged = select(Event.detail).where(Event.kind == EventKind.BOX_MAILED)
    assert office.database.read(lambda session: session.scalars(logged).all()) == ["to sales@example.com"]


@pytest.mark.parametrize(
    ("state", "mails"),
    [
        (VoicemailState.EXPECTED, 0),  # the carrier has not said yet
        (VoicemailState.ABSENT, 0),
        (VoicemailState.FAILED, 1),
        (VoicemailState.RECORDED, 1),
    ],
)
def test_what_is_mailed(office: Office, state: VoicemailState, mails: int) -> None:
    office.leaves_a_message(state)
    office.works()
    assert len(office.post.kept) == mails


def test_while_the_caller_may_record_again_nothing_is_mailed(office: Office) -> None:
    office.leaves_a_message(hangs_up=False)
    office.works()
    assert office.post.kept == []


def test_a_message_for_a_box_that_is_not_there_opens_a_callback_for_support(office: Office) -> None:
    office.leaves_a_message(box="gone")
    office.works()
    assert (office.count(Callback), len(office.post.kept)) == (1, 0)


def test_a_server_that_is_down_is_asked_again_and_after_a_while_supervisors_are_alerted(office: Office) -> None:
    office.leaves_a_message()
    office.post.troubles[:] = [DOWN] * 5
    office.works()
    assert office.troubles == [f"Messages for sales are not mailed: {DOWN}"]
    assert office.alarms == 0
    for _ in range(4):  # after one, two, four and eight minutes
        office.clock.pass_time(timedelta(minutes=8))
        office.works()
    assert office.alarms > 0
    alerted = office.alarms
    office.clock.pass_time(timedelta(hours=1))
    office.works()
    assert len(office.post.kept) == 1
    assert (office.troubles, office.alarms) == ([], alerted)


def test_a_refused_address_is_alerted_at_once_and_still_tried(office: Office) -> None:
    office.leaves_a_message()
    office.post.troubles[:] = [REFUSED]
    office.works()
    assert office.alarms > 0
    office.clock.pass_time(timedelta(minutes=1))
    office.works()
    assert len(office.post.kept) == 1


def test_a_box_that_was_removed_before_its_mail_left_is_a_trouble(office: Office) -> None:
    office.leaves_a_message()
    office.desk = desk_with(MENUS.split("[menus.main]")[0].replace('menu = "main"', 'menu = { 1 = "support" }'))
    office.works()
    assert office.troubles == ["Messages for sales are not mailed: The desk file no longer has this box."]
    assert (office.count(BoxMail), office.count(Voicemail)) == (1, 1)
