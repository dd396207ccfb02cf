"""A working day at the desk: a mail, an answered call that needs more work and a callback by hand, in one queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Requester, Via, perform, technician_by
from callbacks.acts.by_hand import NewCallback, open_by_hand
from callbacks.acts.customer_number import SetNumber
from callbacks.acts.ownership import Take
from callbacks.acts.promises import EndWait, FixInRelease, WaitForCustomer
from callbacks.cli.times import desk_time
from callbacks.db.states import CallbackOrigin, PriorityLevel, ReportedOutcome, Role
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.inbound.mails.receive import receive
from callbacks.lifecycle.next_due import Owed
from callbacks.lifecycle.queue import Queued, queue
from callbacks.media.folder import Folder
from callbacks.people.technicians import technician_named
from tests.callbacks.inbound.mails.post import MAILBOXES, parsed
from tests.scenarios.conftest import POSTGRES_IN_SOAK, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
MAIL, CALL, BY_HAND = CallbackOrigin.MAIL, CallbackOrigin.ANSWERED_CALL, CallbackOrigin.BY_HAND
REACHED = ReportOutcome(ReportedOutcome.CONTINUING)


@pytest.fixture
def day(open_desk: Callable[..., ScenarioDesk]) -> ScenarioDesk:
    return open_desk(TUESDAY_MORNING, mailboxes=MAILBOXES, mail={"receipts": False})


def in_queue(day: ScenarioDesk) -> list[tuple[CallbackOrigin, Queued]]:
    def load(session: Session) -> list[tuple[CallbackOrigin, Queued]]:
        desk = day.service.desk
        found = queue(session, desk, support_hours(session, desk), true(), day.now)
        return [(session.get_one(Callback, each.id).origin, each) for each in found]

    return day.service.database.read(load)


def order(day: ScenarioDesk) -> list[CallbackOrigin]:
    return [origin for origin, _ in in_queue(day)]


def due(day: ScenarioDesk, which: CallbackOrigin) -> tuple[Owed, datetime | None]:
    (found,) = [queued.due for origin, queued in in_queue(day) if origin is which]
    return found.what, found.at


def at(day: ScenarioDesk, desk_clock: str) -> datetime:
    return desk_time(day.service.desk, desk_clock)


def amy_does(day: ScenarioDesk, which: CallbackOrigin, *acts: Act) -> None:
    """Amy does something at the link, and whatever texts that brings are not the story's."""

    def work(session: Session) -> None:
        (callback,) = [each for each in session.query(Callback).all() if each.origin is which]
        by = technician_by(technician_named(session, "Amy Roy"), Via.LINK)
        for act in acts:
            perform(session, day.service.desk, callback.id, act, by, day.now)

    day.service.database.write(work)
    day.scenario.settle()
    day.scenario.ignore_so_far()


def a_customer_writes(day: ScenarioDesk) -> None:
    service, mail = day.service, parsed("The logo is blurred", "In the digest.")
    receive(service.database, service.desk, Folder(service.settings.media_dir), "support", b"1", mail, day.now, day.now)
    day.phone_of("Amy").reads('"The logo is blurred"', "by 2:00 p.m.")


def a_call_needs_more_work(day: ScenarioDesk) -> None:
    call = day.customer().dials("direct").hears("Please hold")
    amys = day.phone_of("Amy").is_rung().answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(amys).waits(120).hangs_up()
    amys.hears("press 1 for P1, critical").hears("For examples of each, press 0").presses("2").hears("as P2")
    day.phone_of("Amy").reads("(P2) is yours")


def sue_opens_one_by_hand(day: ScenarioDesk) -> None:
    sue = Requester("sue@example.com", Via.CONSOLE, Role.SUPERVISOR, None)
    new = NewCallback(number="514 555-0177", priority=PriorityLevel.P1, note="No mail flow since nine.")
    day.service.database.write(lambda session: open_by_hand(session, day.service.desk, new, sue, day.now))
    day.phone_of("Amy").reads("call (514) 555-0177 back")


def test_what_is_due_first_comes_first_all_day_long(day: ScenarioDesk) -> None:
    a_customer_writes(day)
    a_call_needs_more_work(day)
    day.clock_moves_to("2026-11-24T10:10")
    sue_opens_one_by_hand(day)
    assert order(day) == [BY_HAND, CALL, MAIL]
    assert due(day, BY_HAND) == (Owed.FIRST_REACTION, at(day, "2026-11-24T10:40"))
    assert due(day, MAIL) == (Owed.FIRST_REACTION, at(day, "2026-11-24T14:00"))

    # The critical one is reached first: what is left of it is due after the first reaction to the mail.
    amy_does(day, BY_HAND, Take(), REACHED)
    amy_does(day, CALL, REACHED)
    assert order(day) == [MAIL, BY_HAND, CALL]
    assert due(day, BY_HAND) == (Owed.RESOLUTION, at(day, "2026-11-24T14:10"))
    _, before = due(day, CALL)
    assert before is not None

    # The customer of the call is to send a log. Nothing is due of it meanwhile.
    stopped_at = day.now
    amy_does(day, CALL, WaitForCustomer("a log"))
    assert due(day, CALL) == (Owed.ANSWER, None)
    day.clock_moves_to("2026-11-24T10:40")
    waited = day.now - stopped_at
    amy_does(day, CALL, EndWait())
    assert due(day, CALL) == (Owed.RESOLUTION, before + waited)

    # The mail is about what a release fixes, and its sender's number is found.
    amy_does(day, MAIL, Take(), SetNumber("514 555-0142"), REACHED, FixInRelease("7.2"))
    assert due(day, MAIL) == (Owed.RELEASE, None)
    assert order(day) == [BY_HAND, CALL, MAIL]
    amy_does(day, BY_HAND, ReportOutcome(ReportedOutcome.RESOLVED))
    assert order(day) == [CALL, MAIL]
    day.scenario.ignore_so_far()
