"""Who may open a view, and which callbacks they see there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from flask import abort, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, or_, true

from callbacks.db.states import CallbackState, Role
from callbacks.db.tables import Callback, User
from callbacks.people import users

View = Callable[..., ResponseReturnValue]


def _for_roles(roles: Sequence[Role], refusal: str) -> Callable[[View], View]:
    """Return a decorator for views: without a login it redirects to the login screen, and it refuses other roles."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if g.user is None:
                return redirect(url_for("console.account.login"))
            if g.user.role not in roles:
                abort(403, refusal)
            return view(*args, **kwargs)

        return guarded

    return guard


for_all_users = _for_roles(tuple(Role), "")
for_all_but_technicians = _for_roles((*users.MAY_STEER, Role.READER), "Technicians see open callbacks and their own.")
for_all_but_readers = _for_roles((*users.MAY_STEER, Role.TECHNICIAN), "Readers cannot change anything.")
for_supervisors = _for_roles(users.MAY_STEER, "Only supervisors and administrators can do this.")
for_administrators = _for_roles((Role.ADMINISTRATOR,), "Only administrators can do this.")


def visible_to(user: User) -> ColumnElement[bool]:
    """Return which callbacks a user sees: a technician the open ones and their own, everyone else all of them."""
    if user.role is not Role.TECHNICIAN:
        return true()
    return or_(Callback.state == CallbackState.OPEN, Callback.owner_id == user.technician_id)
