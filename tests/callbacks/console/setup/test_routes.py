"""The setup screen and the audit log, through the client."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.console.setup import routes
from callbacks.db.tables import MailboxMark
from callbacks.desk.desk_file import read_desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.desk.menu_tree import trees
from callbacks.inbound.mails.mailbox_state import mailbox_states
from callbacks.records import audit_log
from tests.callbacks.console.console import BEGAN, Console
from tests.callbacks.desk.flows import desk_with
from tests.callbacks.records.tampering import add_early_entries


@pytest.mark.parametrize(
    ("address", "year"),
    [("/setup", 2026), ("/setup?year=2027", 2027), ("/setup?year=next", 2026), ("/setup?year=99999999999", 2026)],
)
def test_the_address_names_a_year_and_nonsense_means_this_one(sue: Console, address: str, year: int) -> None:
    assert f"<h2>Closed days of {year}</h2>" in sue.client.get(address).text


def test_what_callers_meet_on_each_line_is_drawn_as_a_tree(sue: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "trees", lambda _: trees(desk_with()))
    screen = sue.client.get("/setup").text
    assert "begins in English, with menu main</summary>" in screen
    assert "<kbd>2</kbd> menu sales" in screen
    assert '<q lang="en">Sales, 1.</q> <q lang="fr">Ventes, 1.</q>' in screen
    assert "<kbd>nobody answers</kbd> takes a message for sales" in screen
    assert screen.count("<ul") - screen.count("</ul>") == 0


def test_mailboxes_are_shown_with_when_they_were_last_checked(sue: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "mailbox_states", lambda *_: [])
    assert "<h3>Mailboxes</h3>" not in sue.client.get("/setup").text
    box = Mailbox(address="support@example.com", meaning=MailboxMeaning.EMERGENCY)
    desk = read_desk(Path("support.toml")).model_copy(update={"mailboxes": {"support": box}})
    monkeypatch.setattr(routes, "mailbox_states", lambda session, _: mailbox_states(session, desk))
    row = '<td data-label="Address">support@example.com</td><td data-label="Meaning">emergency</td>'
    assert f'{row}<td data-label="Last checked">never by IMAP</td>' in sue.client.get("/setup").text
    mark = MailboxMark(mailbox="support", checked_at=BEGAN, failing_since=BEGAN, failure="The <server> is away.")
    sue.database.write(lambda session: session.add(mark))
    screen = sue.client.get("/setup").text
    assert "never by IMAP" not in screen
    assert "The &lt;server&gt; is away." in screen


def test_a_change_leads_back_to_the_year_that_was_shown(sue: Console) -> None:
    answer = sue.posts("/setup/strike", {"day": "2027-12-27", "year": "2027"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/setup?year=2027")


def test_a_change_that_does_not_exist_is_not_found(sue: Console) -> None:
    assert sue.posts("/setup/explode", {}).status_code == 404


def test_the_audit_log_shows_its_latest_entries_and_links_to_older_ones(sue: Console) -> None:
    def fill(session: Session) -> None:
        for number in range(audit_log.A_PAGE):
            audit_log.note(session, BEGAN, "ada@example.com", f"entry {number}", "")

    sue.database.write(fill)
    page = sue.client.get("/audit").text
    assert page.count('data-label="When"') == audit_log.A_PAGE
    assert "logged in" not in page  # the oldest entry
    older = page.split('href="/audit?before=')[1].split('"')[0]
    assert "logged in" in sue.client.get(f"/audit?before={older}").text
    assert sue.client.get("/audit?before=soon").text.count('data-label="When"') == audit_log.A_PAGE


def test_the_audit_log_shows_each_detail_by_its_name_and_the_text_of_early_releases(sue: Console) -> None:
    sue.database.write(add_early_entries)
    details = {"words": "<b>; role: x", "role": "reader"}
    sue.database.write(lambda session: audit_log.note(session, BEGAN, "ada@example.com", "users: add", details))
    page = sue.client.get("/audit").text
    assert '<span class="quiet">words</span> <bdi>&lt;b&gt;; role: x</bdi>' in page
    assert '<span class="quiet">role</span> <bdi>reader</bdi>' in page
    assert "<div><bdi>one; two: three</bdi></div>" in page
