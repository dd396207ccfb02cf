"""Forgets a customer, as the law may ask (Quebec's Law 25, the GDPR): by their record, a number or a mail address.

Rows keep their shape, so counts and reports stay what they were; they lose the person. What the carrier logs of its own
(calls and texts) is deleted at the carrier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import phonenumbers
from phonenumbers import PhoneNumberFormat
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import (
    DELETED,
    callbacks_about,
    delete_content,
    delete_person,
    delete_sender,
    empty_entries_about,
)
from callbacks.db.removals import record_removal
from callbacks.db.states import CallbackState, Channel, ContactKind, ContactWay
from callbacks.db.tables import (
    Callback,
    Contact,
    Customer,
    CustomerContact,
    CustomerMessage,
    MailMessage,
    NumberRule,
    ReceivedText,
    Subscription,
)
from callbacks.errors import NotFound, WrongState
from callbacks.people.technicians import technician_with
from callbacks.text.dialing_rules import DialingRules

LONGEST_CALL = timedelta(hours=4)  # a call without an end on record is over after that
SHORTEST_NAME = 5  # a shorter one is part of too many other words


@dataclass(frozen=True)
class Somebody:
    """Everything by which one customer is found."""

    customers: Sequence[Customer]
    numbers: Sequence[str]
    mails: Sequence[str]
    sids: Sequence[str]  # of their calls and mails
    written: int  # how many of these are mails
    other_mails: Sequence[int]  # the ids of mails that belong to no callback: theirs, and bounces that name them

    @property
    def in_numbers(self) -> Forgotten:
        return Forgotten(len(self.customers), len(self.sids) - self.written, mails=self.written + len(self.other_mails))


@dataclass(frozen=True)
class Forgotten:
    """What was found and forgotten, in numbers."""

    records: int
    calls: int
    callbacks: Sequence[str] = field(default=())
    mails: int = 0

    def __str__(self) -> str:
        records = "1 customer record" if self.records == 1 else f"{self.records} customer records"
        calls = "1 call" if self.calls == 1 else f"{self.calls} calls"
        mails = "1 mail" if self.mails == 1 else f"{self.mails} mails"
        return ", ".join([records, calls, *([mails] if self.mails else [])])


def find(session: Session, whom: str, rules: DialingRules) -> Somebody:
    """Return the customer with this number, mail address or record ("customer 12"). Raise NotFound or WrongState."""
    customers, numbers, mails = _by_record(session, whom) or _by_contact(session, whom, rules)
    for number in numbers:
        if number in rules.own_numbers or technician_with(session, number) is not None:
            raise WrongState("That number belongs to the desk or to a technician. Remove it under People instead.")
    contacts = _contacts_with(session, [*numbers, *mails])
    sids = [contact.sid for contact in contacts]
    written = sum(contact.way is ContactWay.MAIL for contact in contacts)
    others = _other_mails(session, mails)
    if not (customers or sids or others or _is_known(session, [*numbers, *mails])):
        raise NotFound("Nobody is on record with that number, address or record.")
    return Somebody(customers, numbers, mails, sids, written, others)


Contacts = tuple[Sequence[Customer], Sequence[str], Sequence[str]]


def _by_record(session: Session, whom: str) -> Contacts | None:
    words = whom.lower().split()
    if len(words) != 2 or words[0] != "customer" or not (words[1].isdecimal() and len(words[1]) < 10):
        return None
    customer = session.get(Customer, int(words[1]))
    if customer is None or customer.forgotten_at is not None:
        raise NotFound("There is no such customer record.")
    return _contacts([customer])


def _by_contact(session: Session, whom: str, rules: DialingRules) -> Contacts:
    mail = whom.strip().lower() if "@" in whom else ""
    written = rules.check_written(whom).given
    number = written if not mail and written.startswith("+") else ""  # also one that is never called
    if not (mail or number):
        raise WrongState('Give a phone number, a mail address or a record, such as "customer 12".')
    theirs = select(Customer).join(CustomerContact).where(CustomerContact.value == (mail or number))
    customers, numbers, mails = _contacts(session.scalars(theirs).unique().all())
    return customers, sorted({*numbers, *([number] if number else [])}), sorted({*mails, *([mail] if mail else [])})


def _contacts(customers: Sequence[Customer]) -> Contacts:
    every = [contact for customer in customers for contact in customer.contacts]
    phones = [contact.value for contact in every if contact.kind is ContactKind.PHONE]
    return customers, phones, [contact.value for contact in every if contact.kind is ContactKind.MAIL]


def _contacts_with(session: Session, addresses: Sequence[str]) -> Sequence[Contact]:
    theirs = or_(Contact.caller.in_(addresses), Contact.customer_number.in_(addresses))
    return session.scalars(select(Contact).where(theirs).order_by(Contact.began_at)).unique().all()


def _other_mails(session: Session, addresses: Sequence[str]) -> Sequence[int]:
    """Return the ids of the mails without a callback that are from these addresses, or that name them."""
    if not addresses:
        return []
    texts = (MailMessage.words, MailMessage.quoted, MailMessage.subject)
    named = [text.icontains(address, autoescape=True) for address in addresses for text in texts]
    theirs = or_(MailMessage.sender.in_(addresses), *named)
    found = select(MailMessage.id).where(MailMessage.contact_sid.is_(None), theirs)
    return session.scalars(found.order_by(MailMessage.id)).all()


def _is_known(session: Session, addresses: Sequence[str]) -> bool:
    queries = (
        select(Subscription.id).where(Subscription.address.in_(addresses)),
        select(CustomerMessage.id).where(CustomerMessage.address.in_(addresses)),
        select(NumberRule.id).where(NumberRule.number.in_(addresses)),
        select(ReceivedText.sid).where(ReceivedText.sender.in_(addresses)),
    )
    return any(session.scalar(query.limit(1)) is not None for query in queries)


def forget(session: Session, somebody: Somebody, who: str, now: datetime) -> Forgotten:
    """Forget a customer. Raise WrongState while a callback of theirs is open, or while they are on the phone."""
    about = session.scalars(callbacks_about(somebody.sids).with_for_update(of=Callback)).unique().all()
    still_open = [callback.reference for callback in about if callback.state is CallbackState.OPEN]
    if still_open:
        raise WrongState(f"{', '.join(still_open)} is still open. Resolve or cancel it first.")
    if _is_on_the_phone(session, somebody.sids, now):
        raise WrongState("This customer is on the phone. Try again when the call is over.")
    names = [*somebody.numbers, *somebody.mails, *_written(somebody.numbers), *_names(somebody.customers)]
    delete_person(session, somebody.sids, who, now)
    _forget_addresses(session, [*somebody.numbers, *somebody.mails], now)
    others = select(MailMessage).where(MailMessage.id.in_(somebody.other_mails))
    for mail in session.scalars(others.with_for_update(of=MailMessage)):
        delete_content(mail, now)
        delete_sender(mail)
    for customer in somebody.customers:
        names.append(f"customer {customer.id}")
        _forget_record(session, customer, now)
    empty_entries_about(session, names, who, now)
    return replace(somebody.in_numbers, callbacks=[callback.reference for callback in about])


def _is_on_the_phone(session: Session, sids: Sequence[str], now: datetime) -> bool:
    live = select(Contact.sid).where(
        Contact.sid.in_(sids), Contact.ended_at.is_(None), Contact.began_at > now - LONGEST_CALL
    )
    return session.scalar(live.limit(1)) is not None


def _written(numbers: Sequence[str]) -> Iterator[str]:
    """Yield the numbers as people write them: the audit log has what was typed."""
    for number in numbers:
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            continue
        national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        yield from (national, national.replace("(", "").replace(")", ""), national.replace("(", "").replace(") ", "-"))
        yield from (str(parsed.national_number), phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL))


def _names(customers: Sequence[Customer]) -> Iterator[str]:
    """Yield their names as the audit log has them, in JSON."""
    for customer in customers:
        if len(customer.name) >= SHORTEST_NAME:
            yield customer.name.encode("ascii", "backslashreplace").decode()


def _forget_record(session: Session, customer: Customer, now: datetime) -> None:
    record_removal(session, f"the name and the contacts of customer {customer.id}")
    customer.name = customer.company = customer.language = customer.products = customer.notes = ""
    customer.contacts.clear()
    customer.forgotten_at = now
    session.flush()


def _forget_addresses(session: Session, addresses: Sequence[str], now: datetime) -> None:
    """Forget numbers and mail addresses in what does not belong to a call: subscriptions, messages, texts, rules."""
    for message in session.scalars(select(CustomerMessage).where(CustomerMessage.address.in_(addresses))):
        message.address, message.words = f"{DELETED} {message.id}", ""
        message.subject = message.in_reply_to = ""
        if message.channel is Channel.MAIL:
            message.error = ""  # a mail server names the address
    theirs = Subscription.address.in_(addresses)
    session.execute(update(Subscription).where(theirs, Subscription.ended_at.is_(None)).values(ended_at=now))
    session.execute(update(Subscription).where(theirs).values(address=DELETED))
    texts = update(ReceivedText).where(ReceivedText.sender.in_(addresses))
    session.execute(texts.values(sender=DELETED, words="", answer=""))
    rules = NumberRule.number.in_(addresses)
    if session.scalar(select(NumberRule.id).where(rules).limit(1)) is not None:
        record_removal(session, "what was decided about the number")
        session.execute(delete(NumberRule).where(rules))
