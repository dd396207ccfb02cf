"""Asks the carrier what we missed: calls and recordings of which no webhook reached us, or reached us in vain.

Whatever happened while the desk, its network or its database was away comes back this way, through the same intake
as a webhook. Twilio's lists are eventually consistent, so each look goes back past the last one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import Call, Voicemail
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.inbound import calls
from callbacks.paging.channels.twilio import Carrier, CarrierCall, CarrierRecording
from callbacks.records.event_log import record_event
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=2)
AGAIN_AFTER = timedelta(seconds=30)  # a look that failed
OVERLAP = timedelta(minutes=15)
WEBHOOKS_ARE_LATE_BY = timedelta(minutes=2)  # so long a webhook may still bring it
NO_RECORDING_AFTER = timedelta(minutes=5)
MARK = "reconciled"


class Reconciliation:
    """The look back at the carrier."""

    def __init__(self, database: Database, carrier: Carrier, desk: Desk, clock: Clock) -> None:
        self._database, self._carrier, self._desk, self._clock = database, carrier, desk, clock

    def next_due_at(self) -> datetime:
        """Return when the carrier is to be asked next: at once if never, or if the clock has gone back since."""
        now, last = self._clock.now(), self._last_look()
        return now if last is None or last > now else last + EVERY

    def look_back(self) -> None:
        """Take in everything that the carrier knows and we do not; leave the mark where it was on any failure."""
        now = self._clock.now()
        since = min(self._last_look() or now, now) - OVERLAP
        try:
            for recording in self._carrier.recordings(since):
                self._take_in_recording(recording)
            for name, line in self._desk.lines.items():
                for call in self._carrier.calls_to(line.number, since):
                    self._take_in_call(name, call)
        except CarrierError as fault:
            log.warning("the carrier could not be asked what we missed", cause=str(fault))
            return
        self._database.write(lambda session: self._settle_silent_voicemails(session, now))
        self._database.write(lambda session: marks.record(session, MARK, now))

    def _last_look(self) -> datetime | None:
        return self._database.read(lambda session: marks.last_at(session, MARK))

    def _take_in_recording(self, recording: CarrierRecording) -> None:
        if recording.state is None:
            return
        news = calls.Recording(recording.state, recording.sid, recording.seconds)
        if not self._database.read(lambda session: _needs(session, recording)):
            return
        if self._database.read(lambda session: calls.find_call(session, recording.call_sid)) is None:
            call = self._carrier.call(recording.call_sid)
            if call.to not in {line.number for line in self._desk.lines.values()}:
                return
            self._log_missed(self._desk.line_called(call.to), call)
        log.warning("a voicemail was found that no webhook brought", recording=recording.sid)
        now = self._clock.now()
        self._database.write(lambda session: calls.record_voicemail(session, self._desk, recording.call_sid, news, now))

    def _take_in_call(self, line: str, call: CarrierCall) -> None:
        now = self._clock.now()
        if not call.is_over or now - (call.ended_at or call.began_at or now) < WEBHOOKS_ARE_LATE_BY:
            return
        known = self._database.read(lambda session: calls.find_call(session, call.sid))
        if known is None:
            log.warning("a call was found that no webhook brought", call=call.sid)
            self._log_missed(line, call)
            if call.seconds:
                self._database.write(lambda session: self._owe(session, call.sid, now))
        if known is None or known.ended_at is None:
            self._database.write(
                lambda session: calls.record_end(session, self._desk, call.sid, call.status, call.ended_at or now)
            )

    def _log_missed(self, line: str, call: CarrierCall) -> None:
        began_at = call.began_at or self._clock.now()
        hours = self._database.read(lambda session: support_hours(session, self._desk))
        verdict = hours.verdict(began_at)
        language = self._desk.lines[line].language
        reason = verdict.reason.spoken(language)
        arrival = calls.Arrival(call.sid, line, call.from_, language, verdict.is_open, reason)
        self._database.write(lambda session: calls.record_call(session, arrival, began_at))

    def _owe(self, session: Session, call_sid: str, now: datetime) -> None:
        """A call that we never answered ourselves: nobody knows what the caller wanted, so somebody asks them."""
        call = session.get_one(Call, call_sid)
        record_event(
            session, call_sid, now, Actor.DESK, EventKind.CALL_MISSED, "The desk was away when this customer called."
        )
        open_callback(session, self._desk, call, now)

    def _settle_silent_voicemails(self, session: Session, now: datetime) -> None:
        """The carrier has no recording of these calls: the caller said nothing."""
        silent = (
            select(Voicemail)
            .join(Call, Call.sid == Voicemail.call_sid)
            .where(Voicemail.state == VoicemailState.EXPECTED, Voicemail.audio == AudioState.NONE)
            .where(Call.ended_at.is_not(None), Call.ended_at < now - NO_RECORDING_AFTER)
        )
        for voicemail in session.scalars(silent).all():
            voicemail.state = VoicemailState.ABSENT
            detail = "The carrier has none."
            record_event(session, voicemail.call_sid, now, Actor.CARRIER, EventKind.RECORDING_ABSENT, detail)


def _needs(session: Session, recording: CarrierRecording) -> bool:
    found = session.scalar(select(Voicemail).where(Voicemail.call_sid == recording.call_sid))
    if found is None or found.state is VoicemailState.EXPECTED:
        return True
    return found.state is not VoicemailState.RECORDED and recording.state is VoicemailState.RECORDED
