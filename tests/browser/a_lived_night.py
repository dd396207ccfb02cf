"""One Saturday night, always the same: what the pages show when they are examined, and photographed for the README."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from callbacks.db.states import Channel, PhoneSlot
from callbacks.db.tables import ShiftRow
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.people.technicians import technician_named
from ivr.rehearsal.night import Night
from tests.browser.demo import CUSTOMER, NEW_YORKER, Demo

SOMEBODY_ELSE, JAMAICAN = "+15145550177", "+18765550123"


def live_through(demo: Demo) -> None:
    """Five calls: one resolved, one that nobody answers at first, one that must not be rung, one without a number."""
    night = demo.stage.night
    demo.stage.house.database.write(lambda session: _the_rota(session, demo))
    _leaves_a_message(night, NEW_YORKER, "toll-free", 12)
    night.phone_of("Amy").texts("ack {code}")
    night.minutes_pass(4)
    night.phone_of("Amy").texts("done {code}")
    _leaves_a_message(night, CUSTOMER, "direct", 9)
    night.minutes_pass(8)
    night.phone_of("Ben").texts("ack {code}")
    night.minutes_pass(5)
    _leaves_a_message(night, JAMAICAN, "direct", 6)
    night.minutes_pass(3)
    _leaves_a_message(night, SOMEBODY_ELSE, "toll-free", 15)
    night.phone_of("Amy").texts("na {code}")
    night.minutes_pass(2)
    _leaves_a_message(night, "ANONYMOUS", "direct", 5)
    night.minutes_pass(1)


def _leaves_a_message(night: Night, number: str, line: str, seconds: float) -> None:
    call = night.caller(number).dials(line)
    if line == "toll-free":
        call.hears("press 1").presses("1")
    call.hears_the_beep().says(seconds).presses("#")
    call.is_hung_up_on()
    night.seconds_pass(10)


def _the_rota(session: Session, demo: Demo) -> None:
    """Amy and Ben take turns; Cleo is away for a weekend; a new colleague's number is not verified."""
    desk, now = demo.stage.house.desk, demo.stage.house.clock.now()
    amy, ben, cleo = (technician_named(session, name) for name in ("Amy Roy", "Ben Cole", "Cleo Martin"))
    session.execute(delete(ShiftRow).where(ShiftRow.technician_id == amy.id))  # the cast is always on
    today = now.astimezone(desk.zone).date()
    store.add_rotation(session, desk, "primary", [amy, ben], today, "18:00", timedelta(days=7), now)
    store.add_absence(session, cleo, now + timedelta(days=6), now + timedelta(days=8), now)
    technicians.set_quiet(cleo, "23:00-06:00")
    technicians.add_rule(ben, Channel.CALL, timedelta(minutes=3), PhoneSlot.FIRST)
    technicians.add_technician(session, "Dan Wu", "+15145550105", now)
