"""The desks that are walked through, and who calls them in which situation."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.leaving import leave_team
from callbacks.acts.opening import open_callback
from callbacks.announcements import changes
from callbacks.announcements.changes import Content
from callbacks.customers.number_rules import set_rule
from callbacks.db.states import CallOutcome, ContactKind, NumberRuleKind
from callbacks.db.tables import Call, Callback, Customer, CustomerContact, Technician
from callbacks.desk.desk_file import Desk, desk_from
from callbacks.inbound.calls import Arrival, record_call
from callbacks.people.technicians import technician_named
from tests.acting import takes
from tests.callbacks.desk.flows import MENUS

FILE = Path("support.toml")
SHIPPED: Mapping[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
FRENCH_LINE = """
[lines.french]
number = "+15145550100"
name = { en = "French line", fr = "ligne en français" }
language = "fr"
languages = { 9 = "english" }
"""
# Each desk by its name: what differs from the shipped file.
DESKS: Mapping[str, Mapping[str, Any]] = {
    "as shipped": {},
    "with deep menus": tomllib.loads(MENUS.replace("[teams.sales]\n", '[teams.sales]\nring = "together"\n')),
    "in French, with every question": {
        **tomllib.loads(FRENCH_LINE),
        "screening": {**SHIPPED["screening"], "ask_withheld": True},
    },
    "without questions": {"urgency": {**SHIPPED.get("urgency", {}), "ask": False}},
}
NIGHT, MORNING, HOLIDAY = "2026-11-28T22:12", "2026-11-24T10:00", "2026-12-25T10:00"
STRANGER, TECHNICIAN = "+15145550199", "+15145550101"


def desk_named(name: str) -> Desk:
    return desk_from({**SHIPPED, **DESKS[name]}, FILE)


@dataclass(frozen=True)
class Situation:
    """When somebody calls, who, and what the desk knows."""

    begins: str = NIGHT
    caller: str = STRANGER
    fields: Mapping[str, str] = field(default_factory=dict)  # of each request
    prepare: Callable[[Session, Desk, datetime], object] = lambda session, desk, now: None


def _blocked(session: Session, desk: Desk, now: datetime) -> None:
    rules = desk.dialing_rules
    set_rule(session, rules, NumberRuleKind.BLOCKED, STRANGER, "calls all night", "sue@example.com", now)


def _called_often(session: Session, desk: Desk, now: datetime) -> None:
    for number in range(desk.screening.calls_an_hour):
        call = _earlier_call(session, desk, f"CA{number:032x}", now - timedelta(minutes=20))
        call.ended_at, call.outcome = now - timedelta(minutes=19), CallOutcome.HUNG_UP_BEFORE_THE_BEEP


def _earlier_call(session: Session, desk: Desk, sid: str, at: datetime) -> Call:
    line = next(iter(desk.lines))
    arrival = Arrival(sid, line, STRANGER, "en", is_open=False, hours_reason="closed")
    return record_call(session, arrival, at, desk.dialing_rules)


def _known_in_french(session: Session, desk: Desk, now: datetime) -> None:
    contact = CustomerContact(kind=ContactKind.PHONE, value=STRANGER)
    session.add(Customer(name="Zoé Bélisle", language="fr", created_at=now, contacts=[contact]))


def _announced(session: Session, desk: Desk, now: datetime) -> None:
    content = Content("Mail is delayed.", "Le courrier est retardé.", ends_at=now + timedelta(days=1))
    changes.start(session, desk, content, "sue@example.com", now)


def _called_before(session: Session, desk: Desk, now: datetime) -> None:
    at = now - timedelta(minutes=10)
    call = _earlier_call(session, desk, "CA" + "e" * 32, at)
    call.beep_at, call.ended_at, call.outcome = at, at + timedelta(minutes=1), CallOutcome.VOICEMAIL
    open_callback(session, desk, call, at)
    session.flush()


def _owned(session: Session, desk: Desk, now: datetime) -> None:
    _called_before(session, desk, now)
    callback = session.scalars(select(Callback).where(Callback.contact_sid == "CA" + "e" * 32)).one()
    assert takes(session, desk, callback, technician_named(session, "Amy Roy"), now - timedelta(minutes=5))


def _nobody_on_call(session: Session, desk: Desk, now: datetime) -> None:
    for technician in session.scalars(select(Technician)):
        leave_team(session, technician, now)


SITUATIONS: Mapping[str, Situation] = {
    "at night": Situation(),
    "in support hours": Situation(MORNING),
    "on a holiday": Situation(HOLIDAY),
    "known, in French": Situation(prepare=_known_in_french),
    "with a withheld number": Situation(caller="anonymous"),
    "from abroad": Situation(caller="+33142685300"),
    "blocked": Situation(prepare=_blocked),
    "after many calls": Situation(prepare=_called_often),
    "with a forged number": Situation(fields={"StirVerstat": "TN-Validation-Failed-C"}),
    "a technician": Situation(caller=TECHNICIAN),
    "during an outage": Situation(prepare=_announced),
    "again": Situation(prepare=_called_before),
    "again, with an owner": Situation(prepare=_owned),
    "again in support hours, with an owner": Situation(MORNING, prepare=_owned),
    "with nobody on call": Situation(MORNING, prepare=_nobody_on_call),
}
