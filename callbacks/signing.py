"""Signed values that leave the service and come back: in links and cookies."""

from __future__ import annotations

import hashlib

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


def signer(secret_key: str, salt: str, *, accepts_sha1: bool = False) -> URLSafeSerializer:
    """Return what signs values for one purpose. It may also accept those that the release before signed with SHA-1."""
    return URLSafeSerializer(
        secret_key,
        salt=salt,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256, "algorithm": ShortSha256()},
        fallback_signers=[OLD] if accepts_sha1 else None,
    )
