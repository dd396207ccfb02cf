"""The JSON that the browser phone draws: the clock, the lines, every phone, and the faults that are on."""

from __future__ import annotations

from typing import Any

from ivr.simulator.browser.fault_choices import description_of
from ivr.simulator.browser.settings import BrowserSettings
from ivr.simulator.carrier import Carrier
from ivr.simulator.faults import UNTIL_SWITCHED_OFF, Fault
from ivr.simulator.ledger import Direction
from ivr.simulator.phones import VOUCHED_FOR, Leg, Phone

CUSTOMERS = ("+15145550199", "+12125550143", "ANONYMOUS")
TEXTS_SHOWN = 30
LEGS_SHOWN = 4
HEARD_SHOWN = 40

Json = dict[str, Any]


def all_phones(carrier: Carrier, settings: BrowserSettings) -> list[Phone]:
    return _technicians(carrier, settings) + _customers(carrier)


def current_state(carrier: Carrier, settings: BrowserSettings) -> Json:
    controls, phones = settings.clock_controls, all_phones(carrier, settings)
    return {
        "now": carrier.now.isoformat(),
        "target": controls.now().isoformat() if controls else None,
        "speed": controls.speed if controls else None,
        "zone": settings.zone,
        "lines": [
            {"number": number, "name": settings.line_names.get(number, number)} for number in carrier.account.numbers
        ],
        "customers": [_phone(carrier, phone) for phone in _customers(carrier)],
        "technicians": [_phone(carrier, phone) for phone in _technicians(carrier, settings)],
        "faults": [_fault(fault, phones) for fault in carrier.faults.waiting],
    }


def _customers(carrier: Carrier) -> list[Phone]:
    phones = [carrier.phone(number) for number in CUSTOMERS]
    for phone in phones:
        phone.stir_verstat = phone.stir_verstat or VOUCHED_FOR
    return phones


def _technicians(carrier: Carrier, settings: BrowserSettings) -> list[Phone]:
    return [carrier.phone(number, name) for name, number in settings.phone_book()]


def _fault(fault: Fault, phones: list[Phone]) -> Json:
    """Show a fault. `remaining` is None if it lasts until it is switched off."""
    owner = next((phone.name for phone in phones if fault.match and fault.match in phone.number), fault.match)
    remaining = None if fault.times == UNTIL_SWITCHED_OFF else int(fault.times)
    return {"description": description_of(fault), "only_for": owner, "remaining": remaining}


def _phone(carrier: Carrier, phone: Phone) -> Json:
    received = phone.texts[-TEXTS_SHOWN:]
    sent = [
        {"at": message.created_at.isoformat(), "body": message.body}
        for message in carrier.ledger.messages
        if message.direction is Direction.INBOUND and message.from_ == phone.number
    ]
    return {
        "number": phone.number,
        "name": phone.name,
        "texts": [{"at": text.at.isoformat(), "sender": text.sender, "body": text.body} for text in received],
        "sent": sent[-TEXTS_SHOWN:],
        "legs": [_leg(leg) for leg in phone.legs[-LEGS_SHOWN:]],
    }


def _leg(leg: Leg) -> Json:
    return {
        "sid": leg.call.sid,
        "state": leg.state,
        "other": leg.other_party,
        "incoming": leg.incoming,
        "connected": leg.bridged_with.phone.name if leg.bridged_with else None,
        "recording": leg.waiting is not None and leg.waiting.speech,
        "speaking": leg.speaking is not None,
        "heard": [
            {"at": heard.at.isoformat(), "kind": heard.kind, "text": heard.text, "language": heard.language}
            for heard in leg.heard[-HEARD_SHOWN:]
        ],
    }
