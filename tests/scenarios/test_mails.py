"""Customers who write: to each mailbox, by day, at night and on a holiday, and beside their calls."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import Via, perform, technician_by
from callbacks.acts.customers import Editor
from callbacks.acts.leaving import leave_team
from callbacks.acts.replies import ReplyByMail
from callbacks.customers.contacts import contact_in
from callbacks.customers.details import Details
from callbacks.db.states import CallbackOrigin, CallbackState, MailKind, PriorityLevel
from callbacks.db.tables import CustomerMessage
from callbacks.inbound.mails.receive import Outcome, Received, receive
from callbacks.media.folder import Folder
from callbacks.people.technicians import technician_named
from callbacks.text.gsm7 import fits
from tests.callbacks.inbound.mails.post import BOB, MAILBOXES, parsed
from tests.mail_server import MailServer, running
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, SATURDAY_NIGHT, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
THANKSGIVING = "2026-11-26T11:00"  # in the United States: closed
NUMBERS = itertools.count(1)

Opens = Callable[..., ScenarioDesk]


@pytest.fixture
def night(open_desk: Opens) -> ScenarioDesk:
    return open_desk(SATURDAY_NIGHT, mailboxes=MAILBOXES)


@pytest.fixture
def day(open_desk: Opens) -> ScenarioDesk:
    return open_desk(TUESDAY_MORNING, mailboxes=MAILBOXES)


def writes(
    desk: ScenarioDesk,
    mailbox: str = "support",
    subject: str = "No mail since noon",
    words: str = "Please help.",
    sender: str = BOB,
    **more: Any,
) -> Received:
    mail, service = parsed(subject, words, sender, **more), desk.service
    raw, media = f"mail {next(NUMBERS)}".encode(), Folder(service.settings.media_dir)
    received = receive(service.database, service.desk, media, mailbox, raw, mail, desk.now, desk.now)
    desk.scenario.settle()
    return received


def knows(desk: ScenarioDesk, *contacts: str, language: str = "en") -> None:
    rules, details = desk.service.desk.dialing_rules, Details("Bob Tremblay", "Acme", language)
    known = [contact_in(each, rules) for each in contacts]
    desk.service.database.write(
        lambda session: Editor(session, desk.service.desk, "sue@example.com", desk.now).add(details, known)
    )


# Each mailbox by day, at night and on a holiday

HELD = "held the pages until {opening}, because it came by mail while the desk was closed"


@dataclass(frozen=True)
class Expected:
    """What becomes of a mail: who is paged first, and when (desk time), and when it is due."""

    paged: str  # "Amy Roy Tue 10:00"
    due: str  # "Tue 14:00"
    receipt: str  # in the receipt, in the customer's language
    log: str
    also_paged: str = ""  # when the desk opens


MAIL_STORIES = [
    (TUESDAY_MORNING, "support", "fr", Expected("Amy Roy Tue 10:00", "Tue 14:00", "14 h", "paged Amy Roy by text")),
    (SATURDAY_NIGHT, "support", "en",
     Expected("Amy Roy Mon 08:30", "Mon 12:30", "12:30 p.m.", HELD.format(opening="Mon 30 Nov 08:30"))),
    (THANKSGIVING, "support", "fr",
     Expected("Amy Roy Fri 08:30", "Fri 12:30", "12 h 30", HELD.format(opening="Fri 27 Nov 08:30"))),
    (TUESDAY_MORNING, "emergency", "en", Expected("Amy Roy Tue 10:00", "Tue 10:30", "10:30 a.m.", "took step 1")),
    (SATURDAY_NIGHT, "emergency", "fr", Expected("Amy Roy Sat 22:12", "Sat 22:42", "22 h 42", "took step 1")),
    (THANKSGIVING, "emergency", "en", Expected("Amy Roy Thu 11:00", "Thu 11:30", "11:30 a.m.", "took step 1")),
    (TUESDAY_MORNING, "escalation", "fr",
     Expected("Amy Roy Tue 10:00", "Tue 11:00", "11 h", "asked for a manager by mail. Paged: Cleo Martin.")),
    (SATURDAY_NIGHT, "escalation", "en",
     Expected("Cleo Martin Sat 22:12", "Mon 09:30", "9:30 a.m.", "Paged: Cleo Martin.", "Amy Roy Mon 08:30")),
    (THANKSGIVING, "escalation", "fr",
     Expected("Cleo Martin Thu 11:00", "Fri 09:30", "9 h 30", "Paged: Cleo Martin.", "Amy Roy Fri 08:30")),
]  # fmt: skip


@pytest.mark.parametrize(("at", "mailbox", "language", "expected"), MAIL_STORIES)
def test_a_mail_is_paged_due_and_confirmed(
    open_desk: Opens, at: str, mailbox: str, language: str, expected: Expected
) -> None:
    desk = open_desk(at, mailboxes=MAILBOXES)
    knows(desk, BOB, CUSTOMER, language=language)
    writes(desk, mailbox)
    opening = {SATURDAY_NIGHT: "2026-11-30T08:29", THANKSGIVING: "2026-11-27T08:29"}.get(at, "")
    if opening and mailbox != "emergency":
        desk.clock_moves_to(opening)
        desk.scenario.minutes_pass(2)
    paged = pages_in_order(desk)
    assert paged[0] == expected.paged
    assert expected.also_paged in paged or not expected.also_paged
    assert f"{desk.callback.due_at.astimezone(desk.service.desk.zone):%a %H:%M}" == expected.due
    (receipt,) = receipts(desk)
    assert receipt.language == language
    assert expected.receipt in receipt.words
    assert desk.log_says(expected.log)
    desk.scenario.ignore_so_far()


@pytest.mark.parametrize("mailbox", ["support", "escalation"])
def test_who_writes_and_then_calls_on_a_holiday_is_answered_in_30_minutes(open_desk: Opens, mailbox: str) -> None:
    desk = open_desk(THANKSGIVING, mailboxes=MAILBOXES)
    knows(desk, BOB, CUSTOMER)
    writes(desk, mailbox)
    desk.scenario.minutes_pass(5)
    called_at = desk.now
    desk.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("Thank you").hangs_up()
    assert desk.callback.due_at <= called_at + timedelta(minutes=30)  # one callback: the call has joined it
    assert any(page.startswith("Amy Roy") for page in pages_in_order(desk))
    assert desk.log_says(f"The call joined {desk.callback.reference}")
    desk.scenario.ignore_so_far()


def pages_in_order(desk: ScenarioDesk) -> list[str]:
    """Return who was paged when, in desk time."""
    zone = desk.service.desk.zone
    return [f"{page.technician.name} {page.created_at.astimezone(zone):%a %H:%M}" for page in desk.pages()]


def receipts(desk: ScenarioDesk) -> list[CustomerMessage]:
    return desk.service.database.read(lambda session: list(session.scalars(select(CustomerMessage))))


# The emergency mailbox


def test_an_emergency_at_night_is_paged_like_a_voicemail(night: ScenarioDesk) -> None:
    knows(night, BOB)
    writes(night, "emergency")
    words = night.phone_of("Amy").reads(
        'mail from Acme, Bob Tremblay (emergency mailbox): "No mail since noon".',
        "Answer by mail, at the link, by 10:42 p.m.",
        "to take it",
    )
    assert fits(words)
    night.phone_of("Amy").texts("{code}").reads("is yours. Answer by mail (link in the page) by 10:42 p.m.")
    night.phone_of("Amy").resolves()
    assert night.callback.origin is CallbackOrigin.EMERGENCY_MAIL
    assert night.callback.breached_at is None


def test_an_emergency_that_nobody_takes_escalates_until_it_is_late(night: ScenarioDesk) -> None:
    writes(night, "emergency", sender="eve@example.org", sender_name="Eve")
    night.phone_of("Amy").reads("mail from unknown sender Eve (emergency mailbox)")
    night.phone_of("Amy").is_rung(timedelta(minutes=4)).answers().hears(
        "A customer wrote to the emergency mailbox"
    ).hears("It came by email").hangs_up()
    night.phone_of("Ben").reads("mail from unknown sender Eve", within=timedelta(minutes=4))
    night.scenario.minutes_pass(30)
    assert night.callback.breached_at == night.callback.due_at
    assert night.log_says("missed the deadline")
    night.scenario.ignore_so_far()


def test_who_takes_it_by_phone_hears_what_to_do(night: ScenarioDesk) -> None:
    writes(night, "emergency")
    night.phone_of("Amy").reads("mail from")
    call = night.phone_of("Amy").is_rung(timedelta(minutes=4)).answers().hears("It came by email").presses("1")
    call.hears("You can read it at the link in your text").presses("2").presses("1").hears(
        "to read the email"
    ).is_hung_up_on()
    assert night.callback.owner is not None
    night.phone_of("Amy").resolves()


def test_there_is_a_way_to_answer_a_mail(night: ScenarioDesk) -> None:
    writes(night, "emergency")
    amy = night.phone_of("Amy")
    amy.reads("mail from")
    amy.texts("none {code} no number").reads("came by mail, so it can be answered by mail")
    amy.texts("call {code}").reads("Answer it by mail")
    assert night.callback.state is CallbackState.OPEN
    amy.resolves()


def test_the_one_number_of_a_customer_connects(night: ScenarioDesk) -> None:
    knows(night, BOB, CUSTOMER)
    writes(night, "emergency")
    amy = night.phone_of("Amy")
    amy.reads("Answer or call (514) 555-0199 by 10:42 p.m.", "CALL")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customer = night.customer().is_rung().answers().is_connected_to(amys)
    night.scenario.seconds_pass(30)
    customer.hangs_up()
    amys.hears("How did it go").presses("1").is_hung_up_on()
    assert night.callback.state is CallbackState.RESOLVED
    night.scenario.ignore_so_far()


def test_an_emergency_about_what_was_answered_is_asked_of_its_owner_and_then_of_others(night: ScenarioDesk) -> None:
    knows(night, BOB, CUSTOMER)
    night.leaves_a_message()
    amy = night.phone_of("Amy")
    amy.reads("call (514) 555-0199")
    amy.texts("cont {code}").reads("")
    night.scenario.minutes_pass(20)
    assert writes(night, "emergency", "Now it is all down").outcome is Outcome.JOINED
    amy.reads("They wrote again at", within=timedelta(minutes=1))
    assert night.pages()[-1].technician.name == "Amy Roy"
    night.scenario.minutes_pass(11)
    night.phone_of("Ben").reads("nobody has", "again", within=timedelta(minutes=9))
    assert night.log_says("was asked for the next attempt and did not react")
    night.scenario.ignore_so_far()


# A normal mailbox


def test_a_mail_at_night_wakes_nobody_and_is_paged_when_the_desk_opens(night: ScenarioDesk) -> None:
    writes(night)
    night.clock_moves_to("2026-11-30T08:29")
    night.scenario.minutes_pass(0.5)
    assert night.pages() == []
    night.scenario.minutes_pass(1)
    night.phone_of("Amy").reads(
        'mail from unknown sender Bob Tremblay (support mailbox): "No mail since noon".', "by 12:30 p.m."
    )
    night.phone_of("Amy").resolves()


def test_a_mail_at_night_wakes_no_owner_who_is_to_try_again_when_the_desk_opens(night: ScenarioDesk) -> None:
    knows(night, BOB, CUSTOMER)
    night.leaves_a_message()
    amy = night.phone_of("Amy")
    amy.reads("call (514) 555-0199")
    for _ in range(3):
        amy.texts("na {code}").reads("")
        night.scenario.minutes_pass(1)
    night.clock_moves_to("2026-11-29T03:00")
    before = len(night.pages())
    assert writes(night, subject=f"{night.callback.reference}: any news?").outcome is Outcome.JOINED
    night.scenario.minutes_pass(15)
    assert len(night.pages()) == before
    night.clock_moves_to("2026-11-30T08:29")
    assert len(night.pages()) == before
    amy.reads("They wrote again", within=timedelta(minutes=2))
    night.scenario.ignore_so_far()


def test_in_support_hours_it_is_paged_at_once(day: ScenarioDesk) -> None:
    writes(day, subject="Une question", language="fr")
    day.phone_of("Amy").reads('"Une question"', "by 2:00 p.m.")
    assert day.callback.priority is PriorityLevel.P3
    day.phone_of("Amy").resolves()


def test_a_technician_reads_it_in_french(night: ScenarioDesk) -> None:
    night.edit(lambda _, amy: setattr(amy, "language", "fr"))
    knows(night, BOB)
    writes(night, "emergency", "Plus rien", language="fr")
    words = night.phone_of("Amy").reads(
        "courriel de Acme, Bob Tremblay", '"Plus rien"', "avant 22 h 42", "pour le prendre"
    )
    assert fits(words)
    night.phone_of("Amy").resolves("fait")


# The escalation mailbox


def test_an_escalation_pages_the_manager_and_nobody_else_at_night(night: ScenarioDesk) -> None:
    writes(night, "escalation", "I want to speak with a manager")
    night.phone_of("Cleo").reads("asks for a manager", "Wrote at 10:12 p.m., nobody has it", "to take it")
    night.scenario.minutes_pass(20)
    assert {page.technician.name for page in night.pages()} == {"Cleo Martin"}


def test_an_escalation_by_reference_asks_a_manager_about_that_callback(day: ScenarioDesk) -> None:
    reference = writes(day).reference
    day.phone_of("Amy").reads("mail from")
    day.phone_of("Amy").texts("{code}").reads("is yours")
    received = writes(day, "escalation", f"{reference}: nobody answers")
    assert (received.outcome, received.reference) == (Outcome.JOINED, reference)
    day.phone_of("Cleo").reads("asks for a manager", reference)
    day.phone_of("Amy").reads(
        f'the customer of {reference} has written (escalation mailbox): "{reference}: nobody answers"'
    )
    assert day.log_says("asked for a manager by mail. Paged: Cleo Martin.")
    day.phone_of("Amy").resolves()
    day.scenario.ignore_so_far()


# Beside calls


def test_a_mail_after_a_call_joins_it(night: ScenarioDesk) -> None:
    knows(night, BOB, CUSTOMER)
    night.leaves_a_message()
    night.phone_of("Amy").reads("call (514) 555-0199")
    night.phone_of("Amy").texts("{code}").reads("is yours")
    night.scenario.minutes_pass(5)
    assert writes(night, subject="As I said on the phone").outcome is Outcome.JOINED
    night.phone_of("Amy").reads('has written: "As I said on the phone"')
    assert len(night.callbacks()) == 1
    night.phone_of("Amy").resolves()


def test_a_call_after_a_mail_joins_it_and_is_answered_in_30_minutes(night: ScenarioDesk) -> None:
    knows(night, BOB, CUSTOMER)
    writes(night)
    night.scenario.minutes_pass(10)
    assert night.pages() == []
    began_at = night.now
    night.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("Thank you").hangs_up()
    night.phone_of("Amy").reads("Answer or call (514) 555-0199")
    callback = night.callback
    assert callback.due_at - began_at <= timedelta(minutes=30)
    night.phone_of("Ben").reads("mail from", within=timedelta(minutes=9))
    night.scenario.ignore_so_far()
    night.phone_of("Amy").resolves()
    night.scenario.ignore_so_far()


def test_a_reply_by_mail_does_not_answer_the_voicemail_that_came_after_the_mail(night: ScenarioDesk) -> None:
    knows(night, BOB, CUSTOMER)
    writes(night)
    night.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("Thank you").hangs_up()
    night.phone_of("Amy").reads("call (514) 555-0199")
    assert "The customer called" in replies_by_mail(night)
    night.scenario.ignore_so_far()


def replies_by_mail(desk: ScenarioDesk) -> str:
    callback_id = desk.callback.id

    def work(session: Session) -> str:
        by = technician_by(technician_named(session, "Amy Roy"), Via.LINK)
        return perform(session, desk.service.desk, callback_id, ReplyByMail("Restart it."), by, desk.now).english

    answer = desk.service.database.write(work)
    desk.scenario.settle()
    return answer


def test_what_a_machine_writes_at_night_wakes_nobody(night: ScenarioDesk) -> None:
    for kind in (MailKind.AUTOMATIC, MailKind.LIST, MailKind.BOUNCE, MailKind.LOOP):
        assert writes(night, "emergency", kind=kind).outcome is Outcome.STORED
    night.scenario.minutes_pass(40)
    assert (night.callbacks(), night.pages()) == ([], [])


def test_a_word_after_the_end_reopens_it_and_its_owner_is_told(day: ScenarioDesk) -> None:
    reference = writes(day, message_id="1@acme.example").reference
    day.phone_of("Amy").reads("mail from")
    day.phone_of("Amy").resolves()
    day.scenario.minutes_pass(90)
    assert writes(day, subject="Re: No mail", thread=("1@acme.example",)).outcome is Outcome.REOPENED
    day.phone_of("Amy").reads(
        f"Bob Tremblay reopened {reference} (Re: No mail). It is yours: answer Bob Tremblay by mail"
    )
    assert day.callback.state is CallbackState.OPEN
    day.phone_of("Amy").resolves()
    day.scenario.ignore_so_far()


def test_whose_owner_has_left_is_paged_for_with_when_the_customer_wrote_again(day: ScenarioDesk) -> None:
    writes(day, message_id="1@acme.example")
    day.phone_of("Amy").reads("mail from")
    day.phone_of("Amy").resolves()
    day.edit(lambda session, row: leave_team(session, row, day.now), "Amy Roy")
    day.scenario.minutes_pass(90)
    writes(day, subject="Re: No mail", thread=("1@acme.example",))
    day.phone_of("Ben").reads("nobody has", "They wrote again at 11:30 a.m.", within=timedelta(minutes=5))
    day.scenario.ignore_so_far()


def test_the_link_shows_what_the_customer_wrote(night: ScenarioDesk) -> None:
    writes(night, "emergency", words="The server <b>smokes</b>.")
    text = night.phone_of("Amy").reads("mail from")
    client, path = night.service.web.test_client(), text.rpartition("https://desk.test")[2]
    assert client.post(f"{path}/open").status_code == 303
    page = client.get(path).text
    assert "No mail since noon" in page
    assert "The server &lt;b&gt;smokes&lt;/b&gt;." in page
    assert "Close: no way to reach" not in page
    assert "Answer by mail" in page
    night.phone_of("Amy").resolves()


# Closed automatically


@pytest.mark.parametrize(
    ("language", "asks"),
    [("en", "Reply to this email to reopen it."), ("fr", "Répondez à ce courriel pour le rouvrir.")],
)
def test_a_writer_is_mailed_that_it_closed_and_an_answer_reopens_it(open_desk: Opens, language: str, asks: str) -> None:
    with running(MailServer("250 fine")) as server:
        day = open_desk(TUESDAY_MORNING, smtp_url=server.url, mailboxes=MAILBOXES)
        knows(day, BOB, CUSTOMER, language=language)
        reference = writes(day, message_id="1@acme.example").reference
        amy = day.phone_of("Amy")
        amy.reads("mail from")
        amy.texts("{code}").reads("is yours")
        for _ in range(3):
            amy.texts("na {code}").reads("")
            day.scenario.minutes_pass(1)
        day.clock_moves_to("2026-12-08T10:00")
        day.scenario.minutes_pass(2)
        assert day.callback.state is CallbackState.CLOSED
        mails = [message_from_bytes(each, policy=policy.default) for each in server.mails]
        _, closing = [mail for mail in mails if mail["To"] == BOB]  # after the receipt
        assert closing["In-Reply-To"] == "<1@acme.example>"
        body = closing.get_body(("plain",))
        assert body is not None
        assert asks in body.get_content()
        amy.ignore_so_far()
        day.phone_of("Sue").ignore_so_far()
        thread = (closing["Message-ID"].strip("<>"),)
        answer = writes(day, subject=f"Re: {closing['Subject']}", thread=thread, message_id="2@acme.example")
        assert (answer.outcome, answer.reference) == (Outcome.REOPENED, reference)
        amy.reads(f"reopened {reference}")
        day.scenario.ignore_so_far()
