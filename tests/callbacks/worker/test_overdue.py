"""What should have happened by now: the item that has been due for longest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.states import (
    AudioState,
    CallbackState,
    Channel,
    CustomerMessageState,
    PageKind,
    PageState,
    VoicemailState,
)
from callbacks.db.tables import Base, Callback, CustomerMessage, Page, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.people import technicians
from callbacks.worker.overdue import Overdue, oldest_overdue

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(database: Database) -> Database:
    """Return a database with a callback, a page about it and a recording, none of them due."""

    def work(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True)
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
        callback = open_callback(session, DESK, calls.record_call(session, arrival, NOW), NOW)
        session.flush()
        page = Page(callback_id=callback.id, technician_id=amy.id, kind=PageKind.TEST, channel=Channel.TEXT)
        page.code, page.words, page.created_at = "1234", "a page", NOW
        session.add(page)
        session.add(Voicemail(call_sid="CA1", state=VoicemailState.RECORDED, audio=AudioState.WANTED))
        session.flush()
        session.execute(update(Callback).values(next_action_at=NOW + MINUTE))
        session.execute(update(Page).values(next_action_at=NOW + MINUTE))
        session.execute(update(Voicemail).values(next_action_at=NOW + MINUTE))
        session.execute(update(CustomerMessage).values(next_action_at=NOW + MINUTE))

    database.write(work)
    return database


def oldest(database: Database, now: datetime) -> Overdue | None:
    return database.read(lambda session: oldest_overdue(session, now))


def test_what_is_due_later_is_not_overdue(desk: Database) -> None:
    assert oldest(desk, NOW) is None
    assert oldest(desk, NOW + MINUTE) is not None


@pytest.mark.parametrize(
    ("model", "what"),
    [
        (Callback, "the next step of a callback"),
        (Page, "a page"),
        (Voicemail, "a recording"),
        (CustomerMessage, "a message to a customer"),
    ],
)
def test_the_one_that_has_been_due_for_longest_is_named(desk: Database, model: type[Base], what: str) -> None:
    desk.write(lambda session: session.execute(update(model).values(next_action_at=NOW - 3 * MINUTE)))
    assert oldest(desk, NOW + MINUTE) == Overdue(what, NOW - 3 * MINUTE)


def test_what_no_longer_waits_is_not_overdue(desk: Database) -> None:
    def settle(session: Session) -> None:
        session.execute(update(Callback).values(state=CallbackState.RESOLVED))
        session.execute(update(Page).values(state=PageState.SENT))
        session.execute(update(Voicemail).values(audio=AudioState.COPIED))
        session.execute(update(CustomerMessage).values(state=CustomerMessageState.SENT))

    desk.write(settle)
    assert oldest(desk, NOW + 60 * MINUTE) is None


def test_the_words_name_the_item_and_its_age() -> None:
    assert Overdue("a page", NOW).words(NOW + 3 * MINUTE) == "A page has been due for 3 min."
