"""What became of a page, in words for people."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageAnswer, PageKind, PageState, PhoneSlot
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.paging.page_results import ARRIVED, NOT_SENT, Result, became, result_of
from tests.callbacks.paging.paging_desk import BEGAN, PagingDesk

MONTREAL = ZoneInfo("America/Toronto")


def a_page(
    channel: Channel = Channel.TEXT,
    state: PageState = PageState.SENT,
    answer: PageAnswer = PageAnswer.NONE,
    number: PhoneSlot = PhoneSlot.FIRST,
) -> Page:
    return Page(kind=PageKind.STEP, channel=channel, state=state, answer=answer, number=number)


def an_attempt(status: CarrierStatus = CarrierStatus.NONE, error: str = "") -> PageAttempt:
    at = BEGAN if status is not CarrierStatus.NONE else None
    return PageAttempt(state=AttemptState.ACCEPTED, carrier_status=status, status_at=at, error=error)


PICKED_UP = "picked up at 22:12:00"


@pytest.mark.parametrize(
    ("page", "attempts", "words"),
    [
        (a_page(), [an_attempt(CarrierStatus.DELIVERED)], "arrived on the phone at 22:12:00"),
        (a_page(answer=PageAnswer.TAKEN), [an_attempt(CarrierStatus.READ)], "read at 22:12:00; taken"),
        (a_page(), [an_attempt()], "accepted"),
        (a_page(number=PhoneSlot.SECOND), [an_attempt(CarrierStatus.READ)], "read at 22:12:00, to the second number"),
        (a_page(), [an_attempt(error="Refused."), an_attempt(CarrierStatus.READ)], "read at 22:12:00 (tried 2 times)"),
        (a_page(state=PageState.FAILED), [an_attempt(error="No such number.")], "No such number."),
        (
            a_page(Channel.CALL),
            [an_attempt(CarrierStatus.COMPLETED)],
            f"{PICKED_UP}, and not taken: perhaps by a private voicemail",
        ),
        (a_page(Channel.CALL, answer=PageAnswer.TAKEN), [an_attempt(CarrierStatus.COMPLETED)], f"{PICKED_UP}; taken"),
    ],
)
def test_a_page_that_was_sent(page: Page, attempts: list[PageAttempt], words: str) -> None:
    assert became(page, attempts, MONTREAL) == words


@pytest.mark.parametrize("state", list(NOT_SENT))
def test_a_page_that_was_not_sent(state: PageState) -> None:
    assert became(a_page(state=state), [], MONTREAL) == NOT_SENT[state]


def test_a_page_that_was_cancelled_after_a_refusal_says_why_it_was_not_sent() -> None:
    page = a_page(state=PageState.CANCELLED)
    assert became(page, [an_attempt(error="Refused.")], MONTREAL) == NOT_SENT[PageState.CANCELLED]


def test_every_status_but_none_and_failure_has_words() -> None:
    without = {status for status in CarrierStatus if status not in ARRIVED}
    assert without == {
        CarrierStatus.NONE,
        CarrierStatus.SCHEDULED,
        CarrierStatus.UNDELIVERED,
        CarrierStatus.FAILED,
    }


def result(desk: PagingDesk, **values: object) -> Result:
    page_id = desk.pages()[0].id

    def change(session: Session, _: Callback) -> None:
        page = session.get_one(Page, page_id)
        for name, value in values.items():
            setattr(page, name, value)

    desk.write(change)
    return desk.write(lambda session, _: result_of(session, page_id))


def test_a_test_page_waits_for_a_worker(desk: PagingDesk) -> None:
    assert result(desk) == Result("text", "waiting for a worker to send it", False)


def test_a_test_page_arrives_in_the_end(desk: PagingDesk) -> None:
    attempt_id = desk.is_sent(desk.pages()[0].id)
    assert not result(desk).is_final

    def arrives(session: Session, _: Callback) -> None:
        session.get_one(PageAttempt, attempt_id).carrier_status = CarrierStatus.DELIVERED

    desk.write(arrives)
    assert str(result(desk)) == "text: arrived on the phone"
    assert result(desk).is_final


def test_a_person_who_confirms_a_test_page_outweighs_the_carrier(desk: PagingDesk) -> None:
    assert result(desk, answer=PageAnswer.HEARD, number=PhoneSlot.SECOND) == Result(
        "text to the second number", "confirmed by the person", True
    )


@pytest.mark.parametrize(("state", "is_final"), [(PageState.DUE, False), (PageState.FAILED, True)])
def test_an_error_is_final_when_the_page_failed(desk: PagingDesk, state: PageState, is_final: bool) -> None:
    attempt_id = desk.is_sent(desk.pages()[0].id)
    desk.write(lambda session, _: setattr(session.get_one(PageAttempt, attempt_id), "error", "Refused."))
    assert result(desk, state=state) == Result("text", "Refused.", is_final)


def test_mail_is_done_when_the_mail_server_has_it(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    assert result(desk, channel=Channel.MAIL) == Result("mail", "handed to the mail server", True)
    assert result(desk, state=PageState.DUE) == Result("mail", "being sent", False)
