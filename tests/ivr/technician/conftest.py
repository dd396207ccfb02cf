"""A callback on a Saturday night, and the page that calls Amy about it."""

from __future__ import annotations

import pytest

from tests.ivr.technician.night import Night
from tests.ivr.webhook_client import WebhookClient


@pytest.fixture
def night(client: WebhookClient) -> Night:
    return Night(client)
