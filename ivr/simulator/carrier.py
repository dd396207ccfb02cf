"""The simulated carrier: an account, its phones, calls and texts on one clock."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import requests

from ivr.simulator.account import Account, OwnNumber
from ivr.simulator.audio import Sound
from ivr.simulator.calls import Calls
from ivr.simulator.events import Clock, EventQueue
from ivr.simulator.phones import Leg, Phone, Phones
from ivr.simulator.texts import Texts
from ivr.simulator.webhooks import Webhooks


class Carrier:
    """The phone network with one account on it. Everything happens when `run_due` is called, in order of time."""

    def __init__(self, clock: Clock, account_sid: str, auth_token: str, http: requests.Session | None = None) -> None:
        self.account = Account(account_sid, auth_token)
        self.ledger, self.faults = self.account.ledger, self.account.faults
        self.events = EventQueue(clock)
        self.storage_url = ""  # of the host that keeps recordings outside; "": the API's own
        self._phones = Phones(network=self)
        self.webhooks = Webhooks(self.account, self.events, http or requests.Session())
        self.calls = Calls(self.account, self.events, self.webhooks, self._phones)
        self.texts = Texts(self.account, self.events, self.webhooks, self._phones)

    def own_number(
        self, number: str, *, voice_url: str, status_callback: str = "", sms_url: str = "", voice_fallback_url: str = ""
    ) -> None:
        """Add a number to the account, or set its URLs anew."""
        self.account.numbers[number] = OwnNumber(number, voice_url, status_callback, sms_url, voice_fallback_url)

    def phone(self, number: str, name: str = "") -> Phone:
        """Return the phone with this number, the same one every time. A name renames it."""
        return self._phones.with_number(number, name)

    # Time

    @property
    def now(self) -> datetime:
        return self.events.now

    @property
    def next_event_at(self) -> datetime | None:
        return self.events.next_event_at

    def run_due(self) -> None:
        """Run everything that is due now, in order."""
        self.events.run_due()

    # What phones ask for

    def dial(self, phone: Phone, number: str, caller_id: str) -> Leg:
        return self.calls.receive(phone, number, caller_id)

    def answer(self, leg: Leg) -> None:
        self.events.soon(partial(self.calls.answer, leg))

    def reject(self, leg: Leg) -> None:
        self.events.soon(partial(self.calls.reject, leg))

    def hang_up(self, leg: Leg) -> None:
        self.events.soon(partial(self.calls.hang_up, leg))

    def press(self, leg: Leg, key: str) -> None:
        self.events.soon(partial(self.calls.press, leg, key))

    def speak(self, leg: Leg, sound: Sound) -> None:
        self.events.soon(partial(self.calls.speak, leg, sound))

    def send_text(self, phone: Phone, to: str, body: str) -> None:
        self.events.soon(partial(self.texts.receive, phone, to, body))
