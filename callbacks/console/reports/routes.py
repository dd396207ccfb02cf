"""Reports: how the promise was kept over some days, drawn, in tables and as CSV; and the digest of any morning."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_readers
from callbacks.console.reports.figures import Report, report
from callbacks.db.states import CallbackState
from callbacks.db.tables import Call, Callback
from callbacks.desk.business_hours import support_hours
from callbacks.lifecycle.sla_status import Resolution, resolutions
from callbacks.reporting.activity import Activity, activity
from callbacks.reporting.digest import Digest, Written, write
from callbacks.reporting.export import table_as_csv
from callbacks.reporting.periods import DAY, Days, days_from, presets
from sla.attainment import Record


def reports_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes under /reports. The days stand in the address, so that a report can be sent to somebody."""

    @console.get("/reports")
    @for_readers
    def reports_shown() -> str:
        today = parts.clock.now().astimezone(parts.desk.zone).date()
        days, fault = days_from(request.args.get("since", "")[:10], request.args.get("until", "")[:10], today)
        return render_template(
            "reports.html",
            title="Reports",
            days=days,
            fault=fault,
            presets=presets(today),
            report=_report(parts, days),
            tables_open=request.args.get("tables") == "open",
        )

    @console.get("/reports/<name>.csv")
    @for_readers
    def reports_csv(name: str) -> ResponseReturnValue:
        today = parts.clock.now().astimezone(parts.desk.zone).date()
        days, fault = days_from(request.args.get("since", "")[:10], request.args.get("until", "")[:10], today)
        tables = {figure.table.name: figure.table for figure in _report(parts, days).figures} if not fault else {}
        if name not in tables:
            abort(404)
        answer = Response(table_as_csv(tables[name]), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{days.since}-{days.until}.csv"'
        return answer

    @console.get("/reports/digest")
    @for_readers
    def digest_shown() -> str:
        now = parts.clock.now()
        today = now.astimezone(parts.desk.zone).date()
        day, fault = _morning(request.args.get("day", "")[:10], today)
        kinds: list[Literal["night", "week"]] = ["night", "week"] if day.weekday() == 0 else ["night"]

        def work(session: Session) -> list[Written]:
            return [write(session, parts.desk, Digest(of, day), parts.public_url, now) for of in kinds]

        return render_template(
            "reports_digest.html",
            title="Digest",
            day=day,
            before=day - DAY,
            after=day + DAY if day < today else None,
            fault=fault,
            letters=parts.database.read(work),
            mailed_at=f"{parts.desk.digest.at:%H:%M}",
        )


def _morning(text: str, today: date) -> tuple[date, str]:
    """The morning that was asked for; this one, with a word, when there is no such."""
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        return today, "That is no day: this is about this morning."
    if day > today or day.year < 2000:
        return today, "That morning is too far away: this is about this one."
    return day, ""


def _report(parts: ConsoleParts, days: Days) -> Report:
    desk, now = parts.desk, parts.clock.now()

    def work(session: Session) -> tuple[Activity, list[Record]]:
        in_these_days = Call.began_at.between(days.begin(desk.zone), days.end(desk.zone))
        theirs = in_these_days & (Callback.state != CallbackState.CANCELLED)
        owed = resolutions(session, desk, support_hours(session, desk), theirs, now)
        return activity(session, days, desk.zone, desk.night_hours), [_record(each) for each in owed]

    found, resolved = parts.database.read(work)
    return report(found, resolved, desk.callback.promise, now)


def _record(owed: Resolution) -> Record:
    """A resolution to be counted; one whose clock stands still is open, however long that lasts."""
    due_at = owed.promise.due_at or datetime.max.replace(tzinfo=UTC)
    return Record(owed.priority.value, owed.line, owed.began_at, due_at, owed.promise.done_at)
