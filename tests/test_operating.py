"""docs/operating.md: it has an entry for every alarm in the code, and names only what there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.cli.commands import COMMANDS
from callbacks.settings import IMAP_URL, SETTINGS
from ivr.caller.static_fallback import fallback

CHAPTER = Path("docs/operating.md")
# Each place that alarms the supervisors, and how its entry begins.
ENTRIES = {
    "callbacks/acts/attempts.py:_block_the_number": "KT-417: wrong number.",
    "callbacks/acts/lost_phone.py:report_lost_phone": "Amy Roy lost their phone.",
    "callbacks/acts/mails.py:_tell_of_cap": "Unknown senders have written",
    "callbacks/inbound/mails/bounces.py:_tell": "The reply by mail to",
    "callbacks/inbound/texts.py:_record_opt_out_or_in": "Amy Roy sent STOP.",
    "callbacks/inbound/wrong_codes.py:announce_stop": "Wrong codes by text.",
    "callbacks/paging/customer_outbox.py:_over_a_limit": "The daily cap on texts to customers is reached.",
    "callbacks/paging/escalate.py:_wait": "The pages for KT-417 wait",
    "callbacks/paging/escalate.py:_alert_nobody_to_page": "Nobody can be paged for KT-417.",
    "callbacks/paging/failures.py:note_refused_number": "Amy Roy is not paged on",
    "callbacks/paging/failures.py:_alert_that_it_works": "Texts can be sent again.",
    "callbacks/paging/failures.py:_alarm": "No texts can be sent",
    "callbacks/paging/failures.py:alert_to_account": "Pages are refused.",
    "callbacks/paging/failures.py:_record_failing_method": "Amy Roy cannot be reached.",
    "callbacks/paging/follow_up.py:_report_overdue": "KT-417 (P1) should have been resolved",
    "callbacks/paging/lock_alerts.py:tell_of_lock": "Too many failed logins.",
    "callbacks/paging/mail_replies.py:record_reply_not_sent": "The reply by mail to",
    "callbacks/paging/mail_replies.py:_tell_of_withdrawal": "The reply by mail to",
    "callbacks/paging/throttle.py:_drop": "The daily cap is reached",
    "callbacks/worker/jobs/auditor.py:_give_a_next_try": "A page was waiting, but nothing was going to happen.",
    "callbacks/worker/jobs/auditor.py:_repair": "KT-417 was open and nothing was going to happen.",
    "callbacks/worker/jobs/box_mails.py:_failed": "A message in a box could not be mailed.",
    "callbacks/worker/jobs/calendars.py:_alert_daily": "The calendar cannot be read",
    "callbacks/worker/jobs/canary.py:_fail": "The daily test call did not come back",
    "callbacks/worker/jobs/catch_up.py:_end": "The desk was restored from a backup.",
    "callbacks/worker/jobs/coverage.py:report_gaps": "Nobody is on call.",
    "callbacks/worker/jobs/daily_comparison.py:_end": "The carrier's log and ours differ",
    "callbacks/worker/jobs/deletions.py:_failed": "The carrier does not delete a recording.",
    "callbacks/worker/jobs/digest.py:_fail": "The digest could not be mailed.",
    "callbacks/worker/jobs/mail_files.py:_failed": "The files of a deleted mail cannot be deleted.",
    "callbacks/worker/jobs/mailboxes.py:_alert": "The mailbox could not be read",
    "callbacks/worker/jobs/reconciliation.py:_store": "A call (or a recording, or a text) at the carrier",
    "callbacks/worker/jobs/orphans.py:_alert": "21 stored files belong to no call and no mail",
    "callbacks/worker/jobs/recordings.py:_failed": "Recordings cannot be stored",
    "callbacks/worker/jobs/recordings.py:_give_up": "The message of KT-417 is lost.",
    "callbacks/worker/jobs/web_check.py:_record_failure": "https://desk.example.com has not answered",
    "callbacks/worker/look_back.py:record_failure": "The carrier could not be asked",
}

# What a web server alarms of by itself, straight through the carrier: the wording of each.
OF_THE_WEB_SERVER = {
    "worker_away": "Nobody is paged: no worker",
    "database_away": "Nobody is paged: the database",
    "worker_late": "Pages and escalations are",
}


def alarms() -> Iterator[str]:
    """Yield each function that alarms the supervisors."""
    for root in ("callbacks", "ivr"):
        for file in sorted(Path(root).rglob("*.py")):
            source = file.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(source)) if "alert_supervisors(" in source else ():
                if isinstance(node, ast.FunctionDef) and node.name != "alert_supervisors" and _alarms(node):
                    yield f"{file.as_posix()}:{node.name}"


def _alarms(function: ast.FunctionDef) -> bool:
    called = (each.func for each in ast.walk(function) if isinstance(each, ast.Call))
    return any("alert_supervisors" in (getattr(each, "id", ""), getattr(each, "attr", "")) for each in called)


@pytest.fixture(scope="module")
def chapter() -> str:
    return CHAPTER.read_text(encoding="utf-8")


def test_every_alarm_has_an_entry(chapter: str) -> None:
    assert set(alarms()) == set(ENTRIES)
    assert [entry for entry in ENTRIES.values() if f'**"{entry}' not in chapter and f' "{entry}' not in chapter] == []


def test_every_alarm_of_the_web_server_has_an_entry(chapter: str) -> None:
    source = Path("callbacks/worker/worker_watch.py").read_text(encoding="utf-8")
    assert set(re.findall(r"messages\.(\w+)\(", source)) - {"alarm"} == set(OF_THE_WEB_SERVER)
    assert [entry for entry in OF_THE_WEB_SERVER.values() if f'**"{entry}' not in chapter] == []


def test_every_entry_is_about_an_alarm_and_says_what_to_do(chapter: str) -> None:
    section = chapter.partition("\n## Alarms\n")[2]
    entries = re.findall(r'^\*\*"(.+?)\*\*(.*(?:\n(?!\n).*)*)', section, re.MULTILINE)
    assert len(entries) >= len(set(ENTRIES.values())) - 1
    known = (*ENTRIES.values(), *OF_THE_WEB_SERVER.values())
    for heading, what_to_do in entries:
        assert heading.startswith(known), heading
        assert len(what_to_do.split()) > 5, heading


def test_it_names_only_settings_and_commands_that_there_are(chapter: str) -> None:
    code = re.findall(r"`([^`\n]+)`", chapter)
    settings = {each for each in code if re.fullmatch(r"[A-Z][A-Z_]{5,}", each)}
    assert settings - set(SETTINGS) - {"NAME_FILE"} == set()
    assert f"`{IMAP_URL}<MAILBOX>`" in chapter
    commands = set(re.findall(r"app\.py ([a-z]+)", chapter))
    assert commands - {command.name for command in (*COMMANDS, fallback)} == set()
    assert {"backup", "restore", "fallback", "check", "migrate"} <= commands


def test_the_readme_links_to_it() -> None:
    assert "(docs/operating.md)" in Path("README.md").read_text(encoding="utf-8")
