"""The billing export: the minutes that were worked in a month, by customer, and their sums.

A month begins and ends at midnight at the desk. Work belongs to the month in which it ended. Who the customer is, is
looked up when it is exported, as everywhere; of a customer who was forgotten, the minutes are left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callbacks.customers.find import CallerRecord, records_of_callers
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Coverage
from callbacks.db.tables import Event, WorkEntry
from callbacks.desk.desk_file import Desk
from callbacks.records.event_words import event_words
from callbacks.records.work import Sums, sums_of
from callbacks.reporting.periods import Days
from callbacks.reporting.pieces import by_ids
from callbacks.text.csv_text import csv_of


@dataclass(frozen=True)
class BillingRow:
    """One entry of minutes. The fields are the columns of the CSV and keys of the JSON: other programs rely on them.

    Times are those of the desk.
    """

    company: str
    customer: str  # the name; that of the caller where we do not know the customer
    customer_record: str  # its number, where we know the customer
    contact: str  # the number or address that the callback came from; "deleted" of somebody who was forgotten
    is_probable: str  # "yes" where the caller's number may be forged, and the customer may be another one
    reference: str
    product: str  # when the minutes were recorded, and so is the coverage
    date: str
    ended_at: str
    technician: str
    minutes: int
    coverage: str  # "billable", "courtesy", "covered", or "" where no product was recorded
    work: str  # what the minutes were recorded with
    note: str
    consent_by: str
    consent_how: str
    consent_given_at: str
    consent_recorded_at: str
    consent_scope: str
    agreed_minutes: str


@dataclass(frozen=True)
class CustomerSums:
    """The minutes of one customer in a month, with their rows."""

    company: str
    customer: str
    customer_record: str
    contact: str  # "" where we know the customer, who may have several
    sums: Sums
    rows: Sequence[BillingRow]


def billing_of(database: Database, desk: Desk, month: Days, customer: str = "") -> list[CustomerSums]:
    """Return the minutes of a month by customer, in the order of their names.

    With `customer`, only those whose company, name or contact has these words, or whose record has this number.
    """
    ids = database.read(lambda session: _ids(session, desk, month))
    rows = by_ids(database, lambda session, some: _rows(session, desk, some), ids)
    return by_customer(each for each in rows if not customer or _is_about(each, customer))


def by_customer(rows: Iterable[BillingRow]) -> list[CustomerSums]:
    """Return rows by customer, in the order of their names, and each customer's by time."""
    groups = defaultdict[tuple[str, str], list[BillingRow]](list)
    for row in sorted(rows, key=lambda each: (each.date, each.ended_at, each.reference)):
        groups[_identity(row)].append(row)
    found = [_of_one(group) for group in groups.values()]
    return sorted(found, key=lambda each: (each.company.casefold(), each.customer.casefold(), each.rows[0].contact))


def _identity(row: BillingRow) -> tuple[str, str]:
    """Return what tells customers apart: their record, else their contact; of a withheld number, only the callback."""
    if row.customer_record:
        return "record", row.customer_record
    is_address = row.contact.startswith("+") or "@" in row.contact
    return ("contact", row.contact) if is_address else ("callback", row.reference)


def _of_one(rows: Sequence[BillingRow]) -> CustomerSums:
    last, sums = rows[-1], sums_of((Coverage(each.coverage), each.minutes) for each in rows)
    contact = "" if last.customer_record else last.contact
    return CustomerSums(last.company, last.customer, last.customer_record, contact, sums, rows)


def _is_about(row: BillingRow, customer: str) -> bool:
    if customer.casefold().removeprefix("customer ") == row.customer_record:
        return True
    about = f"{row.company} {row.customer} {row.contact}".casefold()
    return all(word in about for word in customer.casefold().split())


def rows_as_csv(found: Iterable[CustomerSums]) -> str:
    """Return the entries as CSV, with a header."""
    names = [field.name for field in fields(BillingRow)]
    return csv_of(names, ([getattr(row, name) for name in names] for each in found for row in each.rows))


def sums_as_csv(found: Iterable[CustomerSums]) -> str:
    """Return the sums of each customer as CSV, with a header."""
    header = ("company", "customer", "customer_record", "contact", *_NAMES_OF_SUMS)
    return csv_of(header, ((*_whose(each).values(), *_sums(each.sums).values()) for each in found))


def as_data(month: Days, found: Iterable[CustomerSums]) -> Mapping[str, object]:
    """Return the customers with their sums and entries, for JSON."""
    customers = [{**_whose(each), **_sums(each.sums), "entries": [asdict(row) for row in each.rows]} for each in found]
    return {"month": f"{month.since:%Y-%m}", "customers": customers}


_NAMES_OF_SUMS = ("billable_minutes", "courtesy_minutes", "covered_minutes", "other_minutes", "minutes")


def _whose(each: CustomerSums) -> dict[str, str]:
    return {
        "company": each.company,
        "customer": each.customer,
        "customer_record": each.customer_record,
        "contact": each.contact,
    }


def _sums(sums: Sums) -> dict[str, int]:
    values = (sums.billable, sums.courtesy, sums.covered, sums.unknown, sums.minutes)
    return dict(zip(_NAMES_OF_SUMS, values, strict=True))


# What is on record


def _ids(session: Session, desk: Desk, month: Days) -> Sequence[int]:
    within = (WorkEntry.worked_at >= month.begin(desk.zone)) & (WorkEntry.worked_at < month.end(desk.zone))
    query = select(WorkEntry.id).where(within, WorkEntry.removed_at.is_(None))
    return session.scalars(query.order_by(WorkEntry.worked_at, WorkEntry.id)).all()


def _rows(session: Session, desk: Desk, ids: Sequence[int]) -> list[BillingRow]:
    """Return some entries, with a number of queries that does not grow by entry."""
    with_all = (joinedload(WorkEntry.callback), joinedload(WorkEntry.consent), joinedload(WorkEntry.event))
    query = select(WorkEntry).where(WorkEntry.id.in_(ids)).options(*with_all)
    entries = session.scalars(query.order_by(WorkEntry.worked_at, WorkEntry.id)).all()
    known = records_of_callers(session, [each.callback.contact for each in entries])
    notes = _notes(session, entries)
    return [_row(desk, each, known.get(each.callback.contact_sid), notes.get(each.id, "")) for each in entries]


def _notes(session: Session, entries: Sequence[WorkEntry]) -> Mapping[int, str]:
    """Return the note of each entry: the one that it is about, or that came in one text with the outcome."""
    sids = {each.callback.contact_sid for each in entries}
    notes = select(Event).where(Event.kind == EventKind.NOTE, Event.contact_sid.in_(sids)).order_by(Event.id)
    by_moment = {(event.contact_sid, event.at, event.actor): event.detail for event in session.scalars(notes)}
    return {
        each.id: each.event.detail
        if each.event.kind is EventKind.NOTE
        else by_moment.get((each.event.contact_sid, each.event.at, each.event.actor), "")
        for each in entries
    }


def _row(desk: Desk, entry: WorkEntry, known: CallerRecord | None, note: str) -> BillingRow:
    callback, consent = entry.callback, entry.consent
    local = entry.worked_at.astimezone(desk.zone)

    def moment(name: str) -> str:
        return f"{getattr(consent, name).astimezone(desk.zone):%Y-%m-%d %H:%M}" if consent is not None else ""

    return BillingRow(
        company=known.company if known is not None else "",
        customer=known.name if known is not None else callback.contact.caller_name,
        customer_record=str(known.customer_id) if known is not None else "",
        contact=callback.contact.customer_number or callback.contact.caller,
        is_probable="yes" if known is not None and known.is_probable else "",
        reference=callback.reference,
        product=entry.product,
        date=f"{local:%Y-%m-%d}",
        ended_at=f"{local:%H:%M}",
        technician=entry.worked_by,
        minutes=entry.minutes,
        coverage=entry.coverage.value,
        work=event_words(entry.event.kind),
        note=note,
        consent_by=consent.given_by if consent is not None else "",
        consent_how=consent.way.value if consent is not None else "",
        consent_given_at=moment("given_at"),
        consent_recorded_at=moment("recorded_at"),
        consent_scope=consent.scope if consent is not None else "",
        agreed_minutes=str(consent.minutes) if consent is not None and consent.minutes is not None else "",
    )
