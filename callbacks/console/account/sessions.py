"""The user's own sessions: listed, and ended one by one or all but this one."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console import access_log, login_attempts
from callbacks.console.access import for_own_account
from callbacks.console.context import current
from callbacks.console.forms import number_field, run_and_redirect
from callbacks.errors import NotFound
from callbacks.people import sessions

BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip

blueprint = Blueprint("sessions", __name__)


@blueprint.post("/account/sessions/<any('end', 'end-others'):act>")
@for_own_account
def end(act: str) -> ResponseReturnValue:
    """End one session of the user, or all but this one.

    It asks for the password alone (ASVS 5.0, 7.5.2), so that somebody who sees a stranger's session needs no phone.
    """
    now, work = current().now(), _end_others if act == "end-others" else _end_one

    def confirmed() -> str:
        login_attempts.confirm_password(now)
        return current().database.write(lambda session: work(session, now))

    return run_and_redirect(confirmed, url_for("console.account.index"))


def _end_one(session: Session, now: datetime) -> str:
    if not sessions.end_one(session, g.user.id, number_field("session")):
        raise NotFound("That session has already ended.")
    access_log.note(session, now, g.user.email, access_log.SESSION_ENDED)
    return "That browser is logged out."


def _end_others(session: Session, now: datetime) -> str:
    sessions.end_all(session, g.user.id, but=g.login.id)
    access_log.note(session, now, g.user.email, access_log.SESSION_ENDED, "all others")
    return "Every other session is logged out."


@blueprint.app_template_filter("browser")
def browser_in_words(agent: str) -> str:
    """Return a browser in a few words, such as "Firefox on Windows", from its User-Agent, which may be anything."""
    browser = next((name for part, name in BROWSERS.items() if part in agent), "")
    system = next((name for part, name in SYSTEMS.items() if part in agent), "")
    return " on ".join(filter(None, [browser or "Unknown browser", system]))
