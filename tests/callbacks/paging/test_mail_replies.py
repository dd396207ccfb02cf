"""What becomes of a reply by mail: what it counts for, who is told, and when the desk waits for the answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AttemptProof,
    CallOutcome,
    CarrierStatus,
    Channel,
    CustomerMessageKind,
    CustomerMessageState,
    PageKind,
    ReachOutcome,
)
from callbacks.db.tables import Call, Callback, CustomerMessage, JoinedContact, Mail, ReachAttempt, Waiting
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.paging.mail_replies import record_reply_not_sent, record_reply_sent, refused_by_server
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

BOB = "bob@acme.example"
NO_SUCH_USER = refused_by_server(550)


def reply(session: Session, callback: Callback, *, awaits_answer: bool = False, by: str = "Amy Roy") -> CustomerMessage:
    """Return a reply to a customer who wrote, which is about to be sent."""
    if session.get(Mail, "ML1") is None:
        contact = Mail(sid="ML1", line="", mailbox="support", caller=BOB, began_at=BEGAN, is_open=False)
        session.add(contact)
        session.flush()
        callback.contact = contact
    message = CustomerMessage(kind=CustomerMessageKind.REPLY, channel=Channel.MAIL, address=BOB, language="en")
    message.words, message.sent_by, message.awaits_answer = "Restart it.", by, awaits_answer
    message.technician_id, message.callback_id = technician_named(session, by).id, callback.id
    message.occasion, message.carrier_status = f"{by} {awaits_answer}", CarrierStatus.NONE
    message.state, message.created_at, message.token, message.tries = CustomerMessageState.DUE, BEGAN, 0, 1
    session.add(message)
    session.flush()
    return message


def is_sent(desk: PagingDesk, after: float = 3, *, awaits_answer: bool = False, by: str = "Amy Roy") -> None:
    at = BEGAN + minutes(after)

    def work(session: Session, callback: Callback) -> None:
        record_reply_sent(session, DESK, reply(session, callback, awaits_answer=awaits_answer, by=by), at)

    desk.write(work)


def test_it_is_no_reaction_once_the_customer_has_left_a_message(desk: PagingDesk) -> None:
    def work(session: Session, callback: Callback) -> None:
        message = reply(session, callback)
        call = Call(sid="CA9", line="main", caller="+15145550199", began_at=BEGAN, is_open=False)
        call.outcome = CallOutcome.VOICEMAIL
        session.add(call)
        session.flush()
        session.add(JoinedContact(contact_sid="CA9", callback_id=callback.id, joined_at=BEGAN))
        session.flush()
        session.expire(callback, ["joined"])
        record_reply_sent(session, DESK, message, BEGAN + minutes(3))

    desk.write(work)
    assert attempts(desk) == []
    assert desk.callback.attempted_at is None


def attempts(desk: PagingDesk) -> list[ReachAttempt]:
    return desk.database.read(lambda session: list(session.scalars(select(ReachAttempt).order_by(ReachAttempt.id))))


def waits(desk: PagingDesk) -> list[Waiting]:
    return desk.database.read(lambda session: list(session.scalars(select(Waiting))))


def test_the_first_reply_is_the_reaction_of_whoever_wrote_it(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    (attempt,) = attempts(desk)
    assert (attempt.technician.name, attempt.outcome, attempt.proof) == (
        "Amy Roy",
        ReachOutcome.REPLIED,
        AttemptProof.MAIL,
    )
    assert (attempt.tried_at, attempt.rang_at, attempt.told_by) == (
        *([BEGAN + minutes(3)] * 2),
        "mail, Amy Roy",
    )
    callback = desk.callback
    assert (callback.attempted_at, callback.breached_at) == (BEGAN + minutes(3), None)
    assert callback.owner is not None
    assert callback.owner.name == "Amy Roy"
    assert desk.events(EventKind.ATTEMPT) == ["replied by mail"]


def test_a_reply_that_leaves_after_the_deadline_is_a_breach(desk: PagingDesk) -> None:
    is_sent(desk, 31)
    assert desk.callback.breached_at == desk.callback.due_at


def test_a_second_reply_keeps_the_first_reaction(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    is_sent(desk, 31, by="Ben Cole")
    assert len(attempts(desk)) == 2
    assert (desk.callback.attempted_at, desk.callback.breached_at) == (BEGAN + minutes(3), None)


def test_it_waits_for_the_answer_once(desk: PagingDesk) -> None:
    is_sent(desk, 3, awaits_answer=True)
    is_sent(desk, 5, awaits_answer=True, by="Ben Cole")
    (wait,) = waits(desk)
    assert (wait.since, wait.until) == (BEGAN + minutes(3), None)


def test_it_waits_for_nothing_once_it_is_over(desk: PagingDesk) -> None:
    def work(session: Session, callback: Callback) -> None:
        message = reply(session, callback, awaits_answer=True)
        change_state(callback, Change.CANCEL, BEGAN)
        record_reply_sent(session, DESK, message, BEGAN + minutes(3))

    desk.write(work)
    assert waits(desk) == []


@pytest.mark.parametrize("supervisors_too", [False, True])
def test_whoever_wrote_it_is_told_that_it_was_not_sent(desk: PagingDesk, supervisors_too: bool) -> None:
    def work(session: Session, callback: Callback) -> None:
        message, at = reply(session, callback), BEGAN + minutes(3)
        record_reply_not_sent(session, DESK, message, NO_SUCH_USER, at, supervisors_too=supervisors_too)

    desk.write(work)
    (page,) = desk.pages(PageKind.MAIL_RETURNED)
    assert page.technician.name == "Amy Roy"
    assert "was not sent (the mail server refused it: 550)" in page.words
    assert {page.technician.name for page in desk.pages(PageKind.ALARM)} == ({"Sue Tran"} if supervisors_too else set())
    assert attempts(desk) == []
    assert desk.events(EventKind.REPLY_NOT_SENT) == [f"to {BOB}: {NO_SUCH_USER.english}"]


def test_supervisors_are_told_where_the_owner_has_left(desk: PagingDesk) -> None:
    def work(session: Session, callback: Callback) -> None:
        message, at = reply(session, callback), BEGAN + minutes(3)
        technician_named(session, "Amy Roy").left_at = BEGAN + minutes(1)
        record_reply_not_sent(session, DESK, message, NO_SUCH_USER, at, supervisors_too=False)

    desk.write(work)
    assert not desk.pages(PageKind.MAIL_RETURNED)
    assert {page.technician.name for page in desk.pages(PageKind.ALARM)} == {"Sue Tran"}
