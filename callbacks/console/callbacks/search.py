"""The search over all callbacks: one page of results for the screen, or all of them as CSV or JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from callbacks.console.access import visible_to
from callbacks.console.callbacks.screen import Row, rows_of
from callbacks.console.context import current
from callbacks.db.tables import Callback
from callbacks.people.technicians import everybody
from callbacks.records import audit_log
from callbacks.records.search import AT_MOST, Search, find, matching
from callbacks.reporting import export


@dataclass(frozen=True)
class SearchScreen:
    rows: Sequence[Row]
    next: Search | None  # the search that goes on after these rows
    people: Sequence[str]


def search_screen(session: Session, search: Search) -> SearchScreen:
    context = current()
    page, now = find(session, search, context.desk.zone, visible_to(g.user)), context.now()
    rows = rows_of(session, context.desk, page.callbacks, now)
    return SearchScreen(rows, page.further, [row.name for row in everybody(session)])


def records_as_csv(search: Search) -> str:
    return export.as_csv(_export(search))


def records_as_dicts(search: Search) -> list[dict[str, Any]]:
    return [dataclasses.asdict(record) for record in _export(search)]


def _export(search: Search) -> list[export.Record]:
    """Return what a search finds, and enter the export in the audit log."""
    context = current()

    def load(session: Session) -> Sequence[int]:
        query = matching(session, search, context.desk.zone, visible_to(g.user)).limit(AT_MOST)
        return session.scalars(query.with_only_columns(Callback.id)).all()

    found = list(export.records(context.database, context.desk, context.database.read(load)))
    now, query, what = context.now(), search.in_address(), f"exported {len(found)} callbacks"
    context.database.write(lambda session: audit_log.note(session, now, g.user.email, what, query))
    return found
