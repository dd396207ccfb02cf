"""The migrations make the tables of this release, and keep every row of the releases before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.migrations import check_schema, migrate
from callbacks.db.states import AudioState, CallbackState
from callbacks.db.tables import Base, Callback, Conversation, Event, Mail, Page, ReachAttempt, ReceivedText, Voicemail
from callbacks.errors import UnknownSchema
from tests.callbacks.db.migrations import schema_0003
from tests.callbacks.db.migrations.earlier import Rows, database_at, insert, schema_of

# Columns whose content may change between 0003 and now. Each has a test of its own meaning below.
TRANSLATED = {
    "events": {"what", "detail"},
    "pages": {"occasion"},
    "attempts": {"outcome"},
    "voicemails": {"tries"},
    "users": {"session_key", "failures", "locked_until"},
}
NEW = (
    "announcement_updates",
    "announcements",
    "billing_consents",
    "box_mails",
    "customer_contacts",
    "customer_messages",
    "customers",
    "early_reports",
    "emptyings",
    "event_seals",
    "failed_logins",
    "invitations",
    "joined_contacts",
    "mail_attachments",
    "mailbox_marks",
    "mails",
    "number_rules",
    "passkeys",
    "received_requests",
    "recovery_codes",
    "sessions",
    "subscriptions",
    "work_entries",
)
RENAMED = {"calls": "contacts"}
RENAMED_COLUMNS = {("callbacks", "call_sid"): "contact_sid", ("events", "call_sid"): "contact_sid"}
NOT_BEFORE = (Mail, Conversation)  # contacts of these kinds


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


APPEND_ONLY = ("audit", "events", "event_seals", "emptyings")
LOSE_DETAILS = {("audit", "audit_refuses_update"), ("events", "events_refuses_update")}  # and change in no other way


def test_every_table_that_only_grows_has_its_triggers_after_all_migrations(filled: Database) -> None:
    """On SQLite a migration that copies a table drops its triggers."""
    migrate(filled)
    with filled.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
            kinds = ["_refuses_delete", "_refuses_replace", "_refuses_update"]
        else:
            query = (
                "SELECT DISTINCT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE tgenabled = 'O' AND NOT tgisinternal"
            )
            kinds = ["_refuses"]
        found = {tuple(row) for row in connection.exec_driver_sql(query)}
    assert found == {(table, f"{table}{kind}") for table in APPEND_ONLY for kind in kinds} | LOSE_DETAILS


def test_a_database_of_another_release_is_refused_with_the_remedy(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('old') / 'desk.db'}", UNHURRIED)
    with pytest.raises(UnknownSchema, match=r"python app\.py migrate"):
        check_schema(database)
    migrate(database)
    check_schema(database)
    database.close()


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    """A database of schema 0003 with rows in every table."""
    database = database_at(database_url, "0003")
    insert(database, schema_0003.rows())
    yield database
    database.close()


Content = Mapping[str, list[Mapping[str, Any]]]


def content(database: Database) -> Content:
    """Return every row of every table, in the order of the primary keys."""
    with database.engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()
            ]
            for table in schema_of(database).sorted_tables
        }


def counts(found: Content) -> Mapping[str, int]:
    return {table: len(rows) for table, rows in found.items()}


def test_the_filled_database_has_rows_in_every_table(filled: Database) -> None:
    assert [table for table, count in counts(content(filled)).items() if not count] == []


def test_no_row_is_lost_or_added(filled: Database) -> None:
    before = {RENAMED.get(table, table): count for table, count in counts(content(filled)).items()}
    migrate(filled)
    check_schema(filled)
    assert counts(content(filled)) == {**before, **dict.fromkeys(NEW, 0)}


def test_every_value_that_is_not_translated_stays(filled: Database) -> None:
    before = content(filled)
    migrate(filled)
    after = content(filled)
    for table, rows in before.items():
        columns = rows[0].keys() - TRANSLATED.get(table, set())
        kept = [{RENAMED_COLUMNS.get((table, name), name): row[name] for name in columns} for row in rows]
        found = [{name: row.get(name, "gone") for name in kept[0]} for row in after[RENAMED.get(table, table)]]
        assert found == kept, table


def test_a_recording_that_is_still_wanted_starts_counting_its_tries_again(filled: Database) -> None:
    migrate(filled)
    wanted = select(Voicemail.tries).where(Voicemail.audio == AudioState.WANTED)
    assert set(filled.read(lambda session: session.scalars(wanted).all())) == {0}


def test_every_event_keeps_its_meaning(filled: Database) -> None:
    migrate(filled)
    events = filled.read(lambda session: session.scalars(select(Event).order_by(Event.id)).all())
    expected = [meaning for _, _, meaning in schema_0003.EVENTS]
    assert [(event.kind.value, event.step, event.detail) for event in events] == expected


def test_every_page_keeps_its_meaning(filled: Database) -> None:
    migrate(filled)
    pages = filled.read(lambda session: session.scalars(select(Page).order_by(Page.id)).all())
    assert [(page.kind.value, page.round) for page in pages] == [meaning for _, meaning in schema_0003.PAGES]


def test_every_callback_that_is_over_knows_since_when(filled: Database) -> None:
    migrate(filled)
    query = select(Callback.state, Callback.closed_at)
    found = filled.read(lambda session: [tuple(row) for row in session.execute(query)])
    assert {state is CallbackState.OPEN for state, _ in found} == {True, False}
    assert all((closed_at is None) is (state is CallbackState.OPEN) for state, closed_at in found)


def test_every_attempt_keeps_its_meaning(filled: Database) -> None:
    migrate(filled)
    query = select(ReachAttempt.outcome).order_by(ReachAttempt.id)
    outcomes = filled.read(lambda session: session.scalars(query).all())
    assert [outcome.value for outcome in outcomes] == [meaning for _, meaning in schema_0003.ATTEMPTS]


def test_every_text_keeps_whether_it_was_understood(filled: Database) -> None:
    migrate(filled)
    query = select(ReceivedText.understood).order_by(ReceivedText.sid)
    assert filled.read(lambda session: session.scalars(query).all()) == [is_clear for _, is_clear in schema_0003.TEXTS]


def test_every_row_can_be_loaded(filled: Database) -> None:
    migrate(filled)
    expected = (each for each in Base.registry.mappers if each.class_ not in NOT_BEFORE)
    for mapper in (each for each in expected if str(each.local_table) not in NEW):
        assert filled.read(lambda session, row=mapper.class_: session.scalars(select(row)).all())  # type: ignore[misc]


def test_a_database_of_the_first_release_is_brought_up_to_date_with_everything_in_it(database_url: str) -> None:
    database = database_at(database_url, "0001")
    insert(database, FIRST_RELEASE)
    migrate(database)
    check_schema(database)
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("SELECT callback_id, number, state FROM pages").all()
        attempts = connection.exec_driver_sql("SELECT page_id, sid FROM page_attempts").all()
        policies = connection.exec_driver_sql("SELECT reference, policy FROM callbacks").all()
        people = connection.exec_driver_sql("SELECT name, quiet FROM technicians").all()
    assert [tuple(row) for row in pages] == [(1, "first", "sent")]
    assert [tuple(row) for row in attempts] == [(1, "SM1")]
    assert [tuple(row) for row in policies] == [("KT-417", "default")]
    assert [tuple(row) for row in people] == [("Amy Roy", "")]
    database.close()


FIRST_RELEASE: Rows = {
    "technicians": [
        {"name": "Amy Roy", "phone": "+15145550101", "email": "", "language": "en", "created_at": schema_0003.AT}
    ],
    "calls": [
        {"sid": "CA1", "line": "direct", "caller": "+15145550199", "began_at": schema_0003.AT, "language": "en",
         "is_open": False, "hours_reason": "", "attestation": "", "outcome": "voicemail"}
    ],
    "callbacks": [
        {"reference": "KT-417", "call_sid": "CA1", "state": "open", "priority": "P2", "opened_at": schema_0003.AT,
         "due_at": schema_0003.LATER, "resumed": False, "position": 1, "decisions": 1}
    ],
    "pages": [
        {"callback_id": 1, "occasion": "step 1", "technician_id": 1, "channel": "text", "code": "5831", "words": "x",
         "state": "sent", "created_at": schema_0003.AT, "tries": 1, "token": 1, "answer": ""}
    ],
    "page_attempts": [
        {"page_id": 1, "started_at": schema_0003.AT, "state": "accepted", "sid": "SM1", "carrier_status": "sent",
         "error": ""}
    ],
}  # fmt: skip
