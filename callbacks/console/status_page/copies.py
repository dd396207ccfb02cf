"""Copies of public pages: many may load them at once, and nobody on the phone may wait for that.

A copy is fresh for some seconds. One request at a time makes a new one, and the others get the old one meanwhile. It
is also what readers get while the database is away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from callbacks.errors import DeskError

FRESH = timedelta(seconds=15)
PAUSE = timedelta(seconds=5)  # after the database did not answer
PATIENCE = 1.0  # seconds of real time, for the first copy


class NoCopy(DeskError):
    """The database is away, and there is no copy from before."""


@dataclass(frozen=True)
class Copy:
    """A page as it was at an instant."""

    at: datetime
    content: bytes


class Copies:
    """The copies of one process, by name."""

    def __init__(self) -> None:
        self._copies: dict[str, Copy] = {}
        self._making = threading.Lock()
        self._failed_at: datetime | None = None

    def get(self, name: str, now: datetime, make: Callable[[], bytes]) -> bytes:
        """Return a page: a fresh copy, or the last one while it cannot be made. Raise NoCopy."""
        found = self._copies.get(name)
        if found is not None and _is_within(FRESH, found.at, now):
            return found.content
        if self._failed_at is not None and _is_within(PAUSE, self._failed_at, now):
            return _content(found)
        if not self._making.acquire(timeout=PATIENCE if found is None else 0):
            return _content(self._copies.get(name))
        try:
            return self._made(name, now, make)
        finally:
            self._making.release()

    def _made(self, name: str, now: datetime, make: Callable[[], bytes]) -> bytes:
        found = self._copies.get(name)
        if found is not None and _is_within(FRESH, found.at, now):  # made while this request waited
            return found.content
        try:
            self._copies[name] = Copy(now, make())
        except SQLAlchemyError:
            self._failed_at = now
            return _content(found)
        self._failed_at = None
        return self._copies[name].content


def _is_within(span: timedelta, at: datetime, now: datetime) -> bool:
    return timedelta(0) <= now - at < span


def _content(copy: Copy | None) -> bytes:
    if copy is None:
        raise NoCopy("The page cannot be shown at the moment.")
    return copy.content
