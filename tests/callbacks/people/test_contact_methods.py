"""Numbers, email, contact rules, and what fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Channel, PhoneSlot
from callbacks.errors import NotFound, WrongState
from callbacks.people import contact_methods
from callbacks.people.person import ContactMethod
from callbacks.text.dialing_rules import DEFAULT_RULES
from tests.callbacks.people.crew import NOW, amy, ben

TEXT, CALL, MAIL = (ContactMethod(channel) for channel in (Channel.TEXT, Channel.CALL, Channel.MAIL))
MINUTE = timedelta(minutes=1)


def test_a_changed_number_is_not_verified_and_its_failures_are_forgotten(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        contact_methods.record_failure(row, TEXT, "sent STOP")
        contact_methods.change_number(session, row, PhoneSlot.FIRST, "(514) 555-0177", NOW)
        assert contact_methods.number_of(row, PhoneSlot.FIRST) == "+15145550177"
        assert not contact_methods.is_verified(row, PhoneSlot.FIRST)
        assert row.troubles == {}

    database.write(work)


def test_the_same_number_again_stays_verified(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        contact_methods.change_number(session, row, PhoneSlot.FIRST, "+15145550101", NOW)
        assert row.verified_at == NOW

    database.write(work)


@pytest.mark.parametrize("slot", PhoneSlot)
def test_a_number_belongs_to_one_person(database: Database, slot: PhoneSlot) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        contact_methods.change_number(session, ben(session), PhoneSlot.SECOND, "+15145550112", NOW)
        for taken in ("+15145550102", "+15145550112"):
            with pytest.raises(WrongState, match="already belongs to Ben Cole"):
                contact_methods.change_number(session, row, slot, taken, NOW)

    database.write(work)


def test_an_email_address_can_be_changed_and_removed(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        for wrong in ("amy", "amy@", "@example.com", "amy roy@example.com", "amy@example.com\nBcc: eve@example.com"):
            with pytest.raises(WrongState, match="not an email address"):
                contact_methods.change_email(row, wrong)
        contact_methods.change_email(row, "amy@example.com")
        contact_methods.record_failure(row, MAIL, "no such mailbox")
        contact_methods.change_email(row, "amy@example.org")
        assert (row.email, row.troubles) == ("amy@example.org", {})
        contact_methods.add_rule(row, Channel.MAIL, MINUTE)
        with pytest.raises(WrongState, match="Remove that rule first"):
            contact_methods.change_email(row, "")
        row.rules = []
        contact_methods.change_email(row, "")
        assert row.email == ""

    database.write(work)


def test_rules_are_added_worded_and_removed(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        contact_methods.change_email(row, "amy@example.com")
        contact_methods.change_number(session, row, PhoneSlot.SECOND, "+15145550111", NOW)
        contact_methods.add_rule(row, Channel.MAIL, 0 * MINUTE)
        contact_methods.add_rule(row, Channel.CALL, 30 * MINUTE, PhoneSlot.SECOND)
        session.flush()
        rules = contact_methods.rules_in_words(row)
        assert list(rules.values()) == ["mail after 0 min", "call to the second number after 30 min"]
        contact_methods.remove_rule(row, next(iter(rules)))
        assert list(contact_methods.rules_in_words(row)) == list(rules)[1:]
        with pytest.raises(NotFound, match="This rule does not exist"):
            contact_methods.remove_rule(row, next(iter(rules)))

    database.write(work)


@pytest.mark.parametrize(
    ("channel", "after", "slot", "message"),
    [
        (Channel.MAIL, MINUTE, PhoneSlot.FIRST, "has no email address"),
        (Channel.CALL, MINUTE, PhoneSlot.SECOND, "has no second number"),
        (Channel.CALL, 31 * MINUTE, PhoneSlot.FIRST, "at most 30 minutes"),
        (Channel.CALL, -MINUTE, PhoneSlot.FIRST, "at most 30 minutes"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(
    database: Database, channel: Channel, after: timedelta, slot: PhoneSlot, message: str
) -> None:
    with pytest.raises(WrongState, match=message):
        database.write(lambda session: contact_methods.add_rule(amy(session), channel, after, slot))


def test_a_failure_is_new_once_and_can_be_cleared(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        second = ContactMethod(Channel.CALL, PhoneSlot.SECOND)
        assert contact_methods.record_failure(row, TEXT, "sent STOP")
        assert not contact_methods.record_failure(row, TEXT, "a landline")
        assert contact_methods.record_failure(row, second, "busy")
        assert contact_methods.failures_in_words(row) == ["text: a landline", "call second: busy"]
        assert list(contact_methods.working_methods(row)) == [CALL]
        contact_methods.clear_failure(row, TEXT)
        contact_methods.clear_failure(row, MAIL)
        assert contact_methods.failures_in_words(row) == ["call second: busy"]

    database.write(work)


PARIS, ROME = "+33142685300", "+390612345678"


@pytest.mark.parametrize("slot", PhoneSlot)
def test_a_number_abroad_needs_a_named_person_and_the_next_number_needs_them_again(
    database: Database, slot: PhoneSlot
) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        with pytest.raises(WrongState, match=r"a number abroad \(FR\)"):
            contact_methods.change_number(session, row, slot, PARIS, NOW)
        contact_methods.change_number(session, row, slot, PARIS, NOW, allowed="sue@example.com")
        assert contact_methods.allowed_by(row, slot) == "sue@example.com"
        assert contact_methods.why_not_dialed(row, slot, DEFAULT_RULES) is None
        with pytest.raises(WrongState, match=r"a number abroad \(IT\)"):
            contact_methods.change_number(session, row, slot, ROME, NOW)
        contact_methods.change_number(session, row, slot, "+15145550177", NOW)
        assert contact_methods.allowed_by(row, slot) is None

    database.write(work)


def test_consent_to_an_ordinary_number_is_not_kept_for_another(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        contact_methods.change_number(session, row, PhoneSlot.FIRST, "+15145550177", NOW, allowed="sue@example.com")
        assert contact_methods.allowed_by(row, PhoneSlot.FIRST) is None

    database.write(work)


@pytest.mark.parametrize("slot", PhoneSlot)
def test_a_number_that_is_allowed_later_is_tried_again(database: Database, slot: PhoneSlot) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        row.phone, row.second_phone = PARIS, ROME
        assert contact_methods.why_not_dialed(row, slot, DEFAULT_RULES) is not None
        for method in contact_methods.methods_of(slot):
            contact_methods.record_failure(row, method, "nobody has allowed it.")
        contact_methods.allow_number(row, slot, "sue@example.com")
        assert contact_methods.why_not_dialed(row, slot, DEFAULT_RULES) is None
        assert row.troubles == {}

    database.write(work)


def test_a_changed_number_ends_the_links_that_were_sent_and_a_first_second_number_does_not(database: Database) -> None:
    def work(session: Session) -> None:
        row = amy(session)
        contact_methods.change_number(session, row, PhoneSlot.SECOND, "+15145550111", NOW)
        assert row.links_from is None
        contact_methods.change_number(session, row, PhoneSlot.SECOND, "+15145550112", NOW)
        assert row.links_from == NOW
        contact_methods.change_number(session, row, PhoneSlot.FIRST, "+15145550113", NOW + MINUTE)
        assert row.links_from == NOW + MINUTE

    database.write(work)
