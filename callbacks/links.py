"""Signed links that expire: what the carrier fetches to play a message to a technician."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from sla.clock import Clock

MESSAGE_LINK_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Links:
    """Makes and reads the links. Their age is told by the desk's own clock."""

    secret_key: str
    public_url: str
    clock: Clock

    def message(self, voicemail_id: int) -> str:
        """A link to one voicemail's audio, good for an hour."""
        expires = self.clock.now() + MESSAGE_LINK_LASTS
        token = self._signer().dumps([voicemail_id, expires.isoformat()])
        return f"{self.public_url}/media/{token}.wav"

    def voicemail_in(self, token: str) -> int | None:
        """Give the voicemail that a link is for, or None when it is forged or has expired."""
        try:
            voicemail_id, expires = self._signer().loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return int(voicemail_id) if self.clock.now() < datetime.fromisoformat(expires) else None

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret_key, salt="voicemail")
