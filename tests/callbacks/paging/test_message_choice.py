"""What a page contains is decided when it is sent."""

from __future__ import annotations

from sqlalchemy.orm import Session

from callbacks.db.states import PageAnswer, PageKind
from callbacks.db.tables import Callback, Page
from callbacks.lifecycle.transitions import set_owner
from callbacks.paging.message_choice import text_of_page
from callbacks.people.technicians import technician_named
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
    assert "rappeler (514) 555-0199" in text(desk, desk.pages()[0])


def test_a_page_that_waited_past_the_deadline_says_so(desk: PagingDesk) -> None:
    assert "LATE" in text(desk, desk.pages()[0], after=31)


def test_a_later_page_names_who_was_paged_before_and_did_not_answer(desk: PagingDesk) -> None:
    assert "No answer from Amy Roy." in text(desk, ben_is_paged(desk))


def test_somebody_who_passed_it_on_did_answer(desk: PagingDesk) -> None:
    bens = ben_is_paged(desk)
    amys = desk.pages()[0].id
    desk.write(lambda session, _: setattr(session.get_one(Page, amys), "answer", PageAnswer.PASSED))
    assert "No answer from" not in text(desk, bens)


def test_a_page_above_an_owner_names_the_owner(desk: PagingDesk) -> None:
    bens = ben_is_paged(desk)
    takes_it(desk, "Amy Roy")
    assert "Amy Roy took it at 10:12 p.m., and no call is on record." in text(desk, bens)


def test_a_page_to_the_owner_is_a_reminder(desk: PagingDesk) -> None:
    takes_it(desk, "Amy Roy")
    assert "reminder, you took" in text(desk, desk.pages()[0])


def test_a_notice_keeps_the_words_it_was_written_with(desk: PagingDesk) -> None:
    def write(session: Session, _: Callback) -> None:
        page = session.get_one(Page, desk.pages()[0].id)
        page.kind, page.words = PageKind.TAKEN, "Ben Cole has it."

    desk.write(write)
    assert text(desk, desk.pages()[0]) == "Ben Cole has it."
