"""The rota as a calendar feed. The address is the key: secret, and revocable."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from callbacks.console.context import current
from callbacks.console.security import refuse_nul_characters
from callbacks.oncall.ical.feed_keys import feed_content

blueprint = Blueprint("calendar", __name__)
blueprint.before_request(refuse_nul_characters)


@blueprint.get("/calendar/<key>.ics")
def feed(key: str) -> Response:
    """Return the feed that calendar programs fetch from time to time."""
    context = current()
    content = context.database.read(lambda session: feed_content(session, context.desk, key, context.now()))
    if content is None:
        abort(404)
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="on-call.ics"'
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
