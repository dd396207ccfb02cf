"""The secrets of authenticator apps: unreadable in the database, readable with the SECRET_KEY that encrypted them."""

from __future__ import annotations

import pyotp
import pytest

from callbacks.people.totp_secrets import TotpSecrets, UnreadableSecret, is_encrypted

SECRETS = TotpSecrets("a secret of the settings")
# Stored by this release; whatever a later one changes, it must be able to read it.
STORED = (
    "gAAAAABrCaLzjzgFjsMMcGN8n9dWE93-nkv4TzBtPwDfKXxGCYLxJypZOIj19qHY4YZhnW6KJ8WPZrLER0Y0-FqSSQ"
    "LZ0IV2OCEESUwvaRMicVBBBeA__NmlDgn2_LNSJuqHJdc2FgqS"
)


def test_what_is_stored_reveals_nothing_and_comes_back() -> None:
    secret = pyotp.random_base32()
    stored = SECRETS.encrypt(secret)
    assert secret not in stored
    assert stored != SECRETS.encrypt(secret)
    assert (SECRETS.decrypt(stored), is_encrypted(stored), is_encrypted(secret)) == (secret, True, False)
    assert len(stored) <= 255  # the column


def test_what_was_stored_stays_readable() -> None:
    assert SECRETS.decrypt(STORED) == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("plain", ["", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "GAAAAA2DPEHPK3PX"])
def test_what_an_earlier_release_stored_is_read_as_it_is(plain: str) -> None:
    assert SECRETS.decrypt(plain) == plain


def test_another_secret_key_reads_nothing_and_says_what_to_do() -> None:
    stored, other = SECRETS.encrypt("JBSWY3DPEHPK3PXP"), TotpSecrets("another one")
    with pytest.raises(UnreadableSecret, match="Ask an administrator to turn off two-factor authentication"):
        other.decrypt(stored)
    assert (SECRETS.can_decrypt(stored), other.can_decrypt(stored), other.can_decrypt("")) == (True, False, True)


def test_the_secret_key_stays_out_of_logs() -> None:
    assert "settings" not in repr(SECRETS)


def test_while_the_key_is_rotated_the_old_one_reads_and_does_not_encrypt() -> None:
    rotated, old_only, new_only = TotpSecrets("a new one", SECRETS.secret_key), SECRETS, TotpSecrets("a new one")
    assert rotated.decrypt(STORED) == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    stored = rotated.encrypt("JBSWY3DPEHPK3PXP")
    assert new_only.decrypt(stored) == "JBSWY3DPEHPK3PXP"
    assert not old_only.can_decrypt(stored)
    assert [rotated.is_current(each) for each in (STORED, stored, "JBSWY3DPEHPK3PXP", "")] == [False, True, False, True]
    assert "settings" not in repr(rotated)
