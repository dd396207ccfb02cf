"""What stands beside a callback: the customer and what happened with them before."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.console.customers.beside import Beside, beside
from callbacks.db.tables import Call, Callback, JoinedContact
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.callbacks.customers.known import JANE, OTHER, PHONE, add, call


def of_callback(console: Console, caller: str, attestation: str = "") -> Beside:
    def work(session: Session) -> Beside:
        row = session.get_one(Call, "CA1")
        row.caller, row.attestation = caller, attestation
        session.flush()
        return beside(session, session.get_one(Callback, 1), BEGAN)

    return console.database.write(work)


def test_a_known_customer_with_all_their_numbers(console: Console) -> None:
    def work(session: Session) -> None:
        add(session, JANE, PHONE, OTHER)
        before = call(session, "CA2", OTHER, BEGAN - timedelta(days=1))
        before.customer_number = OTHER
        open_callback(session, DESK, before, BEGAN)

    console.database.write(work)
    found = of_callback(console, PHONE, "TN-Validation-Failed")
    assert found.caller is not None
    assert (found.customer and found.customer.name, found.caller.is_probable) == ("Jane Roy", True)
    assert (found.products, found.calls_this_week) == (("modusMail",), 2)
    assert [each.contact_sid for each in found.other_open] == ["CA2"]
    assert [each.call.sid for each in found.earlier] == ["CA2"]
    shown = console_of(console)
    assert "Customer probably Acme, Jane Roy" in shown
    assert "It may be forged." in shown
    assert "Products: modusMail Gold contract" in shown
    assert "History 2 calls in seven days; also open:" in shown


def test_a_call_that_joined_the_callback_is_not_an_earlier_one(console: Console) -> None:
    def work(session: Session) -> None:
        call(session, "CA2", PHONE, BEGAN + timedelta(minutes=1))
        session.add(JoinedContact(contact_sid="CA2", callback_id=1, joined_at=BEGAN + timedelta(minutes=1)))

    console.database.write(work)
    assert list(of_callback(console, PHONE).earlier) == []


def console_of(console: Console) -> str:
    console.logs_in("sue@example.com")
    reference = console.database.read(lambda session: session.get_one(Callback, 1).reference)
    return words_of(console.client.get(f"/callbacks/{reference}").text)


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_number_that_nobody_knows_has_a_history_too(console: Console) -> None:
    console.database.write(lambda session: call(session, "CA2", PHONE, BEGAN - timedelta(days=1)))
    found = of_callback(console, PHONE)
    assert (found.caller, found.customer, list(found.other_open)) == (None, None, [])
    assert [each.call.sid for each in found.earlier] == ["CA2"]
    assert "voicemail, no callback" in console_of(console)


def test_a_withheld_number_has_none(console: Console) -> None:
    console.database.write(lambda session: call(session, "CA2", "ANONYMOUS"))
    found = of_callback(console, "ANONYMOUS")
    assert (found.calls_this_week, list(found.earlier)) == (0, [])
