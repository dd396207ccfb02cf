"""A customer is found by number or address, by the call they made, and by words."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callbacks.customers import find
from callbacks.customers.details import Details
from callbacks.db.database import Database
from callbacks.db.tables import Call, Customer
from callbacks.errors import NotFound
from callbacks.text.bilingual import Words
from tests.callbacks.customers.known import JANE, MAIL, NOW, OTHER, PHONE, add, call


def is_forgotten(database: Database, customer_id: int) -> None:
    database.write(lambda session: setattr(session.get_one(Customer, customer_id), "forgotten_at", NOW))


def test_by_number_or_address_unless_they_were_forgotten(database: Database) -> None:
    customer_id = database.write(lambda session: add(session, JANE, PHONE, MAIL).id)
    for found in database.read(lambda session: [find.customer_with(session, value) for value in (PHONE, MAIL)]):
        assert found is not None
        assert (found.id, find.label_of(found)) == (customer_id, "Acme, Jane Roy")
        assert (find.phones_of(found), find.mails_of(found)) == ([PHONE], [MAIL])
    assert database.read(lambda session: find.customer_with(session, OTHER)) is None
    assert database.read(lambda session: find.customer_numbered(session, customer_id)).name == "Jane Roy"
    is_forgotten(database, customer_id)
    assert database.read(lambda session: find.customer_with(session, PHONE)) is None
    assert list(database.read(find.everybody)) == []
    assert database.read(lambda session: find.search(session, "")).count == 0
    with pytest.raises(NotFound):
        database.read(lambda session: find.customer_numbered(session, customer_id))


@pytest.mark.parametrize("language", ["en", "fr", ""])
def test_the_language_of_a_number(database: Database, language: str) -> None:
    database.write(lambda session: add(session, Details("Jane", language=language)))
    assert database.read(lambda session: find.language_of(session, PHONE)) == (language or None)
    assert database.read(lambda session: find.language_of(session, OTHER)) is None


def caller_of(database: Database, caller: str, number: str | None = None, attestation: str = "") -> str:
    def work(session: Session) -> str:
        row = call(session, "CA1", caller, attestation=attestation)
        row.customer_number = number
        session.flush()
        found, known = find.caller_of(session, row), find.known_callers(session, [row])
        words = found.in_words if found is not None else Words("", "")
        assert known.get("CA1", "") == words.english  # a list says the same
        assert words.french == words.english.replace("probably", "probablement")
        return words.english

    return database.write(work)


@pytest.mark.parametrize(
    ("caller", "number", "attestation", "known"),
    [
        (PHONE, PHONE, "", "Acme, Jane Roy"),
        (PHONE, None, "TN-Validation-Passed-A", "Acme, Jane Roy"),
        (PHONE, PHONE, "TN-Validation-Failed-B", "probably Acme, Jane Roy"),
        ("ANONYMOUS", PHONE, "TN-Validation-Failed", "Acme, Jane Roy"),  # a person entered the number
        (PHONE, OTHER, "", "Acme, Jane Roy"),  # nobody's number to call back
        (OTHER, OTHER, "", ""),
        ("", None, "", ""),
        ("Jane@Acme.test", None, "", "Acme, Jane Roy"),
    ],
)
def test_the_customer_of_a_call(
    database: Database, caller: str, number: str | None, attestation: str, known: str
) -> None:
    database.write(lambda session: add(session, JANE, PHONE, MAIL))
    assert caller_of(database, caller, number, attestation) == known


def test_the_number_to_call_back_says_more_than_the_caller_id(database: Database) -> None:
    database.write(lambda session: (add(session), add(session, Details(company="Bex"), OTHER)))
    assert caller_of(database, PHONE, OTHER, "TN-Validation-Failed") == "Bex"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["Acme, Jane Roy", "Bex", "École Zoé"]),
        ("acme", ["Acme, Jane Roy"]),
        ("ROY acme", ["Acme, Jane Roy"]),
        ("acme bex", []),
        ("ecole", ["École Zoé"]),
        ("ÉCOLE zoe", ["École Zoé"]),
        ("(514) 555-0188", ["Bex"]),
        ("5145550188", ["Bex"]),
        ("555-0199", ["Acme, Jane Roy"]),
        ("@acme.test", ["Acme, Jane Roy"]),
        ("%", []),
    ],
)
def test_by_words(database: Database, words: str, found: list[str]) -> None:
    def work(session: Session) -> None:
        add(session, Details(company="École Zoé"), "+15145550177")
        add(session, Details(company="Bex"), OTHER)
        add(session, JANE, PHONE, MAIL)

    database.write(work)
    page = database.read(lambda session: find.search(session, words))
    assert [find.label_of(row) for row in page.customers] == found
    assert (page.count, page.is_last) == (len(found), True)
    assert [row.id for row in database.read(lambda session: find.every_match(session, words))] == [
        row.id for row in page.customers
    ]


def test_a_long_list_has_pages(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "A_PAGE", 2)
    database.write(lambda session: [add(session, Details(f"N{n}"), f"+1514555010{n}") for n in range(5)])
    pages = database.read(lambda session: [find.search(session, "", page) for page in (1, 2, 3, 9)])
    assert [[row.name for row in page.customers] for page in pages] == [["N0", "N1"], ["N2", "N3"], ["N4"], []]
    assert [(page.count, page.is_last) for page in pages] == [(5, False), (5, False), (5, True), (5, True)]
    assert len(database.read(lambda session: find.every_match(session, "N"))) == 5


def test_a_caller_without_a_number_is_in_no_list(database: Database) -> None:
    assert database.read(lambda session: find.known_callers(session, [Call(sid="CA1", caller="")])) == {}


@pytest.mark.parametrize(("text", "is_it"), [(PHONE, True), ("+1", False), ("ANONYMOUS", False), ("+1514\n", False)])
def test_what_a_number_looks_like(text: str, is_it: bool) -> None:
    assert find.is_number(text) is is_it
