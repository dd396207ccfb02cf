"""The rota for other people's calendars. The address is the key: secret, and revocable."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from callbacks.console.access import ConsoleParts, refuse_what_cannot_be_stored
from callbacks.oncall.ical.feed_keys import feed_content


def calendar_blueprint(parts: ConsoleParts) -> Blueprint:
    """The route that Google, Outlook and Apple fetch now and then."""
    calendar = Blueprint("calendar", __name__)
    calendar.before_request(refuse_what_cannot_be_stored)

    @calendar.get("/calendar/<key>.ics")
    def feed(key: str) -> Response:
        now = parts.clock.now()
        content = parts.database.read(lambda session: feed_content(session, parts.desk, key, now))
        if content is None:
            abort(404)
        answer = Response(content, content_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = 'inline; filename="on-call.ics"'
        answer.headers["Cache-Control"] = "private, max-age=300"
        return answer

    return calendar
