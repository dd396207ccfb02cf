"""The first screen: what is open now, who is on call, and whether the desk works."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template
from sqlalchemy.orm import Session

from callbacks.console.access import for_all_users, visible_to
from callbacks.console.callbacks.screen import open_callbacks, recently_closed
from callbacks.console.context import current
from callbacks.console.now.screen import panel
from callbacks.oncall import store

blueprint = Blueprint("now", __name__)


@blueprint.get("/")
@for_all_users
def index() -> str:
    context = current()
    now = context.now()
    screen = context.database.read(lambda session: _load(session, now))
    return render_template("now/index.html", title="Now", now=now, **screen)


def _load(session: Session, now: datetime) -> dict[str, Any]:
    desk, visible = current().desk, visible_to(g.user)
    plan = store.schedule(session, desk, now)
    return {
        "open": open_callbacks(session, desk, plan, visible, now),
        "closed": recently_closed(session, desk, visible, now),
        "panel": panel(session, desk, plan, now),
    }
