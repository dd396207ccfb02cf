"""Signed values that leave the service and come back: in links and cookies."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from itsdangerous import URLSafeSerializer
from itsdangerous.signer import HMACAlgorithm

# Cut, because a link in a text has little room (RFC 2104, section 5). 144 bits are 24 letters, with none left over.
LENGTH = 18  # bytes


class ShortSha256(HMACAlgorithm):
    """HMAC with SHA-256, cut to LENGTH."""

    def __init__(self) -> None:
        super().__init__(hashlib.sha256)

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:LENGTH]


# The SHA-1 that itsdangerous uses when nothing is said.
OLD = {"key_derivation": "django-concat", "digest_method": hashlib.sha1}


def signer(keys: Sequence[str], salt: str, *, accepts_sha1: bool = False) -> URLSafeSerializer:
    """Return what signs values for one purpose, with the last of the keys. It accepts what any of them signed.

    It may also accept what the release before signed with SHA-1.
    """
    return URLSafeSerializer(
        list(keys),
        salt=salt,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256, "algorithm": ShortSha256()},
        fallback_signers=[OLD] if accepts_sha1 else None,
    )
