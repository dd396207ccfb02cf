"""A page says of people who were paged before only what is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from callbacks.db.states import PageAnswer, PageState
from callbacks.db.tables import Callback, Page
from callbacks.paging.reactions import Reaction, reactions_before
from tests.callbacks.paging.paging_desk import BEGAN, PagingDesk, minutes

PAUSE = 2.0


def page_to(desk: PagingDesk, name: str) -> Page:
    return [page for page in desk.pages() if page.technician.name == name][-1]


def ben_is_paged(desk: PagingDesk) -> Page:
    for after in (3, 6):
        desk.takes_step(after)
    return page_to(desk, "Ben Cole")


def seen_by(desk: PagingDesk, page: Page, after: float = 6) -> Mapping[Reaction, Sequence[str]]:
    def work(session: Session, callback: Callback) -> Mapping[Reaction, Sequence[str]]:
        page_now = session.get_one(Page, page.id)
        return reactions_before(session, page_now, callback, BEGAN + minutes(after - PAUSE))

    return desk.write(work)


def amys_pages_are(desk: PagingDesk, state: PageState, answer: PageAnswer = PageAnswer.NONE) -> None:
    def work(session: Session, _: Callback) -> None:
        for page in desk.pages():
            if page.technician.name == "Amy Roy":
                row = session.get_one(Page, page.id)
                row.state, row.answer = state, answer

    desk.write(work)


def test_somebody_who_was_asked_and_had_the_time_of_their_step_gave_no_answer(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    assert seen_by(desk, ben_is_paged(desk)) == {Reaction.NONE: ["Amy Roy"]}


def test_nothing_is_said_of_somebody_who_was_asked_a_moment_ago(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id, at=BEGAN + minutes(5))
    assert seen_by(desk, ben_is_paged(desk)) == {}


def test_nothing_is_said_of_somebody_whose_page_still_waits_or_was_cancelled(desk: PagingDesk) -> None:
    bens = ben_is_paged(desk)
    assert seen_by(desk, bens) == {}
    amys_pages_are(desk, PageState.CANCELLED)
    assert seen_by(desk, bens) == {}


def test_somebody_to_whom_every_page_failed_could_not_be_reached(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    bens = ben_is_paged(desk)
    amys_pages_are(desk, PageState.FAILED)
    assert seen_by(desk, bens) == {Reaction.NOT_REACHED: ["Amy Roy"]}


def test_somebody_who_passed_it_on_is_named_for_that(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    bens = ben_is_paged(desk)
    amys_pages_are(desk, PageState.SENT, PageAnswer.PASSED)
    assert seen_by(desk, bens) == {Reaction.PASSED: ["Amy Roy"]}


def test_somebody_who_took_it_and_left_the_team_is_not_said_to_give_no_answer(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    bens = ben_is_paged(desk)
    amys_pages_are(desk, PageState.SENT, PageAnswer.PASSED_OVER)
    assert seen_by(desk, bens) == {}


def test_nobody_is_named_who_is_paged_in_the_same_second(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    ben_is_paged(desk)
    for page in desk.pages()[1:]:
        desk.is_sent(page.id, at=BEGAN + minutes(6))
    for after in (8, 12):
        desk.takes_step(after)
    assert seen_by(desk, page_to(desk, "Cleo Martin"), after=12) == {}
