"""Which call is the daily canary, and which text is its page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.db.states import CallbackOrigin, CallbackState, Screening, VoicemailState
from callbacks.db.tables import Call, Callback, Page
from callbacks.desk.canary import Canary
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.inbound.canaries import take_canary_text
from callbacks.lifecycle import canary
from callbacks.people.canary import set_up_recipient

NUMBER = "+15145550170"
PLAIN = read_desk(Path("support.toml"))
DESK = PLAIN.model_copy(update={"canary": Canary(number=NUMBER, line="direct")})
BEGAN = datetime(2026, 11, 28, 16, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def begins(session: Session) -> None:
    marks.record(session, canary.BEGAN, BEGAN)
    set_up_recipient(session, NUMBER, BEGAN)


def arrives(session: Session, sid: str = "CA1", caller: str = NUMBER, line: str = "direct", after: int = 1) -> Call:
    arrival = calls.Arrival(sid, line, caller, "en", is_open=True, hours_reason="")
    return calls.record_customer_call(session, DESK, arrival, BEGAN + after * MINUTE)


@pytest.mark.parametrize(
    ("caller", "line", "after", "is_it"),
    [
        (NUMBER, "direct", 0, True),
        (NUMBER, "direct", 9, True),
        (NUMBER, "direct", 10, False),  # too late
        (NUMBER, "direct", -1, False),  # before the desk's own call
        (NUMBER, "toll-free", 1, False),
        ("+15145550199", "direct", 1, False),
    ],
)
def test_it_comes_from_its_number_to_its_line_while_one_is_under_way(
    database: Database, caller: str, line: str, after: int, is_it: bool
) -> None:
    database.write(begins)
    call = database.write(lambda session: arrives(session, caller=caller, line=line, after=after))
    assert (call.screening is Screening.CANARY) is is_it


def test_only_the_first_call_is_it_also_when_its_webhook_is_repeated(database: Database) -> None:
    database.write(begins)
    found = [database.write(partial(arrives, sid=sid)) for sid in ("CA1", "CA2", "CA1")]
    assert [call.screening for call in found] == [Screening.CANARY, Screening.NONE, Screening.CANARY]


def test_a_desk_without_one_takes_the_call_as_any_other(database: Database) -> None:
    database.write(begins)
    arrival = calls.Arrival("CA1", "direct", NUMBER, "en", is_open=True, hours_reason="")
    call = database.write(lambda session: calls.record_customer_call(session, PLAIN, arrival, BEGAN + MINUTE))
    assert call.screening is Screening.NONE


def test_the_text_with_the_code_of_its_page_ends_it_once(database: Database) -> None:
    def is_recorded(session: Session) -> str:
        begins(session)
        arrives(session)
        recording = calls.Recording(VoicemailState.RECORDED, "RE" + "1" * 32, 6)
        calls.record_voicemail(session, DESK, "CA1", recording, BEGAN + MINUTE)
        return session.scalars(select(Page.code)).one()

    code = database.write(is_recorded)
    wrong = "100000" if code != "100000" else "100001"
    later = BEGAN + 2 * MINUTE
    for words, is_it in ((f"Reply {wrong}", False), ("Hello", False), (f"Reply {code}", True), (code, False)):
        assert database.write(partial(take_canary_text, words=words, now=later)) is is_it, words
    callback = database.read(lambda session: session.scalars(select(Callback)).unique().one())
    assert (callback.origin, callback.state) == (CallbackOrigin.CANARY, CallbackState.CLOSED)
    assert database.read(canary.last_runs).took == 2 * MINUTE


def test_a_text_that_comes_too_late_does_not_end_it(database: Database) -> None:
    database.write(begins)
    assert not database.write(lambda session: take_canary_text(session, "123456", BEGAN + 11 * MINUTE))
