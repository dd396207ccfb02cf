"""`customer`: what it adds, lists, imports and exports, and which rows of a file it names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from callbacks.db.tables import AuditEntry
from callbacks.records import audit_log
from tests.callbacks.cli.conftest import CommandLine

HEADER = "name,company,phones,emails,language,trial,products,notes\n"


def test_a_customer_is_added_and_listed(cli: CommandLine) -> None:
    added = cli.does(
        "customer add --company Acme --phone 514-555-0199 --phone +15145550188 --email Jane@Example.com --language fr "
        "--trial --product modusMail --notes VIP",
        "Jane Roy",
    )
    assert "Acme, Jane Roy was added with (514) 555-0199, (514) 555-0188, jane@example.com." in added
    listed = "Acme\tJane Roy\t(514) 555-0199, (514) 555-0188, jane@example.com\tfr\ttrial\tmodusMail\n"
    assert cli.does("customer list") == listed
    assert cli.does("customer list acme 0188") == listed
    assert cli.does("customer list nobody") == ""


def test_what_cannot_be_stored_is_refused_with_the_reason(cli: CommandLine) -> None:
    assert "Give at least one" in cli.refuses("customer add Jane")
    assert "needs a name or a company" in cli.refuses("customer add --phone 5145550199")
    assert "'12' is not a phone number" in cli.refuses("customer add Jane --phone 12")
    cli.does("customer add Jane --phone 5145550199")
    assert "(514) 555-0199 already belongs to Jane." in cli.refuses("customer add Joe --phone +15145550199")


def test_the_good_rows_are_taken_and_the_others_are_named_by_their_line(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(
        f"{HEADER}Jane Roy,Acme,514 555-0199,,en,yes,,\nJoe,,12,,,,,\n"
        'Ann,Bex,+15145550177;+15145550178,ann@bex.test,fr,no,modusMail;modusGate,"two\nlines"\nZoé,,,,,,,\n',
        encoding="utf-8",
    )
    refused = cli.refuses("customer import", str(file))
    assert "Line 3: '12' is not a phone number." in refused
    assert "Line 6: A customer is known by a phone number" in refused
    assert "2 added, 0 changed, 0 unchanged." in refused
    assert "2 rows were not taken." in refused
    assert cli.does("customer list").count("\n") == 2


def test_what_is_exported_can_be_imported_and_changes_nothing(cli: CommandLine, tmp_path: Path) -> None:
    cli.does("customer add --company =Acme --phone 5145550199", "Jane, Roy")
    exported = cli.does("customer export")
    assert exported == f"{HEADER}\"Jane, Roy\",'=Acme,'+15145550199,,,no,,\n"
    file = tmp_path / "customers.csv"
    file.write_text(exported, encoding="utf-8")
    assert cli.does("customer import", str(file)) == "0 added, 0 changed, 1 unchanged.\n"
    assert cli.does("customer import -", answers=exported) == "0 added, 0 changed, 1 unchanged.\n"


def test_a_file_that_cannot_be_read_is_an_error(cli: CommandLine, tmp_path: Path) -> None:
    assert "cannot be read: No such file" in cli.refuses("customer import", str(tmp_path / "none.csv"))
    file = tmp_path / "latin.csv"
    file.write_bytes(f"{HEADER}Zoé,,5145550199,,,,,\n".encode("cp1252"))
    assert "not UTF-8" in cli.refuses("customer import", str(file))


def test_the_audit_log_says_which_customer_and_holds_no_personal_data(cli: CommandLine, tmp_path: Path) -> None:
    cli.does("customer add Jane --phone 5145550199 --notes secret")
    file = tmp_path / "customers.csv"
    file.write_text("phones,notes\n5145550199,Jane is away\n", encoding="utf-8")
    cli.does("customer import", str(file))
    entries = cli.database.read(lambda session: session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all())
    assert [(entry.who, entry.what, dict(audit_log.details_of(entry))) for entry in entries] == [
        ("command line", "customer: add", {"customer": "1"}),
        ("command line", "customer: import", {"customer": "1", "fields": "notes"}),
    ]
