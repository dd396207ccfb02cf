"""`mail receive`: a mail server learns from the exit code what to do with its mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from callbacks.cli import mail
from callbacks.db.tables import MailMessage
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.inbound.mails.parse import LARGEST, Unreadable
from tests.callbacks.cli.conftest import NOW, CommandLine
from tests.callbacks.inbound.mails.real_mails import SHAPES, TAKEN

MAIL = "From: jane@example.com\r\nSubject: No mail flow\r\n\r\nNothing arrives.\r\n"


class Intake:
    """What stores mails in these tests."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes, datetime]] = []
        self.fault: Exception | None = None

    def take(self, mailbox: str, raw: bytes, arrived_at: datetime) -> None:
        if self.fault is not None:
            raise self.fault
        self.taken.append((mailbox, raw, arrived_at))


@pytest.fixture
def intake(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Intake:
    box = Mailbox(address="support@example.com", meaning=MailboxMeaning.NORMAL)
    monkeypatch.setitem(cli.service.desk.__dict__, "mailboxes", {"support": box})
    intake = Intake()
    take: Callable[..., object] = lambda *_: intake.take  # noqa: E731 - as `taker` is called
    monkeypatch.setattr(mail, "taker", take)
    return intake


def test_a_mail_is_stored_as_it_came(cli: CommandLine, intake: Intake) -> None:
    result = cli.types("mail receive support", answers=MAIL)
    assert (result.exit_code, result.output) == (0, "")
    assert intake.taken == [("support", MAIL.encode(), NOW)]


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Unreadable("It has no headers."), 65, r"This mail cannot be taken\. It has no headers\."),
        (OSError(28, "quoted"), 75, r"The mail could not be stored \(OSError, .*\)\. Offer it again\."),
        (
            OperationalError("INSERT", {}, Exception("quoted")),
            75,
            r".* \(OperationalError, .*\)\. .*",
        ),
        (KeyError("quoted"), 75, r"The mail could not be stored \(KeyError, test_mail\.py:[0-9]+\)\. .*"),
    ],
)
def test_the_exit_code_says_whether_to_offer_it_again(
    cli: CommandLine, intake: Intake, fault: Exception, code: int, words: str
) -> None:
    intake.fault = fault
    result = cli.types("mail receive support", answers=MAIL)
    assert result.exit_code == code
    assert re.fullmatch(f"Error: {words}\n", result.stderr)
    assert "quoted" not in result.output


def test_each_kind_of_mail_has_its_exit_code_and_what_is_taken_is_stored(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Mailbox(address="support@example.com", meaning=MailboxMeaning.NORMAL)
    monkeypatch.setitem(cli.service.desk.__dict__, "mailboxes", {"support": box})
    one_of_each = {shape.kind: shape for shape in SHAPES if shape.exit_code == TAKEN}.values()
    shapes = [*one_of_each, *(shape for shape in SHAPES if shape.exit_code != TAKEN)]
    found = {shape.name: cli.types("mail receive support", answers=shape.raw).exit_code for shape in shapes}
    assert found == {shape.name: shape.exit_code for shape in shapes}
    kinds = cli.database.read(lambda session: session.scalars(select(MailMessage.kind).order_by(MailMessage.id)).all())
    assert kinds == [shape.kind for shape in one_of_each]


def test_a_mail_that_is_too_large_is_never_taken(
    cli: CommandLine, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = cli.types("mail receive support", answers="x" * (LARGEST + 1))
    assert (result.exit_code, result.stderr) == (65, "Error: This mail cannot be taken. It has more than 25 MB.\n")
    assert intake.taken == []


def test_an_unknown_mailbox_is_wrong_usage(cli: CommandLine, intake: Intake) -> None:
    result = cli.types("mail receive sales", answers=MAIL)
    assert (result.exit_code, result.stderr) == (
        64,
        "Error: There is no mailbox 'sales'. The desk file has support.\n",
    )
    assert cli.types("mail receive").exit_code == 64
    assert cli.types("mail receive support --fast").exit_code == 64


def test_a_desk_that_cannot_start_has_the_mail_offered_again(cli: CommandLine, intake: Intake) -> None:
    cli.database.write(lambda session: session.connection().exec_driver_sql("DROP TABLE alembic_version"))
    result = cli.types("mail receive support", answers=MAIL)
    assert result.exit_code == 75
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output
