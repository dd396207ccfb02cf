"""Announcements: what callers hear before the menus, and who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.announcements import in_force, subscriptions, wording
from callbacks.announcements.changes import LONGEST
from callbacks.console.access import for_all_users, for_supervisors
from callbacks.console.announcements.changes import CHANGES
from callbacks.console.context import current
from callbacks.console.forms import change_and_redirect
from callbacks.db.tables import Announcement, Subscription

blueprint = Blueprint("announcements", __name__)


@dataclass(frozen=True)
class Screen:
    """What the screen shows."""

    now: Sequence[Announcement]
    planned: Sequence[Announcement]
    past: Sequence[Announcement]
    subscriptions: Sequence[Subscription]
    subscribed: int  # to all outages


@blueprint.get("/announcements")
@for_all_users
def index() -> str:
    context = current()
    now = context.now()
    return render_template(
        "announcements/index.html",
        title="Announcements",
        screen=context.database.read(lambda session: _screen(session, now)),
        lines=list(context.desk.lines),
        lines_of=in_force.lines_of,
        products=context.desk.coverage.covered,
        products_of=in_force.products_of,
        changes=wording.CHANGES,
        longest=LONGEST,
        status_page=context.desk.status_page(context.public_url),
    )


def _screen(session: Session, now: datetime) -> Screen:
    return Screen(
        in_force.in_force(session, now),
        in_force.planned(session, now),
        in_force.past(session, now, since=None),
        subscriptions.latest(session),
        subscriptions.count(session),
    )


@blueprint.post("/announcements/<act>")
@for_supervisors
def change(act: str) -> ResponseReturnValue:
    run = CHANGES.get(act) or abort(404)
    return change_and_redirect(
        lambda session, now: run(session, current().desk, now),
        f"announcements: {act}",
        url_for(".index"),
        keep_message=True,
    )
