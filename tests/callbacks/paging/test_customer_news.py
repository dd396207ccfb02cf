"""Who reads what a customer texted, and how often."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import PageKind, PageState
from callbacks.db.tables import Callback, Page
from callbacks.lifecycle.transitions import set_owner
from callbacks.paging.customer_news import TOLD_EVERY, tell_of_text, words_of_news
from callbacks.paging.messages import customer_texted
from callbacks.paging.subject import subject_of
from callbacks.people.technicians import technician_named
from callbacks.records.event_log import record_event
from callbacks.text.gsm7 import fits
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes


def news(desk: PagingDesk) -> list[Page]:
    return desk.pages(PageKind.CUSTOMER_TEXT)


def texts(desk: PagingDesk, words: str, at: float, *, at_once: bool = False) -> None:
    def work(session: Session, callback: Callback) -> None:
        kind = EventKind.CANCEL_ASKED if at_once else EventKind.CUSTOMER_TEXTED
        record_event(session, callback.contact_sid, BEGAN + minutes(at), Actor.CALLER, kind, f'5550199: "{words}"')
        tell_of_text(session, callback, BEGAN + minutes(at), at_once=at_once)

    desk.write(work)


def words_now(desk: PagingDesk, page: Page) -> str:
    def work(session: Session, callback: Callback) -> str:
        return words_of_news(session, DESK, session.get_one(Page, page.id), callback).english

    return desk.write(work)


def take(desk: PagingDesk, name: str) -> None:
    desk.write(lambda session, cb: set_owner(session, cb, technician_named(session, name), BEGAN))


def test_the_owner_reads_it(desk: PagingDesk) -> None:
    take(desk, "Ben Cole")
    texts(desk, "hello", 1)
    (page,) = news(desk)
    assert (page.technician.name, page.next_action_at) == ("Ben Cole", BEGAN + minutes(1))
    assert 'texts: "hello" CALL' in words_now(desk, page)


def test_further_texts_wait_for_ten_minutes_and_go_together(desk: PagingDesk) -> None:
    take(desk, "Amy Roy")
    texts(desk, "one", 1)
    desk.is_sent(news(desk)[0].id, BEGAN + minutes(1))
    for minute in (2, 3):
        texts(desk, f"number {minute}", minute)
    _, page = news(desk)
    assert page.next_action_at == BEGAN + minutes(1) + TOLD_EVERY
    assert '"number 2" / "number 3"' in words_now(desk, page)
    assert "one" not in words_now(desk, page).replace("connects", "").replace("phone", "")


def test_without_an_owner_the_last_one_paged_reads_it(desk: PagingDesk) -> None:
    desk.takes_step(6)
    desk.takes_step(8)
    paged = desk.pages(PageKind.STEP)
    texts(desk, "hello", 9)
    assert [page.technician_id for page in news(desk)] == [paged[-1].technician_id]


def test_whoever_was_not_reached_by_a_page_is_not_told(desk: PagingDesk) -> None:
    desk.database.write(lambda session: session.execute(update(Page).values(state=PageState.CANCELLED)))
    texts(desk, "hello", 1)
    assert news(desk) == []


def test_that_no_call_is_needed_everybody_paged_reads_at_once(desk: PagingDesk) -> None:
    desk.takes_step(3)
    desk.takes_step(6)
    paged = {page.technician_id for page in desk.pages(PageKind.STEP)}
    texts(desk, "nocall", 7, at_once=True)
    assert {page.technician_id for page in news(desk)} == paged
    assert len(paged) > 1
    assert "asks for no call back" in words_now(desk, news(desk)[0])


def test_a_long_text_is_cut_and_the_replies_are_kept(desk: PagingDesk) -> None:
    subject = desk.write(lambda _, callback: subject_of(DESK, callback))
    for asks in (True, False):
        found = customer_texted(subject, "123456", ['"é€' * 200 + '"'], asks_for_no_call=asks)
        for words, end in ((found.english, "CALL 123456 connects you."), (found.french, "APPEL 123456")):
            assert fits(words)
            assert end in words


def is_found(desk: PagingDesk, at: float) -> None:
    kind = EventKind.TEXT_FOUND
    desk.write(lambda s, callback: record_event(s, callback.contact_sid, BEGAN + minutes(at), Actor.DESK, kind))


def test_a_text_that_was_found_late_is_news_although_it_was_sent_before_they_were_told(desk: PagingDesk) -> None:
    take(desk, "Ben Cole")
    texts(desk, "the second", 1)
    (page,) = news(desk)
    desk.is_sent(page.id, BEGAN + minutes(1))
    texts(desk, "the first", 0.5)
    is_found(desk, 4)
    (_, later) = news(desk)
    words = words_now(desk, later)
    assert '"the first"' in words
    assert '"the second"' not in words
