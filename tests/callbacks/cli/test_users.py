"""`user`: who may use the console."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from callbacks.db.tables import AuditEntry, Passkey
from callbacks.errors import NotFound
from callbacks.people import invitations, users
from tests.callbacks.cli.conftest import NOW, CommandLine

PASSWORD = "correct horse battery"


def test_a_user_is_added_with_a_typed_password_listed_and_removed(cli: CommandLine) -> None:
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    for email in ("ada@example.com", "sue@example.com"):
        cli.does(f"user add {email} --role administrator", answers=typed)
    assert "ada@example.com\tadministrator\t-\tpassword only\n" in cli.does("user list")
    cli.does("user password ada@example.com", answers=typed)
    assert "with a password only" in cli.does("user no-second-factor ada@example.com")
    cli.does("user remove ada@example.com")
    assert "ada@" not in cli.does("user list")
    assert "There is no user ada@example.com" in cli.refuses("user remove ada@example.com")


def test_a_password_comes_from_a_file(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    cli.has("Amy")
    added = cli.does("user add amy@example.com --role technician --technician Amy --password-file", str(file))
    assert added == "amy@example.com may use the console as technician.\n"
    assert "\tAmy\t" in cli.does("user list")


def test_a_short_password_is_refused_in_a_sentence(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("short", encoding="utf-8")
    assert "too short" in cli.refuses("user add ada@example.com --role reader --password-file", str(file))


def test_an_invited_user_chooses_the_password(cli: CommandLine) -> None:
    printed = cli.does("user add ada@example.com --role administrator --invite")
    assert "works once, within three days" in printed
    key = printed.split("https://desk.test/invitation/")[1].strip()
    renewed = cli.does("user invite ada@example.com").split("https://desk.test/invitation/")[1].strip()
    with pytest.raises(NotFound):
        cli.database.write(lambda session: invitations.accept(session, key, PASSWORD, NOW))
    assert cli.database.write(lambda session: invitations.accept(session, renewed, PASSWORD, NOW)).password_hash
    told = " ".join(entry.detail for entry in entries(cli))
    assert (key in told, renewed in told, "ada@example.com" in told) == (False, False, True)
    assert "There is no user bob@example.com" in cli.refuses("user invite bob@example.com")


def test_a_user_gets_another_role(cli: CommandLine) -> None:
    for email, role in (("ada@example.com", "administrator"), ("rita@example.com", "reader")):
        cli.does(f"user add {email} --role {role} --invite")
    assert cli.does("user role rita@example.com supervisor") == "rita@example.com may use the console as supervisor.\n"
    assert "rita@example.com\tsupervisor" in cli.does("user list")
    cli.does("user role rita@example.com reader")
    assert "the last administrator or supervisor" in cli.refuses("user role ada@example.com reader")


def test_a_lost_passkey_is_named_and_removed(cli: CommandLine) -> None:
    cli.does("user add ada@example.com --role administrator --invite")
    user = next(iter(cli.database.read(users.everyone)))
    lost = Passkey(user_id=user.id, credential_id="x", public_key="x", sign_count=0, name="Phone", added_at=NOW)
    cli.database.write(lambda session: session.add(lost))
    assert "\tpasskey Phone\n" in cli.does("user list")
    assert "Removed: passkey Phone." in cli.does("user no-second-factor ada@example.com")
    assert "\tinvited\n" in cli.does("user list")  # she has no password yet


def entries(cli: CommandLine) -> Sequence[AuditEntry]:
    return cli.database.read(lambda session: session.scalars(select(AuditEntry)).all())
