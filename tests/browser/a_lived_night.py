"""One Saturday night, always the same: what the pages show when they are examined, and photographed for the README."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from callbacks.announcements import changes
from callbacks.announcements.changes import Content
from callbacks.db.states import Channel, PhoneSlot
from callbacks.db.tables import ShiftRow
from callbacks.oncall import store
from callbacks.people import contact_methods, technicians
from callbacks.people.technicians import technician_named
from ivr.rehearsal.scenario import Scenario
from tests.browser.demo import CUSTOMER, NEW_YORKER, Demo

SOMEBODY_ELSE, JAMAICAN = "+15145550177", "+18765550123"


def live_through(demo: Demo) -> None:
    """Five calls, of which one is resolved, and then a problem with a product is announced.

    One call nobody answers at first, one must not be called back, one has no number.
    """
    scenario = demo.scenario
    demo.service.database.write(lambda session: _the_rota(session, demo))
    _leaves_a_message(scenario, NEW_YORKER, "toll-free", 12)
    scenario.phone_of("Amy").texts("ack {code}")
    scenario.minutes_pass(4)
    for _ in range(2):  # without an attempt on record, she is asked once whether she reached the customer
        scenario.phone_of("Amy").texts("done {code}")
    _leaves_a_message(scenario, CUSTOMER, "direct", 9)
    scenario.minutes_pass(8)
    scenario.phone_of("Ben").texts("ack {code}")
    scenario.minutes_pass(5)
    _leaves_a_message(scenario, JAMAICAN, "direct", 6)
    scenario.minutes_pass(3)
    _leaves_a_message(scenario, SOMEBODY_ELSE, "toll-free", 15)
    scenario.phone_of("Amy").texts("na {code}")
    scenario.minutes_pass(2)
    _leaves_a_message(scenario, "ANONYMOUS", "direct", 5)
    scenario.minutes_pass(1)
    demo.service.database.write(lambda session: _announce(session, demo))


def _leaves_a_message(scenario: Scenario, number: str, line: str, seconds: float) -> None:
    call = scenario.caller(number).dials(line)
    if line == "toll-free":
        call.hears("press 1").presses("1")
    call.hears_the_beep().says(seconds).presses("#")
    call.is_hung_up_on()
    scenario.seconds_pass(10)


def _announce(session: Session, demo: Demo) -> None:
    slow = Content("Mail is delayed.", "Le courriel est retardé.", products=demo.service.desk.coverage.covered[:1])
    changes.start(session, demo.service.desk, slow, "sue@example.com", demo.service.clock.now())


def _the_rota(session: Session, demo: Demo) -> None:
    """Amy and Ben take turns; Cleo is away for a weekend; a new colleague's number is not verified."""
    desk, now = demo.service.desk, demo.service.clock.now()
    amy, ben, cleo = (technician_named(session, name) for name in ("Amy Roy", "Ben Cole", "Cleo Martin"))
    session.execute(delete(ShiftRow).where(ShiftRow.technician_id == amy.id))  # the cast is always on
    today = now.astimezone(desk.zone).date()
    store.add_rotation(session, desk, "primary", [amy, ben], today, "18:00", timedelta(days=7), now)
    store.add_absence(session, cleo, now + timedelta(days=6), now + timedelta(days=8), now)
    technicians.set_quiet(cleo, "23:00-06:00")
    contact_methods.add_rule(ben, Channel.CALL, timedelta(minutes=3), PhoneSlot.FIRST)
    technicians.add_technician(session, "Dan Wu", "+15145550105", now)
