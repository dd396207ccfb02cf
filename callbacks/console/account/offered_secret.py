"""The secret that a user puts into an authenticator app, until the app has shown a code for it."""

from __future__ import annotations

import pyotp
from flask import session as cookie

from callbacks.console.context import current

OFFERED = "offered secret"


def offered_secret() -> str:
    """Return the secret for the app: the same until the login changes, so that a mistyped code can be typed again.

    It is encrypted, because the cookie is only signed.
    """
    secrets = current().totp_secrets
    if OFFERED not in cookie:
        cookie[OFFERED] = secrets.encrypt(pyotp.random_base32())
    return secrets.decrypt(str(cookie[OFFERED]))
