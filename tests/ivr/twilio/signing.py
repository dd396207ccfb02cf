"""Signs requests as twilio.com/docs/usage/security describes, without the library that checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac

from werkzeug.datastructures import MultiDict


def sign(url: str, fields: MultiDict[str, str], token: str = "sesame") -> str:
    text = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields.getlist(name))))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
