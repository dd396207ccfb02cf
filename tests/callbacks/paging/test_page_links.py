"""Which links to technicians' screens still work."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callbacks.db.states import Channel, PageKind, PageState
from callbacks.db.tables import Callback, Page
from callbacks.paging.page_links import has_ended
from callbacks.paging.pages import add_page
from callbacks.people.contact_methods import end_links
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, PagingDesk, minutes

TEXT, MAIL = ContactMethod(Channel.TEXT), ContactMethod(Channel.MAIL)


def sent(
    desk: PagingDesk,
    after: float,
    *,
    round: int = 1,
    way: ContactMethod = TEXT,
    kind: PageKind = PageKind.STEP,
    state: PageState = PageState.SENT,
    name: str = "Amy Roy",
    has_link: bool = True,
) -> int:
    """Send a page, by default with a link, so many minutes after the callback opened, and return its id."""

    def work(session: Session, callback: Callback) -> int:
        row, at = technician_named(session, name), BEGAN + minutes(after)
        page = add_page(session, callback, row.id, way, kind, 10 + round, at, code="1234")
        page.state, page.next_action_at, page.linked_at = state, None, at if has_link else None
        session.flush()
        return page.id

    return desk.write(work)


def ended(desk: PagingDesk, page_id: int) -> bool:
    return desk.write(lambda session, _: has_ended(session, session.get_one(Page, page_id)))


def test_the_next_round_ends_the_link_of_the_one_before(desk: PagingDesk) -> None:
    first, second = sent(desk, 0, round=1), sent(desk, 12, round=2)
    assert (ended(desk, first), ended(desk, second)) == (True, False)


def test_another_kind_of_message_with_a_link_ends_it_too(desk: PagingDesk) -> None:
    first = sent(desk, 0)
    sent(desk, 30, kind=PageKind.TRY_AGAIN)
    assert ended(desk, first)


def test_the_text_and_the_email_of_one_round_both_work(desk: PagingDesk) -> None:
    pages = [sent(desk, 0), sent(desk, 0.1, way=MAIL)]
    assert [ended(desk, page) for page in pages] == [False, False]


def test_a_late_text_of_an_earlier_round_has_the_link_that_works_and_revives_none(desk: PagingDesk) -> None:
    first, second, late = sent(desk, 0, round=1), sent(desk, 6, round=2), sent(desk, 10, round=1, way=MAIL)
    assert [ended(desk, page) for page in (first, second, late)] == [True, True, False]


@pytest.mark.parametrize("state", [PageState.DUE, PageState.FAILED, PageState.CANCELLED, PageState.OVER_THE_CAP])
def test_a_message_that_did_not_arrive_ends_nothing(desk: PagingDesk, state: PageState) -> None:
    first = sent(desk, 0)
    sent(desk, 6, round=2, state=state)
    assert not ended(desk, first)


def test_a_message_without_a_link_ends_nothing(desk: PagingDesk) -> None:
    first = sent(desk, 0)
    sent(desk, 6, round=2, has_link=False)
    assert not ended(desk, first)


def test_a_message_to_somebody_else_ends_nothing(desk: PagingDesk) -> None:
    first = sent(desk, 0)
    sent(desk, 6, round=2, name="Ben Cole")
    assert not ended(desk, first)


def test_what_was_sent_before_a_revocation_has_ended_and_what_is_sent_after_it_has_not(desk: PagingDesk) -> None:
    before, other = sent(desk, 1), sent(desk, 1, name="Ben Cole")
    desk.edit("Amy Roy", lambda row: end_links(row, BEGAN + minutes(1)))
    after = sent(desk, 2, round=2)
    assert [ended(desk, page) for page in (before, other, after)] == [True, False, False]


def test_a_page_of_an_earlier_release_counts_from_when_it_was_made(desk: PagingDesk) -> None:
    page = sent(desk, 1, has_link=False)
    assert not ended(desk, page)
    desk.edit("Amy Roy", lambda row: end_links(row, BEGAN + minutes(1)))
    assert ended(desk, page)
