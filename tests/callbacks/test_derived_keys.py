from __future__ import annotations

from callbacks.derived_keys import derived_key

# Computed by hand: HMAC(HMAC(32 zero bytes, secret), purpose + b"\x01"), both with SHA-256 (RFC 5869, 2.2 and 2.3).
KNOWN = "8d197ddce2cab488363b6b1afc5981f5b59031743a578ccb00901fc84a53591f"


def test_a_key_stays_the_same_because_what_it_protects_is_stored() -> None:
    assert derived_key("a secret of the settings", "audit log").hex() == KNOWN


def test_each_purpose_and_each_secret_has_its_own_key() -> None:
    keys = {derived_key(secret, purpose) for secret in ("one", "two") for purpose in ("audit log", "TOTP secrets")}
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)
