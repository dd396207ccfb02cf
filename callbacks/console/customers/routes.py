"""Customers, and everything that is on record of a number."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import for_all_but_technicians, for_all_users, for_supervisors, visible_to
from callbacks.console.context import current
from callbacks.console.customers import changes
from callbacks.console.customers.screen import CustomerScreen, NumberScreen, customer_screen, number_screen
from callbacks.console.forms import write_and_redirect
from callbacks.customers import csv_file, find
from callbacks.db.states import Role
from callbacks.errors import NotFound, WrongState
from callbacks.records import audit_log

NO_FILE = "Choose a CSV file first."
LAST_PAGE = 100_000

blueprint = Blueprint("customers", __name__)


@blueprint.get("/customers")
@for_all_users
def index() -> str:
    words, page = request.args.get("words", "").strip()[:100], _page()
    found = current().database.read(lambda session: find.search(session, words, page))
    return render_template("customers/index.html", title="Customers", found=found, words=words, find=find)


def _page() -> int:
    text = request.args.get("page", "")
    return min(max(int(text), 1), LAST_PAGE) if re.fullmatch(r"[0-9]{1,6}", text) else 1


@blueprint.get("/customers.csv")
@for_all_but_technicians
def export_csv() -> Response:
    context, now = current(), current().now()
    customers = context.database.read(find.everybody)
    what = f"exported {len(customers)} customers"
    context.database.write(lambda session: audit_log.note(session, now, g.user.email, what))
    response = Response(csv_file.as_csv(customers), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="customers.csv"'
    return response


@blueprint.post("/customers/add")
@for_supervisors
def add() -> ResponseReturnValue:
    return write_and_redirect(changes.add, url_for(".index"))


@blueprint.post("/customers/import")
@for_supervisors
def take_file() -> ResponseReturnValue:
    """Import a file, and show what is wrong with which row."""
    file = request.files.get("file")
    try:
        content = file.read() if file is not None else b""
        if not content:
            raise WrongState(NO_FILE)
        imported = changes.take_file(content)
    except WrongState as error:
        flash(str(error), "trouble")
        return redirect(url_for(".index"))
    return render_template("customers/imported.html", title="Import of customers", imported=imported)


@blueprint.get("/customers/<int:customer_id>")
@for_all_users
def detail(customer_id: int) -> str:
    context = current()

    def work(session: Session) -> CustomerScreen:
        customer = find.customer_numbered(session, customer_id)
        return customer_screen(session, context.desk, customer, visible_to(g.user), context.now())

    try:
        screen = context.database.read(work)
    except NotFound:
        abort(404)
    return render_template("customers/customer.html", title=screen.label, customer=screen, records=screen.records)


@blueprint.post("/customers/<int:customer_id>/<act>")
@for_supervisors
def change(customer_id: int, act: str) -> ResponseReturnValue:
    run = changes.CHANGES.get(act) or abort(404)
    return write_and_redirect(lambda session: run(session, customer_id), url_for(".detail", customer_id=customer_id))


@blueprint.get("/numbers/<number>")
@for_all_users
def number(number: str) -> str:
    """Show everything on record of a number. Nobody needs to be a customer for it."""
    if not find.is_number(number):
        abort(404)
    context = current()

    def work(session: Session) -> NumberScreen:
        return number_screen(session, context.desk, number, visible_to(g.user), context.now())

    screen = context.database.read(work)
    records = screen.records
    if g.user.role is Role.TECHNICIAN and not (records.open or records.closed):
        abort(403, "Technicians see the numbers of open callbacks and of their own.")
    return render_template("customers/number.html", title=screen.words, screen=screen, records=records)
