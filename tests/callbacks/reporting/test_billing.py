"""The billing export: months at the desk, customers and their sums, and what is left of who was forgotten."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callbacks.acts.billing_consents import RecordBillingConsent
from callbacks.acts.customers import Editor
from callbacks.acts.details import AddNote, NameCaller, SetProduct
from callbacks.acts.work import CorrectMinutes
from callbacks.customers.contacts import phone_in
from callbacks.customers.details import Details
from callbacks.customers.personal_data import delete_person
from callbacks.db.database import Database
from callbacks.db.states import ConsentWay, Coverage
from callbacks.db.tables import BillingConsent, Callback, WorkEntry
from callbacks.records.work import Sums
from callbacks.reporting.billing import (
    BillingRow,
    as_data,
    billing_of,
    by_customer,
    rows_as_csv,
    sums_as_csv,
)
from callbacks.reporting.periods import Days, month_named
from tests.acting import supervisor_acts
from tests.callbacks.reporting.facts import BEGAN, DESK, local, night

NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 30))
SUE = "sue@example.com"
MINUTE = timedelta(minutes=1)
A_ROW = BillingRow(
    company="Acme", customer="Jane Roy", customer_record="1", contact="+15145550199", is_probable="",
    reference="KT-417", product="modusHosted", date="2026-11-28", ended_at="22:15", technician="Amy Roy", minutes=25,
    coverage="covered", work="wrote a note", note="", consent_by="", consent_how="", consent_given_at="",
    consent_recorded_at="", consent_scope="", agreed_minutes="",
)  # fmt: skip


def does(database: Database, *acts: object, at: datetime = BEGAN) -> None:
    """Let Sue do something to the second callback, the one that nobody has tried."""

    def work(session: Session) -> None:
        callback = session.scalars(select(Callback).order_by(Callback.id.desc())).first()
        assert callback is not None
        for act in acts:
            supervisor_acts(session, DESK, callback, act, SUE, at)  # type: ignore[arg-type]

    database.write(work)


def exported(database: Database, month: Days = NOVEMBER, customer: str = "") -> list[BillingRow]:
    return [row for each in billing_of(database, DESK, month, customer) for row in each.rows]


# Months


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11", NOVEMBER),
        ("2028-02", Days(date(2028, 2, 1), date(2028, 2, 29))),
        ("2026-12", Days(date(2026, 12, 1), date(2026, 12, 31))),
        *((text, None) for text in ("", "2026-13", "2026-00", "1999-12", "2026-1", "2026-11-01", "26-11", "٢٠٢٦-١١")),
    ],
)
def test_a_month_is_named_by_its_year_and_number(text: str, days: Days | None) -> None:
    assert month_named(text) == days


@pytest.mark.parametrize(
    ("ended", "month"),
    [
        ("2026-10-31T23:59:59", "2026-10"),
        ("2026-11-01T00:00", "2026-11"),  # 04:00 UTC, in daylight time
        ("2026-11-01T01:30", "2026-11"),  # of the hour that is repeated
        ("2026-11-30T23:59:59", "2026-11"),
        ("2026-12-01T00:00", "2026-12"),  # 05:00 UTC, in standard time
        ("2027-03-14T03:00", "2027-03"),  # after the hour that is skipped
        ("2026-12-31T23:59", "2026-12"),
    ],
)
def test_work_belongs_to_the_month_at_the_desk_in_which_it_ended(database: Database, ended: str, month: str) -> None:
    database.write(night)
    at = local(ended)
    does(database, AddNote("looked into it", 25), at=at)
    found = month_named(month)
    assert found is not None
    (row,) = exported(database, found)
    assert (row.date, row.ended_at) == (f"{at:%Y-%m-%d}", f"{at:%H:%M}")
    for other in (found.since - timedelta(days=1), found.until + timedelta(days=1)):
        neighbour = month_named(f"{other:%Y-%m}")
        assert neighbour is not None
        assert exported(database, neighbour) == []


# Customers


def test_the_sums_of_customers() -> None:
    rows = [
        replace(A_ROW, minutes=10, coverage="billable", contact="bob@acme.example"),
        replace(A_ROW, minutes=5, coverage=""),
        replace(A_ROW, company="", customer="Bob", customer_record="", minutes=7, coverage="courtesy"),
        replace(A_ROW, company="", customer="", customer_record="", minutes=8, date="2026-11-29"),
        replace(A_ROW, company="", customer="", customer_record="", contact="deleted", reference="AB-1", minutes=1),
        replace(A_ROW, company="", customer="", customer_record="", contact="deleted", reference="AB-2", minutes=2),
        replace(A_ROW, company="zeta", customer_record="2", minutes=3),
    ]
    found = [(each.company, each.customer, each.contact, each.sums) for each in by_customer(rows)]
    assert found == [
        ("", "", "+15145550199", Sums(courtesy=7, covered=8)),
        ("", "", "deleted", Sums(covered=1)),
        ("", "", "deleted", Sums(covered=2)),
        ("Acme", "Jane Roy", "", Sums(billable=10, unknown=5)),
        ("zeta", "Jane Roy", "", Sums(covered=3)),
    ]


def test_nothing_worked_is_a_header() -> None:
    assert rows_as_csv([]) == f"{','.join(field.name for field in fields(BillingRow))}\n"
    assert sums_as_csv([]).startswith("company,customer,customer_record,contact,billable_minutes,")
    assert as_data(NOVEMBER, []) == {"month": "2026-11", "customers": []}


COLUMNS = (
    "company,customer,customer_record,contact,is_probable,reference,product,date,ended_at,technician,minutes,coverage,"
    "work,note,consent_by,consent_how,consent_given_at,consent_recorded_at,consent_scope,agreed_minutes"
)


def test_the_columns_and_their_order_stay() -> None:
    assert [field.name for field in fields(BillingRow)] == COLUMNS.split(",")


@pytest.fixture
def migration(database: Database) -> Database:
    """A covered callback of Acme turned out to be a migration: 10 minutes before, and 90 after Bob consented."""
    database.write(night)

    def known(session: Session) -> None:
        contacts = [phone_in("+15145550199", DESK.dialing_rules)]
        Editor(session, DESK, SUE, BEGAN).add(Details("Jane Roy", "=Acme", "", False, (), ""), contacts)

    database.write(known)
    does(database, SetProduct("modusHosted"), AddNote("listened to it", 10))
    consent = RecordBillingConsent("Bob", ConsentWay.PHONE, "the move", 120, BEGAN - MINUTE)
    does(database, SetProduct("server upgrades and migrations"), consent)
    does(database, AddNote("moved the mailboxes", 90), at=BEGAN + 90 * MINUTE)
    return database


def test_the_month_of_a_customer(migration: Database) -> None:
    (acme,) = billing_of(migration, DESK, NOVEMBER)
    assert acme.sums == Sums(billable=90, covered=10)
    first, second = acme.rows
    assert (first.coverage, first.product, first.minutes, first.consent_by) == ("covered", "modusHosted", 10, "")
    assert replace(second, reference="") == BillingRow(
        company="=Acme",
        customer="Jane Roy",
        customer_record="1",
        contact="+15145550199",
        is_probable="",
        reference="",
        product="server upgrades and migrations",
        date="2026-11-28",
        ended_at="23:42",
        technician=SUE,
        minutes=90,
        coverage="billable",
        work="wrote a note",
        note="moved the mailboxes",
        consent_by="Bob",
        consent_how="phone",
        consent_given_at="2026-11-28 22:11",
        consent_recorded_at="2026-11-28 22:12",
        consent_scope="the move",
        agreed_minutes="120",
    )


def test_a_spreadsheet_takes_nothing_for_a_formula(migration: Database) -> None:
    found = billing_of(migration, DESK, NOVEMBER)
    rows = list(csv.DictReader(io.StringIO(rows_as_csv(found))))
    assert [(row["company"], row["contact"], row["minutes"]) for row in rows] == [
        ("'=Acme", "'+15145550199", "10"),
        ("'=Acme", "'+15145550199", "90"),
    ]
    (sums,) = csv.DictReader(io.StringIO(sums_as_csv(found)))
    assert (sums["company"], sums["billable_minutes"], sums["covered_minutes"], sums["minutes"]) == (
        "'=Acme", "90", "10", "100",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("customer", "count"),
    [("acme", 2), ("ROY jane", 2), ("1", 2), ("customer 1", 2), ("5550199", 2), ("2", 0), ("zeta", 0)],
)
def test_one_customer_is_asked_for(migration: Database, customer: str, count: int) -> None:
    assert len(exported(migration, customer=customer)) == count


def test_what_was_removed_is_not_exported(migration: Database) -> None:
    (first, _) = migration.read(lambda session: session.scalars(select(WorkEntry.id).order_by(WorkEntry.id)).all())
    does(migration, CorrectMinutes(first, 0, "another callback"), at=BEGAN + 95 * MINUTE)
    assert [row.minutes for row in exported(migration)] == [90]


def test_of_a_customer_who_was_forgotten_the_minutes_are_left(migration: Database) -> None:
    does(migration, NameCaller("Jane"))

    def forget(session: Session) -> None:
        delete_person(session, _sids(session), SUE, BEGAN + 100 * MINUTE)

    migration.write(forget)
    (one,) = billing_of(migration, DESK, NOVEMBER)
    assert one.sums == Sums(billable=90, covered=10)
    left = rows_as_csv([one])
    for word in ("Acme", "Jane", "0199", "Bob", "mailboxes", "the move", "listened"):
        assert word not in left, word
    assert {row.contact for row in one.rows} == {"deleted"}
    assert [(row.consent_by, row.consent_how, row.agreed_minutes) for row in one.rows][1] == ("deleted", "phone", "120")
    (consent,) = migration.read(lambda session: session.scalars(select(BillingConsent)).all())
    assert (consent.given_by, consent.scope, consent.minutes) == ("deleted", "", 120)


def _sids(session: Session) -> Sequence[str]:
    last = select(Callback.contact_sid).order_by(Callback.id.desc()).limit(1)
    return session.scalars(last).all()


def test_the_number_of_queries_does_not_grow_by_entry(migration: Database) -> None:
    queries: list[str] = []
    event.listen(migration.engine, "before_cursor_execute", lambda *about: queries.append(about[2]))
    exported(migration)
    few = len(queries)
    does(migration, *(AddNote(f"step {number}", number) for number in range(5, 10)), at=BEGAN + 100 * MINUTE)
    queries.clear()
    assert len(exported(migration)) == 7
    assert len(queries) == few


def test_every_coverage_has_a_sum() -> None:
    rows = [replace(A_ROW, coverage=coverage.value, minutes=1) for coverage in Coverage]
    assert [each.sums.minutes for each in by_customer(rows)] == [len(Coverage)]
