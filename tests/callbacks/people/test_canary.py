"""The number that receives the page of the daily test call: on no list, texted only."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Channel
from callbacks.db.tables import Technician
from callbacks.people.canary import canary_recipient, is_canary, set_up_recipient
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import everybody, technician_with
from tests.callbacks.people.crew import amy

NOW = datetime(2026, 11, 28, 16, tzinfo=UTC)
TEXT = ContactMethod(Channel.TEXT)


def test_it_is_no_technician_and_is_only_texted(database: Database) -> None:
    def work(session: Session) -> None:
        assert canary_recipient(session) is None
        person = amy(session)
        set_up_recipient(session, "+15145550170", NOW)
        who = canary_recipient(session)
        assert who is not None
        assert (who.phone, who.contact_methods) == ("+15145550170", (TEXT,))
        assert [row.name for row in everybody(session)] == ["Amy Roy"]
        assert technician_with(session, "+15145550170") is None
        assert (is_canary(person), is_canary(session.get_one(Technician, who.id))) == (False, True)

    database.write(work)


def test_each_day_it_has_the_number_of_the_desk_file_and_no_failures(database: Database) -> None:
    def work(session: Session) -> None:
        set_up_recipient(session, "+15145550170", NOW)
        first = canary_recipient(session)
        assert first is not None
        record_failure(session.get_one(Technician, first.id), TEXT, "it takes no texts")
        set_up_recipient(session, "+15145550171", NOW)
        second = canary_recipient(session)
        assert second is not None
        assert (second.id, second.phone) == (first.id, "+15145550171")
        assert session.get_one(Technician, second.id).troubles == {}

    database.write(work)
