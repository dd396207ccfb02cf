"""How the secrets of authenticator apps are stored: encrypted with a key that is derived from SECRET_KEY.

While SECRET_KEY is being rotated, what the key before encrypted is read too.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from callbacks.derived_keys import derived_key
from callbacks.errors import WrongState

PURPOSE = "TOTP secrets"
VERSION = "gAAAAA"  # how a Fernet token begins; a secret in base32 has no lower case


class UnreadableSecret(WrongState):
    """The secret was encrypted with another SECRET_KEY."""


@dataclass(frozen=True)
class TotpSecrets:
    """Encrypts and decrypts the secrets."""

    secret_key: str = field(repr=False)
    secret_key_secondary: str = field(default="", repr=False)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """Return the keys that are accepted, the one for new secrets first."""
        return tuple(key for key in (self.secret_key, self.secret_key_secondary) if key)

    def encrypt(self, secret: str) -> str:
        return _fernet(self.secret_key).encrypt(secret.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """Return the secret. Raise UnreadableSecret. Earlier releases stored it unencrypted."""
        if not is_encrypted(stored):
            return stored
        try:
            return MultiFernet(map(_fernet, self.secret_keys)).decrypt(stored.encode()).decode()
        except InvalidToken:
            raise UnreadableSecret(
                "Your authenticator app no longer works, because SECRET_KEY was changed on the server. Ask an "
                "administrator to turn off two-factor authentication for you, then set it up again."
            ) from None

    def can_decrypt(self, stored: str) -> bool:
        try:
            self.decrypt(stored)
        except UnreadableSecret:
            return False
        return True

    def is_current(self, stored: str) -> bool:
        """Return whether SECRET_KEY alone reads a secret, and the database alone does not; also for no secret."""
        return not stored or (is_encrypted(stored) and TotpSecrets(self.secret_key).can_decrypt(stored))


def _fernet(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key(secret_key, PURPOSE)))


def is_encrypted(stored: str) -> bool:
    return stored.startswith(VERSION)
