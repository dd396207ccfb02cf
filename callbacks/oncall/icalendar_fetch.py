"""Fetches somebody else's calendar."""

from __future__ import annotations

import requests

from callbacks.errors import WrongState

LARGEST = 2 * 1024 * 1024
PATIENCE = (5.0, 10.0)  # seconds to connect, and for each answer


def fetch(url: str) -> bytes:
    """Fetch a feed over https. Raises WrongState; the address is a secret and is not in the message."""
    try:
        answer = requests.get(url, timeout=PATIENCE, stream=True, allow_redirects=False)
        content = answer.raw.read(LARGEST + 1, decode_content=True)
    except requests.RequestException as fault:
        raise WrongState(f"The calendar could not be fetched: {type(fault).__name__}.") from None
    if answer.status_code != 200 or len(content) > LARGEST:
        raise WrongState(f"The calendar could not be fetched (HTTP {answer.status_code}). Look at the address.")
    return bytes(content)
