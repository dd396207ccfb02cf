"""A desk with Amy on call, and its webhooks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.desk.desk_file import read_desk
from callbacks.oncall import store
from callbacks.people import technicians
from tests.ivr.webhook_client import AMY, SATURDAY_NIGHT, WebhookClient


@pytest.fixture
def client(database: Database) -> WebhookClient:
    def staff(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", AMY, SATURDAY_NIGHT, verified=True)
        store.add_shift(session, read_desk(Path("support.toml")), amy, "primary", None, None, SATURDAY_NIGHT)

    database.write(staff)
    return WebhookClient(database)


@pytest.fixture
def client_without_database(caplog: pytest.LogCaptureFixture) -> Iterator[WebhookClient]:
    """The webhooks of an app whose database cannot be reached."""
    with caplog.at_level(logging.ERROR):
        yield WebhookClient(Database("postgresql://nobody@127.0.0.1:1/nowhere"))
