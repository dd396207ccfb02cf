"""One Twilio account: its credentials, its numbers, the record of what it did, and the faults set on it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
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
    methods: Mapping[str, str] = field(default_factory=dict)  # such as "voice_method"; POST where none is set
    capabilities: frozenset[str] = frozenset({"voice", "sms"})
    trunk_sid: str = ""

    @property
    def sid(self) -> str:
        return f"PN{self.number.removeprefix('+'):0>32}"


@dataclass(frozen=True)
class MessagingService:
    """A messaging service of the account."""

    sid: str
    numbers: tuple[str, ...] = ()
    inbound_request_url: str = ""
    uses_urls_of_numbers: bool = True
    is_registered: bool = True  # for A2P 10DLC


@dataclass
class Permissions:
    """What the account may reach, by country (ISO 3166), and how its toll-free numbers stand."""

    calls: set[str] = field(default_factory=lambda: {"US", "CA", "PR", "VI", "GU", "AS", "MP"})
    risky_calls: set[str] = field(default_factory=set)
    no_texts: set[str] = field(default_factory=set)
    toll_free: dict[str, str] = field(default_factory=dict)  # status of the verification, by number


@dataclass
class Account:
    sid: str
    auth_token: str
    api_keys: dict[str, str] = field(default_factory=dict)  # secrets by the SID of their key
    numbers: dict[str, OwnNumber] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    services: dict[str, MessagingService] = field(default_factory=dict)
    permissions: Permissions = field(default_factory=Permissions)
    status: str = "active"
    heard: str = "This is what was heard."  # in every recording that is transcribed
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
