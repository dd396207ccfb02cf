"""The database: aware instants, transactions that run again, and a schema that the migrations really make."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database, insert_once
from callbacks.db.migrations import check_schema, migrate
from callbacks.db.states import AttemptState, CallbackState, CarrierStatus, PageKind, ReachOutcome, Role
from callbacks.db.tables import Base, Callback, Page, PageAttempt, ReachAttempt, User, Watermark
from callbacks.errors import UnknownSchema

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_of_another_release_is_refused_with_the_remedy(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('old') / 'desk.db'}", UNHURRIED)
    with pytest.raises(UnknownSchema, match=r"python app\.py migrate"):
        check_schema(database)
    migrate(database)
    check_schema(database)
    database.close()


def test_an_instant_comes_back_aware_and_the_same(database: Database) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5)))
    database.write(lambda session: session.add(Watermark(name="x", at=there)))
    found = database.read(lambda session: session.scalars(select(Watermark)).one()).at
    assert (found, found.tzinfo) == (NOON, UTC)


def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="names no time zone"):
        database.write(lambda session: session.add(Watermark(name="x", at=datetime(2026, 1, 1))))  # noqa: DTZ001


def test_a_row_is_inserted_once(database: Database) -> None:
    assert [database.write(lambda s: insert_once(s, Watermark, name="x", at=NOON)) for _ in range(3)] == [
        True,
        False,
        False,
    ]


def test_writers_that_read_first_do_not_fail_each_other(database: Database) -> None:
    database.write(lambda session: session.add(Watermark(name="count", at=NOON)))
    faults = list[BaseException]()

    def add_a_second(session: Session) -> None:
        row = session.get_one(Watermark, "count", with_for_update=True)
        row.at += timedelta(seconds=1)

    def run() -> None:
        try:
            for _ in range(15):
                database.write(add_a_second)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert database.read(lambda session: session.get_one(Watermark, "count")).at == NOON + timedelta(seconds=60)


def test_a_transaction_that_met_a_passing_fault_runs_again_from_its_start(sqlite_url: str) -> None:
    database, tries = Database(sqlite_url, UNHURRIED), list[int]()

    def work(session: Session) -> str:
        tries.append(1)
        session.add(Watermark(name=f"try {len(tries)}", at=NOON))
        session.flush()
        if len(tries) < 3:
            raise OperationalError("", {}, Exception("database is locked"))
        return "done"

    assert database.write(work) == "done"
    assert database.read(lambda session: session.scalars(select(Watermark.name)).all()) == ["try 3"]
    database.close()


def test_a_database_that_is_away_says_so_and_soon() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(OperationalError):
        database.read(lambda session: session.execute(text("SELECT 1")))
    assert create_engine("sqlite://")
    database.close()


def test_a_value_that_an_enum_lacks_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="not among the defined enum values"):
        database.read(lambda session: session.scalars(select(Callback).where(Callback.state == "opened")).all())


def test_a_database_of_the_release_before_is_brought_up_to_date_with_everything_in_it(database_url: str) -> None:
    database = _filled(database_url, "0001", BEFORE)
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


def test_every_page_keeps_what_it_was_for_when_its_occasion_becomes_a_kind_and_a_round(database_url: str) -> None:
    database = _filled(database_url, "0003", BEFORE_KINDS)
    migrate(database)
    check_schema(database)
    pages = database.read(lambda session: session.scalars(select(Page).order_by(Page.id)).all())
    assert [(page.callback_id, page.kind, page.round, page.code) for page in pages] == [
        (1, PageKind.STEP, 1, "5831"),
        (1, PageKind.STEP, 12, "5831"),
        (1, PageKind.REMINDER, 2, "5831"),
        (1, PageKind.OUTCOME, 7, "5831"),
        (1, PageKind.CONNECTION, 3, ""),
        (None, PageKind.TEST, 0, ""),
        (None, PageKind.ALARM, 0, ""),
        (None, PageKind.ALARM, 0, ""),
        (None, PageKind.VERIFICATION, 0, ""),
        (1, PageKind.STEP, 13, "5831"),  # "again 2": of no kind that is known, and no step that was there
        (1, PageKind.STEP, 14, "5831"),  # "step 1.0"
        (None, PageKind.ALARM, 15, ""),  # "storm"
    ]
    assert [page.bundled_into_id for page in pages][:2] == [None, 1]
    database.close()


def test_every_value_that_no_enum_has_becomes_one_that_it_has(database_url: str) -> None:
    database = _filled(database_url, "0003", BEFORE_KINDS)
    migrate(database)
    for mapper in Base.registry.mappers:
        database.read(lambda session, row=mapper.class_: session.scalars(select(row)).all())  # type: ignore[misc]
    outcomes = database.read(
        lambda session: session.scalars(select(ReachAttempt.outcome).order_by(ReachAttempt.id)).all()
    )
    assert outcomes == [ReachOutcome.REACHED, ReachOutcome.CONTINUING, ReachOutcome.NO_ANSWER, ReachOutcome.FAILED]
    attempt = database.read(lambda session: session.scalars(select(PageAttempt)).one())
    assert (attempt.state, attempt.carrier_status) == (AttemptState.ACCEPTED, CarrierStatus.NONE)
    assert database.read(lambda session: session.scalars(select(Callback.state)).all()) == [CallbackState.OPEN]
    assert database.read(lambda session: session.scalars(select(User.role)).all()) == [Role.READER]
    database.close()


def _filled(url: str, step: str, rows: str) -> Database:
    """A database at an earlier step of the schema, with rows of that time in it."""
    database = Database(url, UNHURRIED)
    with database.engine.begin() as connection:
        for table in reversed(inspect(connection).get_table_names()):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}{_cascade(connection)}")
    migrate(database, step)
    with database.engine.begin() as connection:
        for line in rows.strip().splitlines():
            connection.exec_driver_sql(line)
    return database


def _cascade(connection: Connection) -> str:
    return " CASCADE" if connection.dialect.name == "postgresql" else ""


BEFORE = """
INSERT INTO technicians (id, name, phone, email, language, created_at) VALUES (1, 'Amy Roy', '+15145550101', '', 'en', '2026-11-20 00:00:00')
INSERT INTO calls (sid, line, caller, began_at, language, is_open, hours_reason, attestation, outcome) VALUES ('CA1', 'direct', '+15145550199', '2026-11-20 00:00:00', 'en', false, '', '', 'voicemail')
INSERT INTO callbacks (id, reference, call_sid, state, priority, opened_at, due_at, resumed, position, decisions) VALUES (1, 'KT-417', 'CA1', 'open', 'P2', '2026-11-20 00:00:00', '2026-11-20 00:30:00', false, 1, 1)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, code, words, state, created_at, tries, token, answer) VALUES (1, 1, 'step 1', 1, 'text', '5831', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '')
INSERT INTO page_attempts (id, page_id, started_at, state, sid, carrier_status, error) VALUES (1, 1, '2026-11-20 00:00:00', 'accepted', 'SM1', 'sent', '')
"""  # noqa: E501

BEFORE_KINDS = """
INSERT INTO technicians (id, name, phone, email, language, created_at, quiet, troubles) VALUES (1, 'Amy Roy', '+15145550101', '', 'en', '2026-11-20 00:00:00', '', '{}')
INSERT INTO users (id, email, password_hash, role, created_at, failures, session_key) VALUES (1, 'sue@example.com', 'x', 'owner', '2026-11-20 00:00:00', 0, 'x')
INSERT INTO calls (sid, line, caller, caller_name, began_at, language, is_open, hours_reason, attestation, outcome) VALUES ('CA1', 'direct', '+15145550199', '', '2026-11-20 00:00:00', 'en', false, '', '', 'voicemail')
INSERT INTO callbacks (id, reference, call_sid, state, priority, policy, product, coverage, opened_at, due_at, resumed, position, decisions) VALUES (1, 'KT-417', 'CA1', 'asleep', 'P9', 'default', '', '', '2026-11-20 00:00:00', '2026-11-20 00:30:00', false, 1, 1)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (1, 1, 'step 1', 1, 'text', 'first', '5831', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (2, 1, 'step 12', 1, 'text', 'first', '5831', 'x', 'bundled', '2026-11-20 00:00:00', 1, 1, '', 1)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (3, 1, 'reminder 2', 1, 'text', 'first', '5831', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (4, 1, 'outcome 7', 1, 'text', 'first', '5831', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (5, 1, 'connection 3', 1, 'connection', 'first', '', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (6, NULL, 'test', 1, 'text', 'first', '', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (7, NULL, 'alarm', 1, 'text', 'first', '', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (8, NULL, 'alarm', 1, 'text', 'first', '', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (9, NULL, 'verification', 1, 'text', 'first', '', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (10, 1, 'again 2', 1, 'text', 'first', '5831', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (11, 1, 'step 1.0', 1, 'text', 'first', '5831', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO pages (id, callback_id, occasion, technician_id, channel, number, code, words, state, created_at, tries, token, answer, bundled_into_id) VALUES (12, NULL, 'storm', 1, 'text', 'first', '', 'x', 'sent', '2026-11-20 00:00:00', 1, 1, '', NULL)
INSERT INTO page_attempts (id, page_id, started_at, state, sid, carrier_status, error) VALUES (1, 1, '2026-11-20 00:00:00', 'accepted', 'SM1', 'warped', '')
INSERT INTO attempts (id, callback_id, technician_id, tried_at, outcome, is_told, told_by) VALUES (1, 1, 1, '2026-11-20 00:00:00', 'resolved', true, 'phone')
INSERT INTO attempts (id, callback_id, technician_id, tried_at, outcome, is_told, told_by) VALUES (2, 1, 1, '2026-11-20 00:00:00', 'continuing', true, 'phone')
INSERT INTO attempts (id, callback_id, technician_id, tried_at, outcome, is_told, told_by) VALUES (3, 1, 1, '2026-11-20 00:00:00', 'no answer', true, 'phone')
INSERT INTO attempts (id, callback_id, technician_id, tried_at, outcome, is_told, told_by) VALUES (4, 1, 1, '2026-11-20 00:00:00', 'eaten', true, 'phone')
"""  # noqa: E501
