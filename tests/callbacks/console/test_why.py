"""What happens next, what happened, and why: from what was written down when it was decided."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.ownership import Pass
from callbacks.db.states import AttemptState, CarrierStatus, ReportedOutcome
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.oncall import store
from callbacks.paging.escalate import take_next_step
from callbacks.people import technicians
from tests.acting import takes, technician_acts
from tests.callbacks.console.test_console import BEGAN, DESK, Console, console  # noqa: F401 - the fixture


@pytest.fixture
def sue(console: Console) -> Console:  # noqa: F811
    console.logs_in("sue@example.com")
    return console


def page(sue: Console, path: str) -> str:
    """What a page says, without its marks."""
    content = sue.client.get(path.format(reference=sue.reference)).text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def step(sue: Console, after: timedelta) -> None:
    sue.database.write(lambda s: take_next_step(s, DESK, s.scalars(select(Callback)).one(), BEGAN + after))


def test_now_names_whom_the_desk_will_call_and_when(sue: Console) -> None:
    assert "Amy Roy is called at 22:15" in page(sue, "/")
    step(sue, timedelta(minutes=3))
    assert "Ben Cole" in page(sue, "/")


def test_now_says_when_the_owner_is_reminded(sue: Console) -> None:
    amys = lambda s: takes(  # noqa: E731
        s, DESK, s.scalars(select(Callback)).one(), technicians.technician_named(s, "Amy Roy"), sue.clock.now()
    )
    sue.database.write(amys)
    assert re.search(r"Amy Roy is reminded at 22:\d\d", page(sue, "/"))


def test_the_time_left_counts_down_from_the_desks_own_clock(sue: Console) -> None:
    content = sue.client.get("/").text
    due = sue.callback.due_at.isoformat()
    assert f'data-due="{due}"' in content
    assert f'data-now="{sue.clock.now().isoformat()}"' in content


def test_now_says_how_the_worker_the_sending_and_the_lines_are(sue: Console) -> None:
    found = page(sue, "/")
    assert "Worker trouble No worker has finished a sweep yet" in found
    assert "Line direct well closed: outside support hours; last call Sat 28 Nov 22:12" in found
    assert "Line toll-free well closed: outside support hours; no call for seven days" in found
    sue.clock.pass_time(timedelta(minutes=10))
    assert "Sending trouble A page has been waiting for 12 min" in page(sue, "/")


def test_a_page_that_the_carrier_refused_is_said_where_sending_is(sue: Console) -> None:
    def refused(session: object) -> None:
        first = session.scalars(select(Page)).first()  # type: ignore[attr-defined]
        attempt = PageAttempt(page_id=first.id, started_at=BEGAN, state=AttemptState.REFUSED, error="Not taken: 20003.")
        session.add(attempt)  # type: ignore[attr-defined]
        first.next_action_at = None

    sue.database.write(refused)
    assert "The last page was not taken: Not taken: 20003." in page(sue, "/")


def test_the_story_is_one_line_of_time_with_every_page_and_its_delivery(sue: Console) -> None:
    def delivered(session: object) -> None:
        first = session.scalars(select(Page)).first()  # type: ignore[attr-defined]
        attempt = PageAttempt(page_id=first.id, started_at=BEGAN + timedelta(seconds=2), state=AttemptState.ACCEPTED)
        attempt.carrier_status, attempt.status_at = CarrierStatus.DELIVERED, BEGAN + timedelta(seconds=5)
        session.add(attempt)  # type: ignore[attr-defined]

    sue.database.write(delivered)
    found = page(sue, "/callbacks/{reference}")
    assert "text to Amy Roy: page: arrived on the phone at 22:12:05" in found
    order = [found.index(words) for words in ("called: direct line", "opened the callback", "text to Amy Roy:")]
    assert order == sorted(order)


def test_why_somebody_was_paged_names_hours_step_shift_and_the_carriers_answer(sue: Console) -> None:
    found = page(sue, "/callbacks/{reference}/why?at=2026-11-28T22:14")
    assert "The call came at Sat 28 Nov 22:12 on the direct line, outside support hours" in found
    assert "Policy default, step 1 of" in found
    assert "Amy Roy is texted (on primary: always on it)" in found
    assert "Amy Roy on primary: always on it page, by text, Sat 28 Nov 22:12 waiting to be sent" in found
    assert "Ben Cole on backup: always on it not paged by then" in found


def test_why_after_a_cover_names_the_cover(sue: Console) -> None:
    def covered(session: object) -> None:
        amy, ben = (technicians.technician_named(session, name) for name in ("Amy Roy", "Ben Cole"))  # type: ignore[arg-type]
        starts, ends = datetime(2026, 11, 29, 2, tzinfo=UTC), datetime(2026, 11, 29, 12, tzinfo=UTC)
        store.add_override(session, DESK, "primary", ben, amy, starts, ends, BEGAN)  # type: ignore[arg-type]

    sue.database.write(covered)
    step(sue, timedelta(minutes=3))
    found = page(sue, "/callbacks/{reference}/why?at=2026-11-28T22:16")
    assert "covers for Amy Roy, from Sat 28 Nov 21:00 until Sun 29 Nov 07:00" in found
    assert "Amy Roy not on call" in found


def test_why_nobody_was_paged_any_more(sue: Console) -> None:
    def tried(session: Session) -> None:
        callback, amy = session.scalars(select(Callback)).one(), technicians.technician_named(session, "Amy Roy")
        no_answer = ReportOutcome(ReportedOutcome.NO_ANSWER)
        technician_acts(session, DESK, callback, no_answer, amy, BEGAN + timedelta(minutes=5))

    sue.database.write(tried)
    found = page(sue, "/callbacks/{reference}/why?at=2026-11-29T02:14")
    assert "At 22:17:00 Amy Roy tried the customer: the promise was kept, and nobody is paged any more." in found


def test_why_somebody_was_spared_is_written_down(sue: Console) -> None:
    def passed(session: object) -> None:
        callback = session.scalars(select(Callback)).one()  # type: ignore[attr-defined]
        amy = technicians.technician_named(session, "Amy Roy")  # type: ignore[arg-type]
        technician_acts(session, DESK, callback, Pass(), amy, BEGAN + timedelta(minutes=1))  # type: ignore[arg-type]
        take_next_step(session, DESK, callback, BEGAN + timedelta(minutes=1))  # type: ignore[arg-type]

    sue.database.write(passed)
    assert "Spared: Amy Roy, who handed it on." in page(sue, "/callbacks/{reference}/why?at=2026-11-28T22:14")


@pytest.mark.parametrize("at", ["", "soon", "99999-01-01"])
def test_a_moment_that_cannot_be_read_is_now_and_says_so(sue: Console, at: str) -> None:
    assert "This is about now." in page(sue, "/callbacks/{reference}/why?at=" + at)
