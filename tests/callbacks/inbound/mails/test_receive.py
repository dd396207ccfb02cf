"""Mails that reach the desk: stored once, and what each mailbox makes of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    CallbackOrigin,
    CallbackState,
    CustomerMessageState,
    MailKind,
    PageKind,
    PriorityLevel,
)
from callbacks.db.tables import Callback, CustomerMessage, Page
from callbacks.errors import NotFound
from callbacks.inbound.mails import receive as module
from callbacks.inbound.mails.parse import ParsedAttachment
from callbacks.inbound.mails.receive import Outcome
from callbacks.lifecycle.transitions import Change, change_state, set_owner
from tests.callbacks.inbound.mails.post import (
    BOB,
    JANE,
    MONDAY_OPENING,
    PHONE,
    SATURDAY_NIGHT,
    TUESDAY_MORNING,
    Post,
    parsed,
)

HALF_AN_HOUR = timedelta(minutes=30)
LOG = ParsedAttachment("log.txt", "text/plain", 3, b"log")
VIRUS = ParsedAttachment("a.exe", "application/octet-stream", 9, None, "It may be a program.")


@pytest.fixture
def night(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media")


@pytest.fixture
def day(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media", TUESDAY_MORNING)


def ends(post: Post, change: Change, reference: str = "") -> None:
    def work(session: Session) -> None:
        callback = next(each for each in session.query(Callback) if reference in ("", each.reference))
        change_state(callback, change, post.now)

    post.database.write(work)


# Stored once


def test_a_mail_is_kept_as_it_came_with_its_attachments(day: Post) -> None:
    received = day.gets(parsed(attachments=(LOG, VIRUS)), raw=b"as it came")
    (mail,) = day.mails()
    assert (received.outcome, received.is_new, received.mail_id) == (Outcome.OPENED, True, mail.id)
    assert mail.file is not None
    assert (day.media_dir / mail.file).read_bytes() == b"as it came"
    assert (day.media_dir / mail.file).stat().st_mode & 0o077 == 0
    kept = day.database.read(lambda session: list(session.merge(mail, load=True).attachments))
    assert [(each.name, each.note) for each in kept] == [("log.txt", ""), ("a.exe", "It may be a program.")]
    assert (day.media_dir / str(kept[0].file)).read_bytes() == b"log"
    assert kept[1].file is None


def test_the_same_mail_twice_changes_nothing(day: Post) -> None:
    first, second = day.gets(raw=b"one"), day.gets(raw=b"one")
    assert (second.outcome, second.reference, second.mail_id) == (Outcome.KNOWN, first.reference, first.mail_id)
    assert (len(day.mails()), len(day.callbacks()), len(day.messages())) == (1, 1, 1)
    assert not second.is_new


def test_a_copy_in_another_mailbox_is_kept_and_joins(day: Post) -> None:
    mail = parsed(message_id="1@acme.example")
    day.gets(mail, raw=b"one")
    assert day.gets(mail, "emergency", raw=b"one").outcome is Outcome.JOINED
    assert len(day.mails()) == 2
    assert day.callback.priority is PriorityLevel.P2


def test_what_fails_halfway_is_done_by_the_next_try(night: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> bool:
        raise RuntimeError("the process dies")

    with monkeypatch.context() as patched:
        patched.setattr(module, "send_mail_receipt", breaks)
        with pytest.raises(RuntimeError):
            night.gets(mailbox="emergency", raw=b"one")
    assert (night.mails(), night.callbacks(), night.pages()) == ([], [], [])
    assert night.gets(mailbox="emergency", raw=b"one").outcome is Outcome.OPENED
    assert len(list(night.media_dir.iterdir())) == 1
    assert night.pages(PageKind.STEP) == ["Amy Roy"]


def test_without_its_file_no_mail_is_stored(night: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> str:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(module, "store_file", is_full)
        with pytest.raises(OSError, match="no space"):
            night.gets(raw=b"one")
    assert night.mails() == []
    assert night.gets(raw=b"one").is_new


def test_an_unknown_mailbox_is_refused(day: Post) -> None:
    with pytest.raises(NotFound):
        day.gets(mailbox="sales")


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.MESSAGE])
@pytest.mark.parametrize("mailbox", ["support", "emergency", "escalation"])
def test_what_no_person_wrote_is_stored_and_wakes_nobody(night: Post, kind: MailKind, mailbox: str) -> None:
    assert night.gets(parsed("URGENT: KT-417", kind=kind), mailbox).outcome is Outcome.STORED
    assert [mail.contact_sid for mail in night.mails()] == [None]
    assert (night.callbacks(), night.pages(), night.messages()) == ([], [], [])


def test_a_mail_without_a_usable_sender_opens_a_callback_and_is_not_answered(night: Post) -> None:
    night.gets(parsed(sender="", sender_name=""), "emergency")
    night.gets(parsed(sender="", sender_name=""), "emergency")
    assert len(night.callbacks()) == 2
    assert night.messages() == []


# A normal mailbox


def test_by_day_somebody_is_paged_and_it_is_due_in_four_business_hours(day: Post) -> None:
    day.gets()
    callback = day.callback
    assert (callback.origin, callback.priority) == (CallbackOrigin.MAIL, PriorityLevel.P3)
    assert callback.due_at == TUESDAY_MORNING + timedelta(hours=4)
    assert day.pages() == ["Amy Roy"]
    assert callback.contact.caller == BOB
    assert callback.contact.line == ""


def test_at_night_nobody_is_paged_before_the_desk_opens(night: Post) -> None:
    night.gets()
    callback = night.callback
    assert callback.due_at == MONDAY_OPENING + timedelta(hours=4)
    assert callback.held_until == callback.next_action_at == MONDAY_OPENING
    assert night.pages() == []
    (held,) = night.events(EventKind.HELD)
    assert "while the desk was closed" in held


def test_a_trial_customer_is_high_priority(day: Post) -> None:
    day.knows(BOB, is_trial=True)
    day.gets()
    assert day.callback.priority is PriorityLevel.P2
    assert day.callback.due_at == TUESDAY_MORNING + timedelta(hours=1)


@pytest.mark.parametrize(
    "mail",
    [
        parsed("URGENT: no mail"),
        parsed(words="Our mail server is down."),
        parsed("Serveur en panne", "Bonjour", language="fr"),
        parsed(words="Plus personne ne peut recevoir de courriel.", language="fr"),
    ],
)
def test_words_raise_it_to_p2_with_a_note_and_wake_nobody(night: Post, mail: object) -> None:
    night.gets(mail)  # type: ignore[arg-type]
    assert night.callback.priority is PriorityLevel.P2
    assert night.events(EventKind.PRIORITY_CHANGED) == ["P3 to P2: the mail says that it is urgent"]
    assert night.callback.due_at == MONDAY_OPENING + timedelta(hours=1)
    assert night.pages() == []


# The emergency mailbox


@pytest.mark.parametrize("at", [SATURDAY_NIGHT, TUESDAY_MORNING])
def test_an_emergency_is_paged_at_once_and_due_in_30_minutes(database: Database, tmp_path: Path, at: datetime) -> None:
    post = Post(database, tmp_path / "media", at)
    post.knows(BOB)
    post.gets(mailbox="emergency")
    callback = post.callback
    assert (callback.origin, callback.priority) == (CallbackOrigin.EMERGENCY_MAIL, PriorityLevel.P2)
    assert callback.due_at == post.now + HALF_AN_HOUR
    assert post.pages() == ["Amy Roy"]
    assert callback.next_action_at is not None
    assert callback.next_action_at <= post.now + timedelta(minutes=3)


def test_the_30_minutes_count_from_its_arrival(night: Post) -> None:
    arrived_at = night.now - timedelta(minutes=7)
    module.receive(night.database, night.desk, night.media_dir, "emergency", b"one", parsed(), arrived_at, night.now)
    assert night.callback.due_at == arrived_at + HALF_AN_HOUR


def test_unknown_senders_page_up_to_the_cap_and_then_wait_until_morning(database: Database, tmp_path: Path) -> None:
    night = Post(database, tmp_path / "media", mail={"unknown_emergencies_an_hour": 2})
    for number in range(4):
        night.gets(parsed(sender=f"stranger{number}@example.org"), "emergency")
    held = [callback.held_until is not None for callback in night.callbacks()]
    assert held == [False, False, True, True]
    assert night.pages(PageKind.STEP) == ["Amy Roy", "Amy Roy"]
    assert len(night.pages(PageKind.ALARM)) == 1
    night.knows(BOB)
    night.gets(mailbox="emergency")
    assert night.callbacks()[-1].held_until is None
    night.now += timedelta(hours=1, seconds=1)
    night.gets(parsed(sender="another@example.org"), "emergency")
    assert night.callbacks()[-1].held_until is None


# The escalation mailbox


def test_an_escalation_pages_the_manager_at_once_and_opens_a_p2(night: Post) -> None:
    night.gets(mailbox="escalation")
    assert (night.callback.origin, night.callback.priority) == (CallbackOrigin.MAIL, PriorityLevel.P2)
    assert night.pages() == ["Luc"]
    (asked,) = night.events(EventKind.MANAGER_REQUESTED)
    assert asked == "by mail. Paged: Luc."
    assert night.callback.held_until == MONDAY_OPENING


def test_an_escalation_that_names_a_callback_escalates_that_one(day: Post) -> None:
    reference = day.gets().reference
    day.now += timedelta(hours=3)
    received = day.gets(parsed(f"I am not happy about {reference}"), "escalation")
    assert (received.outcome, received.reference) == (Outcome.JOINED, reference)
    assert day.pages(PageKind.MANAGER) == ["Luc"]


# Joined and reopened


def test_an_answer_joins_and_its_owner_is_told(day: Post) -> None:
    reference = day.gets(parsed(message_id="1@acme.example")).reference
    day.database.write(lambda session: _owned_by_amy(session, day))
    day.now += timedelta(hours=2)
    answer = parsed("Re: A question", sender=JANE, thread=("1@acme.example",))
    assert day.gets(answer).reference == reference
    assert len(day.callbacks()) == 1
    assert day.pages(PageKind.CALLED_AGAIN) == ["Amy Roy"]
    assert f'"Re: A question", to the support mailbox, from {JANE}. It joined {reference}.' in day.events(
        EventKind.MAIL_RECEIVED
    )


def _owned_by_amy(session: Session, post: Post) -> None:
    callback = session.query(Callback).one()
    set_owner(session, callback, session.merge(post.person("Amy Roy")), post.now)


def test_a_reference_of_somebody_else_opens_its_own_with_a_note(day: Post) -> None:
    reference = day.gets().reference
    received = day.gets(parsed(f"About {reference}", sender="eve@evil.example"))
    assert received.outcome is Outcome.OPENED
    assert f"It names {reference}, which is another person's." in day.events(EventKind.MAIL_RECEIVED)[-1]


def test_the_same_sender_within_the_hour_joins_and_later_opens_another(day: Post) -> None:
    day.gets()
    day.now += timedelta(minutes=59)
    assert day.gets(parsed("One more thing")).outcome is Outcome.JOINED
    day.now += timedelta(minutes=61)
    assert day.gets(parsed("Something else")).outcome is Outcome.OPENED


@pytest.mark.parametrize("change", [Change.RESOLVE, Change.AUTO_CLOSE, Change.CLOSE_UNREACHABLE])
def test_a_word_from_the_customer_starts_it_again(day: Post, change: Change) -> None:
    reference = day.gets(parsed(message_id="1@acme.example")).reference
    ends(day, change)
    day.now += timedelta(days=6)
    received = day.gets(parsed("Re: A question", thread=("1@acme.example",)))
    assert (received.outcome, received.reference) == (Outcome.REOPENED, reference)
    assert day.callback.state is CallbackState.OPEN
    assert day.events(EventKind.REOPENED) == ["The customer wrote."]


@pytest.mark.parametrize(("change", "days"), [(Change.CANCEL, 1), (Change.RESOLVE, 20)])
def test_what_is_over_stays_over_and_is_noted(day: Post, change: Change, days: int) -> None:
    reference = day.gets(parsed(message_id="1@acme.example")).reference
    ends(day, change)
    day.now += timedelta(days=days)
    received = day.gets(parsed("Re: A question", thread=("1@acme.example",)))
    assert (received.outcome, received.reference != reference) == (Outcome.OPENED, True)
    assert f"It is about {reference}, which is" in day.events(EventKind.MAIL_RECEIVED)[-1]


def test_an_emergency_that_joins_a_held_mail_is_answered_in_30_minutes(night: Post) -> None:
    night.gets()
    night.now += timedelta(minutes=10)
    night.gets(parsed("It is worse"), "emergency")
    callback = night.callback
    assert (callback.priority, callback.due_at) == (PriorityLevel.P2, night.now + HALF_AN_HOUR)
    assert night.pages() == ["Amy Roy"]


def test_at_night_an_answer_tells_its_owner_in_the_morning(night: Post) -> None:
    night.gets(parsed(message_id="1@acme.example"))
    night.database.write(lambda session: _owned_by_amy(session, night))
    night.gets(parsed("Re: A question", thread=("1@acme.example",)))
    (page,) = night.database.read(lambda s: [p for p in s.query(Page) if p.kind is PageKind.CALLED_AGAIN])
    assert page.next_action_at == MONDAY_OPENING


def test_the_one_number_of_a_customer_can_be_called(day: Post) -> None:
    day.knows(BOB, PHONE, language="fr")
    day.gets()
    contact = day.callback.contact
    assert (contact.customer_number, contact.language, contact.language_known) == (PHONE, "fr", True)


def test_of_two_numbers_none_is_chosen(day: Post) -> None:
    day.knows(BOB, PHONE, "+15145550188")
    day.gets(parsed(language="fr"))
    assert (day.callback.contact.customer_number, day.callback.contact.language) == (None, "fr")


# Receipts


def test_the_sender_reads_the_reference_and_the_time_once(day: Post) -> None:
    reference = day.gets(parsed("Re: RE: A question", message_id="1@acme.example")).reference
    day.gets(parsed("And one more"))
    (receipt,) = day.messages()
    assert (receipt.address, receipt.subject) == (BOB, f"[{reference}] Re: A question")
    assert (receipt.in_reply_to, receipt.callback_id) == ("1@acme.example", day.callback.id)
    assert receipt.message_id.endswith("@desk.example")
    assert f"Your reference is {reference}" in receipt.words
    assert "2:00 p.m. Eastern time" in receipt.words


def test_in_french(day: Post) -> None:
    day.gets(parsed("Une question", language="fr"))
    (receipt,) = day.messages()
    assert "avant 14 h" in receipt.words
    assert "heure de l'Est" in receipt.words


def test_a_sender_gets_so_many_a_day_and_machines_none(database: Database, tmp_path: Path) -> None:
    day = Post(
        database, tmp_path / "media", TUESDAY_MORNING, mail={"joins_within": "0m", "receipts_to_sender_a_day": 2}
    )
    for number in range(4):
        day.now += timedelta(minutes=1)
        day.gets(parsed(f"Question {number}"))
    assert (len(day.callbacks()), len(day.messages())) == (4, 2)
    for machine in ("no-reply@x.example", "MAILER-DAEMON@x.example".lower(), "support@desk.example"):
        day.gets(parsed(sender=machine))
    assert len(day.messages()) == 2


def test_in_all_so_many_a_day(database: Database, tmp_path: Path) -> None:
    day = Post(database, tmp_path / "media", TUESDAY_MORNING, mail={"receipts_a_day": 1})
    day.gets()
    day.gets(parsed(sender=JANE))
    assert len(day.messages()) == 1


# Bounces


@pytest.mark.parametrize("found_by", ["message ID", "address"])
def test_a_mail_of_ours_that_comes_back_has_failed_and_its_people_are_told(day: Post, found_by: str) -> None:
    day.gets()
    day.database.write(lambda session: _sent(session))
    day.database.write(lambda session: _owned_by_amy(session, day))
    thread = (day.messages()[0].message_id,) if found_by == "message ID" else ()
    failed = (BOB,) if found_by == "address" else ()
    words = "Undelivered: no such user"
    bounce = parsed(words, sender="", kind=MailKind.BOUNCE, thread=thread, failed_recipients=failed)
    assert day.gets(bounce).outcome is Outcome.STORED
    day.gets(bounce)
    (message,) = day.messages()
    assert (message.state, message.error) == (CustomerMessageState.FAILED, "It came back: Undelivered: no such user")
    assert day.pages(PageKind.MAIL_RETURNED) == ["Amy Roy"]
    assert day.events(EventKind.MAIL_RETURNED) == [f"To {BOB}: Undelivered: no such user"]


def _sent(session: Session) -> None:
    session.query(CustomerMessage).one().state = CustomerMessageState.SENT


def test_a_bounce_of_nobodys_mail_changes_nothing(day: Post) -> None:
    day.gets(parsed(kind=MailKind.BOUNCE, failed_recipients=("eve@evil.example",), thread=("x@y",)))
    assert day.events(EventKind.MAIL_RETURNED) == []
