"""What each mailbox makes of a mail: opened, joined and reopened, by day and at night."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.acts.base import Requester, Via, perform
from callbacks.acts.promises import change_priority
from callbacks.acts.splitting import Split
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    CallbackOrigin,
    CallbackState,
    PageKind,
    PriorityLevel,
    Role,
)
from callbacks.db.tables import Callback, Page, Technician
from callbacks.inbound.mails import receive as module
from callbacks.inbound.mails.receive import Outcome
from callbacks.lifecycle.transitions import Change, change_state, hold, note_attempt
from callbacks.media.folder import Folder
from callbacks.records.event_log import lines_of_log
from tests.acting import supervisor_acts
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
    module.receive(
        night.database, night.desk, Folder(night.media_dir), "emergency", b"one", parsed(), arrived_at, night.now
    )
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


def test_an_emergency_that_is_split_off_is_still_one(night: Post) -> None:
    night.gets()
    emergency = night.gets(parsed("Nothing works"), "emergency")
    assert emergency.outcome is Outcome.JOINED

    def split(session: Session) -> None:
        (contact,) = session.query(Callback).one().joined
        by = Requester("sue@desk.example", Via.CONSOLE, Role.SUPERVISOR, None)
        perform(session, night.desk, session.query(Callback).one().id, Split(contact.contact_sid), by, night.now)

    night.database.write(split)
    _, own = night.callbacks()
    assert (own.origin, own.due_at) == (CallbackOrigin.EMERGENCY_MAIL, night.now + HALF_AN_HOUR)
    assert own.held_until is None


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


def test_several_escalations_about_one_callback_page_the_manager_once_in_ten_minutes(night: Post) -> None:
    for _ in range(3):
        night.gets(mailbox="escalation")
        night.now += timedelta(minutes=4)
    assert night.pages() == ["Luc"]
    assert night.events(EventKind.MANAGER_REQUESTED)[-1] == "by mail. A manager was paged a moment ago."
    night.gets(mailbox="escalation")  # 12 minutes after the first
    assert night.pages() == ["Luc", "Luc"]


# Joined and reopened


def test_an_answer_joins_and_its_owner_is_told(day: Post) -> None:
    reference = day.gets(parsed(message_id="1@acme.example")).reference
    day.amy_owns_it()
    day.now += timedelta(hours=2)
    answer = parsed("Re: A question", sender=JANE, thread=("1@acme.example",))
    assert day.gets(answer).reference == reference
    assert len(day.callbacks()) == 1
    assert day.pages(PageKind.CALLED_AGAIN) == ["Amy Roy"]
    assert f'"Re: A question", to the support mailbox, from {JANE}. It joined {reference}.' in day.events(
        EventKind.MAIL_RECEIVED
    )


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


@pytest.mark.parametrize(
    ("mailbox", "origin"), [("support", CallbackOrigin.MAIL), ("emergency", CallbackOrigin.EMERGENCY_MAIL)]
)
def test_a_mail_that_is_split_off_still_came_by_mail(day: Post, mailbox: str, origin: CallbackOrigin) -> None:
    reference = day.gets().reference
    day.now += timedelta(minutes=10)
    day.gets(parsed("It is worse"), mailbox)

    def split(session: Session) -> None:
        callback = next(each for each in session.query(Callback) if each.reference == reference)
        supervisor_acts(session, day.desk, callback, Split(callback.joined[0].contact_sid), "sue@example.com", day.now)

    day.database.write(split)
    (other,) = [each for each in day.callbacks() if each.reference != reference]
    assert other.origin is origin


def test_an_emergency_ends_the_wait_for_a_time_that_the_customer_named(night: Post) -> None:
    night.gets(mailbox="emergency")

    def named(session: Session) -> None:
        callback = session.query(Callback).one()
        callback.named_time_at = night.now + timedelta(hours=12)
        hold(callback, callback.named_time_at)

    night.database.write(named)
    night.gets(parsed("It cannot wait after all"), "emergency")
    assert (night.callback.held_until, night.callback.next_action_at) == (night.now, night.now)
    assert night.events(EventKind.HOLD_ENDED) == ["the customer wrote to the emergency mailbox"]


def test_a_second_mail_of_a_sender_over_the_cap_pages_nobody_either(database: Database, tmp_path: Path) -> None:
    night = Post(database, tmp_path / "media", mail={"unknown_emergencies_an_hour": 1})
    for sender in (JANE, BOB, BOB):
        night.gets(parsed(sender=sender), "emergency")
    first, second = night.callbacks()
    assert (first.held_until, second.held_until is not None and second.held_until > night.now) == (None, True)
    assert night.pages(PageKind.STEP) == ["Amy Roy"]


def test_writing_to_support_first_is_no_way_around_the_cap(database: Database, tmp_path: Path) -> None:
    night = Post(database, tmp_path / "media", mail={"unknown_emergencies_an_hour": 2})
    strangers = [f"stranger{number}@example.org" for number in range(4)]
    for stranger in strangers:
        night.gets(parsed(sender=stranger))
        night.gets(parsed(sender=stranger), "emergency")
    assert [callback.held_until == night.now for callback in night.callbacks()] == [True, True, False, False]
    assert len(night.pages(PageKind.ALARM)) == 1
    night.gets(parsed(sender=strangers[0]), "emergency")
    assert night.callbacks()[0].held_until == night.now


def test_a_second_mail_of_a_sender_over_the_cap_pages_no_manager_before_the_morning(
    database: Database, tmp_path: Path
) -> None:
    night = Post(database, tmp_path / "media", mail={"unknown_emergencies_an_hour": 1})
    for sender in (JANE, BOB, BOB):
        night.gets(parsed(sender=sender), "escalation")
    assert night.pages(PageKind.MANAGER) == ["Luc"]
    assert night.events(EventKind.MANAGER_REQUESTED)[-1] == "by mail. The manager is paged when the hold ends."


@pytest.mark.parametrize("change", [Change.RESOLVE, Change.AUTO_CLOSE, Change.CLOSE_UNREACHABLE])
def test_an_emergency_about_what_has_ended_opens_its_own_and_is_paged(night: Post, change: Change) -> None:
    reference = night.gets(parsed(message_id="1@acme.example")).reference
    night.database.write(_ben_tried)
    ends(night, change)
    received = night.gets(parsed("Re: It is down", thread=("1@acme.example",)), "emergency")
    assert (received.outcome, received.reference != reference) == (Outcome.OPENED, True)
    assert night.callbacks()[-1].due_at == night.now + HALF_AN_HOUR
    assert night.pages(PageKind.STEP) == ["Amy Roy"]
    assert f"It is about {reference}, which is" in night.events(EventKind.MAIL_RECEIVED)[-1]


def _ben_tried(session: Session) -> None:
    ben = session.query(Technician).filter_by(name="Ben Cole").one()
    note_attempt(session, session.query(Callback).one(), ben, SATURDAY_NIGHT)


def test_an_emergency_tells_the_owner_at_once_although_another_mail_waits_for_the_morning(night: Post) -> None:
    night.gets(parsed(message_id="1@acme.example"))
    night.database.write(_ben_tried)
    for subject, mailbox in (("Re: A question", "support"), ("One more", "support"), ("It is down", "emergency")):
        night.now += timedelta(minutes=1)
        night.gets(parsed(subject, thread=("1@acme.example",)), mailbox)
    told = night.database.read(lambda s: [p for p in s.query(Page) if p.kind is PageKind.CALLED_AGAIN])
    assert {page.next_action_at for page in told} == {night.now, MONDAY_OPENING}
    assert len(told) == 2


def test_at_night_an_answer_tells_its_owner_in_the_morning(night: Post) -> None:
    night.gets(parsed(message_id="1@acme.example"))
    night.amy_owns_it()
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


def test_the_log_and_why_nobody_was_paged_say_that_it_came_by_mail(night: Post) -> None:
    night.gets()
    log = night.database.read(lambda session: list(lines_of_log(session, night.desk.zone)))
    assert log[0] == f"Mail to the support mailbox, callback {night.callback.reference} open"
    because = night.events(EventKind.HELD)
    assert because == ["until Mon 30 Nov 08:30, because it came by mail while the desk was closed"]


def test_a_p1_by_a_person_ends_the_wait_for_the_opening(night: Post) -> None:
    night.gets()

    def work(session: Session) -> None:
        callback = session.query(Callback).one()
        change_priority(session, night.desk, callback, PriorityLevel.P1, "sue@example.com", night.now)

    night.database.write(work)
    assert night.callback.held_until == night.callback.next_action_at == night.now
    assert night.callback.due_at == night.now + HALF_AN_HOUR
