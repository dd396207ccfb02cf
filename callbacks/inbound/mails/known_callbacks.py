"""The callbacks that a mail may be about: those that it names, and the open ones of its sender."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.customers.find import contacts_of as contacts_of_customer
from callbacks.customers.find import customer_with
from callbacks.customers.history import of_contacts
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Contact, CustomerMessage, JoinedContact, MailMessage
from callbacks.inbound.mails.threads import KnownCallback, NewMail
from callbacks.records.contacts_of_callback import contacts_of

MOST_IDS = 30  # of a thread: the nearest count


def callbacks_about(session: Session, mail: NewMail) -> Sequence[KnownCallback]:
    """Return the callbacks that a mail may be about."""
    ids = [each for each in (mail.message_id, *mail.thread[:MOST_IDS]) if each]
    found = {*_by_message(session, ids), *_by_sender(session, mail.sender)}
    named = select(Callback.id).where(Callback.reference.in_(mail.references))
    found.update(session.scalars(named))
    rows = session.scalars(select(Callback).where(Callback.id.in_(found)).order_by(Callback.id)).unique().all()
    return [_facts(session, callback, ids) for callback in rows]


def through_colleagues(session: Session, thread: Sequence[str]) -> Sequence[str]:
    """Return a thread, followed by what was answered by those of its mails that belong to no callback.

    A customer may answer a colleague's mail, which is only noted.
    """
    noted = select(MailMessage.thread).where(MailMessage.message_id.in_(thread), MailMessage.contact_sid.is_(None))
    before = (each for found in session.scalars(noted) for each in found.split())
    return list(dict.fromkeys([*thread, *before]))[:MOST_IDS]


def _by_message(session: Session, ids: Sequence[str]) -> Iterable[int]:
    ours = select(CustomerMessage.callback_id).where(CustomerMessage.message_id.in_(ids))
    yield from (each for each in session.scalars(ours) if each is not None)
    theirs = select(MailMessage.contact_sid).where(MailMessage.message_id.in_(ids))
    yield from _of_contacts(session, [sid for sid in session.scalars(theirs) if sid is not None])


def _by_sender(session: Session, sender: frozenset[str]) -> Iterable[int]:
    """Return the open callbacks about which the sender, or the same customer, called or wrote."""
    if not sender:
        return []
    opened = select(Callback.id).join(Contact, Contact.sid == Callback.contact_sid)
    joined = select(JoinedContact.callback_id).join(Contact, Contact.sid == JoinedContact.contact_sid)
    joined = joined.where(of_contacts(sender))
    is_theirs = or_(of_contacts(sender), Callback.id.in_(joined))
    return session.scalars(opened.where(is_theirs, Callback.state == CallbackState.OPEN)).all()


def _of_contacts(session: Session, sids: Sequence[str]) -> Iterable[int]:
    joined = select(JoinedContact.callback_id).where(JoinedContact.contact_sid.in_(sids))
    return session.scalars(
        select(Callback.id).where(or_(Callback.contact_sid.in_(sids), Callback.id.in_(joined)))
    ).all()


def _facts(session: Session, callback: Callback, ids: Sequence[str]) -> KnownCallback:
    contacts = contacts_of(callback)
    sids = [contact.sid for contact in contacts]
    theirs = select(MailMessage.message_id).where(MailMessage.contact_sid.in_(sids), MailMessage.message_id.in_(ids))
    ours = select(CustomerMessage.message_id).where(
        CustomerMessage.callback_id == callback.id, CustomerMessage.message_id.in_(ids)
    )
    return KnownCallback(
        id=callback.id,
        reference=callback.reference,
        state=callback.state,
        heard_at=max(contact.began_at for contact in contacts),
        closed_at=callback.closed_at,
        people=_people(session, contacts),
        message_ids=frozenset([*session.scalars(theirs), *session.scalars(ours)]),
    )


def _people(session: Session, contacts: Sequence[Contact]) -> frozenset[str]:
    """Return the numbers and addresses of whoever called or wrote, and of the customers whose they are."""
    given = {value.lower() for each in contacts for value in (each.caller, each.customer_number or "") if value}
    customers = [customer for value in given if (customer := customer_with(session, value)) is not None]
    return frozenset([*given, *(value for each in customers for value in contacts_of_customer(each))])
