"""Numbers that are blocked or allowed."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import for_all_users, for_supervisors
from callbacks.console.context import current
from callbacks.console.forms import change_and_redirect, field
from callbacks.customers.number_rules import end_rule, rules_in_force, set_rule
from callbacks.db.states import NumberRuleKind
from callbacks.text.formats import readable_number

blueprint = Blueprint("blocked_numbers", __name__)


@blueprint.get("/blocked-numbers")
@for_all_users
def index() -> str:
    context = current()
    rules = context.database.read(lambda session: rules_in_force(session, context.now()))
    title, number = "Blocked numbers", request.args.get("number", "")[:40]
    return render_template("blocked_numbers/index.html", title=title, rules=rules, number=number)


@blueprint.post("/blocked-numbers/set")
@for_supervisors
def set_number() -> ResponseReturnValue:
    return change_and_redirect(_set, "blocked numbers: set", url_for(".index"))


@blueprint.post("/blocked-numbers/end")
@for_supervisors
def end_number() -> ResponseReturnValue:
    return change_and_redirect(_end, "blocked numbers: end", url_for(".index"))


def _set(session: Session, now: datetime) -> str:
    desk, ends = current().desk, field("until")
    kind = NumberRuleKind.ALLOWED if field("kind") == "allowed" else NumberRuleKind.BLOCKED
    until = desk.instant(ends) if ends else None
    written, reason = field("number", 40), field("reason", 300)
    rule = set_rule(session, desk.dialing_rules, kind, written, reason, g.user.email, now, until)
    return f"{readable_number(rule.number)} is {kind.value}."


def _end(session: Session, now: datetime) -> str:
    rule = end_rule(session, current().desk.dialing_rules, field("number", 40), now)
    return f"{readable_number(rule.number)} is no longer {rule.kind.value}."
