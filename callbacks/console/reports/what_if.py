"""What if: choose a line, a day and a time, and read what would happen."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_everyone
from callbacks.desk.business_hours import support_hours
from callbacks.errors import WrongState
from callbacks.oncall import store
from callbacks.reporting.what_if import WhatIf, what_if


def what_if_page(console: Blueprint, parts: ConsoleParts) -> None:
    """The route /what-if. The question is in the address, so that it can be sent to somebody."""

    @console.get("/what-if")
    @for_everyone
    def what_if_asked() -> str:
        now, desk = parts.clock.now(), parts.desk
        line = request.args.get("line", "")
        line = line if line in desk.lines else next(iter(desk.lines))
        at, fault = _instant(parts, request.args.get("at", ""), now)

        def work(session: Session) -> WhatIf:
            return what_if(desk, store.schedule(session, desk, at), support_hours(session, desk), line, at)

        found = parts.database.read(work)
        shown_at = f"{at.astimezone(desk.zone):%Y-%m-%dT%H:%M}"
        return render_template(
            "what_if.html", title="What if", lines=list(desk.lines), line=line, at=at, shown_at=shown_at, found=found,
            reason=found.reason.spoken("en"), fault=fault,
        )  # fmt: skip


def _instant(parts: ConsoleParts, text: str, now: datetime) -> tuple[datetime, str]:
    """The instant that was asked for, in desk time; now, with a word, when it cannot be read."""
    try:
        return (parts.desk.instant(text), "") if text else (now, "")
    except WrongState as broken:
        return now, f"{broken} This is about now."
