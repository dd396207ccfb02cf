"""The challenge that a browser's passkey is to sign: in the session's cookie, for one use and five minutes."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime

from flask import g
from flask import session as cookie
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from callbacks.people.passkeys import Challenge


class Use(enum.Enum):
    """What a passkey signs for. A signature for one is refused for the others."""

    LOG_IN = "login"
    ADD = "add"
    CONFIRM = "confirm"


def issued(use: Use, now: datetime) -> Challenge:
    """Return a new challenge. It replaces an earlier one for the same use."""
    challenge = Challenge(secrets.token_bytes(32), now)
    cookie[_key(use)] = [bytes_to_base64url(challenge.value), now.isoformat()]
    return challenge


def taken(use: Use) -> Challenge | None:
    """Return the challenge that this browser was given, for this request only; None without one.

    The request may ask again, because a transaction may run again.
    """
    if (found := cookie.pop(_key(use), None)) is not None:
        g.setdefault("challenges", {})[use] = found
    stored = g.get("challenges", {}).get(use)
    return Challenge(base64url_to_bytes(stored[0]), datetime.fromisoformat(stored[1])) if stored else None


def _key(use: Use) -> str:
    return f"challenge for {use.value}"
