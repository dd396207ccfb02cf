"""`billing`: the minutes of a month, as entries, as sums, and for programs."""

from __future__ import annotations

import csv
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.details import AddNote
from callbacks.db.states import VoicemailState
from callbacks.db.tables import Callback
from callbacks.inbound import calls
from tests.acting import supervisor_acts
from tests.callbacks.cli.conftest import NOW, CommandLine


@pytest.fixture
def worked(cli: CommandLine) -> CommandLine:
    """Sue has worked 25 minutes on a message."""
    desk = cli.service.desk

    def work(session: Session) -> None:
        attested = "TN-Validation-Passed-A"
        calls.record_call(session, calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", attested), NOW)
        calls.record_voicemail(session, desk, "CA1", calls.Recording(VoicemailState.RECORDED, "RE1", 9), NOW)
        callback = session.scalars(select(Callback)).one()
        supervisor_acts(session, desk, callback, AddNote("looked into it", 25), "sue@example.com", NOW)

    cli.database.write(work)
    return cli


def test_entries_sums_and_json_agree(worked: CommandLine) -> None:
    month = f"billing --month {NOW:%Y-%m}"
    (entry,) = csv.DictReader(worked.does(month).splitlines())
    (sums,) = csv.DictReader(worked.does(f"{month} --sums").splitlines())
    assert (entry["minutes"], entry["note"], sums["minutes"]) == ("25", "looked into it", "25")
    found = json.loads(worked.does(f"{month} --json"))
    assert found["month"] == f"{NOW:%Y-%m}"
    (customer,) = found["customers"]
    assert (customer["minutes"], customer["other_minutes"], customer["entries"][0]["minutes"]) == (25, 25, 25)
    assert json.loads(worked.does(f"{month} --json --customer zeta"))["customers"] == []


def test_a_month_that_is_none_is_refused(cli: CommandLine) -> None:
    assert "'november' is not a month. Write it as 2026-11." in cli.refuses("billing --month november")
