"""What becomes of a reply by mail: what it counts for, who is told, and when the desk waits for the answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AttemptProof,
    CallbackState,
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
from callbacks.paging.follow_up import take_next_action
from callbacks.paging.mail_replies import (
    record_reply_not_sent,
    record_reply_sent,
    refused_by_server,
    withdraw_attempt,
)
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


# A reply that comes back


def comes_back(desk: PagingDesk, after: float) -> bool:
    """The first reply comes back."""

    def work(session: Session, _: Callback) -> bool:
        replies = select(CustomerMessage).where(CustomerMessage.kind == CustomerMessageKind.REPLY)
        message = session.scalars(replies.order_by(CustomerMessage.id)).all()[0]
        return withdraw_attempt(session, DESK, message, "no such user", BEGAN + minutes(after))

    return desk.write(work)


def test_a_reply_that_comes_back_is_no_attempt_and_the_customer_is_untried_again(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    assert comes_back(desk, 4)
    (attempt,) = attempts(desk)
    assert (attempt.outcome, attempt.proof) == (ReachOutcome.CAME_BACK, AttemptProof.NONE)
    callback = desk.callback
    assert (callback.attempted_at, callback.breached_at, callback.next_action_at) == (None, None, BEGAN + minutes(4))
    assert callback.owner is not None
    (page,) = desk.pages(PageKind.MAIL_RETURNED)
    assert page.technician.name == "Amy Roy"
    assert (
        f"your reply to {BOB} about {callback.reference} came back (no such user), so it does not count" in page.words
    )
    assert "Reach them another way by 10:42 p.m." in page.words
    assert desk.events(EventKind.ATTEMPT_WITHDRAWN) == [f"by Amy Roy, to {BOB}"]
    assert not comes_back(desk, 5)
    assert len(desk.pages(PageKind.MAIL_RETURNED)) == 1


def test_a_reply_that_comes_back_after_the_deadline_was_never_in_time(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    comes_back(desk, 40)
    assert desk.callback.breached_at == desk.callback.due_at
    assert len(desk.events(EventKind.BREACHED)) == 1
    (page,) = desk.pages(PageKind.MAIL_RETURNED)
    assert "at once: promised for 10:42 p.m." in page.words


def test_then_the_owner_has_as_long_as_one_who_took_it_now_and_it_escalates_above_them(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    comes_back(desk, 40)

    def decides(after: float) -> list[str]:
        desk.write(lambda session, callback: take_next_action(session, DESK, callback, BEGAN + minutes(after)))
        return sorted(each for each in desk.paged(PageKind.STEP) if not each.startswith("Amy"))

    assert decides(40) == []
    assert desk.callback.next_action_at == BEGAN + minutes(50)
    assert decides(50) == ["Cleo Martin call", "Cleo Martin text", "Sue Tran call", "Sue Tran text"]


def test_another_attempt_stands(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    is_sent(desk, 5, by="Ben Cole")
    comes_back(desk, 6)
    assert [attempt.proof for attempt in attempts(desk)] == [AttemptProof.NONE, AttemptProof.MAIL]
    assert (desk.callback.attempted_at, desk.callback.breached_at) == (BEGAN + minutes(5), None)


def test_an_attempt_after_the_deadline_that_stands_was_late(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    is_sent(desk, 31, by="Ben Cole")
    comes_back(desk, 32)
    assert (desk.callback.attempted_at, desk.callback.breached_at) == (BEGAN + minutes(31), desk.callback.due_at)


def test_nobody_waits_for_an_answer_to_what_came_back(desk: PagingDesk) -> None:
    is_sent(desk, 3, awaits_answer=True)
    comes_back(desk, 4)
    (wait,) = waits(desk)
    assert wait.until == BEGAN + minutes(4)


def ends(desk: PagingDesk, change: Change) -> None:
    desk.write(lambda _, callback: change_state(callback, change, BEGAN + minutes(5)))


def test_what_was_resolved_with_nothing_but_the_reply_is_open_again(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    ends(desk, Change.RESOLVE)
    comes_back(desk, 6)
    callback = desk.callback
    assert (callback.state, callback.resolved_at) == (CallbackState.OPEN, None)
    assert (callback.attempted_at, callback.next_action_at) == (None, BEGAN + minutes(6))
    (page,) = desk.pages(PageKind.MAIL_RETURNED)
    assert "came back (no such user), so it does not count" in page.words
    assert len(desk.events(EventKind.REOPENED)) == 1


def test_what_was_resolved_after_another_attempt_stays_so(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    is_sent(desk, 4, by="Ben Cole")
    ends(desk, Change.RESOLVE)
    comes_back(desk, 6)
    assert (desk.callback.state, desk.callback.next_action_at) == (CallbackState.RESOLVED, None)
    assert {page.technician.name for page in desk.pages(PageKind.ALARM)} == {"Sue Tran"}


def test_after_another_end_supervisors_are_told_that_the_reply_came_back(desk: PagingDesk) -> None:
    is_sent(desk, 3)
    ends(desk, Change.CANCEL)
    comes_back(desk, 40)
    assert not desk.pages(PageKind.MAIL_RETURNED)
    (alarm,) = desk.pages(PageKind.ALARM)
    assert (alarm.technician.name, "came back, so it does not count" in alarm.words) == ("Sue Tran", True)
    callback = desk.callback
    assert (callback.attempted_at, callback.breached_at) == (None, callback.due_at)
    assert callback.next_action_at is None
