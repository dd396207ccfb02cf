"""Whatever is typed into a form: it is refused in words or taken as it is, and what was done is in the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from callbacks.cli.context import Compose, Service
from callbacks.db.tables import CalendarKey
from callbacks.records import audit_log
from tests.callbacks.console.console import PASSWORD, Console
from tests.callbacks.console.route_lists import LOGGED_IN
from tests.callbacks.console.service import client_of, reference, service_on
from tests.scenarios.conftest import POSTGRES_IN_SOAK

HOSTILE = {
    "nothing": "",
    "zero": "a\x00b",
    "bare zero": "\x00",
    "long": "é" * 30_000,
    "digits": "9" * 40,
    "negative": "-1",
    "no such day": "2026-02-31T25:61",
    "the first of all days": "0001-01-01T00:00",
    "the last of all days": "9999-12-31T23:59",
    "the hour that is skipped": "2026-03-08T02:30",
    "the day before": "2026-11-27",
    "other digits": "٣٤",
    "half a pair": "\ud83d",
    "backwards": "\u202egnihtemos",
    "lines": "one\r\nSet-Cookie: two=three\r\n",
    "markup": "<script>alert('&quot;')</script>{{ 7*7 }}%s%n",
    "a formula": "=1+1",
    "a path": "../../../etc/passwd",
}


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Every form of a page, with its fields as they stand there."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get"), {}))
        elif tag in ("input", "select", "textarea", "button") and self.found and "name" in given:
            self.found[-1].fields[given["name"]] = given.get("value", "")


@pytest.fixture
def service(compose: Compose, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from service_on(compose, database_url, tmp_path_factory.mktemp("media"))


def forms_of(client: FlaskClient, service: Service) -> list[Form]:
    named = reference(service)
    pages = [client.get(example.format(reference=named)) for method, _, example, _ in LOGGED_IN if method == "GET"]
    found = [form for page in pages if page.mimetype == "text/html" for form in Forms(page.text).found]
    return [form for form in found if not form.action.endswith(("/logout", "/log-out"))]


def submit(client: FlaskClient, form: Form, fields: dict[str, str]) -> int:
    data = {name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}
    if form.method == "post":
        return client.post(form.action, data=data).status_code
    return client.get(form.action, query_string=data).status_code


SOAKED = HOSTILE.keys() - {"zero", "markup"}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(value, id=name, marks=[pytest.mark.soak] if name in SOAKED else [])
        for name, value in HOSTILE.items()
    ],
)
@POSTGRES_IN_SOAK
def test_any_field_may_hold_anything(service: Service, value: str) -> None:
    client = client_of(service, "administrator")
    forms = forms_of(client, service)
    assert len(forms) > 30
    for form in forms:
        kept = {name: old for name, old in form.fields.items() if name in ("token", "seen")}
        open_ones = [name for name in form.fields if name not in kept]
        for names in [open_ones, *([name] for name in open_ones)]:
            answer = submit(client, form, {**form.fields, **dict.fromkeys(names, value)})
            assert answer < 500, (form.action, names)


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
    assert last_details(console) == {"email": "new@example.com", "role": "administrator"}


def test_a_secret_is_never_in_the_log(console: Console) -> None:
    console.logs_in("ada@example.com")
    console.posts("/users/password", {"email": "sue@example.com", "password": "another good battery"})
    console.posts("/account/password", {"old": PASSWORD, "password": "another good battery"})
    console.posts("/people/1/second", {"phone": "+15145550122"})
    console.posts("/people/1/verify", {"code": "123456", "which": "second"})
    console.posts("/rota/address", {"name": "Amy Roy"})
    found = console.database.read(lambda session: [entry.detail for entry in audit_log.latest(session)])
    key = console.database.read(lambda session: session.scalars(select(CalendarKey.key)).one())
    assert len(found) == 6
    for secret in (PASSWORD, "another good", "123456", key):
        assert not any(secret in detail for detail in found)


def test_what_was_refused_is_not_told_as_done(console: Console) -> None:
    console.logs_in("ada@example.com")
    console.posts(f"/callbacks/{console.reference}/cancel", {"why": ""})
    assert [what for _, what in console.audit_entries()] == ["logged in"]
