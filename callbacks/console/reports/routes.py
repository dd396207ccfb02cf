"""Reports, the digest of any morning, and "what if". The address holds the question, so that it can be shared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import for_all_but_technicians, for_all_users
from callbacks.console.context import current
from callbacks.console.reports.figures import Report, report
from callbacks.db.states import CallbackState, Urgency
from callbacks.db.tables import Callback, Contact
from callbacks.desk.business_hours import support_hours
from callbacks.errors import WrongState
from callbacks.lifecycle.sla_status import Resolution, resolutions
from callbacks.oncall import store
from callbacks.records.audit_log import note
from callbacks.reporting.activity import activity_by_weeks
from callbacks.reporting.billing import CustomerSums, billing_of, rows_as_csv, sums_as_csv
from callbacks.reporting.csv_table import table_as_csv
from callbacks.reporting.digest import Digest, DigestText, digest_text
from callbacks.reporting.periods import DAY, Days, days_from, month_named, presets
from callbacks.reporting.pieces import by_weeks
from callbacks.reporting.what_if import WhatIf
from callbacks.reporting.what_if import what_if as answer
from sla.attainment import Record

blueprint = Blueprint("reports", __name__)
URGENCIES = {
    Urgency.NONE: "presses nothing",
    Urgency.DOWN: "presses that everything is down",
    Urgency.CAN_WAIT: "presses that it can wait",
}


@blueprint.get("/reports")
@for_all_but_technicians
def index() -> str:
    days, problem = _days()
    return render_template(
        "reports/index.html",
        title="Reports",
        days=days,
        problem=problem,
        presets=presets(current().today()),
        report=_report(days),
        tables_open=request.args.get("tables") == "open",
    )


@blueprint.get("/reports/<name>.csv")
@for_all_but_technicians
def table_csv(name: str) -> ResponseReturnValue:
    days, problem = _days()
    tables = {figure.table.name: figure.table for figure in _report(days).figures} if not problem else {}
    table = tables.get(name) or abort(404)
    return _download(table_as_csv(table), f"{name}-{days.since}-{days.until}")


@blueprint.get("/reports/billing")
@for_all_but_technicians
def billing() -> str:
    month, problem = _month()
    return render_template(
        "reports/billing.html",
        title="Billing",
        month=f"{month.since:%Y-%m}",
        problem=problem,
        customers=_billing(month),
    )


@blueprint.get("/reports/billing.csv")
@for_all_but_technicians
def billing_csv() -> ResponseReturnValue:
    month, found = _exported()
    return _download(rows_as_csv(found), f"billing-{month}")


@blueprint.get("/reports/billing-sums.csv")
@for_all_but_technicians
def billing_sums_csv() -> ResponseReturnValue:
    month, found = _exported()
    return _download(sums_as_csv(found), f"billing-sums-{month}")


def _billing(month: Days) -> list[CustomerSums]:
    return billing_of(current().database, current().desk, month)


def _exported() -> tuple[str, list[CustomerSums]]:
    """Return the month that the address asks for and its minutes, and enter the export in the audit log."""
    days, problem = _month()
    if problem:
        abort(404)
    context, month, found = current(), f"{days.since:%Y-%m}", _billing(days)
    now, about = context.now(), {"month": month, "entries": str(sum(len(each.rows) for each in found))}
    context.database.write(lambda session: note(session, now, g.user.email, "exported billing", about))
    return month, found


def _month() -> tuple[Days, str]:
    """Return the month that the address asks for; otherwise the current one, and why."""
    text, today = request.args.get("month", "")[:10], current().today()
    month = month_named(text or f"{today:%Y-%m}")
    if month is not None:
        return month, ""
    return month_named(f"{today:%Y-%m}") or Days(today, today), "Not a valid month. Showing the current one."


def _download(content: str, name: str) -> Response:
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@blueprint.get("/reports/digest")
@for_all_but_technicians
def digest() -> str:
    context = current()
    today = context.today()
    day, problem = _morning(request.args.get("day", "")[:10], today)
    kinds: list[Literal["night", "week"]] = ["night", "week"] if day.weekday() == 0 else ["night"]

    def load(session: Session) -> list[DigestText]:
        now = context.now()
        return [digest_text(session, context.desk, Digest(kind, day), context.public_url, now) for kind in kinds]

    return render_template(
        "reports/digest.html",
        title="Digest",
        day=day,
        before=day - DAY,
        after=day + DAY if day < today else None,
        problem=problem,
        digests=context.database.read(load),
        mailed_at=f"{context.desk.digest.at:%H:%M}",
    )


@blueprint.get("/what-if")
@for_all_users
def what_if() -> str:
    context = current()
    desk, line = context.desk, _line()
    at, problem = _instant(request.args.get("at", ""))
    urgency = next((each for each in Urgency if each.value == request.args.get("urgency")), Urgency.NONE)

    def load(session: Session) -> WhatIf:
        return answer(desk, store.schedule(session, desk, at), support_hours(session, desk), line, at, urgency)

    found = context.database.read(load)
    return render_template(
        "reports/what_if.html",
        title="What if",
        lines=list(desk.lines),
        line=line,
        at=at,
        at_field=f"{at.astimezone(desk.zone):%Y-%m-%dT%H:%M}",
        found=found,
        reason=found.reason.spoken("en"),
        urgency=urgency,
        urgencies=URGENCIES,
        problem=problem,
    )


def _days() -> tuple[Days, str]:
    """Return the days that the address asks for; otherwise the last four weeks, and why."""
    return days_from(request.args.get("since", "")[:10], request.args.get("until", "")[:10], current().today())


def _morning(text: str, today: date) -> tuple[date, str]:
    """Return the morning that the address asks for; otherwise today's, and why."""
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        return today, "Not a valid date. Showing this morning's digest."
    if day > today or day.year < 2000:
        return today, "That day is out of range. Showing this morning's digest."
    return day, ""


def _line() -> str:
    line, lines = request.args.get("line", ""), current().desk.lines
    return line if line in lines else next(iter(lines))


def _instant(text: str) -> tuple[datetime, str]:
    """Return the instant that the address asks for, in desk time; otherwise now, and why."""
    context = current()
    try:
        return (context.desk.instant(text), "") if text else (context.now(), "")
    except WrongState as error:
        return context.now(), f"{error} Showing the current time instead."


def _report(days: Days) -> Report:
    context = current()
    desk, database, now = context.desk, context.database, context.now()
    hours = database.read(lambda session: support_hours(session, desk))

    def owed(session: Session, since: datetime, until: datetime) -> list[Resolution]:
        in_days = (Contact.began_at >= since) & (Contact.began_at < until)
        # Nothing is promised to be resolved where the call back was cancelled, nobody could be called, or another
        # callback has what was promised.
        promising_nothing = (CallbackState.CANCELLED, CallbackState.UNREACHABLE, CallbackState.JOINED)
        counted = in_days & Callback.state.not_in(promising_nothing)
        return resolutions(session, desk, hours, counted, now)

    resolved = [_record(each) for each in by_weeks(database, owed, days.begin(desk.zone), days.end(desk.zone))]
    found = activity_by_weeks(database, days, desk.zone, desk.night_hours)
    return report(found, resolved, desk.callback.promise, now)


def _record(owed: Resolution) -> Record:
    """Return a resolution as it is counted: open for as long as its clock is paused."""
    due_at = owed.promise.due_at or datetime.max.replace(tzinfo=UTC)
    return Record(owed.priority.value, owed.line, owed.began_at, due_at, owed.promise.done_at)
