"""How the desk is set up: lines, hours and the closed days of a year; and the audit log.

The desk file is shown only. What changes from week to week is edited here.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callbacks.console.access import for_all_users, for_supervisors
from callbacks.console.context import current
from callbacks.console.forms import change_and_redirect
from callbacks.console.setup.changes import CHANGES
from callbacks.console.setup.screen import line_rows, opening_hours, year_screen
from callbacks.desk.menu_tree import trees
from callbacks.inbound.mails.mailbox_state import mailbox_states
from callbacks.records import audit_log as log

blueprint = Blueprint("setup", __name__)


@blueprint.get("/setup")
@for_all_users
def index() -> str:
    context = current()
    desk, year = context.desk, _year()
    return render_template(
        "setup/index.html",
        title="Setup",
        year=year,
        screen=context.database.read(lambda session: year_screen(session, desk, year)),
        lines=line_rows(desk),
        mailboxes=context.database.read(lambda session: mailbox_states(session, desk)),
        trees=trees(desk),
        hours=opening_hours(desk),
        zone=desk.zone.key,
        policies=list(desk.escalations),
    )


def _year() -> int:
    """Return the year that the address asks for; this year when it cannot be read."""
    text = request.args.get("year", "")
    return int(text) if text.isdecimal() and 1990 < int(text[:6]) < 2190 else current().today().year


@blueprint.post("/setup/<act>")
@for_supervisors
def change(act: str) -> ResponseReturnValue:
    run = CHANGES.get(act) or abort(404)
    return change_and_redirect(
        lambda session, now: run(session, current().desk, now),
        f"setup: {act}",
        url_for(".index", year=request.form.get("year") or None),
    )


@blueprint.get("/audit")
@for_supervisors
def audit_log() -> str:
    text = request.args.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < 10 else None
    entries = current().database.read(lambda session: log.latest(session, before))
    older = entries[-1].id if len(entries) == log.A_PAGE else None
    rows = [(entry, log.details_of(entry)) for entry in entries]
    return render_template("setup/audit_log.html", title="Audit log", rows=rows, older=older)
