"""Open a callback by hand: the form, what is known of the number beside it, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import user_at_console
from callbacks.acts.by_hand import NewCallback, open_by_hand, others_open
from callbacks.console.callbacks.acts import LONGEST_NUMBER, LONGEST_TEXT, priority_named
from callbacks.console.context import current
from callbacks.console.forms import field, note_change
from callbacks.customers.find import contacts_of, customer_with, label_of
from callbacks.customers.history import EarlierCall, history_of
from callbacks.db.tables import Callback, Customer, User
from callbacks.desk.desk_file import Desk
from callbacks.text.dialing_rules import with_extension

LONGEST_ADDRESS, LONGEST_NAME, LONGEST_FORM = 254, 100, 64


@dataclass(frozen=True)
class LookedUp:
    """What is known of the number or the address that was looked up."""

    words: str  # as people write it
    customer: Customer | None
    label: str
    open: Sequence[Callback]
    earlier: Sequence[EarlierCall]


def look_up(session: Session, desk: Desk, whom: str, now: datetime) -> LookedUp | None:
    """Return what is known of a number, in any notation, or of an address; None for nothing at all."""
    if not whom:
        return None
    check = desk.dialing_rules.check_written(whom)
    number = check.number if "@" not in whom else None
    customer = customer_with(session, number or whom.lower())
    contacts = contacts_of(customer) if customer is not None else [number or whom.lower()]
    history = history_of(session, contacts, now)
    words = with_extension(number, check.extension).english if number is not None else whom
    label = label_of(customer) if customer is not None else ""
    return LookedUp(words, customer, label, history.open, history.calls)


def open_from_form(session: Session, now: datetime) -> tuple[str, str]:
    """Open the callback that the form describes. Return its reference and the message. Raise WrongState."""
    by, desk = user_at_console(session.get_one(User, g.user.id)), current().desk
    whom = field("whom_to_call", LONGEST_ADDRESS)
    is_address = "@" in whom
    new = NewCallback(
        number="" if is_address else whom[: LONGEST_NUMBER + 1],
        address=whom if is_address else "",
        name=field("name", LONGEST_NAME),
        line=field("line"),
        priority=priority_named(field("priority")),
        product=field("product"),
        note=field("note", LONGEST_TEXT),
        is_taken=field("take") == "yes",
        form=field("form", LONGEST_FORM),
    )
    callback = open_by_hand(session, desk, new, by, now)
    note_change(session, now, "callback: new", {"about": callback.reference})
    return callback.reference, wording.opened(callback, others_open(session, callback, now)).english
