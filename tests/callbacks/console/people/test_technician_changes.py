"""The screen of the people who are paged: numbers, codes, contact rules, test pages."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

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
