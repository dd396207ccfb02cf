"""`user`: who may use the console."""

from __future__ import annotations

from pathlib import Path

from tests.callbacks.cli.conftest import CommandLine

PASSWORD = "correct horse battery"


def test_a_user_is_added_with_a_typed_password_listed_and_removed(cli: CommandLine) -> None:
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    for email in ("ada@example.com", "sue@example.com"):
        cli.does(f"user add {email} --role administrator", answers=typed)
    assert "ada@example.com\tadministrator\t-\tpassword only\n" in cli.does("user list")
    cli.does("user password ada@example.com", answers=typed)
    assert "with the password alone" in cli.does("user no-second-factor ada@example.com")
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
