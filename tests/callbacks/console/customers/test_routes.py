"""The screens of customers and of numbers: who sees and changes what."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.customers import find
from callbacks.customers.details import Details
from callbacks.db.tables import Call, ReceivedText
from tests.callbacks.console.console import BEGAN, Console
from tests.callbacks.customers.known import JANE, MAIL, OTHER, PHONE, add, call

HEADER = "name,company,phones,emails,language,trial,products,notes\n"


@pytest.fixture
def acme(sue: Console) -> Console:
    """The console, with a customer whose calls have a callback."""

    def work(session: Session) -> None:
        add(session, JANE, PHONE, MAIL)
        session.get_one(Call, "CA1").caller = PHONE

    sue.database.write(work)
    return sue


def imports(sue: Console, content: bytes) -> TestResponse:
    token = re.search(r'name="token" value="([^"]+)"', sue.client.get("/customers").text)
    assert token is not None
    data = {"token": token[1], "file": (io.BytesIO(content), "customers.csv")}
    return sue.client.post("/customers/import", data=data, content_type="multipart/form-data")


def test_customers_are_listed_and_found(acme: Console) -> None:
    acme.database.write(lambda session: add(session, Details("Joe", is_trial=True), OTHER))
    listed = acme.reads("/customers")
    assert "2 customers, by company" in listed
    assert "Acme, Jane Roy (514) 555-0199 jane@acme.test French modusMail" in listed
    assert "Joe trial or onboarding (514) 555-0188 none not known none" in listed
    assert "Joe" not in acme.reads("/customers?words=acme")
    assert "No customers match this search." in acme.reads("/customers?words=nobody")
    assert "Acme" in acme.reads("/customers?page=1&words=Roy")
    assert "No customers" in acme.reads("/customers?page=999999")


def test_a_customer_is_added(sue: Console) -> None:
    fields = {"name": "Jane", "company": "Acme", "phones": "514 555-0199; 514 555-0188", "emails": MAIL, "trial": "yes"}
    assert "Acme, Jane was added." in sue.follows(sue.posts("/customers/add", fields))
    (row,) = sue.database.read(find.everybody)
    assert (row.is_trial, find.contacts_of(row)) == (True, [PHONE, OTHER, MAIL])
    shown = sue.follows(sue.posts("/customers/add", {**fields, "name": "Joe <b>"}))
    assert "already belongs to Acme, Jane" in shown
    assert 'value="Joe &lt;b&gt;"' in shown  # what was typed is still there
    assert sue.audit_entries()[-1] == ("sue@example.com", "customer: add")
    assert sue.audit_details("customer: add") == [str(row.id)]


def test_a_customer_is_changed(acme: Console) -> None:
    change = {"name": "Jane", "company": "Acme", "language": "en", "products": "a;b", "notes": "one\ntwo"}
    shown = acme.follows(acme.posts("/customers/1/change", change))
    assert "Acme, Jane was saved." in shown
    assert "a, b" in shown
    assert "(514) 555-0188 was added to Acme, Jane." in acme.follows(
        acme.posts("/customers/1/add-contact", {"contact": "514 555-0188"})
    )
    assert "removed from Acme, Jane" in acme.follows(acme.posts("/customers/1/remove-contact", {"contact": "1"}))
    row = acme.database.read(lambda session: find.customer_numbered(session, 1))
    assert find.contacts_of(row) == [MAIL, OTHER]
    refused = acme.follows(acme.posts("/customers/1/change", {"name": "", "company": "", "notes": "kept"}))
    assert "A customer needs a name or a company." in refused
    assert "<details open>" in refused
    assert ">kept</textarea>" in refused
    assert acme.posts("/customers/1/explode", {}).status_code == 404
    assert "There is no such customer" in acme.follows(acme.posts("/customers/9/change", change))


def test_a_customer_who_is_not_there_is_not_found(acme: Console) -> None:
    assert acme.client.get("/customers/9").status_code == 404
    acme.database.write(lambda session: setattr(find.customer_numbered(session, 1), "forgotten_at", BEGAN))
    assert acme.client.get("/customers/1").status_code == 404
    assert "nobody we know" in acme.reads(f"/numbers/{PHONE}")


def test_a_customers_page_has_their_callbacks_and_calls(acme: Console) -> None:
    acme.database.write(lambda session: call(session, "CA7", PHONE))
    shown = acme.reads("/customers/1")
    assert f"{acme.reference} on time" in shown
    assert shown.count("direct (514) 555-0199 voicemail") == 2


def test_a_file_is_imported_and_bad_rows_are_named(sue: Console) -> None:
    answer = imports(sue, f"{HEADER}Jane,Acme,5145550199,,,,,\nJoe,,12,,,,,\n".encode())
    assert answer.status_code == 200
    assert "1 added, 0 changed, 0 unchanged." in answer.text
    assert '<td data-label="Line">3</td>' in answer.text
    assert "&#39;12&#39; is not a phone number" in answer.text
    assert "not UTF-8" in sue.follows(imports(sue, b"\xff\xfe"))
    assert "Choose a CSV file first." in sue.follows(imports(sue, b""))
    assert "Choose a CSV file first." in sue.follows(sue.posts("/customers/import", {}))
    assert "Acme, Jane" in sue.reads("/customers")


def test_the_export_can_be_imported(acme: Console) -> None:
    exported = acme.client.get("/customers.csv")
    assert exported.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert exported.text == f"{HEADER}Jane Roy,Acme,'{PHONE},{MAIL},fr,no,modusMail,Gold contract\n"
    assert "0 added, 0 changed, 1 unchanged." in imports(acme, exported.data).text
    assert acme.audit_entries()[-1] == ("sue@example.com", "exported 1 customers")


def test_a_number_leads_to_everything_known_from_it(acme: Console) -> None:
    def work(session: Session) -> None:
        session.add(ReceivedText(sid="SM1", sender=PHONE, at=BEGAN, words="Please call <me>", answer=""))

    acme.database.write(work)
    for screen in ("/", "/callbacks", "/calls", f"/callbacks/{acme.reference}", "/customers", "/customers/1"):
        assert f'href="/numbers/{PHONE}"' in acme.client.get(screen).text, screen
    shown = acme.reads(f"/numbers/{PHONE}")
    assert "Customer Acme, Jane Roy" in shown
    assert acme.reference in shown
    assert "direct (514) 555-0199" in shown
    assert "from them : Please call <me>" in shown
    unknown = acme.reads(f"/numbers/{OTHER}")
    assert "nobody we know ( add a customer )" in unknown
    for text in ("ANONYMOUS", "+1", "+15145550199x"):
        assert acme.client.get(f"/numbers/{text}").status_code == 404


def test_the_texts_of_a_technician_are_not_shown(acme: Console) -> None:
    acme.database.write(
        lambda session: session.add(ReceivedText(sid="SM1", sender="+15145550101", at=BEGAN, words="1234", answer=""))
    )
    shown = acme.reads("/numbers/+15145550101")
    assert "Technician Amy Roy" in shown
    assert "1234" not in shown


def test_others_read_what_their_role_may_see(acme: Console) -> None:
    rita, amy = acme.web.test_client(), acme.web.test_client()
    acme.logs_in("rita@example.com", client=rita)
    acme.logs_in("amy@example.com", client=amy)
    for client in (rita, amy):
        for screen in ("/customers", "/customers/1"):
            shown = client.get(screen).text
            assert "Acme, Jane Roy" in shown
            assert 'name="company"' not in shown
        assert acme.posts("/customers/1/change", {"name": "x"}, client).status_code == 403
    assert "/customers.csv" in rita.get("/customers").text
    assert "/customers.csv" not in amy.get("/customers").text
    assert amy.get("/customers.csv").status_code == 403
    assert rita.get(f"/numbers/{OTHER}").status_code == 200
    assert amy.get(f"/numbers/{OTHER}").status_code == 403
    assert amy.get(f"/numbers/{PHONE}").status_code == 200
