"""The rota of a week or a month, its forms, and the hours on call for pay. The days shown are in the address."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callbacks.console.access import for_all_but_technicians, for_all_users, for_supervisors
from callbacks.console.context import current
from callbacks.console.forms import change_and_redirect
from callbacks.console.rota.calendar import Dates, View, dates_from, view_from, weeks_of
from callbacks.console.rota.changes import CHANGES, RotaForm
from callbacks.console.rota.screen import hours_between, rota_screen
from callbacks.desk.desk_file import Desk
from callbacks.desk.escalation_policy import FALLBACK, SUPERVISOR
from callbacks.oncall.paid_hours import HoursOnCall
from callbacks.text.csv_text import csv_of

blueprint = Blueprint("rota", __name__)


@blueprint.get("/rota")
@for_all_users
def index() -> str:
    context = current()
    desk, now, today = context.desk, context.now(), context.today()
    view = view_from(request.args, today)
    paid, days = _dates("hours-from", "hours-until", view), view.days(desk.zone)
    return render_template(
        "rota/index.html",
        title="Rota",
        screen=context.database.read(lambda session: rota_screen(session, desk, days, paid, now)),
        view=view,
        current_view=View.containing(view.kind, today),
        week_view=View.containing("week", today if view.dates.first <= today <= view.dates.last else view.first),
        month_view=View.containing("month", view.first),
        days=days,
        weeks=weeks_of(days),
        today=today,
        now=now,
        paid=paid,
        all_layers=_all_layers(desk),
    )


@blueprint.get("/rota/hours.csv")
@for_all_but_technicians
def hours_csv() -> ResponseReturnValue:
    context = current()
    dates = _dates("from", "until", View.containing("week", context.today()))
    people = context.database.read(lambda session: hours_between(session, context.desk, dates))
    response = Response(_csv(people, dates, _all_layers(context.desk)), content_type="text/csv; charset=utf-8")
    filename = f"hours-on-call-{dates.first}-to-{dates.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@blueprint.post("/rota/<act>")
@for_supervisors
def change(act: str) -> ResponseReturnValue:
    run = CHANGES.get(act) or abort(404)
    context = current()
    view = view_from(request.args, context.today())
    return change_and_redirect(
        lambda session, now: run(RotaForm(session, context.desk, context.public_url, now)),
        f"rota: {act}",
        url_for(".index", **view.in_address()),
    )


def _dates(first: str, last: str, view: View) -> Dates:
    return dates_from(request.args.get(first, ""), request.args.get(last, ""), view.dates, current().today())


def _csv(people: Sequence[HoursOnCall], dates: Dates, layers: Sequence[str]) -> str:
    columns = ["person", "from", "until", *layers, "in all"]
    return csv_of(columns, [[each.name, dates.first, dates.last, *_hours(each, layers)] for each in people])


def _hours(person: HoursOnCall, layers: Sequence[str]) -> list[str]:
    return [f"{hours:.2f}" for hours in (*map(person.on, layers), person.total)]


def _all_layers(desk: Desk) -> tuple[str, ...]:
    return (*desk.policy.layers, SUPERVISOR, FALLBACK)
