"""Why was somebody paged, or not? Asked of one callback and one moment."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_everyone, visible_to
from callbacks.console.callbacks.views import callback_named
from callbacks.errors import NotFound, WrongState
from callbacks.reporting.why import Why, why


def why_page(console: Blueprint, parts: ConsoleParts) -> None:
    """The route /callbacks/<reference>/why. The moment is in the address, so that it can be sent to somebody."""

    @console.get("/callbacks/<reference>/why")
    @for_everyone
    def why_asked(reference: str) -> str:
        desk, fault = parts.desk, ""
        try:
            at = desk.instant(request.args.get("at", ""))
        except WrongState as broken:
            at, fault = parts.clock.now(), f"{broken} This is about now."

        def work(session: Session) -> Why:
            return why(session, desk, callback_named(session, reference, visible_to(g.user)), at)

        try:
            found = parts.database.read(work)
        except NotFound:
            abort(404)
        return render_template("why.html", title="Why?", why=found, at=at, fault=fault)
