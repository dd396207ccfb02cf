"""`forget`: shows what it will delete, asks, and leaves no trace of whom in the audit log."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import DELETED
from callbacks.db.states import CarrierStatus
from callbacks.db.tables import AuditEntry, Call
from callbacks.inbound import calls
from tests.callbacks.cli.conftest import NOW, CommandLine

NUMBER = "+15145550199"


def has_called(cli: CommandLine) -> None:
    began = NOW - timedelta(days=1)

    def work(session: Session) -> None:
        arrival = calls.Arrival("CA1", "direct", NUMBER, "en", True, "")
        calls.record_call(session, arrival, began)
        calls.record_end(session, cli.service.desk, "CA1", CarrierStatus.COMPLETED, began)

    cli.database.write(work)


def caller(cli: CommandLine) -> str:
    return cli.database.read(lambda session: session.scalars(select(Call.caller)).one())


def test_it_says_what_it_deletes_and_asks_first(cli: CommandLine) -> None:
    has_called(cli)
    refused = cli.types("forget 5145550199 --reason", "asked on 2026-11-20", answers="n\n")
    assert "This deletes 0 customer records, 1 call for good." in refused.output
    assert (refused.exit_code, caller(cli)) == (1, NUMBER)
    said = cli.does("forget 5145550199 --reason", "asked on 2026-11-20", answers="y\n")
    assert "Forgotten: 0 customer records, 1 call." in said
    assert caller(cli) == DELETED


def test_the_audit_log_has_the_reason_and_not_the_customer(cli: CommandLine) -> None:
    has_called(cli)
    cli.does("forget 5145550199 --yes --reason", "asked on 2026-11-20")
    details = cli.database.read(lambda session: session.scalars(select(AuditEntry.detail)).all())
    assert any("asked on 2026-11-20" in detail for detail in details)
    assert not any("5550199" in detail for detail in details)


def test_nobody_is_forgotten_whom_nobody_knows(cli: CommandLine) -> None:
    assert "Nobody is on record" in cli.refuses("forget 5145550199 --yes --reason", "asked")
    assert "Missing option '--reason'" in cli.refuses("forget 5145550199 --yes")
