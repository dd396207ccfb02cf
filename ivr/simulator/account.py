"""One Twilio account: its credentials, its numbers, the record of what it did, and the faults set on it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from ivr.simulator.faults import Faults
from ivr.simulator.ledger import Call, Direction, Ledger


@dataclass(frozen=True)
class OwnNumber:
    """A number of the account, with the URLs that are set for it in Twilio's console."""

    number: str
    voice_url: str
    status_callback: str = ""
    sms_url: str = ""
    voice_fallback_url: str = ""


@dataclass
class Account:
    sid: str
    auth_token: str
    api_keys: dict[str, str] = field(default_factory=dict)  # secrets by the SID of their key
    numbers: dict[str, OwnNumber] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    _sids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_sid(self, prefix: str) -> str:
        return f"{prefix}{next(self._sids):032x}"

    def accepts(self, username: str | None, password: str | None) -> bool:
        """Return whether this is the auth token or the secret of an API key."""
        secrets = {self.sid: self.auth_token, **self.api_keys}
        return username in secrets and secrets[username] == password

    def recording_url(self, sid: str) -> str:
        return f"https://api.twilio.com/2010-04-01/Accounts/{self.sid}/Recordings/{sid}"

    def fallback_url(self, call: Call) -> str:
        """Return the URL to ask when the application fails in this call, or "" if there is none."""
        own = self.numbers.get(call.to) if call.direction is Direction.INBOUND else None
        return own.voice_fallback_url if own else ""

    def ended_call_url(self, call: Call) -> str:
        """Return the status callback of the number that was called, or "" if there is none."""
        own = self.numbers.get(call.to) if call.direction is Direction.INBOUND else None
        return own.status_callback if own else ""
