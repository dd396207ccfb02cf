"""`check`: the URLs for Twilio, and a warning for each thing that would keep somebody from being paged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import update

from callbacks.db.tables import Technician, User
from callbacks.desk.desk_file import Transcripts
from callbacks.desk.menus import Box
from callbacks.people.totp_secrets import TotpSecrets
from tests.callbacks.cli.conftest import ENVIRONMENT, CommandLine

PASSWORD = "correct horse battery\ncorrect horse battery\n"


def test_it_prints_the_urls_of_each_number(cli: CommandLine) -> None:
    printed = cli.does("check")
    assert printed.startswith("Settings, desk file and database schema: OK.\n")
    assert "  (514) 845-8474 (direct)\n    A call comes in       https://desk.test/voice/incoming\n" in printed
    assert printed.count("    Primary handler fails https://desk.test/voice/fallback\n") == 2
    assert "https://desk.test/voice/status" in printed
    assert "https://desk.test/sms/incoming" in printed


def test_a_new_desk_is_told_what_to_do_first(cli: CommandLine) -> None:
    printed = cli.does("check")
    for warning in (
        "nobody who can be paged is on primary from Mon 23 Nov 10:00 to Mon 07 Dec 10:00. Add a shift",
        "nobody is ever on backup. Add a shift",
        "nobody can log in to the console. Add a user",
        "nobody can be paged, because no technician has a verified number",
        "No worker has finished a sweep yet",
    ):
        assert f"Warning: {warning}" in printed


def test_what_is_done_is_not_warned_of(cli: CommandLine) -> None:
    cli.has("Amy Roy", "Ben Cole", "Cleo Martin", "Sue Tran")
    people = {"Amy Roy": "primary", "Ben Cole": "backup", "Cleo Martin": "manager", "Sue Tran": "supervisor"}
    for name, layer in people.items():
        cli.does("shift add", name, "--layer", layer)
    cli.does("user add ada@example.com --role administrator", answers=PASSWORD)
    has_app(cli)
    cli.service.worker.sweep()
    warnings = [line for line in cli.does("check").splitlines() if line.startswith("Warning")]
    assert [line for line in warnings if "time zone" not in line] == [
        "Warning: nobody is informed when Twilio is down. Set SMTP_URL and MAIL_FROM, and give a supervisor an email "
        "address: technician mail."
    ]


def test_an_object_store_that_cannot_be_used_fails_it(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callbacks.cli.setup_check.media_faults", lambda settings: iter(["MEDIA_URL: it refuses."]))
    assert "MEDIA_URL: it refuses." in cli.refuses("check")


def test_boxes_without_a_mail_server_are_named(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "Messages in boxes cannot be mailed. Set SMTP_URL and MAIL_FROM."
    assert words not in cli.does("check")
    monkeypatch.setitem(cli.service.desk.__dict__, "boxes", {"sales": Box(mail="sales@example.com")})
    assert words in cli.does("check")


def test_a_menu_without_a_key_for_a_manager_is_named(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "lines.toll-free.menu: it leads to support, and no key asks for a manager"
    assert words not in cli.does("check")
    desk = cli.service.desk
    line = desk.lines["toll-free"].model_copy(update={"menu": {"1": "support"}})
    monkeypatch.setitem(desk.__dict__, "lines", {**desk.lines, "toll-free": line})
    assert words in cli.does("check")


@pytest.mark.parametrize("by", ["carrier", "none"])
def test_a_model_that_the_desk_file_leaves_unused_is_noted(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: Literal["carrier", "none"]
) -> None:
    monkeypatch.setattr("callbacks.settings.find_spec", lambda name: object())  # as if faster-whisper were installed
    (tmp_path / "model.bin").touch()
    cli.app = replace(cli.app, environ={**cli.app.environ, "TRANSCRIBE_MODEL": str(tmp_path)})
    assert "TRANSCRIBE_MODEL" not in cli.does("check")
    monkeypatch.setitem(cli.service.desk.__dict__, "transcript", Transcripts(by=by))
    words = f'Note: TRANSCRIBE_MODEL is not used, because transcript.by is "{by}" in the desk file.'
    assert words in cli.does("check").splitlines()


def test_without_a_model_nothing_is_noted(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.service.desk.__dict__, "transcript", Transcripts(by="none"))
    assert "Note:" not in cli.does("check")


def test_a_policy_that_pages_too_few_is_named(cli: CommandLine) -> None:
    cli.has("Amy Roy", "Ben Cole").does("shift add", "Amy Roy")
    assert "the policy 'default' pages fewer than 2 of them before the deadline" in cli.does("check")


def has_app(cli: CommandLine, secret_key: str = ENVIRONMENT["SECRET_KEY"]) -> None:
    """Every user has an authenticator app."""
    stored = TotpSecrets(secret_key).encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    cli.database.write(lambda session: session.execute(update(User).values(second_factor=stored)))


def test_a_supervisor_without_a_second_factor_is_named(cli: CommandLine) -> None:
    for email, role in (("ada@example.com", "administrator"), ("rita@example.com", "reader")):
        cli.does(f"user add {email} --role {role}", answers=PASSWORD)
    words = "Warning: ada@example.com (administrator) has no second factor."
    assert f"{words} It is due Mon 30 Nov 10:00." in cli.does("check")
    cli.clock.pass_time(timedelta(days=8))
    printed = cli.does("check")
    assert f"{words} It was due Mon 30 Nov 10:00." in printed
    assert "rita@example.com" not in printed
    cli.database.write(lambda session: session.execute(update(User).values(factor_due_at=None)))
    assert f"{words} It is due 7 days after their next login." in cli.does("check")


def test_an_app_that_another_secret_key_encrypted_is_named(cli: CommandLine) -> None:
    cli.does("user add ada@example.com --role administrator", answers=PASSWORD)
    has_app(cli)
    assert "SECRET_KEY was changed" not in cli.does("check")
    has_app(cli, "another secret key")
    assert "the authenticator app of ada@example.com no longer works" in cli.does("check")


def test_a_technician_whose_number_the_desk_refuses_is_named(cli: CommandLine) -> None:
    cli.has("Amy Roy", "Ben Cole")
    assert "nothing is sent" not in cli.does("check")
    # As after a change of `called_without_consent`.
    abroad = update(Technician).where(Technician.name == "Amy Roy").values(phone="+33142685300")
    cli.database.write(lambda session: session.execute(abroad))
    warnings = [line for line in cli.does("check").splitlines() if "nothing is sent" in line]
    assert warnings == [
        "Warning: nothing is sent to Amy Roy's first number, which ends in 5300: it is a number abroad (FR). Allow "
        "it under People, or give another number: technician number."
    ]
    allowed = abroad.values(phone_allowed_by="sue@example.com")
    cli.database.write(lambda session: session.execute(allowed))
    assert "nothing is sent" not in cli.does("check")
