"""Open a callback without a message: by hand, or after a call that was answered and needs more work.

Its first reaction is that of its priority (policy: Priorities), counted from when it is opened: until then a customer
who called was on the phone with us.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, WORKERS, Act, ActContext, Refused, Requester, perform
from callbacks.acts.details import LONGEST_NAME, AddNote
from callbacks.acts.opening import insert_callback
from callbacks.acts.ownership import Take
from callbacks.customers.find import caller_of, contacts_of, language_of
from callbacks.customers.history import history_of
from callbacks.db.database import insert_once, locked
from callbacks.db.states import (
    CallbackOrigin,
    CallbackState,
    CallOutcome,
    ContactWay,
    Coverage,
    PageKind,
    PriorityLevel,
)
from callbacks.db.tables import Call, Callback, Contact, Conversation, Technician
from callbacks.desk.business_hours import support_hours
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.paging import messages
from callbacks.paging.consent import ask_for_consent
from callbacks.paging.escalate import take_next_step
from callbacks.paging.notices import text_or_record_failure
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_of
from callbacks.people.technicians import technician_with
from callbacks.records.contacts_of_callback import callback_about
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberCheck, NumberKind, with_extension
from callbacks.text.mail_address import mail_address
from callbacks.text.sids import BY_HAND, is_sid


@dataclass(frozen=True)
class NewCallback:
    """What somebody writes down for a customer who turned to them."""

    number: str = ""  # in any notation, with its extension
    address: str = ""  # of their mail, where they gave no number
    name: str = ""
    line: str = ""  # "" for the one that a call to an unknown number is taken for
    priority: PriorityLevel | None = None  # None: that of the line
    product: str = ""
    note: str = ""  # what it is about
    is_taken: bool = False  # whoever opens it becomes its owner; else somebody is paged
    form: str = ""  # the key of the form: sent twice, it opens one callback


def new_form() -> str:
    """Return the key of a form that opens a callback."""
    return secrets.token_hex(16)


def open_by_hand(session: Session, desk: Desk, new: NewCallback, by: Requester, now: datetime) -> Callback:
    """Return the callback that somebody opens for a customer, and page somebody unless they take it themselves.

    It joins no open callback: a person says that it is another matter. Raise Refused or WrongState.
    """
    if by.role not in WORKERS:
        raise Refused(wording.NOT_ALLOWED)
    sid = f"{BY_HAND}{new.form or new_form()}"
    if not is_sid(sid, BY_HAND):
        raise WrongState("This form is damaged. Open it again.")
    check = _checked_number(session, desk, new, by)
    contact, is_new = _contact(session, desk, new, by, check, sid, now)
    if not is_new:
        return session.scalars(select(Callback).where(Callback.contact_sid == sid)).one()
    callback = insert_callback(session, desk, contact, CallbackOrigin.BY_HAND, now, chosen=new.priority, by=by.name)
    if check is not None and check.needs_consent:
        callback.consented_by = by.name
    if new.note:
        perform(session, desk, callback.id, AddNote(new.note), by, now)
    if new.is_taken:
        perform(session, desk, callback.id, Take(), by, now)
    else:
        take_next_step(session, desk, callback, now)
    return callback


def open_after_call(
    session: Session, desk: Desk, call: Call, by: Requester, priority: PriorityLevel, now: datetime, *, code: str = ""
) -> Callback:
    """Return the callback of a call that a technician answered and that needs more work. It is theirs.

    The call is locked. One that is about a callback already opens none. `code` is one that they have for it.
    """
    found = callback_about(session, call.sid)
    if found is not None:
        return found
    call.is_separate = True
    callback = insert_callback(session, desk, call, CallbackOrigin.ANSWERED_CALL, now, chosen=priority, by=by.name)
    ask_for_consent(session, desk, callback, now)
    perform(session, desk, callback.id, Take(), by, now)
    technician = by.technician
    if technician is not None:  # the text has the link, and the code for a note
        code, subject = code or code_for(session, callback, technician.id), subject_of(desk, callback)
        words = messages.to_follow_up(subject, code, priority.value, now)
        text_or_record_failure(session, callback, technician, PageKind.GIVEN, words, now, code)
    return callback


def _contact(
    session: Session, desk: Desk, new: NewCallback, by: Requester, check: NumberCheck | None, sid: str, now: datetime
) -> tuple[Contact, bool]:
    """Return the contact that the form stands for, and whether it is new."""
    line = new.line or desk.line_called("")
    if line not in desk.lines:
        raise WrongState(f"There is no line {line!r}. Known: {', '.join(desk.lines)}.")
    if new.product and desk.coverage_of(new.product) is Coverage.NONE:
        raise Refused(wording.unknown_product(new.product))
    caller = (check.number or "") if check is not None else _address(new.address)
    verdict, known = support_hours(session, desk).verdict(now), language_of(session, caller)
    is_new = insert_once(
        session,
        Conversation,
        sid=sid,
        way=ContactWay.BY_HAND,
        line=line,
        caller=caller,
        caller_name=new.name[:LONGEST_NAME],
        customer_number=check.number if check is not None else None,
        extension=check.extension if check is not None else "",
        began_at=now,
        ended_at=now,
        language=known or desk.lines[line].language,
        language_known=known is not None,
        is_open=verdict.is_open,
        hours_reason=verdict.reason.spoken("en"),
        is_separate=True,
        product=new.product,
        outcome=CallOutcome.ANSWERED,
        accepted_by_id=by.technician.id if by.technician is not None else None,
    )
    return locked(session, Contact, sid), is_new


def _checked_number(session: Session, desk: Desk, new: NewCallback, by: Requester) -> NumberCheck | None:
    """Return the number to call; None where there is only an address. Raise Refused for one that may not be called."""
    if not new.number:
        return None
    check = desk.dialing_rules.check_written(new.number)
    if check.kind is NumberKind.OWN:
        raise Refused(wording.own_number(check.given))
    if check.number is None:
        raise Refused(wording.cannot_be_called(repr(new.number), check.why))
    refuse_technicians(session, check.number)
    if check.needs_consent and by.role not in SUPERVISORS:
        raise Refused(wording.supervisor_must_enter(check))
    return check


def refuse_technicians(session: Session, number: str) -> None:
    """Raise Refused for the number of a technician: no customer answers there."""
    colleague: Technician | None = technician_with(session, number)
    if colleague is not None:
        raise Refused(wording.technicians_number(number, colleague.name))


def _address(text: str) -> str:
    if not text:
        raise Refused(wording.NUMBER_OR_ADDRESS)
    try:
        return mail_address(text).lower()
    except ValueError as fault:
        raise WrongState(str(fault)) from None


def others_open(session: Session, callback: Callback, now: datetime) -> Sequence[str]:
    """Return the references of the other callbacks that are open for the same customer."""
    caller = caller_of(session, callback.contact)
    numbers = contacts_of(caller.customer) if caller is not None else [callback.contact.caller]
    return [each.reference for each in history_of(session, numbers, now).open if each.id != callback.id]


@dataclass(frozen=True)
class OpenAnother(Act):
    """Open a callback for the customer of this one, about another matter. It is the requester's."""

    priority: PriorityLevel
    note: str
    form: str

    states = frozenset(CallbackState)

    def apply(self, context: ActContext) -> Words:
        if not self.note:
            raise Refused(wording.EMPTY_NOTE)
        contact, customer = context.callback.contact, customer_number(context.desk, context.callback)
        number = with_extension(customer.number, customer.extension).english if customer.number is not None else ""
        new = NewCallback(
            number=number,
            address=contact.caller if "@" in contact.caller else "",
            name=contact.caller_name,
            line=contact.line if contact.line in context.desk.lines else "",
            priority=self.priority,
            note=self.note,
            is_taken=context.by.technician is not None,
            form=self.form,
        )
        opened = open_by_hand(context.session, context.desk, new, context.by, context.now)
        return wording.opened(opened, [])
