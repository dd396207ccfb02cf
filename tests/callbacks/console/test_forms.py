"""What was done with a form is in the audit log: who did it and the fields that were read, but no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import select

from callbacks.db.tables import CalendarKey
from callbacks.records import audit_log
from tests.callbacks.console.console import PASSWORD, Console


def test_whatever_is_done_and_heard_stands_in_the_log(console: Console) -> None:
    console.logs_in("ada@example.com")
    console.client.get("/voicemails/1.wav", headers={"Range": "bytes=0-"})
    console.client.get("/voicemails/1.wav", headers={"Range": "bytes=5000-"})  # the rest of the same listening
    console.posts(f"/callbacks/{console.reference}/priority", {"priority": "P1"})
    console.posts("/setup/add-holiday", {"day": "2026-12-24", "english": "Party", "french": "Fête"})
    console.client.get("/callbacks.csv")
    console.posts("/users/log-out", {"email": "sue@example.com"})
    assert [what for _, what in console.audit_entries()] == [
        "logged in", "heard a message", "callback: priority", "setup: add-holiday", "exported 1 callbacks",
        "users: log-out",
    ]  # fmt: skip
    assert f"about {console.reference} priority P1" in console.reads("/audit")
    assert PASSWORD not in console.client.get("/audit").text


def last_details(console: Console) -> Mapping[str, str]:
    return audit_log.details_of(console.database.read(audit_log.latest)[0])


def test_an_entry_has_the_fields_that_were_read_and_no_others(console: Console) -> None:
    console.logs_in("ada@example.com")
    fields = {"priority": "P1", "by": "sue@example.com", "about": "KT-999", "removed": "everything", "y" * 300: "x"}
    console.posts(f"/callbacks/{console.reference}/priority", fields)
    assert last_details(console) == {"about": console.reference, "priority": "P1"}


def test_padding_hides_no_field(console: Console) -> None:
    console.logs_in("ada@example.com")
    padded = {"english": "x" * 5000, "french": " " * 5000 + "Fête", "day": "2026-12-22", "a" * 5000: "b" * 5000}
    console.posts("/setup/add-holiday", padded)
    assert last_details(console) == {"day": "2026-12-22", "english": "x" * 200, "french": "Fête"}
    console.posts("/users/add", {"email": "new@example.com", "role": "administrator", "password": PASSWORD})
    assert last_details(console) == {
        "email": "new@example.com", "link for": "new@example.com", "role": "administrator"
    }  # fmt: skip


def test_a_secret_is_never_in_the_log(console: Console) -> None:
    console.logs_in("ada@example.com")
    invited = console.follows(console.posts("/users/invite", {"email": "sue@example.com"}))
    link = re.search(r"/invitation/([\w-]+)", invited)
    assert link is not None
    console.posts("/account/password", {"old": PASSWORD, "password": "another good battery"})
    console.posts("/people/1/second", {"phone": "+15145550122"})
    console.posts("/people/1/verify", {"code": "123456", "which": "second"})
    console.posts("/rota/address", {"name": "Amy Roy"})
    found = console.database.read(lambda session: [entry.detail for entry in audit_log.latest(session)])
    key = console.database.read(lambda session: session.scalars(select(CalendarKey.key)).one())
    assert len(found) == 6
    for secret in (PASSWORD, "another good", "123456", key, link[1]):
        assert not any(secret in detail for detail in found)


def test_what_was_refused_is_not_told_as_done(console: Console) -> None:
    console.logs_in("ada@example.com")
    console.posts(f"/callbacks/{console.reference}/cancel", {"why": ""})
    assert [what for _, what in console.audit_entries()] == ["logged in"]
