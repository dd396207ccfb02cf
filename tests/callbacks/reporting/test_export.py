"""The export: other programs rely on its columns, their order, and how values are written."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, fields
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Coverage, VoicemailState
from callbacks.db.tables import Callback, Voicemail
from callbacks.inbound import calls
from callbacks.reporting.export import Record, as_csv, records, records_of
from tests.callbacks.reporting.facts import BEGAN, DESK, HOUR, night


def test_the_export_is_safe_in_a_spreadsheet(database: Database) -> None:
    database.write(night)
    rows = database.read(lambda session: records(session, DESK))
    table = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [row["caller"] for row in table] == ["'=HYPERLINK(1)", "'+15145550199"]
    assert [row["kept"] for row in table] == ["yes", ""]
    assert table[0]["due_at"] == "2026-11-29T03:42:00+00:00"


COLUMNS = (
    "reference,line,caller,began_at,due_at,message_seconds,state,owner,acknowledged_at,attempted_at,resolved_at,kept,"
    "attempts,priority,caller_name,number_to_ring,product,coverage,breached_at,transcript,extension,"
    "language"
)


def test_the_columns_and_their_order_stay() -> None:
    assert as_csv([]) == f"{COLUMNS}\n"
    assert [field.name for field in fields(Record)] == COLUMNS.split(",")


def test_every_value_of_a_record(database: Database) -> None:
    database.write(night)
    database.write(_fill_in)
    (record,) = database.read(lambda session: records(session, DESK, BEGAN + HOUR))
    assert asdict(record) | {"reference": ""} == {
        "reference": "",
        "line": "direct",
        "caller": "+15145550199",
        "began_at": "2026-11-29T04:12:00+00:00",
        "due_at": "2026-11-29T04:42:00+00:00",
        "message_seconds": "9",
        "state": "open",
        "owner": "",
        "acknowledged_at": "",
        "attempted_at": "",
        "resolved_at": "",
        "kept": "no",
        "attempts": 0,
        "priority": "P2",
        "caller_name": "J. Doe",
        "number_to_ring": "+15145550199",
        "product": "Widget",
        "coverage": "courtesy",
        "breached_at": "2026-11-29T04:42:00+00:00",
        "transcript": "Fire!",
        "extension": "",
        "language": "en",
    }


def _fill_in(session: Session) -> None:
    callback = session.scalars(select(Callback).where(Callback.call_sid == "CA1")).one()
    callback.breached_at, callback.product, callback.coverage = callback.due_at, "Widget", Coverage.COURTESY
    callback.call.caller_name = "J. Doe"
    session.scalars(select(Voicemail).where(Voicemail.call_sid == "CA1")).one().transcript = "Fire!"


@pytest.mark.parametrize(
    ("minutes", "breached", "kept"),
    [(30, False, "yes"), (31, False, "no"), (31, True, "no"), (None, True, "no"), (None, False, "")],
)
def test_a_promise_is_kept_by_an_attempt_up_to_the_deadline(
    database: Database, minutes: int | None, breached: bool, kept: str
) -> None:
    def work(session: Session) -> None:
        night(session)
        callback = session.scalars(select(Callback).where(Callback.call_sid == "CA1")).one()
        callback.attempted_at = None if minutes is None else callback.call.began_at + timedelta(minutes=minutes)
        callback.breached_at = callback.due_at if breached else None

    database.write(work)
    assert database.read(lambda session: records(session, DESK))[1].kept == kept


def test_the_span_includes_its_beginning_and_not_its_end(database: Database) -> None:
    database.write(night)
    first, second = (BEGAN + timedelta(minutes=30) + number * HOUR for number in range(2))
    found = database.read(lambda session: records(session, DESK, first, second))
    assert [record.due_at for record in found] == [first.isoformat()]


def test_a_call_without_a_message_has_no_length_and_no_transcript(database: Database) -> None:
    def work(session: Session) -> None:
        night(session)
        session.delete(session.scalars(select(Voicemail).where(Voicemail.call_sid == "CA1")).one())

    database.write(work)
    record = database.read(lambda session: records(session, DESK))[1]
    assert (record.message_seconds, record.transcript) == ("", "")


def test_many_callbacks_take_few_queries_and_each_has_its_own_attempts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(session: Session) -> None:
        night(session)
        for number in range(2, 12):
            sid, began_at = f"CA{number}", BEGAN + number * HOUR
            calls.record_call(session, calls.Arrival(sid, "direct", "+15145550199", "en", False, ""), began_at)
            news = calls.Recording(VoicemailState.RECORDED, f"RE{number}", number)
            calls.record_voicemail(session, DESK, sid, news, began_at)

    database.write(work)
    monkeypatch.setattr("callbacks.reporting.export.IDS_IN_A_QUERY", 5)
    queries = list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    found = database.read(lambda session: records_of(session, DESK, select(Callback).order_by(Callback.id)))
    assert [record.attempts for record in found] == [1, *[0] * 11]
    assert [record.message_seconds for record in found][2:] == [str(number) for number in range(2, 12)]
    assert sum(query.startswith("SELECT") for query in queries) <= 6  # callbacks, voicemails, people, attempts thrice
