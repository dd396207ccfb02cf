"""What the views work with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from callbacks.cli.context import Compose
from callbacks.console.context import current
from tests.callbacks.console.console import RECORDING, Console
from tests.callbacks.console.service import service_on


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2026, 11, 29, 4, 59, tzinfo=UTC), date(2026, 11, 28)),  # Toronto is five hours behind
        (datetime(2026, 11, 29, 5, 0, tzinfo=UTC), date(2026, 11, 29)),
    ],
)
def test_today_is_the_date_at_the_desk(console: Console, now: datetime, today: date) -> None:
    console.clock.move_to(now)
    with console.web.app_context():
        assert (current().now(), current().today()) == (now, today)


def test_the_context_is_the_one_of_the_app_that_handles_the_request(console: Console) -> None:
    with console.web.app_context():
        assert current().links is console.links
        assert current().media.size(f"{RECORDING}.wav") is not None


def test_passkeys_are_for_the_public_address_and_secrets_for_the_secret_key(console: Console) -> None:
    with console.web.app_context():
        party = current().relying_party
        assert party is not None
        assert (party.id, party.origin) == ("desk.test", "https://desk.test")
        assert current().totp_secrets.secret_key == console.links.secret_key


@pytest.mark.parametrize(("smtp_url", "sends"), [("smtp://mail.test:587", True), ("", False)])
def test_mail_is_sent_where_a_server_is_set_up_and_nobody_waits_long_for_it(
    compose: Compose, sqlite_url: str, tmp_path: Path, smtp_url: str, sends: bool
) -> None:
    (service,) = service_on(
        compose, sqlite_url, tmp_path, smtp_url=smtp_url, mail_from="desk@desk.test" if sends else ""
    )
    with service.web.app_context():
        mailer = current().mailer
    assert (mailer is not None) == sends
    if mailer is not None:
        assert (mailer.url, mailer.sender) == (smtp_url, "desk@desk.test")
        assert mailer.time_limit <= 10  # seconds
