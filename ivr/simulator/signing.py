"""Signs a webhook as Twilio does (twilio.com/docs/usage/security)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit


def signature(url: str, fields: Mapping[str, str], auth_token: str) -> str:
    """Give X-Twilio-Signature: HMAC-SHA1 over the URL and, in order of their names, the fields and their values."""
    signed = _as_signed(url) + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _as_signed(url: str) -> str:
    """Calls over HTTPS are signed without the port; a fragment is never signed."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.port is not None:
        parts = parts._replace(netloc=parts.hostname or "")
    return parts._replace(fragment="").geturl()
