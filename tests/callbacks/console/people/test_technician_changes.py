"""The screen of the people who are paged: numbers, codes, contact rules, test pages."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import Channel, PageKind
from callbacks.db.tables import Page, Technician
from callbacks.people import technicians
from tests.callbacks.console.console import Console
from tests.callbacks.console.people.people_screen import does


def row(sue: Console, name: str) -> Technician:
    return sue.database.read(lambda session: technicians.technician_named(session, name))


def pages(sue: Console) -> list[Page]:
    return sue.database.read(lambda s: list(s.scalars(select(Page).where(Page.callback_id.is_(None)))))


def test_somebody_is_added_and_counts_when_the_code_comes_back(sue: Console) -> None:
    shown = does(sue, "/people/add", name="Dan Fox", phone="514 555 0120", email="dan@example.com", language="fr")
    assert "Dan Fox was added" in shown
    assert "(514) 555-0120, <strong>not verified</strong>" in shown
    dan = row(sue, "Dan Fox")
    (page,) = pages(sue)
    assert (page.kind, page.technician_id) == (PageKind.VERIFICATION, dan.id)
    found = re.search(r"\d{6}", page.words)
    assert found is not None
    assert "not the code" in does(sue, f"/people/{dan.id}/verify", code="111111")
    assert "number is verified" in does(sue, f"/people/{dan.id}/verify", code=found[0])
    assert row(sue, "Dan Fox").verified_at is not None


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": "Amy Roy", "phone": "+15145550121"}, "There is already a technician named Amy Roy"),
        ({"name": "Eve", "phone": "+15145550101"}, "already belongs to Amy Roy"),
        ({"name": "Eve", "phone": "hello"}, "is not a phone number"),
        ({"name": "Eve", "phone": "+19005551234"}, "premium or satellite"),
        ({"name": " ", "phone": "+15145550121"}, "needs a name"),
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(sue: Console, fields: dict[str, str], fault: str) -> None:
    assert fault in does(sue, "/people/add", **fields)


def test_a_test_page_shows_its_result(sue: Console) -> None:
    shown = does(sue, "/people/1/test")
    assert "A test page is on its way to Amy Roy" in shown
    assert "waiting for a worker to send it" in shown
    assert {page.channel for page in pages(sue)} == {Channel.TEXT, Channel.CALL}


def test_wishes_are_kept_and_shown(sue: Console) -> None:
    assert 'value="22:00-07:00"' in does(sue, "/people/1/quiet", span="22:00-07:00")
    assert "is not a span of the day" in does(sue, "/people/1/quiet", span="late")
    assert "no second number" in does(sue, "/people/1/rule", channel="call", which="second", minutes="2")
    does(sue, "/people/1/number", phone="+15145550122", which="second")
    assert "call to the second number after 2 min" in does(
        sue, "/people/1/rule", channel="call", which="second", minutes="2"
    )
    assert "is not a number of minutes" in does(sue, "/people/1/rule", channel="call", minutes="-3")
    assert "has no email address" in does(sue, "/people/1/rule", channel="mail", minutes="0")
    assert "is not an email address" in does(sue, "/people/1/mail", email="amy at home")
    assert "Emails to Amy Roy go to amy@example.com" in does(sue, "/people/1/mail", email="amy@example.com")
    assert "mail after 0 min" in does(sue, "/people/1/rule", channel="mail", minutes="0")
    assert "contact rules uses email. Remove that rule first" in does(sue, "/people/1/mail", email="")
    assert "mail after 0 min" not in does(sue, "/people/1/drop-rule", rule="2")
    assert "only the desk's policy" in does(sue, "/people/1/drop-rule", rule="1")
    assert "This rule does not exist" in does(sue, "/people/1/drop-rule", rule="1")


def test_whoever_leaves_is_gone_from_the_page_and_stays_in_the_log(sue: Console) -> None:
    assert "Ben Cole is no longer paged" in does(sue, "/people/2/remove")
    assert "Ben Cole</h2>" not in sue.client.get("/people").text
    assert sue.database.read(lambda session: session.get_one(Technician, 2)).name == "Ben Cole"
    assert "no such technician" in does(sue, "/people/2/test")


def test_only_a_supervisor_adds_a_number_abroad_by_name(sue: Console) -> None:
    fields = {"name": "Dan Fox", "phone": "+33142685300"}
    assert "a number abroad (FR). A supervisor must allow it" in does(sue, "/people/add", **fields)
    shown = does(sue, "/people/add", **fields, abroad="yes")
    assert "+33 1 42 68 53 00, <strong>not verified</strong>, allowed by sue@example.com" in shown


def test_a_technician_cannot_allow_a_number_themself(console: Console) -> None:
    console.logs_in("amy@example.com")
    assert "a number abroad (FR)" in does(console, "/people/1/second", phone="+33142685300", abroad="yes")
    assert row(console, "Amy Roy").second_phone is None
    assert console.posts("/people/1/allow", {"which": "first"}).status_code == 403


def test_a_number_that_is_not_paged_says_why_and_is_allowed_with_a_button(sue: Console) -> None:
    def moves(session: Session) -> None:
        technicians.technician_named(session, "Amy Roy").phone = "+33142685300"

    sue.database.write(moves)
    assert "<strong>Not paged:</strong> a number abroad (FR)" in sue.client.get("/people").text
    shown = does(sue, "/people/1/allow", which="first")
    assert "Amy Roy&#39;s first number is allowed" in shown
    assert "Not paged" not in shown
    assert row(sue, "Amy Roy").phone_allowed_by == "sue@example.com"
    assert ("sue@example.com", "people: allow") in sue.audit_entries()


def test_consent_given_before_the_upgrade_is_not_shown_for_an_ordinary_number(sue: Console) -> None:
    sue.database.write(
        lambda s: setattr(technicians.technician_named(s, "Amy Roy"), "phone_allowed_by", "before the upgrade")
    )
    assert "before the upgrade" not in sue.client.get("/people").text


def test_a_lost_phone_is_reported_by_a_supervisor(sue: Console) -> None:
    shown = does(sue, "/people/1/lost-phone")
    assert "others are paged. To page them again, verify a number." in shown
    assert row(sue, "Amy Roy").verified_at is None
    assert ("sue@example.com", "people: lost-phone") in sue.audit_entries()


def test_a_lost_phone_is_reported_by_its_technician_whose_sessions_end(console: Console) -> None:
    phone = console.web.test_client()
    console.logs_in("amy@example.com", client=phone)
    assert phone.get("/").status_code == 200
    console.logs_in("amy@example.com")
    assert console.posts("/people/1/lost-phone", {}).status_code == 302
    assert row(console, "Amy Roy").verified_at is None
    for client in (phone, console.client):
        assert client.get("/").headers["Location"].startswith("/login")
    console.logs_in("amy@example.com")
    assert console.posts("/people/2/lost-phone", {}).status_code == 403


def test_a_changed_number_or_email_ends_links(sue: Console) -> None:
    for path, fields in (("mail", {"email": "amy@example.com"}), ("number", {"phone": "5145550177"})):
        sue.database.write(lambda s: setattr(technicians.technician_named(s, "Amy Roy"), "links_from", None))
        does(sue, f"/people/1/{path}", **fields)
        assert row(sue, "Amy Roy").links_from == sue.clock.now()


def test_codes_over_the_cap_are_refused_in_words(sue: Console) -> None:
    shown = [does(sue, "/people/1/code", which="first") for _ in range(6)]
    assert ["A code is on its way" in words for words in shown] == [True] * 5 + [False]
    assert "Amy Roy has reached the daily limit on codes" in shown[-1]
