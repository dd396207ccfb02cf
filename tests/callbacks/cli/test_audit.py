"""`audit`: every command that changes something is logged, without secrets; an edited or cut log is detected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from callbacks.cli.context import Compose
from callbacks.db.tables import Call
from callbacks.records import audit_log
from tests.callbacks.cli.conftest import CommandLine
from tests.callbacks.records.tampering import BEGAN, add_early_entries, add_events, seal_all, tamper

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nEND:VCALENDAR\r\n"


def test_a_command_that_changes_something_is_logged_and_one_that_reads_is_not(cli: CommandLine) -> None:
    cli.has("Amy").does("technician list")
    entry, verdict, *_ = cli.does("audit").splitlines()
    assert entry.startswith("2026-11-23 10:00:00  command line  technician add  ")
    assert 'name: "Amy"' in entry
    assert verdict.startswith("Audit log: no entry has been edited. It has 1; its head is 1:")


def test_each_given_value_is_a_detail_of_its_own_and_others_are_left_out(cli: CommandLine) -> None:
    cli.has("Amy", "Ben").does("shift rotate Amy Ben --first-day 2026-12-01")
    assert details_of_last(cli) == {
        "names 1": "Amy",
        "names 2": "Ben",
        "layer": "primary",
        "first_day": "2026-12-01 00:00:00",
        "hand_off": "08:00",
        "every": "7d",
    }
    cli.does("closure --from 2026-12-24T15:00 --until 2026-12-25T08:00 --reason", "x" * 1000, "Noël")
    details = details_of_last(cli)
    assert details["reason 1"] == f"{'x' * 254}…"
    assert details["reason 2"] == "Noël"
    assert "opens" not in details


def details_of_last(cli: CommandLine) -> Mapping[str, str]:
    return audit_log.details_of(cli.database.read(audit_log.latest)[0])


def test_nothing_that_was_typed_can_look_like_another_entry(cli: CommandLine) -> None:
    cli.does("technician add", 'Amy", role: "x\n2026-11-23\u202e', "--phone", "+15145550101", "--verified")
    entry, verdict, *_ = cli.does("audit").splitlines()
    assert r'name: "Amy\", role: \"x\n2026-11-23\u202e"' in entry
    assert verdict.startswith("Audit log:")


def test_an_entry_of_an_early_release_is_printed_as_it_is(cli: CommandLine) -> None:
    cli.database.write(add_early_entries)
    cli.clock.move_to(BEGAN)
    first, *_ = cli.does("audit").splitlines()
    assert first == "2026-11-28 22:12:00  Ada  act 1  one; two: three"


def test_the_address_of_a_calendar_and_a_code_are_not_logged(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "secret.ics"
    file.write_text(CALENDAR, encoding="utf-8")
    cli.has("Amy").does("calendar take", str(file))
    cli.does("technician number Amy +15145550111 --second")
    cli.refuses("technician verify Amy --second --code 123456")
    log = cli.does("audit")
    assert 'calendar take  layer: "primary"' in log
    assert "secret.ics" not in log
    assert "123456" not in log


def test_an_edited_log_is_an_error(cli: CommandLine) -> None:
    cli.has("Amy")
    tamper(cli.database, "UPDATE audit SET detail = 'nothing'")
    assert "The audit log was edited: entry 1" in cli.refuses("audit")


def test_a_log_is_compared_with_a_head_that_was_kept(cli: CommandLine) -> None:
    cli.has("Amy", "Ben")
    record_something(cli)
    printed = cli.does("audit")
    assert "--head and --event-head" in printed
    known = heads_in(printed)
    cli.does("technician mail Amy amy@example.com")
    record_something(cli)
    printed = cli.does(f"audit {known}")
    assert "Entry 2 matches the head that you gave." in printed
    assert "The first 2 events match the head that you gave." in printed
    tamper(cli.database, "DELETE FROM audit WHERE id > 1", "DELETE FROM event_seals", "DELETE FROM events")
    cli.does("audit")  # nothing in the database shows it
    refused = cli.refuses(f"audit {known}")
    assert "The audit log was cut: it has 1 entries, and the head says 2." in refused
    assert "The event log was cut: its seals cover 0 events, and the head says 2." in refused


def test_cutting_only_the_audit_log_is_detected_without_a_head(cli: CommandLine) -> None:
    cli.has("Amy", "Ben")
    record_something(cli)
    tamper(cli.database, "DELETE FROM audit WHERE id = 2")
    refused = cli.refuses("audit")
    assert (
        "The audit log was cut: it has 1 entries, and the seal of 2026-11-29 03:12 UTC in the database says 2."
        in refused
    )


def test_an_edited_event_is_an_error(cli: CommandLine) -> None:
    record_something(cli)
    tamper(cli.database, "UPDATE events SET actor = 'Ben'")
    assert "The event log was edited: events 1 to 2" in cli.refuses("audit")


def test_an_invalid_head_is_refused(cli: CommandLine) -> None:
    assert "is not the head of a log" in cli.refuses("audit --head 12")
    assert "is not the head of a log" in cli.refuses("audit --event-head x:ab")


def test_the_logs_are_sealed_with_the_key_of_the_settings(cli: CommandLine, compose: Compose) -> None:
    cli.has("Amy", "Ben")
    for changed in ({"AUDIT_KEY": "another key, as long as it should be"}, {"SECRET_KEY": "another key for it all"}):
        environ = {**cli.app.environ, **changed}
        service = replace(cli.app, environ=environ, compose=compose).service()
        other = CommandLine(replace(cli.app, compose=lambda *_, service=service, **__: service), service, cli.clock)
        assert "From entry 1 of 2026-11-23 15:00:00 UTC on, no entry matches the key" in other.refuses("audit")
        service.close()


def record_something(cli: CommandLine) -> None:
    """A call and events about it, which are sealed, by nobody's command."""
    cli.database.writes_end_with = None
    cli.database.write(lambda s: s.merge(Call(sid="CA9", line="direct", caller="", began_at=BEGAN, is_open=False)))
    add_events(cli.database, 2)
    seal_all(cli.database)


def heads_in(printed: str) -> str:
    entries, events = re.findall(r"its head is (\d+:[0-9a-f]{16})", printed)
    return f"--head {entries} --event-head {events}"
