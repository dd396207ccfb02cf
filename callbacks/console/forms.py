"""What the console says to a form that was sent: done, or refused, with what was typed still in its place."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from flask import flash, request
from flask import session as cookie

from callbacks.console.access import NOT_FOR_THE_LOG
from callbacks.errors import DeskError

# A browser drops a cookie of more than 4 KB whole, and the log-in with it.
MOST_KEPT = 2000


def done(words: str) -> None:
    """Say what was done, on the page that comes next."""
    flash(words, "done")


def refused(fault: DeskError) -> None:
    """Say why nothing was done, and have the form filled in again as it was."""
    flash(str(fault), "trouble")
    fields = {name: value for name, value in request.form.items() if name not in NOT_FOR_THE_LOG}
    if len(json.dumps(fields)) <= MOST_KEPT:
        cookie["typed"] = [request.path, fields]


def typed_into(path: str) -> Mapping[str, str]:
    """What was typed into the form at this address before it was refused, once; "" for every field otherwise."""
    address = path.partition("?")[0]
    return defaultdict(str, cookie.pop("typed")[1] if _refused_at() == address else {})


def refused_within(path: str) -> bool:
    """Say whether a form at this address, or below it, was refused just now: what hides it opens."""
    return _refused_at().startswith(path.partition("?")[0])


def _refused_at() -> str:
    """The address of the form that was refused; another page's forms leave it alone."""
    return str(cookie["typed"][0]) if "typed" in cookie else ""
