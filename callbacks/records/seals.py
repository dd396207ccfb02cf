"""Seals of both logs, and their heads: the length of a log and its last seal.

Without the key, nobody can make a seal. But somebody with access to the database can cut off the end of a log, and the
seals of the rest still match. A head that was kept elsewhere, in a digest email or the service's own log, reveals that.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from callbacks.db.database import AUDIT_KEY
from callbacks.errors import WrongState

SHORT = 16  # hexadecimal digits of a seal that are emailed


@dataclass(frozen=True)
class Head:
    """How many entries or events a log has, and the seal of the last."""

    count: int
    seal: str

    def __str__(self) -> str:
        return f"{self.count}:{self.seal[:SHORT]}"

    def fits(self, seal: str) -> bool:
        """Return whether a seal, or its beginning, is that of this head."""
        return hmac.compare_digest(seal[: len(self.seal)], self.seal)


def head_from(text: str) -> Head:
    """Return the head in a text such as "1234:ab12cd34ef56ab78". Raise WrongState."""
    count, _, seal = text.strip().partition(":")
    is_seal = len(seal) >= SHORT and not set(seal) - set("0123456789abcdef")
    if not (count.isdecimal() and len(count) < 18 and (is_seal or int(count) == 0)):
        raise WrongState(
            f"{text!r} is not the head of a log. Copy one from a digest email, such as 1234:ab12cd34ef56ab78."
        )
    return Head(int(count), seal)


def key_of(session: Session) -> bytes:
    """Return the key that this session seals with."""
    key: bytes = session.info[AUDIT_KEY]
    return key


class Seal:
    """An HMAC-SHA256 over lines of JSON, so that no part can run into the next."""

    def __init__(self, key: bytes, log: str, before: str) -> None:
        self._mac = hmac.new(key, digestmod=hashlib.sha256)
        self.add(log, before)

    def add(self, *parts: str | int | None) -> None:
        self._mac.update(json.dumps(parts).encode() + b"\n")

    def __str__(self) -> str:
        return self._mac.hexdigest()
