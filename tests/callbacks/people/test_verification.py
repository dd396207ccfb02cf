"""Verifying a number with a code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Channel, PhoneSlot
from callbacks.errors import WrongState
from callbacks.people.contact_methods import change_number, is_verified, record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.verification import (
    CODE_VALID_FOR,
    FAILURES_ALLOWED,
    has_pending_code,
    new_code,
    unverify_numbers,
    verify,
)
from tests.callbacks.people.crew import NOW, amy

FIRST, SECOND = PhoneSlot.FIRST, PhoneSlot.SECOND


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_verifies_once(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session, verified=False)
        record_failure(row, ContactMethod(Channel.TEXT), "sent STOP")
        code = new_code(session, row, FIRST, NOW)
        assert (len(code), code.isdecimal()) == (6, True)
        assert has_pending_code(session, row, FIRST, NOW)
        assert not verify(session, row, FIRST, wrong(code), NOW)
        assert not is_verified(row, FIRST)
        assert verify(session, row, FIRST, code, NOW)
        assert is_verified(row, FIRST)
        assert row.troubles == {}
        assert not has_pending_code(session, row, FIRST, NOW)
        assert not verify(session, row, FIRST, code, NOW)

    database.write(work)


def test_a_code_is_for_one_number(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session, verified=False)
        change_number(session, row, SECOND, "+15145550111", NOW)
        code = new_code(session, row, SECOND, NOW)
        assert not verify(session, row, FIRST, code, NOW)
        assert verify(session, row, SECOND, code, NOW)
        assert (row.verified_at, row.second_verified_at) == (None, NOW)

    database.write(work)


def test_a_new_code_replaces_the_previous_one(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session, verified=False)
        old, new = new_code(session, row, FIRST, NOW), new_code(session, row, FIRST, NOW)
        assert old == new or not verify(session, row, FIRST, old, NOW)
        assert verify(session, row, FIRST, new, NOW)
        assert not has_pending_code(session, row, FIRST, NOW)
        assert not verify(session, row, FIRST, old, NOW)

    database.write(work)


@pytest.mark.parametrize(
    ("later", "is_valid"), [(CODE_VALID_FOR - timedelta(seconds=1), True), (CODE_VALID_FOR, False)]
)
def test_a_code_expires_after_a_day(database: Database, later: timedelta, is_valid: bool) -> None:
    def work(session: Session) -> None:
        row = amy(session, verified=False)
        code = new_code(session, row, FIRST, NOW)
        assert verify(session, row, FIRST, code, NOW + later) is is_valid

    database.write(work)


def test_after_too_many_wrong_codes_the_right_one_is_refused(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session, verified=False)
        code = new_code(session, row, FIRST, NOW)
        for _ in range(FAILURES_ALLOWED):
            assert not verify(session, row, FIRST, wrong(code), NOW)
        assert not verify(session, row, FIRST, code, NOW)
        assert verify(session, row, FIRST, new_code(session, row, FIRST, NOW), NOW)

    database.write(work)


def test_a_number_that_is_not_there_cannot_be_verified(database: Database) -> None:
    with pytest.raises(WrongState, match="has no second number"):
        database.write(lambda session: new_code(session, amy(session), SECOND, NOW))


def test_numbers_that_are_no_longer_theirs_are_not_verified_and_no_code_that_was_sent_verifies_them(
    database: Database,
) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        change_number(session, row, SECOND, "+15145550111", NOW)
        codes = {slot: new_code(session, row, slot, NOW) for slot in PhoneSlot}
        row.second_verified_at = NOW
        unverify_numbers(session, row, NOW)
        assert [is_verified(row, slot) for slot in PhoneSlot] == [False, False]
        assert [verify(session, row, slot, code, NOW) for slot, code in codes.items()] == [False, False]
        assert verify(session, row, FIRST, new_code(session, row, FIRST, NOW), NOW)

    database.write(work)
