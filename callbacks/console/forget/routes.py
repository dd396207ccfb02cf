"""Forgets a customer, as the law may ask. What is typed is neither logged nor kept in a cookie or an address."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import for_supervisors
from callbacks.console.context import current
from callbacks.console.forms import change_and_redirect, field
from callbacks.customers.forgetting import find, forget
from callbacks.errors import WrongState

LONGEST_CONTACT, LONGEST_REASON = 255, 300

blueprint = Blueprint("forget", __name__)


@blueprint.get("/forget")
@for_supervisors
def index() -> str:
    kept = current().desk.retention
    return render_template("forget/index.html", title="Forget a customer", kept=kept)


@blueprint.post("/forget")
@for_supervisors
def forget_customer() -> ResponseReturnValue:
    return change_and_redirect(_forget, "forgot a customer", url_for(".index"), keep_message=True)


def _forget(session: Session, now: datetime) -> str:
    whom, again = field("whom", LONGEST_CONTACT), field("again", LONGEST_CONTACT)
    if not field("why", LONGEST_REASON):
        raise WrongState("Give the reason, such as the date of the customer's request.")
    if whom != again:
        raise WrongState("The two entries differ. Type the number, address or record twice. Nothing was deleted.")
    somebody = find(session, whom, current().desk.dialing_rules)
    return f"Forgotten: {forget(session, somebody, g.user.email, now)}."
