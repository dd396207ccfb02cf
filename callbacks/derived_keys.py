"""Keys that are derived from a secret of the settings, a different one for each purpose."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH = 32  # bytes


def derived_key(secret_key: str, purpose: str) -> bytes:
    """Return the key for a purpose (HKDF with SHA-256, RFC 5869). It reveals neither the secret nor the other keys."""
    return HKDF(SHA256(), LENGTH, salt=None, info=purpose.encode()).derive(secret_key.encode())
