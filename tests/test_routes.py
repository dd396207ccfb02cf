"""A walk over every route, by role, method and content type.

`route_lists` says who may use which route, and a new one needs a line there. What each role may do with the right token
is in `tests/callbacks/console/test_access.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from callbacks.cli.context import Compose, Service
from callbacks.db.tables import Base
from callbacks.people import users
from tests.callbacks.console.route_lists import BY_SECRET_ADDRESS, LOGGED_IN, SIGNED_BY_TWILIO
from tests.callbacks.console.service import client_of, reference, service_on

SAFE = ("GET", "HEAD", "OPTIONS")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "TRACE")
REFUSALS = {302, 400, 401, 403, 404, 405, 410, 413, 415, 429}
WHO = [*users.ROLES, None]
BODIES: dict[str, tuple[str | None, bytes]] = {
    "form": ("application/x-www-form-urlencoded", b"CallSid=CA1&email=a%40b.test&name=Amy+Roy&words=x&token=forged"),
    "json": ("application/json", b'{"token": "forged", "CallSid": "CA1"}'),
    "multipart": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
    ),
    "text": ("text/plain", b"token=forged&CallSid=CA1"),
    "nothing": (None, b""),
    "no boundary": ("multipart/form-data", b"--x\r\nno end"),
    "no such type": ("\x7f;;=,", b"\xff\x00\xfe"),
}
# What a refused request may leave behind: the record of it.
RECORDS = {"audit", "event_seals", "failed_logins", "sessions", "received_requests", "marks", "watermarks"}


@pytest.fixture
def service(compose: Compose, sqlite_url: str, tmp_path: Path) -> Iterator[Service]:
    yield from service_on(compose, sqlite_url, tmp_path)


def addresses(service: Service) -> list[tuple[str, str]]:
    """Return every rule with an address of it: a real one where a login opens it, a guessed one elsewhere."""
    examples = {rule: path.partition("?")[0].format(reference=reference(service)) for _, rule, path, _ in LOGGED_IN}
    rules = sorted({rule.rule for rule in service.web.url_map.iter_rules()})
    return [(rule, examples.get(rule, re.sub(r"<[^>]+>", "guessed", rule))) for rule in rules]


def contents(service: Service) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table that a refused request must leave alone."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in RECORDS]
    return service.database.read(
        lambda session: {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}
    )


@pytest.mark.parametrize("role", WHO)
def test_without_a_signature_or_a_csrf_token_no_method_changes_anything(service: Service, role: str | None) -> None:
    client = client_of(service, role)
    before = contents(service)
    for rule, path in addresses(service):
        for method in UNSAFE:
            for content_type, body in BODIES.values() if method == "POST" else [BODIES["form"]]:
                answer = client.open(path, method=method, content_type=content_type, data=body)
                assert answer.status_code in REFUSALS, (answer.status, method, rule, content_type)
    assert contents(service) == before


@pytest.mark.parametrize("role", WHO)
def test_looking_at_any_address_changes_nothing(service: Service, role: str | None) -> None:
    client = client_of(service, role)
    before = contents(service)
    for rule, path in addresses(service):
        for method in SAFE:
            status = client.open(path, method=method).status_code
            assert status < 500 or rule == "/readyz", (status, method, rule)  # no worker runs here
    # Who listened to a message is an event.
    assert {**contents(service), "events": []} == {**before, "events": []}


def test_no_route_takes_a_method_that_nobody_uses(service: Service) -> None:
    used = {method for rule in service.web.url_map.iter_rules() for method in rule.methods or ()}
    assert used == {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize("kind", BODIES)
def test_what_twilio_signs_is_refused_to_everybody_else(service: Service, kind: str) -> None:
    client = client_of(service, "administrator")
    content_type, body = BODIES[kind]
    for rule in sorted(SIGNED_BY_TWILIO):
        for signature in ({}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "forged"}):
            answer = client.post(rule, data=body, content_type=content_type, headers=signature)
            assert answer.status_code == 403, (rule, signature)
        assert client.get(rule).status_code in (403, 405)


@pytest.mark.parametrize("role", [None, "administrator"])
def test_a_secret_address_that_nobody_was_given_opens_nothing(service: Service, role: str | None) -> None:
    client = client_of(service, role)
    for rule in sorted(BY_SECRET_ADDRESS):
        for guess in ("guessed", "WzEsMV0.forged", ".", "a" * 3000, "é"):
            path = re.sub(r"<[^>]+>", guess, rule)
            assert {client.get(path).status_code, client.post(path).status_code} <= {403, 404, 405, 410}, (rule, guess)


def test_nothing_is_told_to_whoever_is_not_logged_in(service: Service) -> None:
    """Neither a name, a number nor a reference stands in what anybody may load."""
    client = client_of(service, None)
    for rule, path in addresses(service):
        text = client.get(path).text
        for secret in ("Amy Roy", "5550101", "5550199", reference(service), "supervisor@example.com"):
            assert secret not in text, (rule, secret)
