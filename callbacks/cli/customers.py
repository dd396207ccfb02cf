"""`customer`: who calls from which number, imported and exported as CSV."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from callbacks.acts.customers import Editor, RowResult, Taken, import_rows
from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.customers import csv_file, find
from callbacks.customers.contacts import contact_in_words, mail_in, phone_in
from callbacks.customers.details import Details
from callbacks.db.database import Database
from callbacks.db.tables import Customer
from callbacks.errors import DeskError
from callbacks.records.audit_log import COMMAND_LINE


class RowsNotTaken(DeskError):
    """Some rows of a file were not taken. The others were."""


@click.group(cls=Group)
def customer() -> None:
    """Manage the customers whom the desk knows by number or address."""


@customer.command()
@click.argument("name", default="")
@click.option("--company", default="")
@click.option("--phone", "phones", multiple=True, help="With country code, such as +15145550199. May be repeated.")
@click.option("--email", "emails", multiple=True, help="May be repeated.")
@click.option("--language", type=click.Choice(["en", "fr"]), help="Default: not known.")
@click.option("--trial", is_flag=True, help="In a trial or onboarding: always high priority.")
@click.option("--product", "products", multiple=True, help="May be repeated.")
@click.option("--notes", default="")
@pass_service
def add(
    service: Service, name: str, company: str, phones: tuple[str, ...], emails: tuple[str, ...],
    language: str | None, trial: bool, products: tuple[str, ...], notes: str,
) -> None:  # fmt: skip
    """Add a customer. Give a name or a company, and at least one number or address."""
    contacts = [*(phone_in(each, service.desk.dialing_rules) for each in phones), *(mail_in(each) for each in emails)]
    details = Details(name, company, language or "", trial, products, notes)
    database, now = _database(service), service.clock.now()
    added = database.write(lambda session: Editor(session, service.desk, COMMAND_LINE, now).add(details, contacts))
    click.echo(f"{find.label_of(added)} was added with {_contacts(added)}.")


def _database(service: Service) -> Database:
    """Return the database. Each change has an entry of its own in the audit log, without the personal data typed."""
    service.database.writes_end_with = None
    return service.database


@customer.command("list")
@click.argument("words", nargs=-1)
@pass_service
def list_customers(service: Service, words: tuple[str, ...]) -> None:
    """List the customers, or those with all of the WORDS in their name, company, numbers and addresses."""
    for row in service.database.read(lambda session: find.every_match(session, " ".join(words))):
        click.echo("\t".join(_columns(row)))


def _columns(row: Customer) -> list[str]:
    return [
        row.company or "-",
        row.name or "-",
        _contacts(row),
        row.language or "-",
        "trial" if row.is_trial else "-",
        row.products.replace(";", ", ") or "-",
    ]


def _contacts(row: Customer) -> str:
    return ", ".join(contact_in_words(value) for value in find.contacts_of(row))


@customer.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_service
def import_customers(service: Service, file: Path) -> None:
    """Add and change customers from a CSV FILE; - reads standard input.

    The first line names the columns: name, company, phones, emails, language, trial, products, notes. Several values in
    a cell are separated by ";". A row with a number or an address that the desk knows changes that customer: an empty
    cell changes nothing, and no number or address is removed. Rows with mistakes are named, and the others are taken.
    """
    content = csv_file.read(csv_file.text_of(_bytes_of(file)), service.desk.dialing_rules)
    faults = [RowResult(fault.line, None, fault.problem) for fault in content.faults]
    database, now = _database(service), service.clock.now()
    results = [*faults, *import_rows(database, service.desk, content.rows, COMMAND_LINE, now)]
    not_taken = sorted((each for each in results if each.taken is None), key=lambda each: each.line)
    for each in not_taken:
        click.echo(f"Line {each.line}: {each.problem}", err=True)
    counts = Counter(each.taken for each in results)
    click.echo(", ".join(f"{counts[taken]} {taken.value}" for taken in Taken) + ".")
    if not_taken:
        rows = "1 row was" if len(not_taken) == 1 else f"{len(not_taken)} rows were"
        raise RowsNotTaken(f"{rows} not taken. Correct the file and import it again.")


def _bytes_of(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise DeskError(f"{file} cannot be read: {error.strerror}.") from None


@customer.command()
@pass_service
def export(service: Service) -> None:
    """Print all customers as CSV, as `customer import` takes it."""
    click.echo(service.database.read(lambda session: csv_file.as_csv(find.everybody(session))), nl=False)
