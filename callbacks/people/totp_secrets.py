"""How the secrets of authenticator apps are stored: encrypted with a key that is derived from SECRET_KEY."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken

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

    def encrypt(self, secret: str) -> str:
        return self._fernet().encrypt(secret.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """Return the secret. Raise UnreadableSecret. Earlier releases stored it unencrypted."""
        if not is_encrypted(stored):
            return stored
        try:
            return self._fernet().decrypt(stored.encode()).decode()
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

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(derived_key(self.secret_key, PURPOSE)))


def is_encrypted(stored: str) -> bool:
    return stored.startswith(VERSION)
