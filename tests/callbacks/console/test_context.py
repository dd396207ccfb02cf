"""What the views work with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from callbacks.console.context import current
from tests.callbacks.console.console import Console


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
        assert current().media_dir == console.media


def test_passkeys_are_for_the_public_address_and_secrets_for_the_secret_key(console: Console) -> None:
    with console.web.app_context():
        party = current().relying_party
        assert party is not None
        assert (party.id, party.origin) == ("desk.test", "https://desk.test")
        assert current().totp_secrets.secret_key == console.links.secret_key
