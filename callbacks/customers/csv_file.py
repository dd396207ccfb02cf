"""Customers as a CSV file: one a line, several numbers, addresses or products separated by ";". Pure.

A file that was exported and imported changes nothing. In an import, an empty cell and a missing column change nothing
either, and numbers and addresses are only ever added: an incomplete list from elsewhere removes nobody's number.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from callbacks.customers.contacts import Contact, mail_in, phone_in
from callbacks.customers.details import (
    Details,
    answer_in,
    as_field,
    checked,
    language_of,
    one_line,
    products_in,
    several_lines,
    values_in,
)
from callbacks.customers.find import mails_of, phones_of
from callbacks.customers.store import NO_CONTACT
from callbacks.db.tables import Customer
from callbacks.errors import WrongState
from callbacks.text.csv_text import csv_of, guarded, unguarded
from callbacks.text.dialing_rules import DialingRules

COLUMNS = ("name", "company", "phones", "emails", "language", "trial", "products", "notes")
FIRST_LINE = 1
NOT_UTF_8 = "This file is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”."


Found = TypeVar("Found")


@dataclass(frozen=True)
class Row:
    """One customer in a file. A field is None where the file says nothing of it."""

    line: int
    contacts: tuple[Contact, ...]
    name: str | None = None
    company: str | None = None
    language: str | None = None
    is_trial: bool | None = None
    products: tuple[str, ...] | None = None
    notes: str | None = None

    def onto(self, details: Details) -> Details:
        """Return details with what the file says."""
        given = {name: value for name in vars(details) if (value := getattr(self, name)) is not None}
        return replace(details, **given)


@dataclass(frozen=True)
class Fault:
    """Why the row that begins at a line is not taken."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.problem}"


@dataclass(frozen=True)
class Content:
    """What a file holds: the rows that can be taken, and the others."""

    rows: Sequence[Row]
    faults: Sequence[Fault]


def as_csv(customers: Iterable[Customer]) -> str:
    """Return customers as a CSV file. No cell is a formula to a spreadsheet."""
    return csv_of(COLUMNS, ([guarded(cell) for cell in _cells(customer)] for customer in customers))


def _cells(customer: Customer) -> Iterator[str]:
    yield from (customer.name, customer.company)
    yield from (as_field(phones_of(customer)), as_field(mails_of(customer)))
    yield from (customer.language, "yes" if customer.is_trial else "no", customer.products, customer.notes)


def text_of(content: bytes) -> str:
    """Return the text of a file. Raise WrongState."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongState(NOT_UTF_8) from None


def read(text: str, rules: DialingRules) -> Content:
    """Return the rows of a file, and the faults of those that cannot be taken. Raise WrongState for a wrong header."""
    lines = _lines(text)
    header = next(lines, None)
    if header is None:
        raise WrongState(f"The file is empty. Its first line must be: {','.join(COLUMNS)}")
    columns = _columns(header.cells)
    rows: list[Row] = []
    faults: list[Fault] = []
    first_lines: dict[Contact, int] = {}
    for line in lines:
        try:
            row = _row(line, columns, rules)
            _refuse_repeated(row, first_lines)
        except WrongState as error:
            faults.append(Fault(line.number, str(error)))
        else:
            rows.append(row)
    return Content(rows, faults)


@dataclass(frozen=True)
class _Line:
    """The cells of one row, and the line of the file at which it begins."""

    number: int
    cells: Sequence[str]
    problem: str = ""


def _lines(text: str) -> Iterator[_Line]:
    """Yield the rows that are not empty."""
    reader, begins = csv.reader(_with_ends(text), delimiter=_separator(text), strict=True), FIRST_LINE
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _Line(begins, (), "The quotation marks in this row do not match. Check it and the rows after it.")
            return
        if any(cell.strip() for cell in cells):
            yield _Line(begins, cells)
        begins = reader.line_num + 1


def _with_ends(text: str) -> Iterator[str]:
    """Yield the lines of a text with their ends, where files have them: splitlines knows many more."""
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    yield from (f"{line}\n" for line in normal.removesuffix("\n").split("\n"))


def _separator(text: str) -> str:
    """Return ";" for a file of a spreadsheet where the comma is the decimal sign, as in French."""
    header = text.lstrip().partition("\n")[0]
    return ";" if ";" in header and "," not in header else ","


def _columns(header: Sequence[str]) -> Sequence[str]:
    names = [one_line(unguarded(cell)).casefold() for cell in header]
    unknown = [name or "a column without a name" for name in names if name not in COLUMNS]
    if unknown:
        known = ", ".join(COLUMNS)
        raise WrongState(f"The first line names {', '.join(unknown)[:200]}. The columns are {known}.")
    if len(set(names)) < len(names):
        raise WrongState("The first line names a column twice. Name each once.")
    if not {"phones", "emails"} & set(names):
        raise WrongState("The first line needs a column phones or emails, by which customers are recognized.")
    return names


def _row(line: _Line, columns: Sequence[str], rules: DialingRules) -> Row:
    """Return what one line says. Raise WrongState, naming every problem."""
    if line.problem:
        raise WrongState(line.problem)
    if len(line.cells) > len(columns):
        counts = f"It has {len(line.cells)} cells, and there are {len(columns)} columns."
        raise WrongState(f"{counts} Put cells that hold a comma in quotation marks.")
    cells = {name: unguarded(cell) for name, cell in zip(columns, line.cells, strict=False) if cell.strip()}
    problems: list[str] = []
    contacts = (
        *_read_each(cells.get("phones", ""), lambda text: phone_in(text, rules), problems),
        *_read_each(cells.get("emails", ""), mail_in, problems),
    )
    row = replace(_details(line.number, cells, problems), contacts=tuple(dict.fromkeys(contacts)))
    if not contacts and not problems:
        problems.append(NO_CONTACT)
    if problems:
        raise WrongState(" ".join(problems))
    return row


def _read_each(field: str, read: Callable[[str], Contact], problems: list[str]) -> list[Contact]:
    found: list[Contact] = []
    for value in values_in(field):
        try:
            found.append(read(value))
        except WrongState as error:
            problems.append(str(error))
    return found


def _details(line: int, cells: Mapping[str, str], problems: list[str]) -> Row:
    language, is_trial = cells.get("language"), cells.get("trial")
    row = Row(
        line=line,
        contacts=(),
        name=_if_given(one_line, cells.get("name"), problems),
        company=_if_given(one_line, cells.get("company"), problems),
        language=_if_given(language_of, language, problems) or None,
        is_trial=_if_given(answer_in, is_trial, problems),
        products=_if_given(products_in, cells.get("products"), problems),
        notes=_if_given(several_lines, cells.get("notes"), problems),
    )
    if not problems:  # whether what is there can be stored; a customer whom the desk knows needs no name here
        _if_given(lambda _: checked(row.onto(Details(name="-"))), "", problems)
    return row


def _if_given(read: Callable[[str], Found], text: str | None, problems: list[str]) -> Found | None:
    if text is None:
        return None
    try:
        return read(text)
    except WrongState as error:
        problems.append(str(error))
        return None


def _refuse_repeated(row: Row, first_lines: dict[Contact, int]) -> None:
    """Remember at which line each number and address is. Raise WrongState for one that an earlier row has."""
    for contact in row.contacts:
        if contact in first_lines:
            raise WrongState(f"{contact.in_words} is in line {first_lines[contact]} too. Keep one of the two rows.")
    first_lines.update(dict.fromkeys(row.contacts, row.line))
