"""The end of a canary's callback: nobody is paged any more, and its recording is deleted here and at the carrier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import delete_audio
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Voicemail
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.paging.pages import cancel_waiting
from callbacks.records.event_log import record_event


def end_canary(session: Session, callback: Callback, why: str, now: datetime) -> None:
    """End the callback of a canary, which the caller has locked."""
    if callback.state is not CallbackState.OPEN:
        return
    cancel_waiting(session, callback)
    change_state(callback, Change.AUTO_CLOSE, now)
    for voicemail in session.scalars(select(Voicemail).where(Voicemail.call_sid == callback.contact_sid)):
        if voicemail.recording_sid is not None:
            delete_audio(session, voicemail, now)
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.CANARY_ENDED, why)
