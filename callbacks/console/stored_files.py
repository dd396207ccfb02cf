"""Files of the media store as responses: served by us, after our own checks, and never by a link to the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from flask import Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from callbacks.media.store import MediaStore

log = structlog.get_logger(__name__)

AWAY = "This file cannot be loaded now. Try again in a minute."


@contextmanager
def not_served_when_away() -> Iterator[None]:
    """Abort with 404 when a file is not in the store, and with 503 when the store cannot be used."""
    try:
        yield
    except FileNotFoundError:
        abort(404)
    except OSError as fault:
        log.warning("a stored file could not be served", cause=str(fault))
        abort(503, AWAY)


def stored_audio(media: MediaStore, name: str) -> Response:
    """Return a WAV file, or the one part that a player asks for. Only that is read from the store."""
    with not_served_when_away():
        size = media.size(name)
        if size is None:
            abort(404)
        wanted = request.range if "If-Range" not in request.headers else None  # it names a version, and we have none
        span = wanted.range_for_length(size) if wanted is not None else (0, size)
        if span is None:
            raise RequestedRangeNotSatisfiable(size)
        response = Response(media.read(name, *span), 200 if wanted is None else 206, mimetype="audio/wav")
    if wanted is not None:
        response.content_range = wanted.make_content_range(size)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-store"
    return response
