"""Structured logs: one line of JSON per event, without secrets, links that grant access, or whole phone numbers."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import structlog

_DAY_AND_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:"  # its digits would be enough for a number
PHONE_NUMBER = re.compile(rf"(?<![0-9A-Za-z])(?!{_DAY_AND_TIME})\+?[0-9](?:[ .()-]{{0,2}}[0-9]){{8,14}}(?![0-9A-Za-z])")
HIDDEN = "[secret]"
SHORTEST_SECRET = 6  # a shorter one would hide half of every line
# Paths of ours whose next part grants access: a link in a page, a message's audio, a calendar feed, an invitation, the
# links that begin and end a subscription.
KEYED_PATHS = ("t", "media", "calendar", "invitation", "status/confirm", "status/leave")
_KEYED_PATH = re.compile(rf"/({'|'.join(KEYED_PATHS)})/[^\s/?#\"'<>]+")
_USER_IN_URL = re.compile(r"(?<=://)[^\s/@\"'<>]+@")
# The URL of a private calendar grants access to it, so only its server is shown.
_CALENDAR_URL = re.compile(r"\b((?:https?|webcal)://[^\s/\"'<>]+)/[^\s\"'<>]*\.ics[^\s\"'<>]*", re.IGNORECASE)
_OURS = ("timestamp", "level", "logger")  # fields that structlog itself writes


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
    """A structlog processor that removes secrets and masks phone numbers, however deep they are in an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST_SECRET}
        # The longest first, because one form may be a part of another.
        self._secrets = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, _logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in event.items():
            if name not in _OURS and not name.startswith("_"):  # _record belongs to structlog
                event[name] = self.value(value)
        return event

    def value(self, value: object) -> object:
        """Return a value for the log. Anything but a number, list or mapping is written as text."""
        match value:
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {self.text(str(key)): self.value(each) for key, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(each) for each in value]
            case bytes():
                return self.text(value.decode("utf-8", "replace"))
            case _:
                return self.text(str(value))

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = _USER_IN_URL.sub(f"{HIDDEN}@", text)
        text = _CALENDAR_URL.sub(rf"\1/{HIDDEN}", text)
        text = _KEYED_PATH.sub(rf"/\1/{HIDDEN}", text)
        return PHONE_NUMBER.sub(lambda found: masked(found[0]), text)


def _forms(secret: str) -> Iterator[str]:
    """Yield the forms in which a secret may occur: as it is, escaped for a URL, as Python and JSON quote it."""
    for form in (secret, unquote(secret)):
        yield form
        yield quote(form)
        yield quote(form, safe="")
        yield quote_plus(form)
        yield repr(form)[1:-1]
        yield json.dumps(form)[1:-1]


def masked(number: str) -> str:
    """Return a phone number for a log: its last two digits."""
    return f"…{number[-2:]}" if len(number) > 4 else "…"
