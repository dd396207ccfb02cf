"""Hosts, headers, the CSRF token, and characters that cannot be stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from callbacks.cli.context import Service
from callbacks.console import audio
from callbacks.console.blueprint import register_console
from callbacks.console.context import EXTENSION
from callbacks.console.security import ANY_HOST
from callbacks.oncall.ical.feed_keys import feed_key
from callbacks.people import users
from tests.callbacks.console.console import Console
from tests.callbacks.console.route_lists import LOGGED_IN
from tests.callbacks.console.service import client_of, post, reference


def test_every_page_forbids_what_it_does_not_need(console: Console) -> None:
    for path in ("/login", "/", "/callbacks/XX-000", "/nowhere"):
        headers = console.client.get(path).headers
        if path != "/nowhere":
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["Cache-Control"] == "no-store"


PERMITTED = {"style-src", "script-src", "connect-src", "img-src", "media-src"}


def assert_protected(answer: TestResponse, where: str) -> None:
    headers = answer.headers
    policy = dict(each.strip().split(" ", 1) for each in headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3, where
    assert not PERMITTED & policy.keys() or policy.keys() >= PERMITTED, where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", where
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin"), where
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin", where
    assert "camera=()" in headers["Permissions-Policy"], where
    cached = where.split(" ")[1].startswith(("/static/", "/calendar/", "/status"))
    assert headers["Cache-Control"] == "no-store" or (cached and answer.status_code < 400), where


def addresses(web: Flask) -> Iterator[str]:
    """Yield an address of every route, and some of none."""
    acts = {rule: example.rpartition("/")[2] for _, rule, example, _ in LOGGED_IN}
    with web.test_request_context():
        for rule in web.url_map.iter_rules():
            values: dict[str, Any] = {name: 1 if "id" in name else "message" for name in rule.arguments}
            known = {"filename": "console.css", "use": "add", "act": acts.get(rule.rule, "message")}
            values |= {name: known[name] for name in rule.arguments & known.keys()}
            yield web.url_for(rule.endpoint, **values)
    yield from ("/nowhere", "/voice/nowhere", "/t/", "/static/nowhere.css", "//evil.test/x", "/%2e%2e/etc/passwd")


@pytest.mark.parametrize("role", [None, "administrator"])
def test_every_answer_has_the_headers_whatever_it_is(service: Service, role: str | None) -> None:
    client, statuses = client_of(service, role), set[int]()
    for address in addresses(service.web):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "NONSENSE"):
            answer = client.open(address, method=method)
            content = answer.data
            answer.close()
            statuses.add(answer.status_code)
            assert_protected(answer, f"{method} {address}")
            assert b"Traceback" not in content
    assert statuses >= {200, 403, 404, 405, 503}


def test_audio_and_feeds_have_them_too(service: Service) -> None:
    links, now = service.web.extensions[EXTENSION].links, service.clock.now()
    key = service.database.write(lambda session: feed_key(session, None, now))
    for address in (links.message(1), f"https://desk.test/calendar/{key}.ics"):
        answer = service.web.test_client().get(address)
        assert answer.status_code == 200
        assert_protected(answer, f"GET {address.removeprefix('https://desk.test')}")


def test_a_request_that_is_too_large_and_one_that_fails_have_them_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(service, "administrator")
    large = {"words": "x" * 70_000}
    for address in ("/login", "/rota/add", "/t/token/take"):
        answer = client.post(address, data=large)
        assert answer.status_code == 413
        assert_protected(answer, f"POST {address}")

    def fails(*_: object) -> None:
        raise RuntimeError("a secret of the code")

    monkeypatch.setattr(users, "everyone", fails)
    monkeypatch.setattr(audio, "audio_response", fails)
    links = service.web.extensions[EXTENSION].links
    for address in ("/users", links.message(1).removeprefix("https://desk.test")):
        answer = client.get(address)
        assert answer.status_code == 500
        assert "Something went wrong" in answer.text
        assert "secret of the code" not in answer.text
        assert_protected(answer, f"GET {address}")


def test_an_address_that_does_not_exist_is_answered_with_a_screen(service: Service) -> None:
    answer = service.web.test_client().get("/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "There is nothing at this address." in answer.text
    assert_protected(answer, "GET /nowhere")


def test_an_error_outside_the_console_is_a_line_of_text(service: Service) -> None:
    client = service.web.test_client()
    answer = client.get("/voice/<script>")
    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")
    assert answer.text.startswith("Not Found. ")
    assert len(answer.text.splitlines()) == 1
    refused = client.get("/voice/incoming")
    assert (refused.status_code, set(refused.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})


def test_a_desk_without_https_does_not_ask_for_it_and_the_demo_shows_its_own_frames(console: Console) -> None:
    context = console.web.extensions[EXTENSION]
    console.web.extensions[EXTENSION] = replace(context, public_url="http://127.0.0.1:8000", demo=True)
    for path in ("/login", "/nowhere"):
        headers = console.client.get(path).headers
        assert "Strict-Transport-Security" not in headers
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


HOSTILE = {
    "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "gopher", "X-Forwarded-Prefix": "//evil.test",
    "X-Forwarded-Server": "evil.test", "Forwarded": "host=evil.test;proto=http", "X-Original-URL": "//evil.test/",
    "X-Rewrite-URL": "//evil.test/", "Script-Name": "//evil.test", "Origin": "https://evil.test",
}  # fmt: skip


@pytest.mark.parametrize("role", [None, "administrator"])
def test_no_redirect_is_built_from_what_a_request_says(service: Service, role: str | None) -> None:
    client, redirects = client_of(service, role), 0
    page = client.get("/login" if role is None else "/account").text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    for address in addresses(service.web):
        for method in ("GET", "POST"):
            with client.open(
                address, method=method, headers=HOSTILE, environ_overrides={"SCRIPT_NAME": "//evil.test"},
                data={"token": token[1]} if method == "POST" else None,
            ) as answer:  # fmt: skip
                where, content = answer.headers.get("Location", "/"), answer.data
            redirects += "Location" in answer.headers
            assert where.startswith("/"), (address, where)
            assert not where.startswith("//"), (address, where)
            assert address.startswith("//evil") or b"evil.test" not in content, address
    assert redirects > 5


@pytest.mark.parametrize(
    ("host", "is_known"),
    [
        ("desk.test", True), ("desk.test:8443", True), ("DESK.test", True), ("desk.test.", True), ("localhost", True),
        ("localhost:8000", True), ("127.0.0.1:8000", True), ("[::1]:8000", True), ("[::1]", True),
        ("evil.test", False), ("desk.test.evil.test", False), ("evil.test:443", False), ("a.desk.test", False),
        ("desk.test@evil.test", False), ("10.0.0.7", False), ("[::2]", False), ("", False), ("desk.test:x", False),
        ("localhost.evil.test", False), ("evil.test#desk.test", False), ("evil.test/desk.test", False),
    ],
)  # fmt: skip
def test_the_console_answers_by_its_own_name_only(service: Service, host: str, is_known: bool) -> None:
    client = service.web.test_client()
    for address in ("/login", "/", "/t/token", "/calendar/key.ics", "/nowhere", "/static/console.css"):
        answer = client.get(address, headers={"Host": host})
        content = answer.text
        answer.close()
        assert (answer.status_code != 400) is is_known, address
        if not is_known:
            assert content == "The desk does not answer under this host name. Use https://desk.test/ instead.\n"
            assert "Set-Cookie" not in answer.headers


def test_the_carrier_and_probes_come_in_by_any_name(service: Service) -> None:
    links = service.web.extensions[EXTENSION].links
    named = [rule.rule for rule in service.web.url_map.iter_rules() if rule.rule.startswith(ANY_HOST)]
    assert {"/voice/incoming", "/sms/incoming", "/healthz", "/readyz"} <= set(named)
    for address in (*named, links.message(1).removeprefix("https://desk.test")):
        for method in ("GET", "POST"):
            answer = service.web.test_client().open(address, method=method, headers={"Host": "10.0.0.7"})
            assert answer.status_code in (200, 403, 404, 405, 503), address


def test_below_a_path_every_address_begins_with_it(console: Console) -> None:
    web = Flask("below", static_folder=None)
    web.secret_key = "x" * 32
    register_console(web, replace(console.web.extensions[EXTENSION], public_url="https://desk.test/desk/"))
    answer = web.test_client().get("/", headers={"Script-Name": "/evil"})
    assert answer.headers["Location"] == "/desk/login"


def test_nothing_changes_by_get_nor_without_the_token(service: Service) -> None:
    client, named = client_of(service, "administrator"), reference(service)
    shown = {example.partition("?")[0] for method, _, example, _ in LOGGED_IN if method == "GET"}
    for example in (example for method, _, example, _ in LOGGED_IN if method == "POST"):
        path = example.format(reference=named)
        assert client.get(path).status_code == (200 if example in shown else 405), path
        assert client.post(path, data={"technician": "Amy Roy"}).status_code == 403, path
        assert client.post(path, data={"technician": "Amy Roy", "token": "forged"}).status_code == 403, path


@pytest.mark.parametrize(
    "path",
    ["/callbacks/a%00b", "/t/a%00b", "/media/a%00b.wav", "/calendar/a%00b.ics", "/callbacks?after=%00", "/nowhere%00"],
)
def test_no_address_is_a_stack_trace(service: Service, path: str) -> None:
    assert client_of(service, "administrator").get(path).status_code in (400, 404)


def test_nobody_logs_in_with_what_cannot_be_stored(service: Service) -> None:
    client = service.web.test_client()
    assert post(client, "/login", {"email": "a\x00b@example.com", "password": "\x00"}).status_code == 400
