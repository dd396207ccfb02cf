"""The signature of a webhook (twilio.com/docs/usage/security)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit


def signature(url: str, fields: Mapping[str, str], auth_token: str) -> str:
    """Return X-Twilio-Signature: HMAC-SHA1 over the URL, then the fields and their values in order of the names."""
    signed = _signed_url(url) + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _signed_url(url: str) -> str:
    """An HTTPS URL is signed without its port; a fragment is never signed."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.port is not None:
        parts = parts._replace(netloc=parts.hostname or "")
    return parts._replace(fragment="").geturl()
