"""Technicians: added, found, removed, and read as paging sees them."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Channel, PhoneSlot
from callbacks.db.tables import User
from callbacks.errors import NotFound, WrongState
from callbacks.people.contact_methods import add_rule, change_number, record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import (
    add_technician,
    everybody,
    person,
    remove_technician,
    set_quiet,
    technician_named,
    technician_with,
)
from callbacks.people.users import add_user
from callbacks.people.verification import mark_verified
from tests.callbacks.people.crew import NOW, amy, ben


def test_a_technician_is_found_by_name_and_by_number(database: Database) -> None:
    def work(session: Session) -> None:
        added = amy(session), ben(session)
        assert list(everybody(session)) == list(added)
        assert technician_named(session, " amy ROY ") is added[0]
        assert technician_with(session, "+15145550102") is added[1]
        assert technician_with(session, "+15145550103") is None
        with pytest.raises(NotFound, match=r"no technician 'Eve'. Known: Amy Roy, Ben Cole"):
            technician_named(session, "Eve")

    database.write(work)


@pytest.mark.parametrize(
    ("name", "phone", "message"),
    [
        (" ", "+15145550109", "needs a name"),
        ("AMY ROY", "+15145550109", "already a technician named Amy Roy"),
        ("Eve", "514 555-0101", "already belongs to Amy Roy"),
        ("Eve", "none", "not a phone number"),
    ],
)
def test_a_name_or_a_number_that_is_taken_is_refused(database: Database, name: str, phone: str, message: str) -> None:
    database.write(amy)
    with pytest.raises(WrongState, match=message):
        database.write(lambda session: add_technician(session, name, phone, NOW))


def test_an_invalid_email_address_is_refused(database: Database) -> None:
    def work(session: Session) -> None:
        for wrong in ("amy", "amy@example.com\nBcc: eve@example.com"):
            with pytest.raises(WrongState, match="is not an email address"):
                add_technician(session, "Amy Roy", "+15145550101", NOW, email=wrong)
        assert (
            add_technician(session, "Amy Roy", "+15145550101", NOW, email=" Amy@EXAMPLE.com").email == "Amy@example.com"
        )

    database.write(work)


def test_one_who_leaves_frees_the_number_and_can_come_back_unverified(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        remove_technician(session, row, NOW)
        assert list(everybody(session)) == []
        assert not person(row).verified
        again = add_technician(session, "amy roy", "+15145550101", NOW)
        assert (again.id, again.name, again.left_at, again.verified_at) == (row.id, "Amy Roy", None, None)

    database.write(work)


def test_the_account_of_a_technician_who_leaves_goes_unless_it_has_another_role(database: Database) -> None:
    def work(session: Session) -> None:
        rows = amy(session), ben(session)
        add_user(session, "amy@example.com", "technician", "correct horse", NOW, "Amy Roy")
        add_user(session, "ben@example.com", "supervisor", "correct horse", NOW, "Ben Cole")
        for row in rows:
            remove_technician(session, row, NOW)
        session.flush()
        left = [(user.email, user.technician_id) for user in session.scalars(select(User))]
        assert left == [("ben@example.com", None)]

    database.write(work)


def test_paging_sees_only_methods_that_are_verified_and_work(database: Database) -> None:
    text, call, second = ContactMethod(Channel.TEXT), ContactMethod(Channel.CALL), PhoneSlot.SECOND

    def work(session: Session) -> None:
        row = amy(session)
        change_number(session, row, second, "+15145550111", NOW)
        add_rule(row, Channel.CALL, timedelta(minutes=2), second)
        assert person(row).contact_methods == (text, call)
        mark_verified(row, second, NOW)
        record_failure(row, text, "sent STOP")
        expected = (call, ContactMethod(Channel.TEXT, second), ContactMethod(Channel.CALL, second))
        assert person(row).contact_methods == expected
        (rule,) = person(row).rules
        assert (rule.method, rule.after) == (ContactMethod(Channel.CALL, second), timedelta(minutes=2))
        row.email = "amy@example.com"
        assert person(row).contact_methods == (*expected, ContactMethod(Channel.MAIL))

    database.write(work)


def test_the_second_number_is_used_while_only_it_is_verified(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session, verified=False)
        change_number(session, row, PhoneSlot.SECOND, "+15145550111", NOW)
        assert (person(row).phone, person(row).verified) == ("+15145550101", False)
        mark_verified(row, PhoneSlot.SECOND, NOW)
        assert (person(row).phone, person(row).verified) == ("+15145550111", True)

    database.write(work)


def test_quiet_hours_hold_at_their_time_of_day(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        set_quiet(row, "22:00-07:00")
        assert [person(row, time(hour)).is_quiet for hour in (21, 22, 6, 7)] == [False, True, True, False]
        assert not person(row).is_quiet
        with pytest.raises(WrongState, match="not a span of the day"):
            set_quiet(row, "at night")
        set_quiet(row, " ")
        assert not person(row, time(23)).is_quiet

    database.write(work)
