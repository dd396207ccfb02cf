"""Refused webhooks: why each was refused, and a limit on how often that is logged."""

from __future__ import annotations

import enum
import threading
from datetime import datetime, timedelta

LOGGED_EVERY = timedelta(minutes=1)


class Refusal(enum.Enum):
    """Why a webhook is refused. The value is for the log."""

    UNSIGNED = "it has no signature"
    NO_LENGTH = "it does not say how long it is"
    TOO_LARGE = "it is too large"
    NO_FORM = "it is not a form"
    WRONG_FIELDS = "its fields are not those of the carrier"
    WRONG_ACCOUNT = "it is not about our account; compare TWILIO_ACCOUNT_SID"
    FORGED = "its signature is not valid; compare PUBLIC_URL and TWILIO_AUTH_TOKEN"

    @property
    def status(self) -> int:
        """Return the HTTP status of the answer."""
        return {Refusal.NO_LENGTH: 411, Refusal.TOO_LARGE: 413, Refusal.NO_FORM: 415}.get(self, 403)


class RefusalLog:
    """Decides which refusals are logged: the first of each minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logged_at: datetime | None = None
        self._left_out = 0

    def left_out(self, now: datetime) -> int | None:
        """Return how many refusals were left out of the log since the last one in it; None to leave this one out."""
        with self._lock:
            if self._logged_at is not None and self._logged_at <= now < self._logged_at + LOGGED_EVERY:
                self._left_out += 1
                return None
            self._logged_at, left_out, self._left_out = now, self._left_out, 0
            return left_out
