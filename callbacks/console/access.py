"""What the pages work with, who may open them, and what every answer carries."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Response, abort, g, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from callbacks import users
from callbacks.database import Database
from callbacks.desk import Desk
from callbacks.tables import Voicemail
from sla.clock import Clock

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
)
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class ConsoleParts:
    """What the console works with."""

    database: Database
    desk: Desk
    clock: Clock
    media_dir: Path
    public_url: str
    demo: bool = False


def for_everyone(view: View) -> View:
    """Whoever is logged in."""

    @wraps(view)
    def guarded(*arguments: Any, **named: Any) -> ResponseReturnValue:
        if g.user is None:
            return redirect(url_for("console.login"))
        return view(*arguments, **named)

    return guarded


def for_supervisors(view: View) -> View:
    """Whoever is logged in and may steer."""

    @wraps(view)
    def guarded(*arguments: Any, **named: Any) -> ResponseReturnValue:
        if g.user.role not in users.MAY_STEER:
            abort(403, "Only supervisors and administrators may do this.")
        return view(*arguments, **named)

    return for_everyone(guarded)


def kept_to_ourselves(answer: Response, parts: ConsoleParts, referrer: str = "same-origin") -> Response:
    """Add what every answer carries: nothing is loaded from elsewhere, framed elsewhere, or kept by a browser."""
    framed_by = "'self'" if parts.demo else "'none'"
    answer.headers["Content-Security-Policy"] = CONTENT_POLICY.format(framed_by=framed_by)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = referrer
    return answer


def audio_of(parts: ConsoleParts, voicemail_id: int) -> Response:
    """Give a message's audio, from our own storage."""
    found = parts.database.read(lambda session: session.get(Voicemail, voicemail_id))
    if found is None or found.audio_file is None:
        abort(404)
    file = parts.media_dir.resolve() / found.audio_file
    if not file.is_file():
        abort(404)
    return send_file(io.BytesIO(file.read_bytes()), mimetype="audio/wav", conditional=True)
