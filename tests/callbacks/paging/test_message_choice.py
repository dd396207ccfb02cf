"""What a page contains is decided when it is sent."""

from __future__ import annotations

from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, Channel, PageAnswer, PageKind
from callbacks.db.tables import Callback, Page
from callbacks.lifecycle.transitions import note_attempt, set_owner
from callbacks.paging.message_choice import text_of_page
from callbacks.paging.pages import add_page
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from callbacks.records.event_log import record_event
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

LINK = "https://desk.test/t/abc"


def text(desk: PagingDesk, page: Page, after: float = 0) -> str:
    def work(session: Session, _: Callback) -> str:
        return text_of_page(session, DESK, session.get_one(Page, page.id), BEGAN + minutes(after), LINK)

    return desk.write(work)


def ben_is_paged(desk: PagingDesk) -> Page:
    desk.is_sent(desk.pages()[0].id)
    for after in (3, 6):
        desk.takes_step(after)
    return next(page for page in desk.pages() if page.technician.name == "Ben Cole")


def answers(desk: PagingDesk, page: Page, answer: PageAnswer) -> None:
    desk.write(lambda session, _: setattr(session.get_one(Page, page.id), "answer", answer))


def takes_it(desk: PagingDesk, name: str) -> None:
    desk.write(lambda session, callback: set_owner(session, callback, technician_named(session, name), BEGAN))


def test_a_page_carries_its_code_and_the_link(desk: PagingDesk) -> None:
    page = desk.pages()[0]
    found = text(desk, page)
    assert f"Reply {page.code} to take it" in found
    assert found.endswith(LINK)
    assert "No answer from" not in found


def test_a_page_is_in_its_technicians_language_as_it_is_then(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, "language", "fr"))
    assert "rappelez le (514) 555-0199" in text(desk, desk.pages()[0])


def test_a_page_that_waited_past_the_deadline_says_so(desk: PagingDesk) -> None:
    assert "LATE" in text(desk, desk.pages()[0], after=31)


def test_a_later_page_names_who_was_paged_before_and_did_not_answer(desk: PagingDesk) -> None:
    assert "No answer from Amy Roy." in text(desk, ben_is_paged(desk), after=6)


def test_somebody_who_passed_it_on_is_said_to_have(desk: PagingDesk) -> None:
    bens = ben_is_paged(desk)
    answers(desk, desk.pages()[0], PageAnswer.PASSED)
    found = text(desk, bens, after=6)
    assert "No answer from" not in found
    assert "Amy Roy passed it on." in found


def test_a_page_above_an_owner_names_the_owner(desk: PagingDesk) -> None:
    bens = ben_is_paged(desk)
    takes_it(desk, "Amy Roy")
    assert "Amy Roy took it at 10:12 p.m. and has not called." in text(desk, bens, after=6)


def test_pages_in_one_message_are_worded_when_it_is_sent_and_leave_out_what_is_over(desk: PagingDesk) -> None:
    lead = desk.pages()[0]
    desk.opens_another()
    other = next(page for page in desk.pages() if page.callback_id != lead.callback_id)
    desk.bundles(lead, other)
    assert "2 callbacks are waiting" in text(desk, lead)
    assert text(desk, lead, after=31).count("LATE") == 2
    desk.write(
        lambda session, _: setattr(session.get_one(Callback, other.callback_id), "state", CallbackState.RESOLVED)
    )
    assert "callbacks are waiting" not in text(desk, lead)


def test_pages_in_one_message_leave_out_what_somebody_has_tried_and_keeps(desk: PagingDesk) -> None:
    lead = desk.pages()[0]
    desk.opens_another()
    other = next(page for page in desk.pages() if page.callback_id != lead.callback_id)
    desk.bundles(lead, other)

    def tries(session: Session) -> None:
        callback = session.get_one(Callback, other.callback_id)
        note_attempt(session, callback, technician_named(session, "Ben Cole"), BEGAN)

    desk.database.write(tries)
    assert "callbacks are waiting" not in text(desk, lead)


def test_an_assignment_that_waited_past_the_deadline_says_so(desk: PagingDesk) -> None:
    def assign(session: Session, callback: Callback) -> int:
        amy = technician_named(session, "Amy Roy")
        record_event(session, callback.contact_sid, BEGAN, "boss@example.com", EventKind.ASSIGNED)
        way = ContactMethod(Channel.TEXT)
        page = add_page(session, callback, amy.id, way, PageKind.GIVEN, 9, BEGAN, "as written then", "583112")
        session.flush()
        return page.id

    given = desk.write(assign)
    page = next(each for each in desk.pages() if each.id == given)
    assert "boss@example.com gave you" in text(desk, page)
    assert "by 10:42 p.m." in text(desk, page)
    assert "at once: promised for 10:42 p.m." in text(desk, page, after=31)


def test_a_page_to_the_owner_is_a_reminder(desk: PagingDesk) -> None:
    takes_it(desk, "Amy Roy")
    assert "reminder, you took" in text(desk, desk.pages()[0])


def test_a_notice_keeps_the_words_it_was_written_with(desk: PagingDesk) -> None:
    def write(session: Session, _: Callback) -> None:
        page = session.get_one(Page, desk.pages()[0].id)
        page.kind, page.words = PageKind.TAKEN, "Ben Cole has it."

    desk.write(write)
    assert text(desk, desk.pages()[0]) == "Ben Cole has it."
