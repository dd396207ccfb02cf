"""The export: other programs rely on its columns, their order, and how values are written."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, fields
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import AttemptProof, CallbackOrigin, Coverage, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, Technician, Voicemail
from callbacks.inbound import calls
from callbacks.reporting.export import Record, as_csv, due, records
from tests.callbacks.reporting.facts import BEGAN, CARRIER, DESK, HOUR, NO_NUMBER, WORD, night
from tests.tried import tried

NONE = AttemptProof.NONE


def exported(database: Database, *span: datetime) -> list[Record]:
    return list(records(database, DESK, database.read(lambda session: due(session, *span))))


def test_the_export_is_safe_in_a_spreadsheet(database: Database) -> None:
    database.write(night)
    rows = exported(database)
    table = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [row["caller"] for row in table] == ["'=HYPERLINK(1)", "'+15145550199"]
    assert [row["kept"] for row in table] == ["yes", ""]
    assert table[0]["due_at"] == "2026-11-29T03:42:00+00:00"


COLUMNS = (
    "reference,line,caller,began_at,due_at,message_seconds,state,owner,acknowledged_at,attempted_at,resolved_at,kept,"
    "attempts,priority,caller_name,number_to_ring,product,coverage,breached_at,transcript,"
    "proof,origin,outcome,decided_by,try_again_at,release,workaround_at,extension,language,"
    "way,mailbox,calls,mails,outside_ticket,outside_ticket_url,each_attempt"
)


def test_the_columns_and_their_order_stay() -> None:
    assert as_csv([]) == f"{COLUMNS}\n"
    assert [field.name for field in fields(Record)] == COLUMNS.split(",")


def test_every_value_of_a_record(database: Database) -> None:
    database.write(night)
    database.write(_fill_in)
    (record,) = exported(database, BEGAN + HOUR)
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
        "proof": "",
        "origin": "by hand",
        "outcome": "",
        "decided_by": "",
        "try_again_at": "2026-11-29T05:12:00+00:00",
        "release": "5.2",
        "workaround_at": "2026-11-29T04:32:00+00:00",
        "extension": "",
        "language": "en",
        "way": "call",
        "mailbox": "",
        "calls": 1,
        "mails": 0,
        "outside_ticket": "",
        "outside_ticket_url": "",
        "each_attempt": (),
    }


def _fill_in(session: Session) -> None:
    callback = session.scalars(select(Callback).where(Callback.contact_sid == "CA1")).one()
    callback.breached_at, callback.product, callback.coverage = callback.due_at, "Widget", Coverage.COURTESY
    callback.contact.caller_name = "J. Doe"
    callback.origin, callback.release = CallbackOrigin.BY_HAND, "5.2"
    callback.try_again_at, callback.workaround_at = BEGAN + 2 * HOUR, BEGAN + HOUR + timedelta(minutes=20)
    session.scalars(select(Voicemail).where(Voicemail.call_sid == "CA1")).one().transcript = "Fire!"


@pytest.mark.parametrize(
    ("tries", "breached", "kept", "proof"),
    [
        ([(30, WORD)], False, "yes", "word"),
        ([(30, CARRIER)], False, "yes", "carrier"),
        ([(5, WORD), (20, CARRIER)], False, "yes", "carrier"),
        ([(5, WORD), (31, CARRIER)], False, "yes", "word"),
        ([(31, WORD)], True, "no", "word"),
        ([(5, NO_NUMBER)], False, "", "no number"),
        ([(31, NO_NUMBER)], True, "no", "no number"),
        ([(5, NONE)], False, "", ""),
        ([(5, NONE)], True, "no", ""),
        ([], True, "no", ""),
        ([], False, "", ""),
    ],
)
def test_a_promise_is_kept_by_an_attempt_up_to_the_deadline(
    database: Database, tries: list[tuple[int, AttemptProof]], breached: bool, kept: str, proof: str
) -> None:
    def work(session: Session) -> None:
        night(session)
        callback = session.scalars(select(Callback).where(Callback.contact_sid == "CA1")).one()
        amy = session.scalars(select(Technician)).one()
        for minutes, each in tries:
            tried(session, callback, amy, callback.contact.began_at + timedelta(minutes=minutes), each)
        callback.breached_at = callback.due_at if breached else None

    database.write(work)
    record = exported(database)[1]
    assert (record.kept, record.proof) == (kept, proof)
    assert record.attempts == sum(each is not NONE for _, each in tries)
    assert [each.proof for each in record.each_attempt] == [each.value for _, each in tries]


def test_each_attempt_has_its_proof_and_who_decided_its_outcome(database: Database) -> None:
    def work(session: Session) -> None:
        night(session)
        callback = session.scalars(select(Callback).where(Callback.contact_sid == "CA1")).one()
        amy, began_at = session.scalars(select(Technician)).one(), callback.contact.began_at
        tried(session, callback, amy, began_at + timedelta(minutes=3), NONE, ReachOutcome.NOT_RUNG)
        at = began_at + timedelta(minutes=5)
        machine = tried(session, callback, amy, at, CARRIER, ReachOutcome.MACHINE, rang_at=at + timedelta(seconds=4))
        machine.seconds = 31
        tried(session, callback, amy, began_at + timedelta(minutes=9), WORD, ReachOutcome.LEFT_A_MESSAGE)

    database.write(work)
    record = exported(database)[1]
    assert [asdict(each) for each in record.each_attempt[1:]] == [
        {
            "tried_at": "2026-11-29T04:17:00+00:00",
            "rang_at": "2026-11-29T04:17:04+00:00",
            "technician": "Amy Roy",
            "outcome": "machine",
            "proof": "carrier",
            "decided_by": "carrier's guess",
            "seconds": "31",
        },
        {
            "tried_at": "2026-11-29T04:21:00+00:00",
            "rang_at": "",
            "technician": "Amy Roy",
            "outcome": "left a message",
            "proof": "word",
            "decided_by": "technician",
            "seconds": "",
        },
    ]
    assert (record.outcome, record.decided_by) == ("left a message", "technician")
    (row,) = csv.DictReader(io.StringIO(as_csv([record])))
    assert row["each_attempt"] == (
        "2026-11-29T04:15:00+00:00 Amy Roy: not rung (no attempt, carrier); "
        "2026-11-29T04:17:00+00:00 Amy Roy: machine (carrier, carrier's guess); "
        "2026-11-29T04:21:00+00:00 Amy Roy: left a message (word, technician)"
    )


def test_the_span_includes_its_beginning_and_not_its_end(database: Database) -> None:
    database.write(night)
    first, second = (BEGAN + timedelta(minutes=30) + number * HOUR for number in range(2))
    found = exported(database, first, second)
    assert [record.due_at for record in found] == [first.isoformat()]


def test_a_call_without_a_message_has_no_length_and_no_transcript(database: Database) -> None:
    def work(session: Session) -> None:
        night(session)
        session.delete(session.scalars(select(Voicemail).where(Voicemail.call_sid == "CA1")).one())

    database.write(work)
    record = exported(database)[1]
    assert (record.message_seconds, record.transcript) == ("", "")


def test_they_come_in_the_order_asked_for_and_what_is_gone_is_left_out(database: Database) -> None:
    database.write(night)
    first, second = database.read(due)
    found = [record.reference for record in records(database, DESK, [second, 999, first])]
    assert found == [record.reference for record in reversed(exported(database))]


def test_many_callbacks_take_few_queries_and_each_has_its_own_attempts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(session: Session) -> None:
        night(session)
        for number in range(2, 12):
            sid, began_at = f"CA{number}", BEGAN + number * HOUR
            calls.record_call(
                session,
                calls.Arrival(sid, "direct", f"+151455502{number:02}", "en", False, "", "TN-Validation-Passed-A"),
                began_at,
            )
            news = calls.Recording(VoicemailState.RECORDED, f"RE{number}", number)
            calls.record_voicemail(session, DESK, sid, news, began_at)

    database.write(work)
    monkeypatch.setattr("callbacks.reporting.pieces.IDS_IN_A_PIECE", 5)
    queries = list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    found = exported(database)
    assert [record.attempts for record in found] == [1, *[0] * 11]
    assert [record.message_seconds for record in found][2:] == [str(number) for number in range(2, 12)]
    assert (
        sum(query.startswith("SELECT") for query in queries) <= 1 + 3 * 5
    )  # ids; callbacks, joined calls, voicemails, people, attempts
