"""The language of a caller who has pressed no key yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CallOutcome, ContactKind
from callbacks.db.tables import Call, Customer, CustomerContact
from callbacks.inbound.known_language import known_language, language_to_begin_in
from callbacks.text.dialing_rules import DEFAULT_RULES, DialingRules

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
NUMBER, OTHER = "+15145550199", "+15145550198"


@pytest.mark.parametrize(
    ("of_customer", "chosen_before", "known"),
    [("fr", "en", "fr"), ("", "fr", "fr"), ("en", "", "en"), ("", "", None), ("de", "fr", "fr")],
)
def test_the_customers_record_comes_before_an_earlier_choice(
    of_customer: str, chosen_before: str, known: str | None
) -> None:
    assert language_to_begin_in(of_customer, chosen_before) == known


def call(sid: str, language: str, hours_ago: int, *, chosen: bool = True, caller: str = NUMBER) -> Call:
    began = NOW - timedelta(hours=hours_ago)
    return Call(
        sid=sid, line="direct", caller=caller, began_at=began, language=language, is_open=False,
        language_chosen=chosen, outcome=CallOutcome.VOICEMAIL,
    )  # fmt: skip


def customer(language: str, number: str = NUMBER, *, forgotten: bool = False) -> Customer:
    contact = CustomerContact(kind=ContactKind.PHONE, value=number)
    return Customer(language=language, created_at=NOW, forgotten_at=NOW if forgotten else None, contacts=[contact])


def language_of(database: Database, *rows: Call | Customer, caller: str = NUMBER, own: str = "") -> str | None:
    def ask(session: Session) -> str | None:
        session.add_all(rows)
        session.flush()
        return known_language(session, caller, DialingRules(own_numbers=frozenset({own}) if own else frozenset()))

    return database.write(ask)


def test_the_last_choice_by_key_is_known(database: Database) -> None:
    assert language_of(database, call("a", "en", 9), call("b", "fr", 2), call("c", "en", 1, chosen=False)) == "fr"


def test_a_language_that_nobody_chose_is_not_known(database: Database) -> None:
    assert language_of(database, call("a", "fr", 1, chosen=False), call("b", "fr", 1, caller=OTHER)) is None


def test_the_record_of_a_customer_is_known(database: Database) -> None:
    assert language_of(database, call("a", "en", 1), customer("fr")) == "fr"


def test_a_customer_without_a_language_or_forgotten_is_not_known(database: Database) -> None:
    assert language_of(database, customer(""), customer("fr", OTHER, forgotten=True)) is None
    assert language_of(database, caller=OTHER) is None


@pytest.mark.parametrize("caller", ["", "ANONYMOUS", "+266696687", "sip:a@b"])
def test_a_withheld_number_has_no_history(database: Database, caller: str) -> None:
    assert language_of(database, call("a", "fr", 1, caller=caller), caller=caller) is None


def test_one_of_our_own_numbers_has_no_history(database: Database) -> None:
    assert language_of(database, call("a", "fr", 1), own=NUMBER) is None
    assert DEFAULT_RULES.check(NUMBER).number == NUMBER
