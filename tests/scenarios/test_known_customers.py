"""A customer whom the desk knows calls: the technician knows who it is before they call back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from callbacks.acts.customers import Editor
from callbacks.customers.contacts import contact_in
from callbacks.customers.details import Details
from callbacks.customers.find import language_of
from callbacks.db.states import PriorityLevel
from callbacks.db.tables import Customer
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

JANE = Details("Jane Roy", "Acme", "en", products=("modusMail",), notes="Gold contract")
ZOE = Details("Zoé Bélisle", "Boulangerie du Coin", "fr", notes="Contrat or")
OFFICE = "+15145550188"


def knows(desk: ScenarioDesk, details: Details, *numbers: str) -> int:
    contacts = [contact_in(number, desk.service.desk.dialing_rules) for number in numbers or (CUSTOMER,)]
    return edits(desk, lambda editor: editor.add(details, contacts)).id


def edits(desk: ScenarioDesk, work: object) -> Customer:
    assert callable(work)
    found = desk.service.database.write(
        lambda session: work(Editor(session, desk.service.desk, "sue@example.com", desk.now))
    )
    assert isinstance(found, Customer)
    return found


def leaves_a_message(desk: ScenarioDesk, number: str = CUSTOMER) -> None:
    call = desk.customer(number).dials("direct").hears_the_beep().says(8).presses("#")
    call.hears("Thank you").is_hung_up_on()


def opened_link(desk: ScenarioDesk, name: str = "Amy") -> str:
    """Return what the link in somebody's last text shows once its button is pressed."""
    text = next(text.body for text in reversed(desk.phone_of(name).phone.texts) if "/t/" in text.body)
    found = re.search(r"https://desk\.test(/t/[\w.\-]+)$", text)
    assert found is not None
    client: FlaskClient = desk.service.web.test_client()
    assert "Acme" not in client.get(found[1]).text  # a scanner sees nobody
    assert client.post(f"{found[1]}/open").status_code == 303
    return client.get(found[1]).text


def test_the_text_the_link_and_the_phone_say_who_calls(desk: ScenarioDesk) -> None:
    knows(desk, JANE, CUSTOMER, OFFICE)
    leaves_a_message(desk)
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back by 10:42 p.m. (Acme, Jane Roy; direct line")
    shown = opened_link(desk)
    assert "<strong>Acme, Jane Roy</strong>" in shown
    assert "Products: modusMail" in shown
    assert "Gold contract" in shown
    assert "History" not in shown  # it is their first call
    amy.texts("ack {code}").reads("yours")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("The customer is Acme, Jane Roy.").hears("connected to (514) 555-0199")
    customers = desk.customer()
    amys.presses("1")
    leg = customers.is_rung().answers()
    amys.is_connected_to(leg)
    leg.hangs_up()
    amys.hears("How did it go").presses("1").hears("Resolved").is_hung_up_on()
    ben.reads_nothing()
    leaves_a_message(desk, OFFICE)  # from another number of the same customer
    amy.reads("call (514) 555-0188 back", "(Acme, Jane Roy, 2 calls in 7 days; direct line")
    shown = opened_link(desk)
    assert "2 calls in 7 days" in shown
    assert f"{desk.callbacks()[0].reference}, resolved" in shown
    amy.resolves()


def test_une_cliente_connue_est_nommee_en_francais(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, row: setattr(row, "language", "fr"))
    knows(desk, replace(ZOE, is_trial=True))
    leaves_a_message(desk)
    amy = desk.phone_of("Amy")
    amy.reads("rappelez le (514) 555-0199 avant 22 h 42 (Boulangerie du Coin, Zoé Bélisle; ligne directe")
    shown = opened_link(desk)
    assert "<dt>Client</dt><dd><strong>Boulangerie du Coin, Zoé Bélisle</strong>" in shown
    assert "À l&#39;essai ou en intégration : toujours prioritaire" in shown
    assert "Contrat or" in shown
    desk.scenario.minutes_pass(3)
    call = amy.is_rung().answers().hears("Un client attend un rappel avant")
    call.hears("Le client est Boulangerie du Coin, Zoé Bélisle.").presses("2").hears("Pour confirmer").presses("1")
    call.hears("est à vous").is_hung_up_on()
    amy.resolves("fait")
    number = desk.service.database.read(lambda session: language_of(session, CUSTOMER))
    assert number == "fr"


def test_a_number_that_may_be_forged_is_only_probably_the_customers(desk: ScenarioDesk) -> None:
    knows(desk, JANE)
    desk.customer().phone.stir_verstat = "TN-Validation-Failed-C"
    leaves_a_message(desk)
    amy = desk.phone_of("Amy")
    amy.reads("(probably Acme, Jane Roy; direct line")
    assert "It may be forged." in opened_link(desk)
    desk.scenario.minutes_pass(3)
    call = amy.is_rung().answers().hears("The customer is probably Acme, Jane Roy.").presses("2").hears("confirm")
    call.presses("1").hears("is yours").is_hung_up_on()
    amy.resolves()


def test_a_trial_customer_never_waits(desk: ScenarioDesk) -> None:
    customer_id = knows(desk, JANE)
    leaves_a_message(desk)
    amy = desk.phone_of("Amy")
    amy.reads("Acme")
    desk.service.database.write(lambda session: setattr(session.merge(desk.callback), "priority", PriorityLevel.P3))
    edits(desk, lambda editor: editor.change(customer_id, replace(JANE, is_trial=True)))
    assert desk.callback.priority is PriorityLevel.P2
    assert desk.log_says("P3 to P2 (a trial or onboarding customer is always high priority)")
    amy.resolves()


@pytest.mark.parametrize("words", ["Acme", "jane", "roy acme"])
def test_search_finds_their_callbacks(desk: ScenarioDesk, words: str) -> None:
    knows(desk, JANE)
    leaves_a_message(desk)
    desk.phone_of("Amy").reads("Acme")
    client = desk.service.web.test_client()
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    fields = {"token": token[1], "email": "supervisor@example.com", "password": "night-desk-demo"}
    assert client.post("/login", data=fields).status_code == 302
    shown = client.get("/callbacks", query_string={"words": words}).text
    assert desk.callback.reference in shown
    assert "Acme, Jane Roy" in shown
    desk.phone_of("Amy").resolves()
