"""The queue: the open callbacks for people who work by day, earliest due first."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from callbacks.console.access import for_all_users, visible_to
from callbacks.console.context import current
from callbacks.console.queue.screen import VIEWS, queue_screen, view_named
from callbacks.console.row_number import row_number

blueprint = Blueprint("queue", __name__)


@blueprint.get("/queue")
@for_all_users
def index() -> str:
    context, technician_id = current(), g.user.technician_id
    desk, now = context.desk, context.now()
    view = view_named(request.args.get("view", ""), technician_id)
    page = request.args.get("page", 1, type=row_number)
    screen = context.database.read(
        lambda session: queue_screen(session, desk, visible_to(g.user), technician_id, view, page, now)
    )
    return render_template("queue/index.html", title="Queue", now=now, screen=screen, views=VIEWS)
