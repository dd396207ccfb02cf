"""The screens of a callback, and why somebody was paged or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.ownership import Pass
from callbacks.db.states import AudioState, ReportedOutcome, VoicemailState
from callbacks.db.tables import Callback, Voicemail
from callbacks.oncall import store
from callbacks.paging.escalate import take_next_step
from callbacks.people import technicians
from tests.acting import technician_acts
from tests.callbacks.console.console import BEGAN, DESK, Console


def test_what_a_caller_calls_himself_stays_text(console: Console) -> None:
    console.logs_in("sue@example.com")
    for path in ("/", "/calls", "/callbacks/{reference}"):
        page = console.client.get(path.format(reference=console.reference)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_what_a_caller_had_recorded_before_can_be_heard_until_it_is_deleted(sue: Console) -> None:
    earlier = sue.database.write(record_earlier_take)
    path = f"/callbacks/{sue.reference}"
    assert f"/voicemails/{earlier}.wav" in sue.client.get(path).text
    fields = {"part": "all", "why": "a card number", "confirmed": "yes", "voicemail": "1"}
    sue.posts(f"{path}/delete", fields)
    page = sue.client.get(path).text
    assert ".wav" not in page
    assert "Delete for good" not in page
    assert sue.client.get(f"/voicemails/{earlier}.wav").status_code == 404


def record_earlier_take(session: Session) -> int:
    counted = session.scalars(select(Voicemail)).one()
    earlier = Voicemail(call_sid=counted.call_sid, recording_sid="RE0", state=VoicemailState.RECORDED, is_replaced=True)
    earlier.audio, earlier.audio_file = AudioState.COPIED, counted.audio_file
    session.add(earlier)
    session.flush()
    return earlier.id


def test_why_somebody_was_paged_names_hours_step_shift_and_the_carriers_answer(sue: Console) -> None:
    found = sue.reads("/callbacks/{reference}/why?at=2026-11-28T22:14")
    assert "The call came at Sat 28 Nov 22:12 on the direct line, outside support hours" in found
    assert "Policy default, step 1 of" in found
    assert "Amy Roy is texted (on primary: always on call)" in found
    assert "Amy Roy on primary: always on call page, by text, Sat 28 Nov 22:12 waiting to be sent" in found
    assert "Ben Cole on backup: always on call not paged by then" in found


def test_why_after_a_cover_names_the_cover(sue: Console) -> None:
    def covered(session: Session) -> None:
        amy, ben = (technicians.technician_named(session, name) for name in ("Amy Roy", "Ben Cole"))
        starts, ends = datetime(2026, 11, 29, 2, tzinfo=UTC), datetime(2026, 11, 29, 12, tzinfo=UTC)
        store.add_override(session, DESK, "primary", ben, amy, starts, ends, BEGAN)

    sue.database.write(covered)
    sue.takes_next_step(timedelta(minutes=3))
    found = sue.reads("/callbacks/{reference}/why?at=2026-11-28T22:16")
    assert "covers for Amy Roy, from Sat 28 Nov 21:00 until Sun 29 Nov 07:00" in found
    assert "Amy Roy not on call" in found


def test_why_nobody_was_paged_any_more(sue: Console) -> None:
    def tried(session: Session) -> None:
        callback, amy = session.scalars(select(Callback)).one(), technicians.technician_named(session, "Amy Roy")
        reached = ReportOutcome(ReportedOutcome.CONTINUING)
        technician_acts(session, DESK, callback, reached, amy, BEGAN + timedelta(minutes=5))

    sue.database.write(tried)
    found = sue.reads("/callbacks/{reference}/why?at=2026-11-29T02:14")
    assert "At 22:17:00 Amy Roy tried to reach the customer: the escalation ended." in found


def test_why_somebody_was_spared_is_written_down(sue: Console) -> None:
    def passed(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        amy = technicians.technician_named(session, "Amy Roy")
        technician_acts(session, DESK, callback, Pass(), amy, BEGAN + timedelta(minutes=1))
        take_next_step(session, DESK, callback, BEGAN + timedelta(minutes=1))

    sue.database.write(passed)
    assert "Not paged: Amy Roy, who passed it on." in sue.reads("/callbacks/{reference}/why?at=2026-11-28T22:14")


@pytest.mark.parametrize("at", ["", "soon", "99999-01-01"])
def test_a_moment_that_cannot_be_read_is_now_and_says_so(sue: Console, at: str) -> None:
    assert "Showing the current time instead." in sue.reads("/callbacks/{reference}/why?at=" + at)
