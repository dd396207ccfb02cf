"""`report` and `export`: the sums for a person, the rows for other programs."""

from __future__ import annotations

import csv
import json

import pytest
from sqlalchemy.orm import Session

from callbacks.db.states import VoicemailState
from callbacks.inbound import calls
from tests.callbacks.cli.conftest import NOW, CommandLine


@pytest.fixture
def one_callback(cli: CommandLine) -> CommandLine:
    """A caller has left a message."""

    def work(session: Session) -> None:
        calls.record_call(
            session,
            calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A"),
            NOW,
        )
        calls.record_voicemail(
            session, cli.service.desk, "CA1", calls.Recording(VoicemailState.RECORDED, "RE1", 9), NOW
        )

    cli.database.write(work)
    return cli


def test_the_report_counts_what_was_due_in_the_days_asked_for(one_callback: CommandLine) -> None:
    printed = one_callback.does("report --days 7")
    assert printed.startswith("Callbacks due since 2026-11-16 10:00: 1\n")
    assert "kept in time 0, missed 0, open 1" in printed


def test_programs_read_the_report_as_json(one_callback: CommandLine) -> None:
    found = json.loads(one_callback.does("report --json --days 7"))
    assert {name: found[name] for name in ("kept", "missed", "open", "proven", "by_word", "no_number")} == {
        **dict.fromkeys(("kept", "missed", "proven", "by_word", "no_number"), 0),
        "open": 1,
    }
    assert found["since"] == "2026-11-16T10:00:00-05:00"
    assert found["by_line"]["direct"]["open"] == found["by_priority"]["P2"]["open"] == 1


def test_csv_and_json_have_the_same_rows(one_callback: CommandLine) -> None:
    (as_json,) = json.loads(one_callback.does("export --format json"))
    (as_csv,) = csv.DictReader(one_callback.does("export").splitlines())
    assert as_json["line"] == as_csv["line"] == "direct"
    assert as_json["reference"] == as_csv["reference"]
