"""Headers, the CSRF token, and characters that cannot be stored."""

from __future__ import annotations

import pytest

from callbacks.cli.context import Service
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


def test_nothing_changes_by_get_nor_without_the_token(service: Service) -> None:
    client, named = client_of(service, "administrator"), reference(service)
    for path in (example.format(reference=named) for method, _, example, _ in LOGGED_IN if method == "POST"):
        assert client.get(path).status_code == 405, path
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
