"""Every callback ever: found, paged, shared by its address, and given to other programs."""

from __future__ import annotations

import dataclasses

from flask import Blueprint, Response, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_everyone, visible_to
from callbacks.console.callbacks import views
from callbacks.people.technicians import everybody
from callbacks.records import audit_log
from callbacks.records.search import AT_MOST, ORDERS, PRIORITIES, STATES, Search, find, matching, search_from
from callbacks.reporting import export


def found_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes /callbacks, /callbacks.csv and /callbacks.json; what is looked for stands in the address."""

    @console.get("/callbacks")
    @for_everyone
    def found() -> str:
        search, now = search_from(request.args), parts.clock.now()

        def work(session: Session) -> tuple[list[views.Row], Search | None, list[str]]:
            page = find(session, search, parts.desk.zone, visible_to(g.user))
            rows = [views.row_of(callback, parts.desk.callback.at_risk, now) for callback in page.callbacks]
            return rows, page.further, [row.name for row in everybody(session)]

        rows, further, people = parts.database.read(work)
        return render_template(
            "found.html",
            title="All callbacks",
            rows=rows,
            search=search,
            states=STATES,
            priorities=PRIORITIES,
            lines=list(parts.desk.lines),
            people=people,
            orders=ORDERS,
            further=url_for("console.found", **further.in_address()) if further else None,
            csv=url_for("console.found_csv", **search.in_address()),
            json=url_for("console.found_json", **search.in_address()),
        )

    @console.get("/callbacks.csv")
    @for_everyone
    def found_csv() -> ResponseReturnValue:
        answer = Response(export.as_csv(_records(parts)), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="callbacks.csv"'
        return answer

    @console.get("/callbacks.json")
    @for_everyone
    def found_json() -> ResponseReturnValue:
        return jsonify([dataclasses.asdict(record) for record in _records(parts)])


def _records(parts: ConsoleParts) -> list[export.Record]:
    """What was found, for other programs: that it was taken out of the house goes into the audit log."""
    search, now, user = search_from(request.args), parts.clock.now(), g.user

    def work(session: Session) -> list[export.Record]:
        query = matching(session, search, parts.desk.zone, visible_to(user)).limit(AT_MOST)
        return export.records_of(session, query)

    found = parts.database.read(work)
    asked = "; ".join(f"{name}: {value}" for name, value in search.in_address().items())
    parts.database.write(lambda s: audit_log.note(s, now, user.email, f"exported {len(found)} callbacks", asked))
    return found
