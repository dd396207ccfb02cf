"""The audit log: who listened, looked or changed something."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from callbacks.console.access import ConsoleParts, for_supervisors
from callbacks.records import audit_log as audit


def audit_page(console: Blueprint, parts: ConsoleParts) -> None:
    """The route /audit."""

    @console.get("/audit")
    @for_supervisors
    def audit_log() -> str:
        told = request.args.get("before", "")
        before = int(told) if told.isdecimal() and len(told) < 10 else None
        entries = parts.database.read(lambda session: audit.latest(session, before))
        older = entries[-1].id if len(entries) == audit.A_PAGE else None
        return render_template("audit.html", title="Audit log", entries=entries, older=older)
