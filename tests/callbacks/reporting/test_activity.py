"""What happened on some days, loaded alike from SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.acts.base import Requester, Via
from callbacks.acts.by_hand import NewCallback, open_by_hand
from callbacks.db.database import Database
from callbacks.db.states import AttemptProof, Channel, PageKind, PageState, PriorityLevel, ReachOutcome, Role
from callbacks.db.tables import Page
from callbacks.inbound import calls
from callbacks.reporting import counts
from callbacks.reporting.activity import ContactFact, activity, activity_by_weeks
from callbacks.reporting.periods import Days
from callbacks.reporting.summary import as_data, summary
from sla.attainment import attainment
from tests.callbacks.inbound.mails.post import TUESDAY_MORNING, Post, parsed
from tests.callbacks.reporting.facts import BEGAN, DESK, HOUR, local, night


def words_of(call: ContactFact) -> str:
    assert call.priority is not None
    assert call.state is not None
    return f"{call.priority.value} {call.state.value}"


def test_what_happened_is_loaded_alike_from_both_databases(database: Database) -> None:
    database.write(night)

    def send_them(session: Session) -> None:
        pages = session.scalars(select(Page).order_by(Page.id)).all()
        for number, at in enumerate(("03:14:59.999999", "03:15:00", "03:29:59.999999", "03:30:00")):
            page = Page(callback_id=1, technician_id=1, channel=Channel.CALL, code="1", words="")
            page.kind, page.round = PageKind.STEP, 100 + number
            page.state, page.created_at = PageState.SENT, datetime.fromisoformat(f"2026-11-29T{at}+00:00")
            session.add(page)
        for page in pages:
            page.state = PageState.FAILED
        asked = Page(callback_id=1, technician_id=1, channel=Channel.CONNECTION, code="", words="")
        asked.kind, asked.round, asked.state, asked.created_at = PageKind.CONNECTION, 1, PageState.SENT, BEGAN
        session.add(asked)

    database.write(send_them)
    found = database.read(
        lambda s: activity(s, Days(date(2026, 11, 28), date(2026, 11, 28)), DESK.zone, DESK.night_hours)
    )
    assert sorted(f"{page.local:%d %H:%M} {page.technician_id} {page.times}" for page in found.pages) == [
        "28 22:00 1 1",
        "28 22:15 1 2",
        "28 22:30 1 1",
    ]
    days = Days(date(2026, 8, 28), date(2026, 11, 28))
    by_weeks = activity_by_weeks(database, days, DESK.zone, DESK.night_hours)
    assert by_weeks == database.read(lambda s: activity(s, days, DESK.zone, DESK.night_hours))
    assert sorted(f"{call.local:%d %H:%M} {words_of(call)}" for call in found.calls) == [
        "28 22:12 P2 open",
        "28 23:12 P2 open",
    ]
    assert [tuple(each) for each in found.attempts] == [(1, ReachOutcome.NO_ANSWER, AttemptProof.WORD, True, 1)]
    assert counts.load(found) == [
        counts.Load("Amy Roy", by_day=0, by_night=4, wakings=4, owned=1, proven=0, by_word=1, no_number=0)
    ]


def test_the_hours_after_midnight_count_for_the_last_night_and_for_no_day_of_the_report(database: Database) -> None:
    database.write(night)

    def call_in_the_morning(session: Session) -> None:
        for number, at in enumerate(("2026-11-29T02:00", "2026-11-29T08:29", "2026-11-29T08:30")):
            arrival = calls.Arrival(
                f"CB{number}", "direct", "+15145550198", "en", False, "closed", "TN-Validation-Passed-A"
            )
            calls.record_call(session, arrival, local(at).astimezone(UTC))

        session.execute(update(Page).values(state=PageState.SENT, created_at=local("2026-11-29T02:00")))

    database.write(call_in_the_morning)
    days = Days(date(2026, 11, 28), date(2026, 11, 28))
    found = database.read(lambda s: activity(s, days, DESK.zone, DESK.night_hours))
    assert activity_by_weeks(database, days, DESK.zone, DESK.night_hours) == found
    nights = counts.nights(days, DESK.night_hours, found.contacts_for_nights, found.pages_for_nights)
    assert (len(found.calls), list(found.pages)) == (2, [])
    assert [(str(each.evening), each.calls, each.pages > 0) for each in nights] == [("2026-11-28", 4, True)]


def test_mails_and_callbacks_by_hand_are_counted_with_their_own_promise(database: Database, tmp_path: Path) -> None:
    post = Post(database, tmp_path, TUESDAY_MORNING)
    post.gets()
    post.gets(parsed("Another one", sender="jane@acme.example"), mailbox="emergency")

    def open_it(session: Session) -> None:
        by = Requester("sue@example.com", Via.CONSOLE, Role.SUPERVISOR, None)
        open_by_hand(session, post.desk, NewCallback(number="(514) 555-0177", priority=PriorityLevel.P2), by, post.now)

    database.write(open_it)
    days = Days(date(2026, 11, 24), date(2026, 11, 24))
    found = database.read(lambda s: activity(s, days, DESK.zone, DESK.night_hours))
    assert len(found.calls) == 0
    owed = {each.came_in_on: each.due_at - each.began_at for each in found.contacts if each.due_at is not None}
    assert owed == {
        "support mailbox": 4 * HOUR,
        "emergency mailbox": HOUR / 2,
        "by hand": HOUR,
    }
    assert attainment(counts.promises(found.contacts), post.now).open == 3
    said = as_data(summary(database, DESK.zone, post.now - HOUR, post.now + HOUR))
    assert {name: (each["missed"], each["open"]) for name, each in said["by_line"].items()} == {
        "support mailbox": (0, 1),
        "emergency mailbox": (1, 0),
        "by hand": (0, 1),
    }
