"""The first screen: what is open, what happens next, who is on call, and whether the system works."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.promises import SetPriority, WaitForCustomer
from callbacks.db.states import AttemptState, Channel, PriorityLevel, ReachOutcome
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.people.person import Way
from tests.acting import supervisor_acts, takes
from tests.callbacks.console.console import BEGAN, DESK, Console


def test_the_list_says_how_every_callback_stands(console: Console) -> None:
    console.logs_in("rita@example.com")
    assert "28 min left" in console.client.get("/").text
    console.clock.pass_time(timedelta(minutes=20))
    assert "at risk" in console.client.get("/").text
    console.clock.pass_time(timedelta(minutes=20))
    assert "by 12 min" in console.client.get("/").text

    def tried(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        amy = technicians.technician_named(session, "Amy Roy")
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", console.clock.now())

    console.database.write(tried)
    assert "tried late" in console.client.get("/").text


def test_what_was_tried_is_owed_a_resolution_and_says_so_until_it_is_made(console: Console) -> None:
    console.logs_in("sue@example.com")

    def tried(session: Session) -> None:
        amy, now = technicians.technician_named(session, "Amy Roy"), console.clock.now()
        callback = session.scalars(select(Callback)).one()
        supervisor_acts(session, DESK, callback, SetPriority(PriorityLevel.P1), "sue@example.com", now)
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", now)

    console.database.write(tried)
    page = console.client.get("/").text
    assert "to resolve by <time" in page
    assert '<span class="standing overdue">overdue</span>' not in page
    console.clock.pass_time(timedelta(hours=4))
    page = console.client.get("/").text
    assert '<span class="standing overdue">overdue</span>' in page
    assert '<span class="standing overdue">overdue</span>' in console.client.get(f"/callbacks/{console.reference}").text
    console.database.write(
        lambda s: supervisor_acts(
            s, DESK, s.scalars(select(Callback)).one(), WaitForCustomer(""), "sue@example.com", console.clock.now()
        )
    )
    assert "overdue" in console.client.get("/").text  # a repair never undoes a breach


def test_now_says_who_is_on_call_until_when_the_gaps_and_what_is_wrong(console: Console) -> None:
    console.logs_in("rita@example.com")
    ends = console.clock.now() + timedelta(hours=9)
    console.database.write(
        lambda s: store.add_shift(
            s, DESK, technicians.technician_named(s, "Ben Cole"), "supervisor", None, ends, console.clock.now()
        )
    )
    console.database.write(
        lambda s: technicians.note_trouble(technicians.technician_named(s, "Ben Cole"), Way(Channel.TEXT), "sent STOP")
    )
    page = console.client.get("/").text
    assert 'data-label="Who">Amy Roy</td>' in page
    assert "further notice" in page
    assert "Sun 29 Nov 07:14" in page  # when Ben goes off
    assert "<strong>supervisor</strong>: nobody from" in page
    assert "Nobody is assigned to manager." in page
    assert "Ben Cole cannot be reached by text first: sent STOP" in page
    assert "No worker has finished a sweep yet" in page


def test_now_names_whom_the_desk_will_call_and_when(sue: Console) -> None:
    assert "Amy Roy is called at 22:15" in sue.reads("/")
    sue.takes_next_step(timedelta(minutes=3))
    assert "Ben Cole" in sue.reads("/")


def test_now_says_when_the_owner_is_reminded(sue: Console) -> None:
    amys = lambda s: takes(  # noqa: E731
        s, DESK, s.scalars(select(Callback)).one(), technicians.technician_named(s, "Amy Roy"), sue.clock.now()
    )
    sue.database.write(amys)
    assert re.search(r"Amy Roy is reminded at 22:\d\d", sue.reads("/"))


def test_the_time_left_counts_down_from_the_desks_own_clock(sue: Console) -> None:
    content = sue.client.get("/").text
    due = sue.callback.due_at.isoformat()
    assert f'data-due="{due}"' in content
    assert f'data-now="{sue.clock.now().isoformat()}"' in content


def test_now_says_how_the_worker_the_sending_and_the_lines_are(sue: Console) -> None:
    found = sue.reads("/")
    assert "Worker problem No worker has finished a sweep yet" in found
    assert "Line direct OK closed: outside support hours; last call Sat 28 Nov 22:12" in found
    assert "Line toll-free OK closed: outside support hours; no call in seven days" in found
    sue.clock.pass_time(timedelta(minutes=10))
    assert "Sending problem A page has been waiting for 12 min" in sue.reads("/")


def test_a_page_that_the_carrier_refused_is_said_where_sending_is(sue: Console) -> None:
    def refused(session: object) -> None:
        first = session.scalars(select(Page)).first()  # type: ignore[attr-defined]
        attempt = PageAttempt(page_id=first.id, started_at=BEGAN, state=AttemptState.REFUSED, error="Not taken: 20003.")
        session.add(attempt)  # type: ignore[attr-defined]
        first.next_action_at = None

    sue.database.write(refused)
    assert "The last page was refused: Not taken: 20003." in sue.reads("/")
