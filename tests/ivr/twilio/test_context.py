"""Transactions of webhooks: a result, or DatabaseUnavailable in time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from ivr.twilio import context as module
from ivr.twilio.context import EXTENSION, DatabaseUnavailable, WebhookContext, current
from tests.ivr.webhook_client import WebhookClient, waiting_for_late_transactions
from tests.waiting import FAR


@pytest.fixture
def context(client: WebhookClient) -> Iterator[WebhookContext]:
    with waiting_for_late_transactions():
        found: WebhookContext = client.client.application.extensions[EXTENSION]
        yield found


def test_a_webhook_gets_the_context_of_its_own_app(context: WebhookContext) -> None:
    app = Flask("another")
    app.extensions[EXTENSION] = replace(context, timeout=timedelta(hours=1))
    with app.app_context():
        assert current().timeout == timedelta(hours=1)


def test_the_result_of_a_transaction_is_returned(context: WebhookContext) -> None:
    assert context.write(lambda session: session.scalar(text("SELECT 41 + 1"))) == 42


def test_an_error_of_the_database_is_named(context: WebhookContext) -> None:
    with pytest.raises(DatabaseUnavailable, match="no_such_table"):
        context.write(lambda session: session.execute(text("SELECT * FROM no_such_table")))


def test_an_error_of_the_code_is_not_hidden(context: WebhookContext) -> None:
    with pytest.raises(ZeroDivisionError):
        context.write(lambda session: 1 // 0)


def test_a_transaction_that_takes_too_long_is_not_waited_for(context: WebhookContext) -> None:
    done = threading.Event()
    impatient = replace(context, timeout=timedelta(milliseconds=20))
    with pytest.raises(DatabaseUnavailable, match=r"no answer within 0\.02 seconds"):
        impatient.write(lambda session: done.wait(FAR.total_seconds()))
    done.set()


def test_a_long_queue_is_not_joined(context: WebhookContext, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    busy = ThreadPoolExecutor(1)
    for _ in range(module.LONGEST_QUEUE + 1):
        busy.submit(done.wait)
    monkeypatch.setattr(module, "_threads", busy)
    with pytest.raises(DatabaseUnavailable, match="too many"):
        context.write(lambda session: None)
    done.set()
    busy.shutdown()
    monkeypatch.undo()
