"""Who is texted about a callback that somebody else took or ended, and in which language."""

from __future__ import annotations

from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.db.states import (
    AttemptProof,
    AttemptState,
    CallbackState,
    Channel,
    PageKind,
    PageState,
    ReachOutcome,
    Role,
)
from callbacks.db.tables import Callback, Page, PageAttempt, User
from callbacks.lifecycle.transitions import set_owner
from callbacks.paging import notices
from callbacks.paging.pages import add_page
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from callbacks.text.bilingual import Words
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes
from tests.tried import tried

HAS_RESOLVED = Words("has resolved {about}", "a réglé {about}")


def amy_and_ben_are_paged(desk: PagingDesk) -> None:
    for after in (3, 6):
        desk.takes_step(after)
    for page in desk.pages():
        desk.is_sent(page.id)


def ben_takes_it(desk: PagingDesk) -> None:
    def work(session: Session, callback: Callback) -> None:
        ben = technician_named(session, "Ben Cole")
        set_owner(session, callback, ben, BEGAN + minutes(7))
        notices.notify_others_of_owner(session, DESK, callback, ben, BEGAN + minutes(7))

    desk.write(work)


def ends(desk: PagingDesk, by: str) -> None:
    desk.write(lambda session, callback: notices.notify_of_end(session, DESK, callback, HAS_RESOLVED, by, "", BEGAN))


def test_the_others_who_were_paged_are_texted_who_has_it(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    ben_takes_it(desk)
    assert desk.paged(PageKind.TAKEN) == ["Amy Roy text"]
    assert "Ben Cole has" in desk.pages(PageKind.TAKEN)[0].words


def test_somebody_whose_page_was_not_sent_yet_is_not_texted_and_the_page_is_cancelled(desk: PagingDesk) -> None:
    ben_takes_it(desk)
    assert desk.paged(PageKind.TAKEN) == []
    assert [page.state for page in desk.pages()] == [PageState.CANCELLED]


def test_each_is_texted_in_their_language(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, "language", "fr"))
    amy_and_ben_are_paged(desk)
    ben_takes_it(desk)
    assert "Ben Cole a pris" in desk.pages(PageKind.TAKEN)[0].words


def test_the_owner_hears_that_somebody_else_ended_it_and_those_who_know_that_it_was_taken_do_not(
    desk: PagingDesk,
) -> None:
    amy_and_ben_are_paged(desk)
    ben_takes_it(desk)
    ends(desk, "Sue Tran")
    assert desk.paged(PageKind.OVER) == ["Ben Cole text"]
    assert "Sue Tran has resolved" in desk.pages(PageKind.OVER)[0].words


def test_ended_by_somebody_who_had_not_taken_it_everybody_who_waits_hears_of_it(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)

    def ben_tries(session: Session, callback: Callback) -> None:
        record_attempt(session, callback, technician_named(session, "Ben Cole"), ReachOutcome.REACHED, "text", BEGAN)

    desk.write(ben_tries)  # which makes him the owner
    ends(desk, "Ben Cole")
    assert desk.paged(PageKind.OVER) == ["Amy Roy text"]


def test_without_an_owner_everybody_who_was_paged_hears_that_it_is_over_but_not_who_ended_it(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    ends(desk, "Ben Cole")
    assert desk.paged(PageKind.OVER) == ["Amy Roy text"]


def test_nobody_hears_the_same_twice_and_paged_again_they_hear_again(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    ben_takes_it(desk)
    ben_takes_it(desk)
    assert desk.paged(PageKind.TAKEN) == ["Amy Roy text"]
    desk.takes_step(31)
    for page in desk.pages(PageKind.STEP, PageKind.REMINDER):
        desk.is_sent(page.id, sid=f"SM again {page.id}")
    ends(desk, "Ben Cole")
    assert "Cleo Martin text" in desk.paged(PageKind.OVER)


def test_a_page_that_is_being_sent_counts_and_a_failed_one_does_not(desk: PagingDesk) -> None:
    def being_sent(session: Session, _: Callback) -> None:
        page = session.get_one(Page, desk.pages()[0].id)
        session.add(PageAttempt(page_id=page.id, started_at=BEGAN, state=AttemptState.SENDING))

    desk.write(being_sent)
    ends(desk, "Ben Cole")
    assert desk.paged(PageKind.OVER) == ["Amy Roy text"]


def test_who_ended_it_at_the_console_is_not_informed_of_it_as_a_technician(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)

    def amy_has_an_account(session: Session, _: Callback) -> None:
        amy = technician_named(session, "Amy Roy")
        account = User(email="amy@example.com", password_hash="", role=Role.TECHNICIAN, technician_id=amy.id)
        account.created_at = BEGAN
        session.add(account)

    desk.write(amy_has_an_account)
    ends(desk, "amy@example.com")
    assert desk.paged(PageKind.OVER) == ["Ben Cole text"]


def test_a_manager_whom_the_customer_asks_for_is_not_relieved_by_an_owner_but_by_the_end(desk: PagingDesk) -> None:
    def cleo_is_asked_for(session: Session, callback: Callback) -> None:
        way = ContactMethod(Channel.TEXT)
        cleo = technician_named(session, "Cleo Martin")
        add_page(session, callback, cleo.id, way, PageKind.MANAGER, 9, BEGAN, "", "583112").state = PageState.SENT

    desk.write(cleo_is_asked_for)
    ben_takes_it(desk)
    assert desk.paged(PageKind.TAKEN) == []
    ends(desk, "Ben Cole")
    assert desk.paged(PageKind.OVER) == ["Cleo Martin text"]


def test_a_notice_is_left_out_where_no_text_arrives_and_a_request_is_not(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: record_failure(row, ContactMethod(Channel.TEXT), "sent STOP"))

    def work(session: Session, callback: Callback) -> None:
        amy = technician_named(session, "Amy Roy")
        words = Words("yours", "à vous")
        notices.text_if_reachable(session, callback, amy, PageKind.OVER, words, BEGAN)
        notices.text_or_record_failure(session, callback, amy, PageKind.GIVEN, words, BEGAN, "1234")

    desk.write(work)
    assert desk.paged(PageKind.OVER, PageKind.GIVEN) == ["Amy Roy text"]
    assert [page.kind for page in desk.pages()][1:] == [PageKind.GIVEN]


def test_somebody_who_left_gets_no_notice(desk: PagingDesk) -> None:
    amy_and_ben_are_paged(desk)
    desk.edit("Amy Roy", lambda row: setattr(row, "left_at", BEGAN))
    ben_takes_it(desk)
    assert desk.paged(PageKind.TAKEN) == []


def connection_ended(
    desk: PagingDesk,
    *,
    reported: bool,
    state: CallbackState = CallbackState.OPEN,
    outcome: ReachOutcome = ReachOutcome.REACHED,
) -> list[str]:
    def work(session: Session, callback: Callback) -> None:
        amy = technician_named(session, "Amy Roy")
        attempt = tried(session, callback, amy, BEGAN, AttemptProof.CARRIER, outcome)
        attempt.is_told, callback.state = reported, state
        session.flush()
        notices.ask_for_outcome(session, DESK, callback, attempt, BEGAN)
        notices.ask_for_outcome(session, DESK, callback, attempt, BEGAN)

    desk.write(work)
    return desk.paged(PageKind.OUTCOME)


def test_after_a_connection_the_technician_is_asked_how_it_went(desk: PagingDesk) -> None:
    assert connection_ended(desk, reported=False) == ["Amy Roy text"]
    question = desk.pages(PageKind.OUTCOME)[0]
    assert "how did the call to (514) 555-0199 go" in question.words
    assert question.code == desk.pages()[0].code


def test_whoever_was_not_put_through_reads_that_it_does_not_count(desk: PagingDesk) -> None:
    assert connection_ended(desk, reported=False, outcome=ReachOutcome.NOT_RUNG) == ["Amy Roy text"]
    words = desk.pages(PageKind.OUTCOME)[0].words
    assert "the customer's phone did not ring" in words
    assert "CALL" in words


def test_nobody_is_asked_what_they_reported_or_about_a_callback_that_is_over(desk: PagingDesk) -> None:
    assert connection_ended(desk, reported=True) == []


def test_nobody_is_asked_about_a_callback_that_is_over(desk: PagingDesk) -> None:
    assert connection_ended(desk, reported=False, state=CallbackState.RESOLVED) == []
