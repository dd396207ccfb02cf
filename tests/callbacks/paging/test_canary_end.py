"""The end of a canary's callback: no page goes out any more, and its recording is deleted."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AudioState, CallbackOrigin, CallbackState, Channel, PageKind, PageState, VoicemailState
from callbacks.db.tables import Call, Callback, Event, Page, Technician, Voicemail
from callbacks.paging.canary_end import end_canary
from callbacks.people.canary import set_up_recipient

NOW = datetime(2026, 11, 28, 16, tzinfo=UTC)


def test_it_ends_once(database: Database) -> None:
    def work(session: Session) -> None:
        set_up_recipient(session, "+15145550170", NOW)
        session.add(Call(sid="CA1", line="direct", caller="", began_at=NOW, is_open=False))
        session.flush()
        callback = Callback(contact_sid="CA1", reference="ZZ-100000", opened_at=NOW, due_at=NOW, next_action_at=NOW)
        callback.origin = CallbackOrigin.CANARY
        voicemail = Voicemail(call_sid="CA1", recording_sid="RE1", state=VoicemailState.RECORDED)
        session.add_all([callback, voicemail])
        session.flush()
        recipient = session.scalars(select(Technician.id)).one()
        page = Page(callback_id=callback.id, technician_id=recipient, channel=Channel.TEXT, code="", words="")
        page.kind, page.created_at = PageKind.STEP, NOW
        session.add(page)
        session.flush()
        for _ in range(2):
            end_canary(session, callback, "Its page was received.", NOW)
        assert (callback.state, callback.next_action_at) == (CallbackState.CLOSED, None)
        assert (page.state, voicemail.audio) == (PageState.CANCELLED, AudioState.DELETING)
        assert session.scalars(select(Event.kind)).all() == [EventKind.CANARY_ENDED]

    database.write(work)
