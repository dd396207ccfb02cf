"""The part of `check` that looks at settings: what cannot work, and what is not safe."""

from __future__ import annotations

import secrets
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from callbacks.cli.settings_check import bounce_warnings, canary_faults, settings_faults, settings_warnings
from callbacks.desk.canary import Canary
from callbacks.desk.desk_file import read_desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.settings import SETTINGS
from tests.callbacks.cli.conftest import ENVIRONMENT, CommandLine

GOOD = {**dict.fromkeys(SETTINGS, ""), **ENVIRONMENT}
SID = ENVIRONMENT["TWILIO_ACCOUNT_SID"]


def test_good_settings_have_no_faults() -> None:
    assert (list(settings_faults(GOOD)), list(settings_warnings(GOOD))) == ([], [])


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("TWILIO_ACCOUNT_SID", "AC1", "TWILIO_ACCOUNT_SID is not a SID (AC followed by 32 hex digits)"),
        ("TWILIO_ACCOUNT_SID", "AC" + "x" * 32, "is not a SID"),
        ("TWILIO_ACCOUNT_SID", SID.replace("AC", "SK"), "is not a SID"),
        ("TWILIO_ACCOUNT_SID", SID + "0", "is not a SID"),
        ("TWILIO_ACCOUNT_SID", "AC" + "0" * 32, "TWILIO_ACCOUNT_SID is a placeholder"),
        ("TWILIO_ACCOUNT_SID", "AC" + "0123456789abcdef" * 2, "is a placeholder"),
        ("TWILIO_ACCOUNT_SID", "AC" + "12" * 16, "is a placeholder"),
        ("TWILIO_API_KEY", "SK1", "TWILIO_API_KEY is not a SID (SK followed by 32 hex digits)"),
        ("TWILIO_FROM", "desk", "TWILIO_FROM is not a phone number"),
        ("TWILIO_FROM", "5148458474", "is not a phone number"),
        ("TWILIO_FROM", "+1514", "is not a phone number"),
        ("TWILIO_FROM", "+19995550123", "is not a phone number"),
        ("TWILIO_FROM", "MG123", "is not a phone number"),
        ("PUBLIC_URL", "http://desk.example.com", "PUBLIC_URL is not https"),
        ("PUBLIC_URL", "http://10.0.0.7:8000", "PUBLIC_URL is not https"),
        ("MAIL_FROM", "desk", "MAIL_FROM: 'desk' is not an email address. An email address must have an @-sign."),
        ("MAIL_FROM", "desk@example.com\nBcc: eve@example.com", "MAIL_FROM: "),
    ],
)
def test_what_cannot_work_or_is_not_safe_is_named(name: str, value: str, fault: str) -> None:
    (found,) = settings_faults({**GOOD, name: value})
    assert fault in found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_FROM", "MG" + SID[2:]),
        ("TWILIO_FROM", "12345"),
        ("TWILIO_FROM", "+18005550100"),
        ("TWILIO_API_KEY", "SK" + SID[2:]),
        ("PUBLIC_URL", "http://localhost:8000"),
        ("PUBLIC_URL", "http://127.0.0.1:8000"),
        ("PUBLIC_URL", "http://[::1]:8000"),
        ("MAIL_FROM", "Night Desk <desk@example.com>"),
    ],
)
def test_what_works_is_not(name: str, value: str) -> None:
    assert list(settings_faults({**GOOD, name: value})) == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY", "METRICS_TOKEN"])
@pytest.mark.parametrize(
    "value",
    ["changeme", "s" * 32, "secretsecretsecret", "12345678901234567890", "abcabcabcabcabcabc", "qwertyuiop123456"],
)
def test_a_key_that_could_be_guessed_is_named(name: str, value: str) -> None:
    (found,) = settings_warnings({**GOOD, name: value})
    assert found.startswith(f"{name} is easy to guess (")
    assert value not in found


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex])
def test_a_random_key_is_not(make: object) -> None:
    assert callable(make)
    assert list(settings_warnings({**GOOD, "SECRET_KEY": make(32), "METRICS_TOKEN": make(16)})) == []


def warnings_of(**settings: str) -> list[str]:
    return list(settings_warnings({**GOOD, **settings}))


@pytest.mark.parametrize("url", ["smtp://desk:secret@mail.example.com:587", "smtp://desk:secret@10.0.0.7"])
def test_a_password_for_mail_that_depends_on_starttls_is_named(url: str) -> None:
    (found,) = warnings_of(SMTP_URL=url)
    assert found.startswith("SMTP_URL is smtp://")
    assert "Use smtps://" in found
    assert "secret" not in found


@pytest.mark.parametrize(
    "url",
    [
        "smtps://desk:secret@mail.example.com",
        "smtp://mail.example.com",
        "smtp://desk:secret@localhost:25",
        "smtp://desk:secret@127.0.0.1",
        "smtp://desk:secret@[::1]:25",
    ],
)
def test_mail_by_tls_without_a_password_or_on_this_machine_is_not(url: str) -> None:
    assert warnings_of(SMTP_URL=url) == []


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://desk:secret@db.example.com/desk", "db.example.com"),
        ("postgresql+psycopg://desk:secret@10.0.0.7:5432/desk?sslmode=require", "10.0.0.7"),
        ("postgresql://desk:secret@db.example.com/desk?sslmode=prefer&sslrootcert=x", "db.example.com"),
        ("postgresql://desk:secret@[2001:db8::7]/desk", "2001:db8::7"),
        ("postgresql://desk:secret@/desk?host=localhost:5432&host=db.example.com:5433", "db.example.com"),
        ("postgresql://desk:secret@/desk?host=a.example.com,b.example.com", "a.example.com and b.example.com"),
        ("postgresql://desk:secret@localhost/desk?hostaddr=10.0.0.7", "10.0.0.7"),
    ],
)
def test_a_database_on_another_machine_whose_certificate_is_not_verified_is_named(url: str, hosts: str) -> None:
    (found,) = warnings_of(DATABASE_URL=url)
    assert found.startswith(f"DATABASE_URL reaches {hosts} without sslmode=verify-full")
    assert "Add ?sslmode=verify-full" in found
    assert "secret" not in found


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:secret@db.example.com/desk?sslmode=verify-full&sslrootcert=system",
        "postgresql://desk:secret@db.example.com/desk?sslmode=verify-ca&sslrootcert=ca.pem",
        "postgresql://desk:secret@localhost/desk",
        "postgresql://desk:secret@127.0.0.1:5432/desk",
        "postgresql://desk:secret@[::1]/desk",
        "postgresql://desk@/desk?host=/var/run/postgresql",
        "postgresql:///desk",
        "sqlite:///var/nightdesk.db",
    ],
)
def test_a_verified_database_or_one_on_this_machine_is_not(url: str) -> None:
    assert warnings_of(DATABASE_URL=url) == []


def test_check_prints_them(cli: CommandLine) -> None:
    mail = {"SMTP_URL": "smtp://desk:secret@mail.example.com", "MAIL_FROM": "desk@example.com"}
    cli.app = replace(cli.app, environ={**cli.app.environ, **mail})
    assert "Warning: SMTP_URL is smtp://" in cli.does("check")


def test_a_line_whose_number_cannot_exist_is_named(cli: CommandLine) -> None:
    desk = cli.service.desk
    lines = {name: line.model_copy(update={"number": "+19995550123"}) for name, line in desk.lines.items()}
    service = replace(cli.service, desk=desk.model_copy(update={"lines": lines}))
    cli.app = replace(cli.app, compose=lambda *_, **__: service)
    assert "+19995550123 (direct) is not a valid phone number. Correct it in the desk file." in cli.refuses("check")


def test_check_names_every_fault_at_once_and_fails(cli: CommandLine) -> None:
    wrong = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "PUBLIC_URL": "http://desk.test", "SECRET_KEY": "changeme" * 4}
    cli.app = replace(cli.app, environ={**cli.app.environ, **wrong})
    printed = cli.refuses("check")
    assert "Settings, desk file and database schema: OK." not in printed
    assert "A call comes in" in printed
    assert "Warning: SECRET_KEY is easy to guess" in printed
    *_, heading, first, second = printed.splitlines()
    assert heading == "Error: Correct the following:"
    assert first.startswith("  - TWILIO_ACCOUNT_SID is a placeholder")
    assert second.startswith("  - PUBLIC_URL is not https")


def test_they_are_listed_with_what_keeps_the_service_from_starting(cli: CommandLine) -> None:
    wrong = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "DATABASE_URL": "oracle://db.test/desk"}
    cli.app = replace(cli.app, environ={**cli.app.environ, **wrong})
    printed = cli.refuses("check")
    assert "DATABASE_URL has the unknown driver 'oracle'" in printed
    assert "TWILIO_ACCOUNT_SID is a placeholder" in printed


@pytest.mark.parametrize(("one", "other"), [*combinations(["SECRET_KEY", "SECRET_KEY_SECONDARY", "AUDIT_KEY"], 2)])
def test_two_keys_that_are_the_same_are_named(one: str, other: str) -> None:
    different = {name: secrets.token_hex(32) for name in ("SECRET_KEY", "SECRET_KEY_SECONDARY", "AUDIT_KEY")}
    assert list(settings_warnings({**GOOD, **different})) == []
    (found,) = settings_warnings({**GOOD, **different, other: different[one]})
    assert found.startswith(f"{other} is the same as {one}.")


def test_a_rotation_without_an_audit_key_is_named() -> None:
    keys = {"SECRET_KEY": secrets.token_hex(32), "SECRET_KEY_SECONDARY": secrets.token_hex(32)}
    (found,) = settings_warnings({**GOOD, **keys})
    assert found.startswith("SECRET_KEY is rotated and AUDIT_KEY is not set:")


def test_a_server_for_a_mailbox_that_the_desk_file_does_not_have_is_a_fault(cli: CommandLine) -> None:
    settings = replace(cli.service.settings, imap_urls={"sales-desk": "imaps://amy:sesame@mail.example.com"})
    service = replace(cli.service, settings=settings)
    cli.app = replace(cli.app, compose=lambda *_, **__: service)
    printed = cli.refuses("check")
    assert "  - IMAP_URL_SALES_DESK is for a mailbox 'sales-desk', which the desk file does not have" in printed
    assert "sesame" not in printed


def test_a_mailbox_that_is_not_read_is_warned_of(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Mailbox(address="support@example.com", meaning=MailboxMeaning.NORMAL)
    monkeypatch.setitem(cli.service.desk.__dict__, "mailboxes", {"support": box})
    assert "the mailbox support" not in cli.does("check")
    service = replace(cli.service, settings=replace(cli.service.settings, imap_urls={"support": "imaps://a:b@c.test"}))
    cli.app = replace(cli.app, compose=lambda *_, **__: service)
    assert "Warning: the mailbox support was not read yet." in cli.does("check")


@pytest.mark.parametrize(
    ("mail_from", "is_read"),
    [("Night Desk <Support@desk.example>", True), ("support@desk.example", True), ("desk@desk.example", False)],
)
def test_a_sender_whose_mails_nobody_reads_is_warned_of(cli: CommandLine, mail_from: str, is_read: bool) -> None:
    settings = replace(cli.service.settings, smtp_url="smtps://mail.example.com", mail_from=mail_from)
    box = Mailbox(address="support@desk.example", meaning=MailboxMeaning.NORMAL)
    desk = cli.service.desk.model_copy(update={"mailboxes": {"support": box}})
    warnings = list(bounce_warnings(settings, desk))
    assert ["come back to desk@desk.example (MAIL_FROM)" in each for each in warnings] == [True] * (not is_read)
    assert not list(bounce_warnings(replace(settings, smtp_url=""), desk))
    assert not list(bounce_warnings(replace(settings, mail_from="desk"), desk))
    assert not list(bounce_warnings(settings, desk.model_copy(update={"mailboxes": {}})))


@pytest.mark.parametrize(
    ("url", "is_named"),
    [
        ("http://s3.example.com", True),
        ("http://10.0.0.7:9000", True),
        ("https://s3.example.com", False),
        ("http://127.0.0.1:9000", False),
        ("", False),
    ],
)
def test_an_object_store_that_others_could_read_on_the_way_is_named(url: str, is_named: bool) -> None:
    found = list(settings_warnings({**GOOD, "MEDIA_URL": "s3://desk", "AWS_ENDPOINT_URL": url}))
    assert [("recordings and mails" in each) for each in found] == [True] * is_named
    assert list(settings_warnings({**GOOD, "AWS_ENDPOINT_URL": url})) == []  # it is somebody else's


@pytest.mark.parametrize(
    ("number", "faults"),
    [
        ("+15145550170", []),
        ("+15141550170", ["+15141550170 (canary) is not a valid phone number."]),
        ("+18884847266", ["+18884847266 is TWILIO_FROM and the canary."]),
    ],
)
def test_the_number_of_the_canary_is_valid_and_does_not_send_the_texts(number: str, faults: list[str]) -> None:
    desk = read_desk(Path("support.toml")).model_copy(update={"canary": Canary(number=number, line="direct")})
    assert [fault.partition(". ")[0] + "." for fault in canary_faults(desk, "+18884847266")] == faults
