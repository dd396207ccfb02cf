"""Who is asked whether a risky number may be called, and who hears the answer."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callbacks.db.states import PageKind
from callbacks.db.tables import Callback
from callbacks.lifecycle.transitions import set_owner
from callbacks.paging.consent import ask_for_consent, notify_of_consent, was_asked
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes


def caller_is(desk: PagingDesk, number: str) -> None:
    def work(_: Session, callback: Callback) -> None:
        callback.contact.caller, callback.contact.customer_number = number, None

    desk.write(work)


def is_asked(desk: PagingDesk) -> None:
    desk.write(lambda session, callback: ask_for_consent(session, DESK, callback, BEGAN))


def is_decided(desk: PagingDesk, *, allowed: bool = True, by: str = "Sue Tran") -> None:
    def work(session: Session, callback: Callback) -> None:
        by_id = technician_named(session, by).id
        notify_of_consent(session, DESK, callback, by, by_id, BEGAN, allowed=allowed)

    desk.write(work)


def test_the_supervisor_is_asked_with_number_country_and_a_code_of_their_own(desk: PagingDesk) -> None:
    caller_is(desk, "+33142685300")
    is_asked(desk)
    assert desk.paged(PageKind.CONSENT) == ["Sue Tran text"]
    (page,) = desk.pages(PageKind.CONSENT)
    assert "+33 1 42 68 53 00, a number abroad (FR)" in page.words
    assert f"ALLOW {page.code}" in page.words
    assert f"REFUSE {page.code}" in page.words


@pytest.mark.parametrize("caller", ["+15145550199", "ANONYMOUS", "+18884847266"])
def test_nobody_is_asked_about_a_number_that_needs_no_decision(desk: PagingDesk, caller: str) -> None:
    caller_is(desk, caller)
    is_asked(desk)
    assert desk.pages(PageKind.CONSENT) == []


def test_who_was_asked_is_known(desk: PagingDesk) -> None:
    caller_is(desk, "+33142685300")
    is_asked(desk)

    def asked(session: Session, callback: Callback) -> list[bool]:
        return [was_asked(session, callback, technician_named(session, name)) for name in ("Sue Tran", "Ben Cole")]

    assert desk.write(asked) == [True, False]


@pytest.mark.parametrize(("allowed", "words"), [(True, "allowed calls to"), (False, "refused calls to")])
def test_everybody_who_was_paged_hears_the_answer(desk: PagingDesk, allowed: bool, words: str) -> None:
    desk.takes_step(6)
    for page in desk.pages():
        desk.is_sent(page.id)
    is_decided(desk, allowed=allowed)
    assert {page.technician.name for page in desk.pages(PageKind.CONSENT_ANSWER)} == {"Amy Roy"}
    assert words in desk.pages(PageKind.CONSENT_ANSWER)[0].words


def test_an_owner_alone_hears_it_and_not_when_they_decided_themselves(desk: PagingDesk) -> None:
    desk.is_sent(desk.pages()[0].id)
    desk.write(
        lambda session, callback: set_owner(
            session, callback, technician_named(session, "Ben Cole"), BEGAN + minutes(1)
        )
    )
    is_decided(desk)
    assert desk.paged(PageKind.CONSENT_ANSWER) == ["Ben Cole text"]
    is_decided(desk, by="Ben Cole")
    assert len(desk.pages(PageKind.CONSENT_ANSWER)) == 1
