"""A lock of an account is told to the user and the supervisors, once a day and account."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.states import Channel
from callbacks.db.tables import Page, User
from callbacks.paging.lock_alerts import tell_of_lock
from callbacks.people import users
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk

PASSWORD = "correct horse battery"
HERE = "192.0.2.1"


@pytest.fixture
def accounts(desk: PagingDesk) -> Database:
    """Amy is a technician, Ada is paged by nothing."""
    database = desk.database
    database.write(lambda s: users.add_user(s, "amy@example.com", "technician", PASSWORD, BEGAN, "Amy Roy"))
    database.write(lambda s: users.add_user(s, "ada@example.com", "administrator", PASSWORD, BEGAN))
    return database


def is_told(database: Database, name: str, now: datetime = BEGAN) -> list[tuple[str, str]]:
    """Return who is sent what by the lock of an account."""
    seen = database.read(lambda s: s.scalars(select(Page.id)).all())
    database.write(lambda s: tell_of_lock(s, DESK, users.user_named(s, f"{name}@example.com"), HERE, now))
    new = select(Page).where(Page.id.not_in(seen)).order_by(Page.id)
    return [(page.technician.name, page.words) for page in database.read(lambda s: s.scalars(new).all())]


def test_the_supervisors_and_the_user_are_told_from_where(accounts: Database) -> None:
    (sue, to_sue), (amy, to_amy) = is_told(accounts, "amy")
    assert (sue, amy) == ("Sue Tran", "Amy Roy")
    assert "too many failed logins for amy@example.com, the last from 192.0.2.1." in to_sue
    assert "too many failed logins to your account, the last from 192.0.2.1." in to_amy


def test_the_user_reads_it_in_their_language_by_text_and_mail(desk: PagingDesk, accounts: Database) -> None:
    def speaks_french(session: object) -> None:
        amy = technician_named(session, "Amy Roy")  # type: ignore[arg-type]
        amy.language, amy.email = "fr", "amy@example.com"

    accounts.write(speaks_french)
    accounts.write(lambda s: tell_of_lock(s, DESK, users.user_named(s, "amy@example.com"), HERE, BEGAN))
    amys = select(Page).where(Page.words.contains("votre compte")).order_by(Page.id)
    assert [page.channel for page in accounts.read(lambda s: s.scalars(amys).all())] == [Channel.TEXT, Channel.MAIL]


def test_who_is_no_technician_is_told_by_the_supervisors_only(accounts: Database) -> None:
    assert [name for name, _ in is_told(accounts, "ada")] == ["Sue Tran"]


def test_once_a_day_and_account(accounts: Database) -> None:
    assert is_told(accounts, "amy")
    assert is_told(accounts, "amy", BEGAN + timedelta(hours=23)) == []
    assert is_told(accounts, "ada", BEGAN + timedelta(hours=23))
    assert is_told(accounts, "amy", BEGAN + timedelta(hours=24))
    told = accounts.read(lambda s: s.scalars(select(User.lock_told_at).where(User.email == "amy@example.com")).one())
    assert told == BEGAN + timedelta(hours=24)


def test_many_locks_at_once_alert_the_supervisors_once_an_hour(accounts: Database) -> None:
    assert [name for name, _ in is_told(accounts, "amy")] == ["Sue Tran", "Amy Roy"]
    assert is_told(accounts, "ada", BEGAN + timedelta(minutes=59)) == []
    assert [name for name, _ in is_told(accounts, "amy", BEGAN + timedelta(hours=24))] == ["Sue Tran", "Amy Roy"]
