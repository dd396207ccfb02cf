"""Pages in the outbox: cancelled together, never doubled, and bound to one person and callback by a code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AttemptState, CallbackState, Channel, PageAnswer, PageKind, PageState, PhoneSlot
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.paging import pages
from callbacks.paging.decide import NewPage
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import person, technician_named
from callbacks.people.verification import new_code
from tests.callbacks.paging.paging_desk import BEGAN, PagingDesk, minutes


def put(desk: PagingDesk, name: str, after: float = 0, round: int = 9, kind: PageKind = PageKind.STEP) -> None:
    def work(session: Session, callback: Callback) -> None:
        notice = NewPage(person(technician_named(session, name)), Channel.TEXT, after=minutes(after))
        pages.put_in_outbox(session, callback, notice, kind, round, BEGAN)

    desk.write(work)


def test_pages_that_are_not_sent_yet_are_cancelled(desk: PagingDesk) -> None:
    put(desk, "Ben Cole")
    desk.write(lambda session, callback: pages.cancel_waiting(session, callback))
    assert [(page.state, page.next_action_at) for page in desk.pages()] == [(PageState.CANCELLED, None)] * 2


def test_only_one_technicians_pages_are_cancelled_when_asked(desk: PagingDesk) -> None:
    put(desk, "Ben Cole")
    ben = desk.pages()[1].technician_id
    desk.write(lambda session, callback: pages.cancel_waiting(session, callback, ben))
    assert [page.state for page in desk.pages()] == [PageState.DUE, PageState.CANCELLED]


def test_a_page_that_is_being_sent_or_does_not_escalate_is_not_cancelled(desk: PagingDesk) -> None:
    put(desk, "Ben Cole", kind=PageKind.TAKEN)
    page_id = desk.pages()[0].id

    def begin(session: Session, _: Callback) -> None:
        session.add(PageAttempt(page_id=page_id, started_at=BEGAN, state=AttemptState.SENDING))

    desk.write(begin)
    desk.write(lambda session, callback: pages.cancel_waiting(session, callback))
    assert [page.state for page in desk.pages()] == [PageState.DUE] * 2


def test_what_was_bundled_into_a_cancelled_page_is_sent_by_itself(desk: PagingDesk) -> None:
    desk.opens_another()
    lead, bundled = desk.pages()
    desk.bundles(lead, bundled)
    desk.write(lambda session, callback: pages.cancel_waiting(session, callback))
    cancelled, released = desk.pages()
    assert (cancelled.state, released.state, released.bundled_into_id) == (PageState.CANCELLED, PageState.DUE, None)
    assert released.next_action_at == released.created_at


def test_the_same_page_is_not_added_while_it_waits_and_the_earlier_time_holds(desk: PagingDesk) -> None:
    put(desk, "Ben Cole", after=5)
    put(desk, "Ben Cole", after=2, round=10)
    put(desk, "Ben Cole", after=7, round=11)
    _, bens = desk.pages()
    assert bens.next_action_at == BEGAN + minutes(2)


def test_a_page_that_is_retried_keeps_its_time(desk: PagingDesk) -> None:
    put(desk, "Ben Cole", after=5)
    bens = desk.pages()[1]
    desk.write(lambda session, _: setattr(session.get_one(Page, bens.id), "tries", 1))
    put(desk, "Ben Cole", round=10)
    assert desk.pages()[1].next_action_at == BEGAN + minutes(5)


def test_a_page_that_was_sent_is_followed_by_another(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    put(desk, "Amy Roy")
    assert desk.paged() == ["Amy Roy text"] * 2


def test_a_person_keeps_one_code_for_a_callback_and_nobody_shares_it(desk: PagingDesk) -> None:
    put(desk, "Ben Cole")
    put(desk, "Ben Cole", kind=PageKind.REMINDER)
    desk.opens_another()
    amys, bens, bens_reminder, amys_other = (page.code for page in desk.pages())
    assert bens == bens_reminder
    assert len({amys, bens, amys_other}) == 3
    assert all(code.isdigit() and len(code) == 6 and code[0] != "0" for code in (amys, bens, amys_other))


def test_a_code_of_an_open_callback_is_never_given_again(desk: PagingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = desk.pages()[0].code
    free = other_than(taken)
    draws(monkeypatch, taken, taken, free)
    put(desk, "Ben Cole")
    assert desk.pages()[1].code == free


def test_a_code_of_theirs_is_never_given_again_to_the_same_person(
    desk: PagingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = desk.pages()[0].code
    free = other_than(taken)
    desk.write(lambda _, callback: setattr(callback, "state", CallbackState.RESOLVED))
    draws(monkeypatch, taken, free)
    desk.opens_another()
    assert desk.pages()[1].code == free


def test_a_code_of_a_page_is_none_that_verifies_a_number_of_theirs(
    desk: PagingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending = desk.write(
        lambda session, _: new_code(session, technician_named(session, "Ben Cole"), PhoneSlot.FIRST, BEGAN)
    )
    free = other_than(pending)
    draws(monkeypatch, pending, free)
    put(desk, "Ben Cole")
    assert desk.pages()[1].code == free


def test_a_code_of_the_release_before_is_kept(desk: PagingDesk) -> None:
    desk.write(lambda session, _: setattr(session.get_one(Page, desk.pages()[0].id), "code", "5831"))
    put(desk, "Amy Roy", kind=PageKind.REMINDER)
    assert [page.code for page in desk.pages()] == ["5831", "5831"]


def other_than(code: str) -> str:
    return str((int(code) - 100_000 + 1) % 900_000 + 100_000)


def draws(monkeypatch: pytest.MonkeyPatch, *codes: str) -> None:
    """Have these codes be the next that are drawn."""
    drawn = iter(int(code) - 100_000 for code in codes)
    monkeypatch.setattr("secrets.randbelow", lambda limit: next(drawn) if limit == 900_000 else limit - 1)


def test_a_later_answer_replaces_an_earlier_one(desk: PagingDesk) -> None:
    for answer in (PageAnswer.PASSED, PageAnswer.TAKEN):
        desk.write(
            lambda session, callback, answer=answer: pages.mark_answer(  # type: ignore[misc]
                session, callback, technician_named(session, "Amy Roy"), answer
            )
        )
    assert [page.answer for page in desk.pages()] == [PageAnswer.TAKEN]


def test_every_round_has_a_number_of_its_own(desk: PagingDesk) -> None:
    assert [desk.write(lambda _, callback: pages.next_round(callback)) for _ in range(2)] == [2, 3]


def test_a_page_is_locked_after_its_callback_and_may_be_missing(desk: PagingDesk) -> None:
    page_id = desk.pages()[0].id
    found = desk.write(lambda session, _: pages.locked_page(session, page_id))
    assert found is not None
    assert found.id == page_id
    assert desk.write(lambda session, _: pages.locked_page(session, page_id + 1)) is None


def test_only_pages_about_a_callback_leave_an_event(desk: PagingDesk) -> None:
    def work(session: Session, callback: Callback) -> None:
        amy = technician_named(session, "Amy Roy")
        about = pages.add_page(
            session, callback, amy.id, ContactMethod(Channel.TEXT), PageKind.GIVEN, 7, BEGAN, "words", "1234"
        )
        alone = Page(
            technician_id=amy.id, channel=Channel.TEXT, kind=PageKind.TEST, words="", code="", created_at=BEGAN
        )
        session.add(alone)
        session.flush()
        for page in (about, alone):
            pages.record_page_event(session, page, BEGAN + timedelta(seconds=1), Actor.DESK, EventKind.NOTIFIED, "sent")

    desk.write(work)
    assert desk.events(EventKind.NOTIFIED) == ["sent"]
