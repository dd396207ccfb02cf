"""What all calls and texts share: the numbers, the phones, the agenda, the book, and how long things take."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from ivr.simulator.agenda import Agenda
from ivr.simulator.faults import Faults
from ivr.simulator.ledger import Ledger, Sids
from ivr.simulator.phones import Leg, Phone
from ivr.simulator.webhooks import Webhooks

if TYPE_CHECKING:
    from ivr.simulator.calls import LiveCall
    from ivr.simulator.twiml import Verb

API_VERSION = "2010-04-01"


@dataclass(frozen=True)
class Delays:
    """How long the carrier takes, in its own time. A document is asked for, and an action requested, at once."""

    dialling: timedelta = timedelta(milliseconds=500)  # from queued to initiated
    ringing: timedelta = timedelta(seconds=1)  # from initiated to the phone's first ring
    status: timedelta = timedelta(milliseconds=300)
    recording: timedelta = timedelta(seconds=1)  # from the end of a recording to its callback and its audio
    sent: timedelta = timedelta(milliseconds=500)
    arrives: timedelta = timedelta(seconds=1)
    delivered: timedelta = timedelta(milliseconds=1500)
    machine_detection: timedelta = timedelta(seconds=4)


@dataclass(frozen=True)
class OwnNumber:
    """One of the customer's numbers, as set up in the console of the carrier."""

    number: str
    sid: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    sms_url: str = ""


@dataclass
class Switchboard:
    """The middle of the carrier. `lock` guards what other threads see; it is never held while waiting for an answer."""

    account_sid: str
    api_url: str
    agenda: Agenda
    ledger: Ledger
    sids: Sids
    faults: Faults
    webhooks: Webhooks
    lock: threading.RLock
    place_inbound: Callable[[Phone, str, str], Leg]
    place_dialled: Callable[[LiveCall, Verb, str, timedelta], LiveCall]
    take_text: Callable[[Phone, str, str], None]
    delays: Delays = field(default_factory=Delays)
    numbers: dict[str, OwnNumber] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    live: dict[str, LiveCall] = field(default_factory=dict)
    stopped: set[tuple[str, str]] = field(default_factory=set)  # (their number, our number)

    def phone(self, number: str, name: str | None = None) -> Phone:
        with self.lock:
            if number not in self.phones:
                self.phones[number] = Phone(number, name or number, self.place_inbound, self.take_text)
            elif name is not None:
                self.phones[number].name = name
            return self.phones[number]

    def gesture(self, act: Callable[[], None]) -> None:
        """Something a person or the REST API does: it takes effect now, when what is due is next performed."""
        self.agenda.at(self.agenda.clock.now(), act)

    def resource_url(self, *path: str) -> str:
        return "/".join((self.api_url, API_VERSION, "Accounts", self.account_sid, *path))


def rfc2822(instant: datetime) -> str:
    return format_datetime(instant)


def whole_seconds(span: timedelta) -> str:
    return str(int(span.total_seconds()))


def place_fields(prefix: str, number: str) -> Mapping[str, str]:
    """Where a number seems to be from; Twilio sends the fields even when it does not know."""
    city, state, country = ("MONTREAL", "QC", "CA") if number.startswith(("+1514", "+1438")) else ("", "", "")
    return {
        f"{prefix}City": city,
        f"{prefix}State": state,
        f"{prefix}Zip": "",
        f"{prefix}Country": country or ("US" if number.startswith("+1") and number[1:].isdigit() else ""),
    }
