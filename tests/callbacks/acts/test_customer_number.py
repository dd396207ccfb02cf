"""The number that the customer is called on: ordinary, risky, or none at all."""

from __future__ import annotations

import pytest

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Via
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import (
    Consent,
    RefuseConsent,
    SetNumber,
    decides_about_numbers,
    deciding_by,
)
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageKind, ReportedOutcome, Role
from callbacks.db.tables import Technician
from callbacks.people import users
from callbacks.people.technicians import technician_named
from tests.callbacks.acts.night import NOW, SUE, Night

PREMIUM, JAMAICA = "+19005550142", "+18765550142"


@pytest.mark.parametrize("written", ["514-555-0142", "(514) 555 0142", "+1 514 555 0142"])
def test_an_ordinary_number_is_called_from_now_on_and_search_finds_it(night: Night, written: str) -> None:
    night.amy_does(SetNumber(written))
    assert (night.callback.contact.customer_number, night.callback.consented_by) == ("+15145550142", None)
    assert night.events(EventKind.NUMBER_CHANGED) == [("Amy Roy", EventKind.NUMBER_CHANGED, "(514) 555-0142")]


@pytest.mark.parametrize("written", ["555", "a pizza", ""])
def test_what_is_not_a_number_is_refused(night: Night, written: str) -> None:
    before = night.callback.contact.customer_number
    assert "cannot be called" in night.refusal(SetNumber(written), night.at_console()).english
    assert night.callback.contact.customer_number == before


def test_a_risky_number_is_entered_by_a_supervisor_whose_name_is_on_record(night: Night) -> None:
    refusal = night.refusal(SetNumber(JAMAICA), night.by(night.amy))
    assert refusal.english.endswith("A supervisor must enter it.")
    night.sue_does(SetNumber(JAMAICA))
    assert (night.callback.contact.customer_number, night.callback.consented_by) == (JAMAICA, SUE)


def test_an_ordinary_number_after_a_risky_one_needs_no_consent(night: Night) -> None:
    night.sue_does(SetNumber(JAMAICA))
    night.amy_does(SetNumber("514 555 0142"))
    assert night.callback.consented_by is None


def test_a_supervisor_allows_the_risky_number_of_a_caller(night: Night) -> None:
    night.callback = night.callback_of("CA2", PREMIUM)
    assert night.refusal(Connect(), night.by(night.amy)).english.endswith("A supervisor must allow it first.")
    assert night.sue_does(Consent()) == wording.consented(night.callback.reference)
    assert (night.callback.contact.customer_number, night.callback.consented_by) == (PREMIUM, SUE)
    ((actor, _, detail),) = night.events(EventKind.CONSENTED)
    assert (actor, detail) == (SUE, f"{PREMIUM} (a premium-rate number) may be called")


@pytest.mark.parametrize(("caller", "named"), [("anonymous", "anonymous"), ("", "The caller")])
def test_a_caller_without_a_number_cannot_be_allowed(night: Night, caller: str, named: str) -> None:
    night.callback = night.callback_of("CA2", caller)
    refusal = night.refusal(Consent(), night.at_console())
    assert refusal.english == f"{named} cannot be called: number withheld."


def test_an_extension_is_kept_with_the_number_and_goes_with_the_next_one(night: Night) -> None:
    night.amy_does(SetNumber("514-555-0142 ext. 204"))
    assert (night.callback.contact.customer_number, night.callback.contact.extension) == ("+15145550142", "204")
    assert night.events(EventKind.NUMBER_CHANGED)[-1][-1] == "(514) 555-0142 ext. 204"
    night.amy_does(SetNumber("514-555-0143"))
    assert night.callback.contact.extension == ""


@pytest.mark.parametrize("written", ["514 845 8474", "+1 888 484 7266"])
def test_one_of_our_own_numbers_is_refused_with_the_reason(night: Night, written: str) -> None:
    refusal = night.refusal(SetNumber(written), night.at_console())
    assert "is one of our own numbers" in refusal.english
    assert "est un de nos numéros" in refusal.french


@pytest.mark.parametrize("who", ["Amy Roy", "Ben Cole"])
def test_a_technicians_phone_does_not_stand_in_for_the_customers(night: Night, who: str) -> None:
    phone, before = technician_named(night.session, who).phone, night.callback.contact.customer_number
    for by in (night.by(night.amy), night.at_console()):
        refusal = night.refusal(SetNumber(phone), by)
        assert f"is {who}'s number, not the customer's." in refusal.english
        assert f"est le numéro de {who}, pas celui du client." in refusal.french
    assert night.callback.contact.customer_number == before


def test_a_technicians_phone_may_be_the_customers_when_it_was_the_one_that_called(night: Night) -> None:
    night.callback = night.callback_of("CA2", night.amy.phone)
    night.amy_does(SetNumber("514 555 0142"))
    night.amy_does(SetNumber(night.amy.phone))
    assert night.callback.contact.customer_number == night.amy.phone


def test_a_supervisor_refuses_a_number_and_may_think_again(night: Night) -> None:
    night.callback = night.callback_of("CA2", JAMAICA)
    night.sue_does(RefuseConsent())
    assert (night.callback.contact.customer_number, night.callback.consent_refused_by) == (None, SUE)
    assert "has already refused it" in night.refusal(RefuseConsent(), night.at_console()).english
    assert night.refusal(Connect(), night.by(night.amy)).english.startswith("No number to call")
    night.sue_does(Consent())
    assert (night.callback.contact.customer_number, night.callback.consent_refused_by) == (JAMAICA, None)


@pytest.mark.parametrize("act", [Consent(), RefuseConsent()])
def test_there_is_nothing_to_decide_about_a_number_that_can_be_called(night: Night, act: Act) -> None:
    assert "(514) 555-0199 can be called already" in night.refusal(act, night.at_console()).english
    night.callback = night.callback_of("CA2", JAMAICA)
    night.sue_does(Consent())
    assert f"{SUE} has already allowed (876) 555-0142" in night.refusal(act, night.at_console()).english


def test_a_number_that_was_wrong_is_not_allowed_again(night: Night) -> None:
    night.callback = night.callback_of("CA2", JAMAICA)
    night.sue_does(Consent())
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.WRONG_NUMBER))
    assert "was a wrong number" in night.refusal(Consent(), night.at_console()).english


def test_who_may_decide_by_text_or_link(night: Night) -> None:
    night.callback = night.callback_of("CA2", JAMAICA)  # without a supervisor, the manager is asked
    assert night.texts(night.luc, PageKind.CONSENT)

    def role(technician: Technician) -> Role:
        return deciding_by(night.session, night.desk, night.callback, technician, Via.TEXT, NOW).role

    assert [role(technician) for technician in (night.amy, night.ben, night.luc)] == [
        Role.TECHNICIAN,
        Role.TECHNICIAN,
        Role.SUPERVISOR,
    ]


def test_a_technician_with_a_supervisors_account_may_decide(night: Night) -> None:
    user = users.add_user(night.session, "ben@example.com", Role.SUPERVISOR.value, "a long password", NOW)
    user.technician_id = night.ben.id
    night.session.flush()
    assert decides_about_numbers(night.session, night.desk, night.callback, night.ben, NOW)
