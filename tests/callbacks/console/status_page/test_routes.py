"""The public status page: without a login or a session, in both languages; and the links in mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from callbacks.announcements import changes
from callbacks.announcements.changes import Content
from callbacks.announcements.form_throttle import FROM_ONE
from callbacks.cli.context import Compose, Service
from callbacks.console.context import EXTENSION
from callbacks.console.status_page.copies import FRESH
from callbacks.db.states import Channel
from callbacks.db.tables import CustomerMessage, Subscription
from callbacks.desk.desk_file import StatusPage
from sla.clock import MovingClock
from tests.callbacks.console.service import client_of, service_on

HOSTILE = Content('<script>alert("x")</script> & more', "{{ 7 * 7 }} <b>«retard»</b>")


@pytest.fixture
def service(compose: Compose, sqlite_url: str, tmp_path: Path) -> Iterator[Service]:
    """A service with a mail server."""
    yield from service_on(compose, sqlite_url, tmp_path, smtp_url="smtp://127.0.0.1:1", mail_from="desk@example.com")


@pytest.fixture
def reader(service: Service) -> FlaskClient:
    return client_of(service, None)


def announces(service: Service, content: Content = HOSTILE) -> int:
    now = service.clock.now()
    return service.database.write(lambda session: changes.start(session, service.desk, content, "sue", now).id)


def passes(service: Service, span: timedelta = FRESH) -> None:
    assert isinstance(service.clock, MovingClock)
    service.clock.move_to(service.clock.now() + span)


def test_all_systems_are_working_in_both_languages(reader: FlaskClient) -> None:
    english, french = reader.get("/status"), reader.get("/status?lang=fr")
    assert "<h1>All systems are working.</h1>" in english.text
    assert "<h1>Tous les services fonctionnent.</h1>" in french.text
    assert 'lang="fr"' in french.text
    preferred = reader.get("/status", headers={"Accept-Language": "fr-CA,en;q=0.5"})
    assert "<h1>Tous les services fonctionnent.</h1>" in preferred.text


def test_it_needs_no_session_and_may_be_kept_for_some_seconds(reader: FlaskClient) -> None:
    page = reader.get("/status")
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "public, max-age=15"
    assert page.headers["Vary"] == "Accept-Language"
    again = reader.get("/status", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    assert "<script" not in page.text


def test_an_announcement_is_shown_escaped_and_then_its_history(service: Service, reader: FlaskClient) -> None:
    number = announces(service)
    page = reader.get("/status").text
    assert "<h1>1 announced problem.</h1>" in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; more" in page
    assert "{{ 7 * 7 }} &lt;b&gt;" in reader.get("/status?lang=fr").text
    now = service.clock.now()
    service.database.write(lambda session: changes.end(session, number, "sue", now))
    passes(service)
    page = reader.get("/status").text
    assert "<h1>All systems are working.</h1>" in page
    assert "<strong>Resolved</strong>" in page
    assert "sue" not in page


def test_each_product_and_line_has_a_state_that_leads_to_the_announcement(
    service: Service, reader: FlaskClient
) -> None:
    number = announces(service, replace(HOSTILE, products=("modusHosted",)))
    page = " ".join(reader.get("/status").text.split())
    link = f'<a href="#announcement-{number}">Problem announced since'
    assert re.search(rf'<span>modusHosted</span> <span class="problem"> <svg .*?</svg> {link}', page)
    assert f'id="announcement-{number}"' in page
    assert 'Toll-free line <a href="tel:+18884847266">(888) 484-7266</a></span> <span class="working">' in page
    assert page.count("</svg> Working") == len(service.desk.coverage.covered) - 1 + len(service.desk.lines)


def test_many_readers_are_one_read_and_the_last_copy_outlives_the_database(
    service: Service, reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    announces(service)
    reader.get("/status?lang=en")
    reads: list[object] = []

    def away(work: object) -> None:
        reads.append(work)
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(service.web.extensions[EXTENSION].database, "read", away)
    assert {reader.get("/status?lang=en").status_code for _ in range(50)} == {200}
    assert reads == []
    passes(service)
    assert "<h1>1 announced problem.</h1>" in reader.get("/status?lang=en").text
    french = reader.get("/status?lang=fr")
    assert (french.status_code, french.headers["Retry-After"]) == (503, "30")
    assert len(reads) == 1


def test_the_feed_is_atom_and_hostile_text_stays_text(service: Service, reader: FlaskClient) -> None:
    announces(service)
    answer = reader.get("/status.atom?lang=en")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    (entry,) = fromstring(answer.text).findall("{http://www.w3.org/2005/Atom}entry")
    assert entry.findtext("{http://www.w3.org/2005/Atom}content") == HOSTILE.english


def test_the_companys_own_page_is_linked_instead(service: Service, reader: FlaskClient) -> None:
    object.__setattr__(service.desk, "status", StatusPage(page="https://status.example.com/"))
    answer = reader.get("/status")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://status.example.com/")


def test_without_a_mail_server_no_address_is_asked_for(compose: Compose, sqlite_url: str, tmp_path: Path) -> None:
    for service in service_on(compose, sqlite_url, tmp_path):
        page = client_of(service, None).get("/status").text
        assert "<form" not in page
        assert "send <strong>SUBSCRIBE</strong> to (800) 555-0100" in " ".join(page.split())


# Subscribing by mail


def subscribes(reader: FlaskClient, address: str, **more: str) -> TestResponse:
    token = re.search(r'name="token" value="([^"]+)"', reader.get("/status?lang=fr").text)
    assert token is not None
    return reader.post("/status/subscribe?lang=fr", data={"token": token[1], "address": address, **more})


def subscriptions(service: Service) -> list[tuple[str, bool, bool]]:
    """Each address, whether it is confirmed, and whether it has ended."""
    rows = service.database.read(lambda session: session.scalars(select(Subscription)).all())
    return [(row.address, row.confirmed_at is not None, row.ended_at is not None) for row in rows]


def link(service: Service) -> str:
    mailed = select(CustomerMessage.words).where(CustomerMessage.channel == Channel.MAIL)
    words = service.database.read(lambda session: session.scalars(mailed).one())
    found = re.search(r"https://desk\.test(/status/confirm/\S+)", words)
    assert found is not None
    return found[1]


def test_an_address_is_used_once_its_owner_has_pressed_the_button(service: Service, reader: FlaskClient) -> None:
    assert "Ouvrez le courriel" in subscribes(reader, "lea@example.com").text
    where = link(service)
    question = reader.get(where)
    assert "Recevoir un courriel au début" in question.text
    assert question.headers["X-Robots-Tag"] == "noindex"
    assert question.headers["Referrer-Policy"] == "no-referrer"
    assert subscriptions(service) == [
        ("lea@example.com", False, False)
    ]  # a scanner that opens the link confirms nothing
    action = re.search(r'action="([^"]+)"', question.text)
    assert action is not None
    assert "Vous êtes abonné." in reader.post(action[1]).text
    assert subscriptions(service) == [("lea@example.com", True, False)]


def test_a_link_ends_it_and_so_does_the_button_of_a_mail_program(service: Service, reader: FlaskClient) -> None:
    subscribes(reader, "lea@example.com")
    reader.post(link(service))
    links = client_of(service, None)
    where = f"/status/leave/{service_links(service)}"
    assert "Unsubscribe" in links.get(where).text
    assert subscriptions(service)[0][2] is False
    assert "No more notices are sent." in links.post(where, data={"List-Unsubscribe": "One-Click"}).text
    assert subscriptions(service)[0][2] is True
    assert reader.get(link(service)).status_code == 410


def service_links(service: Service) -> str:
    """The token of the link that ends the first subscription."""
    from callbacks.console.context import EXTENSION

    found: str = service.web.extensions[EXTENSION].links.leave_notices(1)
    return found.rpartition("/")[2]


def test_nobody_learns_who_is_subscribed(service: Service, reader: FlaskClient) -> None:
    first, again = subscribes(reader, "lea@example.com"), subscribes(reader, "lea@example.com")
    assert first.text == again.text
    assert len(subscriptions(service)) == 1


@pytest.mark.parametrize("address", ["", "x", "a@b.test\r\nBcc: c@d.test", "<script>@b.test", "a@b.test\x00"])
def test_a_bad_address_is_refused(service: Service, reader: FlaskClient, address: str) -> None:
    assert subscribes(reader, address).status_code == 400
    assert subscriptions(service) == []


def test_a_form_of_another_site_or_of_last_week_is_refused(service: Service, reader: FlaskClient) -> None:
    assert reader.post("/status/subscribe", data={"address": "lea@example.com"}).status_code == 403
    token = re.search(r'name="token" value="([^"]+)"', reader.get("/status").text)
    assert token is not None
    passes(service, timedelta(days=2))
    old = reader.post("/status/subscribe", data={"token": token[1], "address": "lea@example.com"})
    assert (old.status_code, subscriptions(service)) == (403, [])


def test_one_network_can_have_a_few_mails_sent(service: Service, reader: FlaskClient) -> None:
    statuses = [subscribes(reader, f"lea{number}@example.com").status_code for number in range(FROM_ONE.amount + 2)]
    assert statuses == [200] * FROM_ONE.amount + [429] * 2
    assert len(subscriptions(service)) == FROM_ONE.amount
