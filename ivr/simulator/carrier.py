"""The carrier put together: what a test, a rehearsal or a demo holds in its hands."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import requests
from flask import Flask

from ivr.simulator import messages, scripts
from ivr.simulator.agenda import Agenda, Clock
from ivr.simulator.faults import Faults
from ivr.simulator.ledger import Ledger, Sids, Webhook
from ivr.simulator.phones import Leg, Phone
from ivr.simulator.rest import application
from ivr.simulator.switchboard import OwnNumber, Switchboard
from ivr.simulator.webhooks import Webhooks


class ClockControls(Protocol):
    """The clock of a demonstration, in somebody's hands."""

    def now(self) -> datetime: ...
    def pass_time(self, span: timedelta) -> None: ...
    def run_at(self, speed: float) -> None: ...
    @property
    def speed(self) -> float: ...


class SimulatedTwilio:
    """Twilio, as far as a phone desk can tell: its REST API, its TwiML, its webhooks, and the phones of the world."""

    def __init__(
        self,
        clock: Clock,
        account_sid: str,
        auth_token: str,
        http: requests.Session | None = None,
        api_url: str = "https://api.twilio.com",
    ) -> None:
        if not re.fullmatch(r"AC[0-9a-f]{32}", account_sid):
            raise ValueError(f"{account_sid!r} is no account's SID: AC and 32 hexadecimal digits.")
        self.clock = clock
        self.account_sid, self.auth_token = account_sid, auth_token
        self.api_keys: dict[str, str] = {}
        self.ledger, self.faults = Ledger(), Faults()
        self.phone_book: Callable[[], list[tuple[str, str]]] = list
        self.clock_controls: ClockControls | None = None
        lock, sids = threading.RLock(), Sids(account_sid)
        self._agenda = Agenda(clock, lock)
        webhooks = Webhooks(self._agenda, self.ledger, self.faults, sids, auth_token, http or requests.Session())
        self.board = Switchboard(
            account_sid,
            api_url,
            self._agenda,
            self.ledger,
            sids,
            self.faults,
            webhooks,
            lock,
            place_inbound=lambda phone, to, caller_id: scripts.place_inbound(self.board, phone, to, caller_id),
            place_dialled=scripts.place_dialled,
            take_text=lambda phone, to, body: messages.take(self.board, phone, to, body),
        )
        self.wsgi: Flask = application(self.board, self._credentials)

    def own_number(
        self,
        number: str,
        *,
        voice_url: str = "",
        status_callback: str = "",
        sms_url: str = "",
        voice_fallback_url: str | None = None,
    ) -> OwnNumber:
        """Set one of the customer's numbers up, as in Twilio's console; again to change it."""
        known = self.board.numbers.get(number)
        sid = known.sid if known is not None else self.board.sids.next("PN")
        own = OwnNumber(number, sid, voice_url, voice_fallback_url or "", status_callback, sms_url)
        self.board.numbers[number] = own
        return own

    def phone(self, number: str, name: str | None = None) -> Phone:
        """Give the phone with this number; it is there from the first mention on."""
        return self.board.phone(number, name)

    @property
    def phones(self) -> list[Phone]:
        return list(self.board.phones.values())

    def run_due(self) -> None:
        """Perform everything that is due by what the clock shows, in its order."""
        self._agenda.perform_due()

    @property
    def next_event_at(self) -> datetime | None:
        return self._agenda.next_at

    def replay(self, webhook: Webhook) -> int:
        """Send a webhook of the ledger once more, byte for byte; give the status of the answer."""
        return self.board.webhooks.replay(webhook).status

    def leg_of(self, sid: str) -> Leg | None:
        """Give the phone's side of a call, by the call's SID."""
        return next((leg for phone in self.phones for leg in phone.legs if leg.sid == sid), None)

    def _credentials(self) -> Mapping[str, str]:
        return {self.account_sid: self.auth_token, **self.api_keys}
