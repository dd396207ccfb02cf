"""Changes of customers: what the audit log keeps of them, and what follows for their open callbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from callbacks.acts.base import Refused
from callbacks.acts.customer_number import SetNumber
from callbacks.acts.customers import Editor, Taken, apply_customer_record, import_rows
from callbacks.acts.promises import SetPriority
from callbacks.customers import csv_file, find, store
from callbacks.customers.details import Details
from callbacks.db.database import AUDIT_KEY, Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState, PriorityLevel
from callbacks.db.tables import AuditEntry, Event, PriorityChange
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound
from callbacks.records import audit_log
from callbacks.records.search import Search
from callbacks.records.search import find as find_callbacks
from tests.callbacks.acts.night import CUSTOMER, NOW, SUE, Night
from tests.callbacks.customers.known import JANE, MAIL, OTHER, add, contacts

RAISED = "P3 to P2 (a trial or onboarding customer is always high priority)"
TRIAL = replace(JANE, is_trial=True)


@pytest.fixture
def editor(night: Night) -> Editor:
    night.session.info[AUDIT_KEY] = b"of the test"
    return Editor(night.session, night.desk, SUE, NOW)


def entries(night: Night) -> list[tuple[str, str, dict[str, str]]]:
    found = night.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.who, entry.what, dict(audit_log.details_of(entry))) for entry in found]


def test_the_audit_log_says_who_changed_what_without_personal_data(night: Night, editor: Editor) -> None:
    customer = editor.add(JANE, contacts(OTHER))
    editor.change(customer.id, replace(JANE, name="Jeanne Roy", is_trial=True))
    editor.add_contact(customer.id, *contacts(MAIL))
    editor.remove_contact(customer.id, customer.contacts[0].id)
    number = str(customer.id)
    assert entries(night) == [
        (SUE, "customer: add", {"customer": number}),
        (SUE, "customer: change", {"customer": number, "fields": "name, is_trial"}),
        (SUE, "customer: add contact", {"customer": number, "fields": "mail"}),
        (SUE, "customer: remove contact", {"customer": number, "removed": f"a phone of customer {number}"}),
    ]


def test_a_customer_who_is_not_there_cannot_be_changed(editor: Editor) -> None:
    customer = editor.add(JANE, contacts(OTHER))
    with pytest.raises(NotFound):
        editor.change(customer.id + 1, JANE)
    customer.forgotten_at = NOW
    with pytest.raises(NotFound):
        editor.change(customer.id, JANE)


# Trial and onboarding: always high priority


def test_a_trial_customers_p3_is_raised_when_it_opens(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "priority_of_line", lambda *_: PriorityLevel.P3)
    add(night.session, TRIAL, OTHER)
    assert night.callback_of("CA2").priority is PriorityLevel.P3  # of somebody else
    callback = night.callback_of("CA3", OTHER)
    assert callback.priority is PriorityLevel.P2
    (change,) = night.session.scalars(select(PriorityChange)).all()
    assert (change.callback_id, change.at, change.priority) == (callback.id, NOW, PriorityLevel.P2)
    query = select(Event.actor, Event.detail).where(
        Event.contact_sid == "CA3", Event.kind == EventKind.PRIORITY_CHANGED
    )
    assert [tuple(row) for row in night.session.execute(query)] == [(Actor.DESK, RAISED)]


def test_an_open_p3_is_raised_when_the_record_changes(night: Night, editor: Editor) -> None:
    night.sue_does(SetPriority(PriorityLevel.P3))
    customer = editor.add(JANE, contacts(CUSTOMER))
    assert night.callback.priority.value == "P3"
    editor.change(customer.id, TRIAL)
    assert night.callback.priority.value == "P2"
    editor.change(customer.id, TRIAL)  # once
    assert [detail for _, _, detail in night.events(EventKind.PRIORITY_CHANGED)] == ["P2 to P3", RAISED]


def test_it_is_raised_by_a_number_that_is_added_to_a_record_or_to_the_callback(night: Night, editor: Editor) -> None:
    night.sue_does(SetPriority(PriorityLevel.P3))
    customer = editor.add(TRIAL, contacts(OTHER))
    night.sue_does(SetNumber(OTHER))
    assert night.callback.priority is PriorityLevel.P2
    other = night.callback_of("CA2", "+15145550177")
    other.priority = PriorityLevel.P3
    editor.add_contact(customer.id, *contacts("+15145550177"))
    assert other.priority is PriorityLevel.P2


@pytest.mark.parametrize("priority", [PriorityLevel.P1, PriorityLevel.P2])
def test_what_is_high_already_stays_as_it_is(night: Night, editor: Editor, priority: PriorityLevel) -> None:
    night.callback.priority = priority
    editor.add(TRIAL, contacts(CUSTOMER))
    assert night.callback.priority is priority
    assert night.events(EventKind.PRIORITY_CHANGED) == []


def test_a_closed_callback_is_not_raised(night: Night, editor: Editor) -> None:
    night.callback.priority, night.callback.state = PriorityLevel.P3, CallbackState.RESOLVED
    customer = editor.add(TRIAL, contacts(CUSTOMER))
    apply_customer_record(night.session, night.desk, night.callback, NOW)
    assert (night.callback.priority, customer.is_trial) == (PriorityLevel.P3, True)


def test_nobody_makes_a_trial_customer_wait(night: Night, editor: Editor) -> None:
    editor.add(TRIAL, contacts(CUSTOMER))
    with pytest.raises(Refused, match="trial or onboarding customer, who is always high priority"):
        night.sue_does(SetPriority(PriorityLevel.P3))
    night.sue_does(SetPriority(PriorityLevel.P1))
    assert night.callback.priority is PriorityLevel.P1


# Search


def found_by(night: Night, words: str) -> list[str]:
    page = find_callbacks(night.session, Search(words), ZoneInfo("America/Toronto"), true())
    return [callback.reference for callback in page.callbacks]


def test_search_finds_callbacks_by_the_name_and_company_of_the_customer(night: Night, editor: Editor) -> None:
    assert found_by(night, "acme") == []
    editor.add(JANE, contacts(CUSTOMER, OTHER))
    assert found_by(night, "acme") == [night.callback.reference]
    another = night.callback_of("CA2", OTHER)
    assert found_by(night, "jane roy acme") == [another.reference, night.callback.reference]


# An import


def rows_of(text: str, desk: Desk) -> list[csv_file.Row]:
    content = csv_file.read(text, desk.dialing_rules)
    assert content.faults == []
    return list(content.rows)


def test_a_file_adds_and_changes_customers(database: Database, desk: Desk) -> None:
    text = f"company,phones,emails,notes\nAcme,{CUSTOMER},{MAIL},\nBex,{OTHER},,\n"

    def taken(text: str) -> list[tuple[int, Taken | None]]:
        return [(each.line, each.taken) for each in import_rows(database, desk, rows_of(text, desk), SUE, NOW)]

    assert taken(text) == [(2, Taken.ADDED), (3, Taken.ADDED)]
    assert taken(text) == [(2, Taken.UNCHANGED), (3, Taken.UNCHANGED)]
    assert taken(f"phones,emails,notes\n+15145550177,{MAIL},VIP\n") == [(2, Taken.CHANGED)]
    acme, bex = database.read(find.everybody)
    assert (store.details_of(acme), find.contacts_of(acme)) == (
        Details(company="Acme", notes="VIP"),
        [CUSTOMER, MAIL, "+15145550177"],
    )
    assert find.contacts_of(bex) == [OTHER]


def test_a_row_that_names_two_customers_changes_neither(database: Database, desk: Desk) -> None:
    database.write(lambda session: (add(session, JANE, CUSTOMER, MAIL), add(session, Details(company="Bex"), OTHER)))
    text = f"name,phones,emails\nJoe,+15145550177,\nZoe,{OTHER},{MAIL}\nAnn,+15145550178,\n"
    found = list(import_rows(database, desk, rows_of(text, desk), SUE, NOW))
    assert [(each.line, each.taken) for each in found] == [(2, Taken.ADDED), (3, None), (4, Taken.ADDED)]
    assert found[1].problem == (
        "It names two customers: Acme, Jane Roy (jane@acme.test) and Bex ((514) 555-0188). Correct one of them first."
    )
    names = [row.name for row in database.read(find.everybody)]
    assert names == ["Jane Roy", "", "Joe", "Ann"]


def test_a_row_without_a_name_is_only_taken_of_somebody_known(database: Database, desk: Desk) -> None:
    database.write(lambda session: add(session, JANE, CUSTOMER))
    text = f"phones,trial\n{CUSTOMER},yes\n{OTHER},yes\n"
    known, unknown = import_rows(database, desk, rows_of(text, desk), SUE, NOW)
    assert (known.taken, unknown.taken) == (Taken.CHANGED, None)
    assert unknown.problem == "A customer needs a name or a company."


def test_a_long_file_is_taken_in_several_transactions(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions: list[int] = []
    write = Database.write

    def counted(self: Database, work: Callable[[Session], Any]) -> Any:
        transactions.append(1)
        return write(self, work)

    monkeypatch.setattr(Database, "write", counted)
    text = "name,phones\n" + "".join(f"N{number},+1514555{number:04}\n" for number in range(1000, 1045))
    assert {each.taken for each in import_rows(database, desk, rows_of(text, desk), SUE, NOW)} == {Taken.ADDED}
    assert len(transactions) == 3
