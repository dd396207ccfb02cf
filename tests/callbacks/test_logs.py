"""Logs hold no secret and no whole phone number, whoever wrote them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError

from callbacks.cli.context import Compose
from callbacks.console import audio
from callbacks.console.context import EXTENSION
from callbacks.console.link_page import routes
from callbacks.console.rota import feed
from callbacks.logs import set_up_logs
from callbacks.settings import Settings
from tests.callbacks.console.service import service_on

TOKEN = "a token that nobody may read"
# Each secret has characters that URLs, Python and JSON write differently.
SECRETS = {
    "auth_token": "carrier-token-1",
    "auth_token_secondary": "carrier-token-2",
    "api_secret": "of+the/api key",
    "secret_key": 'signs "everything" \\ here',
    "secret_key_secondary": "signed-before",
    "audit_key": "sçelle-le-journal",
    "metrics_token": "bearer.of.metrics",
    "database_url": "postgresql://desk:data%2Fbase%20word@db.test/desk?sslpassword=ssl-key-word",
    "smtp_url": "smtp://desk:mail@word/1@mail.test",
}
WORDS = ("carrier-token", "of+the", "of%2Bthe", "everything", "le-journal", "signed-before", "bearer.of", "base%20word",
         "base word", "ssl-key", "mail@word", "word/1", "word%2F1")  # fmt: skip


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    set_up_logs([TOKEN])
    yield capsys
    set_up_logs()


@pytest.mark.parametrize(
    "words",
    [
        "+15145550199 rang",
        "call (514) 555-0199",
        "514.555.0199",
        "from 15145550199 to +18884847266",
        "2026-11-29 5145550199",
        f"header {TOKEN}",
    ],
)
def test_numbers_and_secrets_are_hidden(log: pytest.CaptureFixture[str], words: str) -> None:
    structlog.get_logger("ours").info(words, cause=words)
    logging.getLogger("a library").warning("it said %s", words)
    lines = [json.loads(line) for line in log.readouterr().err.splitlines()]
    assert len(lines) == 2
    for line in lines:
        assert line.pop("timestamp")  # whose microseconds may be any digits
        assert line["level"]
        assert "555" not in str(line)
        assert "484" not in str(line)
        assert TOKEN not in str(line)


def test_what_is_no_number_stays_readable(log: pytest.CaptureFixture[str]) -> None:
    words = "call CA123 at 2026-11-29 for KT-417, gaps 2026-11-29 22:05:10"
    structlog.get_logger("ours").info(words, attempt=12345678901)
    written = json.loads(log.readouterr().err)
    assert written["event"] == words


def test_an_exception_is_hidden_too(log: pytest.CaptureFixture[str]) -> None:
    try:
        raise RuntimeError(f"{TOKEN} for +15145550199")
    except RuntimeError:
        structlog.get_logger("ours").exception("it failed")
    written = log.readouterr().err
    assert TOKEN not in written
    assert "+15145550199" not in written


@pytest.fixture
def all_settings() -> Settings:
    return Settings("https://desk.test", "AC1", sender="+15145550000", **SECRETS)  # type: ignore[arg-type]


def test_every_secret_of_the_settings_is_hidden_in_every_form(
    all_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(all_settings.secrets())
    for secret in all_settings.secrets():
        for form in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), unquote(secret)):
            structlog.get_logger("ours").info(form, of={"a list": [form, (form,)], form: {form}}, raw=form.encode())
            logging.getLogger("a library").warning("%s and %r", form, [form])
            structlog.get_logger("ours").error("broken", cause=ValueError(form))
    set_up_logs()
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 3 * 5 * len(all_settings.secrets())
    assert [word for word in WORDS if word in written or json.dumps(word)[1:-1] in written] == []


def test_a_password_in_any_url_is_hidden(log: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("ours").info("no answer of postgresql://other:pass@elsewhere.test/desk")
    assert json.loads(log.readouterr().err)["event"] == "no answer of postgresql://[secret]@elsewhere.test/desk"


@pytest.mark.parametrize("scheme", ["https", "http", "webcal"])
def test_only_the_server_of_a_calendar_url_is_logged(log: pytest.CaptureFixture[str], scheme: str) -> None:
    structlog.get_logger("ours").info(f"{scheme}://cal.test/private-1f2e/rota.ics?key=9 is broken")
    assert json.loads(log.readouterr().err)["event"] == f"{scheme}://cal.test/[secret] is broken"


def keyed_addresses(web: Flask) -> Iterator[str]:
    """Yield an address for every route whose address is a key: those with a token or a key in them."""
    with web.test_request_context():
        for rule in web.url_map.iter_rules():
            if keys := rule.arguments & {"token", "key"}:
                values: dict[str, Any] = {name: "Wzcs-9.x_8" if name in keys else 1 for name in rule.arguments}
                yield web.url_for(rule.endpoint, **values)


def test_an_address_that_grants_access_is_hidden(
    compose: Compose, sqlite_url: str, tmp_path: Path, log: pytest.CaptureFixture[str]
) -> None:
    for service in service_on(compose, sqlite_url, tmp_path):
        addresses = list(keyed_addresses(service.web))
    assert len(addresses) > 3
    log.readouterr()
    for address in addresses:
        structlog.get_logger("ours").info("refused", path=address)
        logging.getLogger("flask").error("Exception on %s [GET]", f"https://desk.test{address}")
        written = log.readouterr().err
        assert ("Wzcs" in written, "[secret]" in written) == (False, True), address


def test_numbers_and_booleans_are_unchanged(log: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("ours").info("x", ready=True, tries=3, late=1.5, cause=None, of=[1, {"two": 2}])
    written = json.loads(log.readouterr().err)
    assert {name: written[name] for name in ("ready", "tries", "late", "cause", "of")} == {
        "ready": True, "tries": 3, "late": 1.5, "cause": None, "of": [1, {"two": 2}],
    }  # fmt: skip


def test_a_view_that_fails_logs_neither_its_address_nor_what_it_worked_with(
    compose: Compose, sqlite_url: str, tmp_path: Path, log: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    private = "+15145550177 of eve@example.com"

    def fails(*_: object, **__: object) -> None:
        raise IntegrityError("INSERT INTO x VALUES (?)", {"who": private}, Exception("UNIQUE"), hide_parameters=True)

    for module, name in ((routes, "summary_screen"), (audio, "audio_response"), (feed, "feed_content")):
        monkeypatch.setattr(module, name, fails)
    for service in service_on(compose, sqlite_url, tmp_path):
        links, client = service.web.extensions[EXTENSION].links, service.web.test_client()
        set_up_logs(service.settings.secrets())
        keys = [links.page(1, service.clock.now()), links.message(1), "https://desk.test/calendar/key-of-a-feed.ics"]
        for address in keys:
            assert client.get(address).status_code == 500
    written = log.readouterr().err
    assert written.count("Exception on /") == len(keys)
    assert "IntegrityError" in written
    for address in keys:
        assert address.rpartition("/")[2].removesuffix(".wav").removesuffix(".ics") not in written
    assert [word for word in ("0177", "eve@", service.settings.auth_token) if word in written] == []
