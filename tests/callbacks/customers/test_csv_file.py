"""Customers as a CSV file: what is read, which rows are refused and why, and that nothing changes on the way."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.customers.contacts import Contact
from callbacks.customers.csv_file import COLUMNS, Row, as_csv, read, text_of
from callbacks.customers.details import Details, as_field, checked
from callbacks.db.states import ContactKind
from callbacks.db.tables import Customer, CustomerContact
from callbacks.errors import WrongState
from callbacks.text.csv_text import FORMULA_STARTS
from callbacks.text.dialing_rules import DEFAULT_RULES

HEADER = ",".join(COLUMNS) + "\n"
JANE = 'Jane Roy,Acme,514 555-0199;+1 514 555 0188,Jane@Acme.test,fr,yes,modusMail; modusGate,"one\ntwo"\n'


def phone(number: str) -> Contact:
    return Contact(ContactKind.PHONE, number)


def test_a_row_is_read() -> None:
    content = read(HEADER + JANE, DEFAULT_RULES)
    contacts = (phone("+15145550199"), phone("+15145550188"), Contact(ContactKind.MAIL, "jane@acme.test"))
    (row,) = content.rows
    assert row == Row(2, contacts, "Jane Roy", "Acme", "fr", True, ("modusMail", "modusGate"), "one\ntwo")
    assert row.onto(Details("Old", notes="old")) == Details(
        "Jane Roy", "Acme", "fr", True, ("modusMail", "modusGate"), "one\ntwo"
    )
    assert content.faults == []


def test_an_empty_cell_and_a_missing_column_say_nothing() -> None:
    (row,) = read("phones,company\n5145550199,\n", DEFAULT_RULES).rows
    known = Details("Jane", "Acme", "fr", True, ("modusMail",), "notes")
    assert row.onto(known) == known
    (row,) = read("phones,trial\n5145550199,no\n", DEFAULT_RULES).rows
    assert row.onto(known) == replace(known, is_trial=False)


@pytest.mark.parametrize(
    "text",
    [
        "\n" + HEADER + "\n" + JANE,
        HEADER.upper() + JANE,
        " Name , company,phones,emails,language,trial,products,notes\n" + JANE,
        (HEADER + JANE).replace("\n", "\r\n"),
        "name;company;phones;emails;language;trial;products;notes\n"
        'Jane Roy;Acme;"514 555-0199;+1 514 555 0188";Jane@Acme.test;fr;yes;"modusMail; modusGate";"one\ntwo"\n',
    ],
)
def test_files_of_other_programs_are_read_too(text: str) -> None:
    expected = read(HEADER + JANE, DEFAULT_RULES).rows
    found = read(text, DEFAULT_RULES)
    assert [replace(row, line=2) for row in found.rows] == expected
    assert found.faults == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Jane,,12,,,,,", "'12' is not a phone number. Write it like +15145550123 or 514 555-0123."),
        ("Jane,,5145550199 x5,,,,,", "'5145550199 x5' has an extension."),
        ("Jane,,,jane,,,,", "'jane' is not an email address."),
        ("Jane,,,,,,,", "A customer is known by a phone number or an email address. Give at least one."),
        ("Jane,,5145550199,,de,,,", "'de' is not a language. Write en or fr, or leave it empty."),
        ("Jane,,5145550199,,,perhaps,,", "'perhaps' says neither yes nor no. Write yes or no."),
        (f"{'x' * 101},,5145550199,,,,,", "The name has 101 characters. At most 100 can be stored."),
        ("Roy, Jane,,5145550199,,,,,", "It has 9 cells, and there are 8 columns. Put cells that hold a comma in"),
        ("Jane,,12;13,,de,,,", "'12' is not a phone number. Write it like +15145550123 or 514 555-0123. '13' is not"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_the_others_are_taken(row: str, problem: str) -> None:
    content = read(f"{HEADER}{JANE}\n{row}\nJoe,,5145550177,,,,,\n", DEFAULT_RULES)
    assert [(each.line, each.name) for each in content.rows] == [(2, "Jane Roy"), (6, "Joe")]
    (fault,) = content.faults
    assert str(fault).startswith(f"Line 5: {problem}")


def test_every_problem_of_a_row_is_named() -> None:
    (fault,) = read(f"{HEADER}x,,12,jane,de,so,,\n", DEFAULT_RULES).faults
    for each in ("'12'", "'jane'", "'de'", "'so'"):
        assert each in fault.problem


def test_a_number_in_two_rows_is_a_mistake() -> None:
    content = read(f"{HEADER}Jane,,5145550199,,,,,\nJoe,,5145550177;5145550199,,,,,\n", DEFAULT_RULES)
    assert [row.name for row in content.rows] == ["Jane"]
    assert [str(fault) for fault in content.faults] == [
        "Line 3: (514) 555-0199 is in line 2 too. Keep one of the two rows."
    ]


def test_quotation_marks_that_do_not_match_end_the_reading() -> None:
    content = read(f'{HEADER}Jane,,5145550199,,,,,\nJoe,"Bex,5145550177,,,,,\nAnn,,5145550178,,,,,\n', DEFAULT_RULES)
    assert [row.name for row in content.rows] == ["Jane"]
    (fault,) = content.faults
    assert (fault.line, fault.problem[:42]) == (3, "The quotation marks in this row do not mat")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file is empty. Its first line must be: name,company"),
        ("Jane,5145550199\n", "The first line names jane, 5145550199. The columns are name, company"),
        ("name,phone\n", "The first line names phone."),
        ("name,\n", "The first line names a column without a name."),
        ("name,name,phones\n", "names a column twice"),
        ("name,company\n", "needs a column phones or emails"),
        ('"name\n', "The first line needs a column|The quotation marks"),
    ],
)
def test_a_file_with_another_first_line_is_refused(text: str, problem: str) -> None:
    with pytest.raises(WrongState, match=problem):
        read(text, DEFAULT_RULES)


def test_the_encoding_is_checked() -> None:
    assert text_of("\ufeffZoé".encode()) == "Zoé"
    with pytest.raises(WrongState, match="not UTF-8"):
        text_of("Zoé".encode("cp1252"))


# What is exported and imported

words = st.text(st.sampled_from("=+-@|'\";,\t\n\r \u2028aé0") | st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.integers(2000000, 9999999).map(lambda number: f"+1514{number}")
details = st.builds(
    Details,
    name=words,
    company=words,
    language=st.sampled_from(["", "en", "fr"]),
    is_trial=st.booleans(),
    products=st.lists(words, max_size=3).map(tuple),
    notes=words,
).filter(lambda each: each.name.strip() != "" or each.company.strip() != "")


@st.composite
def customers(draw: st.DrawFn) -> list[Customer]:
    every = draw(st.lists(numbers, min_size=1, max_size=6, unique=True))
    size = draw(st.integers(1, 3))
    return [_customer(draw(details), every[first : first + size]) for first in range(0, len(every), size)]


def _customer(given: Details, phones: list[str]) -> Customer:
    try:
        tidy = checked(given)
    except WrongState:  # only control characters
        tidy = checked(replace(given, name="-"))
    row = Customer(name=tidy.name, company=tidy.company, language=tidy.language, is_trial=tidy.is_trial)
    row.products, row.notes = as_field(tidy.products), tidy.notes
    mails = [f"a{number[1:]}@x.test" for number in phones[1:]]
    row.contacts = [
        *(CustomerContact(kind=ContactKind.PHONE, value=number) for number in phones),
        *(CustomerContact(kind=ContactKind.MAIL, value=address) for address in mails),
    ]
    return row


@given(customers())
def test_what_is_exported_is_imported_as_it_was(rows: list[Customer]) -> None:
    content = read(text_of(as_csv(rows).encode()), DEFAULT_RULES)
    assert content.faults == []
    for row, customer in zip(content.rows, rows, strict=True):
        found = row.onto(Details())
        assert (found.name, found.company, found.language) == (customer.name, customer.company, customer.language)
        assert (found.is_trial, as_field(found.products), found.notes) == (
            customer.is_trial,
            customer.products,
            customer.notes,
        )
        assert [each.value for each in row.contacts] == [each.value for each in customer.contacts]


@given(customers())
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_of_an_export_is_a_formula(separator: str, rows: list[Customer]) -> None:
    skipped = "".join(chr(code) for code in range(0x10000) if chr(code).isspace()) + '\u200b\ufeff"'
    for row in csv.reader(io.StringIO(as_csv(rows), newline=""), delimiter=separator):
        assert not any(cell.lstrip(skipped).startswith(FORMULA_STARTS) for cell in row)
