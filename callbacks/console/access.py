"""Who may open a view, and which callbacks they see there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from flask import abort, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import Session

from callbacks.console import login_session
from callbacks.console.context import current
from callbacks.db.states import SUPERVISING_ROLES, CallbackState, Role
from callbacks.db.tables import Callback, User
from callbacks.people import required_factor, users

View = Callable[..., ResponseReturnValue]


def _for_roles(roles: Sequence[Role], refusal: str, *, sets_up_factor: bool = False) -> Callable[[View], View]:
    """Return a decorator for views: without a login it redirects to the login screen, and it refuses other roles.

    A user whose second factor is overdue is redirected to their account, to set one up.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if g.user is None:
                login_session.clear_if_ended()
                return redirect(url_for("console.account.login"))
            if _must_set_up_a_factor() and not sets_up_factor:
                return redirect(url_for("console.account.index"))
            if g.user.role not in roles:
                abort(403, refusal)
            return view(*args, **kwargs)

        return guarded

    return guard


def _must_set_up_a_factor() -> bool:
    """Return whether the user's second factor is overdue. After an upgrade, the first request sets when it is due."""
    context = current()
    if context.demo:
        return False
    now, user_id = context.now(), g.user.id
    if required_factor.is_unscheduled(g.user):
        g.user = context.database.write(lambda session: _scheduled(session, user_id, now))
    return required_factor.is_overdue(g.user, now)


def _scheduled(session: Session, user_id: int, now: datetime) -> User:
    user = users.locked_user(session, user_id)
    required_factor.schedule(user, now)
    return user


for_all_users = _for_roles(tuple(Role), "")
for_own_account = _for_roles(tuple(Role), "", sets_up_factor=True)
for_all_but_technicians = _for_roles((*SUPERVISING_ROLES, Role.READER), "Technicians see open callbacks and their own.")
for_all_but_readers = _for_roles((*SUPERVISING_ROLES, Role.TECHNICIAN), "Readers cannot change anything.")
for_supervisors = _for_roles(SUPERVISING_ROLES, "Only supervisors and administrators can do this.")
for_administrators = _for_roles((Role.ADMINISTRATOR,), "Only administrators can do this.")


def visible_to(user: User) -> ColumnElement[bool]:
    """Return which callbacks a user sees: a technician the open ones and their own, everyone else all of them."""
    if user.role is not Role.TECHNICIAN:
        return true()
    return or_(Callback.state == CallbackState.OPEN, Callback.owner_id == user.technician_id)
