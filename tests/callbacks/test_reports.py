"""What goes out to people and to other programs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks import intake, life, reports, technicians
from callbacks.closures import add_closure, add_holiday, strike_out, support_hours
from callbacks.database import Database
from callbacks.desk import read_desk
from callbacks.errors import WrongState
from callbacks.oncall import rota
from callbacks.promises import explanations
from callbacks.tables import Callback

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def night(session: Session) -> None:
    """Two callbacks: Amy tried one in time, nobody the other."""
    amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
    rota.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
    for number, caller in enumerate(["=HYPERLINK(1)", "+15145550199"]):
        arrival = intake.Arrival(f"CA{number}", "direct", caller, "en", False, "outside support hours")
        intake.call_arrives(session, arrival, BEGAN + number * HOUR)
        news = intake.Recording("recorded", f"RE{number}", 9)
        intake.voicemail_said(session, DESK, arrival.sid, news, BEGAN + number * HOUR)
    first = session.scalars(select(Callback).order_by(Callback.id)).first()
    assert first is not None
    life.record_attempt(session, first, amy, "no answer", "text", BEGAN + timedelta(minutes=12))


def test_the_export_is_safe_in_a_spreadsheet(database: Database) -> None:
    database.write(night)
    rows = database.read(reports.records)
    table = list(csv.DictReader(io.StringIO(reports.as_csv(rows))))
    assert [row["caller"] for row in table] == ["'=HYPERLINK(1)", "'+15145550199"]
    assert [row["kept"] for row in table] == ["yes", ""]
    assert table[0]["due_at"] == "2026-11-29T03:42:00+00:00"


def test_the_summary_counts_by_week_line_and_person(database: Database) -> None:
    database.write(night)
    said = database.read(lambda s: reports.summary(s, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR))
    assert "kept in time 1, missed 1 (50.0 %), open 0; first attempt: median 12 min" in said
    assert "2026-W48" in said
    assert "Amy Roy" in said


def test_a_supervisor_can_read_the_promise_to_the_customer(database: Database) -> None:
    database.write(night)
    callback = database.read(lambda session: session.scalars(select(Callback).order_by(Callback.id)).first())
    assert callback is not None
    said = database.read(lambda s: explanations(s, DESK, DESK.regular_hours, callback, BEGAN + HOUR))
    assert said[0] == (
        "A first reaction was promised within 30 minutes from Sat 28 Nov 2026 22:12 EST: counting every hour of the "
        "day and night, and skipping nothing, it was due Sat 28 Nov 2026 22:42 EST, and was done Sat 28 Nov 2026 "
        "22:24 EST, in time."
    )
    assert said[1].startswith("A resolution was promised within 24 hours of support time")


def test_closures_and_corrected_holidays_decide_over_hours(database: Database) -> None:
    noon = datetime(2026, 11, 24, 17, tzinfo=UTC)  # a Tuesday
    thanksgiving = datetime(2026, 11, 26, 17, tzinfo=UTC)

    def decide(session: Session) -> None:
        add_closure(session, noon, noon + HOUR, "the move", "le déménagement")
        add_closure(session, BEGAN, BEGAN + HOUR, "the migration", "la migration", opens=True)
        strike_out(session, thanksgiving.date())
        add_holiday(session, (noon + timedelta(days=1)).date(), "the founder's day", "la fête du fondateur")

    database.write(decide)
    hours = database.read(lambda session: support_hours(session, DESK))
    said = [hours.verdict(at) for at in (noon, noon + HOUR, BEGAN, thanksgiving, noon + timedelta(days=1))]
    assert [verdict.is_open for verdict in said] == [False, True, True, True, False]
    assert said[0].reason.spoken("fr") == "le déménagement"
    assert said[4].reason.spoken("en") == "the founder's day"
    with pytest.raises(WrongState, match="ends at"):
        database.write(lambda session: add_closure(session, noon, noon, "x", "x"))
