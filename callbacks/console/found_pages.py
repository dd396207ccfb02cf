"""Every callback ever: found, paged, shared by its address, and given to other programs."""

from __future__ import annotations

import dataclasses

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks import reports
from callbacks.console import views
from callbacks.console.access import ConsoleParts, for_everyone
from callbacks.finding import AT_MOST, STATES, Search, find, matching, search_from
from callbacks.technicians import everybody


def found_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes /callbacks, /callbacks.csv and /callbacks.json; what is looked for stands in the address."""

    @console.get("/callbacks")
    @for_everyone
    def found() -> str:
        search, now = search_from(request.args), parts.clock.now()

        def work(session: Session) -> tuple[list[views.Row], Search | None, list[str]]:
            page = find(session, search, parts.desk.zone)
            rows = [views.row_of(callback, parts.desk, now) for callback in page.callbacks]
            return rows, page.older, [row.name for row in everybody(session)]

        rows, older, people = parts.database.read(work)
        return render_template(
            "found.html",
            title="All callbacks",
            rows=rows,
            search=search,
            states=STATES,
            lines=list(parts.desk.lines),
            people=people,
            older=url_for("console.found", **older.in_address()) if older else None,
            csv=url_for("console.found_csv", **search.in_address()),
            json=url_for("console.found_json", **search.in_address()),
        )

    @console.get("/callbacks.csv")
    @for_everyone
    def found_csv() -> ResponseReturnValue:
        answer = Response(reports.as_csv(_records(parts)), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="callbacks.csv"'
        return answer

    @console.get("/callbacks.json")
    @for_everyone
    def found_json() -> ResponseReturnValue:
        return jsonify([dataclasses.asdict(record) for record in _records(parts)])


def _records(parts: ConsoleParts) -> list[reports.Record]:
    search = search_from(request.args)
    return parts.database.read(
        lambda session: reports.records_of(session, matching(search, parts.desk.zone).limit(AT_MOST))
    )
