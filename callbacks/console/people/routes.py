"""The people who are paged, and the users of the console."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import for_administrators, for_all_but_readers, for_all_users, for_supervisors
from callbacks.console.context import current
from callbacks.console.forms import change_and_redirect, field, run_and_redirect
from callbacks.console.people import technician_changes, user_changes, user_invitations
from callbacks.console.people.screen import person_cards
from callbacks.db.database import locked
from callbacks.db.states import Role
from callbacks.db.tables import Technician
from callbacks.errors import NotFound
from callbacks.people import users
from callbacks.people.technicians import everybody

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
@for_all_users
def index() -> str:
    context = current()
    people = context.database.read(lambda session: person_cards(session, context.desk, context.now()))
    return render_template("people/index.html", title="People", people=people)


@blueprint.post("/people/add")
@for_supervisors
def add() -> ResponseReturnValue:
    return change_and_redirect(
        lambda session, now: technician_changes.add(session, current().desk, now),
        "people: add",
        url_for(".index"),
        keep_message=True,
    )


@blueprint.post("/people/<int:technician_id>/<act>")
@for_all_but_readers
def change(technician_id: int, act: str) -> ResponseReturnValue:
    run = technician_changes.CHANGES.get(act) or abort(404)
    if g.user.role is Role.TECHNICIAN and (g.user.technician_id != technician_id or act not in technician_changes.OWN):
        abort(403, "You can only change how you are reached. Ask a supervisor for the rest.")
    return change_and_redirect(
        lambda session, now: run(session, current().desk, _technician(session, technician_id), now),
        f"people: {act}",
        url_for(".index"),
        keep_message=True,
    )


def _technician(session: Session, technician_id: int) -> Technician:
    row = locked(session, Technician, technician_id)
    if row.left_at is not None:
        raise NotFound("There is no such technician any more.")
    return row


@blueprint.get("/users")
@for_administrators
def users_index() -> str:
    context = current()
    accounts, technicians = context.database.read(lambda session: (users.everyone(session), everybody(session)))
    return render_template(
        "people/users.html",
        title="Users",
        users=accounts,
        sends_mail=context.mailer is not None,
        roles=users.ROLES,
        technicians=[row.name for row in technicians],
        now=context.now(),
    )


@blueprint.post("/users/<act>")
@for_administrators
def change_user(act: str) -> ResponseReturnValue:
    email = field("email", 255)
    if act in user_invitations.ACTS:
        return run_and_redirect(lambda: user_invitations.invite(act, email), url_for(".users_index"))
    run = user_changes.CHANGES.get(act) or abort(404)
    return change_and_redirect(
        lambda session, now: run(session, email, now), f"users: {act}", url_for(".users_index"), keep_message=True
    )
