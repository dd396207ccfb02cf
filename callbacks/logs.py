"""Structured logs: one line of JSON per event, without secrets and whole phone numbers."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

PHONE_NUMBER = re.compile(r"(?<![0-9A-Za-z])\+?[0-9](?:[ .()-]{0,2}[0-9]){8,14}(?![0-9A-Za-z])")


def set_up_logs(secrets: Iterable[str] = (), *, for_people: bool = False) -> None:
    """Send every log record, also those of libraries, through one formatter to standard error.

    `secrets` are replaced wherever they occur. `for_people` writes colored text instead of JSON.
    """
    hide = Hide(secrets)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    )
    handler = StandardError()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("werkzeug", "twilio.http_client", "urllib3", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(
        logging.ERROR
    )  # it warns each time a sweep is still running when the next is due
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class StandardError(logging.Handler):
    """Writes to the current standard error, which tests replace."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # a log that cannot be written must not stop the service
            self.handleError(record)


class Hide:
    """A structlog processor that removes secrets and masks phone numbers."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) > 5)

    def __call__(self, _logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in event.items():
            if isinstance(value, str) and name not in ("timestamp", "level", "logger"):
                event[name] = self.text(value)
        return event

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return PHONE_NUMBER.sub(lambda found: masked(found[0]), text)


def masked(number: str) -> str:
    """Return a phone number for a log: its last two digits."""
    return f"…{number[-2:]}" if len(number) > 4 else "…"
