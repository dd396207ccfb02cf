"""Asks the carrier for calls, recordings and texts that no webhook brought, or whose webhook failed.

So nothing is lost that happened while the service, its network or its database was down. It is stored by the same
functions as a webhook's. Twilio's lists are eventually consistent, so each run overlaps the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.backup.restored import texts_since
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import Call, Voicemail
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.inbound import calls, late_texts
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.twilio import Carrier, CarrierCall, CarrierRecording, CarrierText
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.worker import look_back
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=2)
AGAIN_AFTER = timedelta(seconds=30)  # a run that failed
OVERLAP = timedelta(minutes=15)
WEBHOOKS_ARE_LATE_BY = timedelta(minutes=2)  # at most; until then a webhook may still come
NO_RECORDING_AFTER = timedelta(minutes=5)
RECORDING, CALL = Words("a recording", "un enregistrement"), Words("a call", "un appel")
TEXT = Words("a text", "un texto")


class Reconciliation:
    """Stores what the carrier has and we do not."""

    def __init__(self, database: Database, carrier: Carrier, desk: Desk, clock: Clock) -> None:
        self._database, self._carrier, self._desk, self._clock = database, carrier, desk, clock

    def next_due_at(self) -> datetime:
        """Return when to ask the carrier next: now if it never was, or if the clock was set back since."""
        now, last = self._clock.now(), self._last_run_at()
        return now if last is None or last > now else last + EVERY

    def run(self) -> None:
        """Store everything that the carrier has and we do not. A run that fails is repeated from the same mark.

        One item that cannot be stored stops no other, and does not fail the run.
        """
        now = self._clock.now()
        self.look_back_to(min(self._last_run_at() or now, now))

    def first(self, run: Callable[[], bool | None]) -> Callable[[], bool | None]:
        """Return a job that waits, for some seconds, until the desk has asked what happened while it was away."""
        return lambda: None if self._comes_first() else run()

    def _comes_first(self) -> bool:
        now = self._clock.now()
        if not self._database.read(lambda session: look_back.was_away(session, now)):
            return False
        return self._database.write(lambda session: look_back.comes_first(session, now))

    def look_back_to(self, instant: datetime, *, texts_too: bool = True) -> bool:
        """Store everything since an instant. Return False if the carrier could not be asked."""
        now, since = self._clock.now(), instant - OVERLAP
        failures = [self._look_for_recordings(since)]
        failures += [self._look_for_calls(name, line.number, since) for name, line in self._desk.lines.items()]
        failures += [self._look_for_texts(since)] if texts_too else []
        fault = next((each for each in failures if each is not None), None)
        if fault is not None:
            log.warning("the carrier could not be asked for missed calls, recordings and texts", cause=str(fault))
            self._database.write(lambda session: look_back.record_failure(session, self._desk, fault, now))
            return False
        self._database.write(lambda session: self._close_expected_voicemails(session, now))
        self._database.write(lambda session: look_back.record_success(session, now))
        return True

    def _look_for_recordings(self, since: datetime) -> CarrierError | None:
        """Store recordings in the order in which they were made: the last one of a call is the one that counts."""
        found: list[CarrierRecording] = []
        try:
            found.extend(self._carrier.recordings(since))
        except CarrierError as fault:
            return self._store_recordings(found, since) or fault
        return self._store_recordings(found, since)

    def _store_recordings(self, found: list[CarrierRecording], since: datetime) -> CarrierError | None:
        try:
            for recording in sorted(found, key=lambda recording: recording.made_at or since):
                self._store(RECORDING, recording.sid, partial(self._add_recording, recording))
        except CarrierError as fault:
            return fault
        return None

    def _look_for_calls(self, line: str, number: str, since: datetime) -> CarrierError | None:
        try:
            for call in self._carrier.calls_to(number, since):
                self._store(CALL, call.sid, partial(self._add_call, line, call))
        except CarrierError as fault:
            return fault
        return None

    def _look_for_texts(self, since: datetime) -> CarrierError | None:
        """Take in texts in the order in which they were sent, to whichever of our numbers."""
        try:
            floor = self._database.read(texts_since)
            found = self._texts_to_us(max(since, floor) if floor is not None else since)
            for text in sorted(found, key=lambda text: text.made_at):
                self._store(TEXT, text.sid, partial(self._add_text, text))
        except CarrierError as fault:
            return fault
        return None

    def _texts_to_us(self, since: datetime) -> list[CarrierText]:
        numbers = our_numbers(self._carrier, self._desk)
        found = [text for number in numbers for text in self._carrier.texts_to(number, since)]
        found.reverse()  # the carrier lists the last one first, and its times have whole seconds
        return found

    def _add_text(self, text: CarrierText) -> None:
        now = self._clock.now()
        is_late = now - text.made_at >= late_texts.WEBHOOK_MAY_COME_FOR
        if is_late and not self._database.read(lambda session: late_texts.is_known(session, text.sid)):
            self._database.write(lambda session: late_texts.take_in_late(session, self._desk, text, now))

    def _store(self, kind: Words, sid: str, add: Callable[[], None]) -> None:
        """Store one item. Raise CarrierError if the carrier must be asked again, and DBAPIError without a database.

        Another failure concerns this item alone: it is tried again while the runs overlap, and supervisors are alerted.
        """
        try:
            add()
        except CarrierError as fault:
            if not fault.permanent:
                raise
            log.warning("the carrier lists what it does not have", kind=kind.english, sid=sid, cause=str(fault))
        except DBAPIError:
            raise
        except Exception:
            log.exception("what the carrier has could not be stored", kind=kind.english, sid=sid)
            now, words = self._clock.now(), messages.not_taken_in(kind, sid)
            self._database.write(
                lambda session: alert_supervisors(session, self._desk, f"not stored {sid}", words, now)
            )

    def _last_run_at(self) -> datetime | None:
        return self._database.read(lambda session: look_back.last_success(session))

    def _add_recording(self, recording: CarrierRecording) -> None:
        if recording.state is None:
            return
        news = calls.Recording(recording.state, recording.sid, recording.seconds)
        if not self._database.read(lambda session: _is_news(session, recording)):
            return
        if self._database.read(lambda session: calls.find_call(session, recording.call_sid)) is None:
            call = self._carrier.call(recording.call_sid)
            if call.to not in {line.number for line in self._desk.lines.values()}:
                return
            self._add_missed_call(self._desk.line_called(call.to), call)
        log.warning("found a voicemail that no webhook brought", recording=recording.sid)
        now = self._clock.now()
        self._database.write(lambda session: calls.record_voicemail(session, self._desk, recording.call_sid, news, now))

    def _add_call(self, line: str, call: CarrierCall) -> None:
        now = self._clock.now()
        at = call.ended_at or call.began_at  # None: neither could be read, and the call must not be lost for that
        if not call.is_over or (at is not None and now - at < WEBHOOKS_ARE_LATE_BY):
            return
        known = self._database.read(lambda session: calls.find_call(session, call.sid))
        if known is None:
            log.warning("found a call that no webhook brought", call=call.sid)
            self._add_missed_call(line, call)
            if call.seconds:
                self._database.write(lambda session: self._open_callback(session, call.sid, now))
        if known is None or known.ended_at is None:
            self._database.write(
                lambda session: calls.record_end(session, self._desk, call.sid, call.status, now, call.ended_at)
            )

    def _add_missed_call(self, line: str, call: CarrierCall) -> None:
        began_at = call.began_at or self._clock.now()
        hours = self._database.read(lambda session: support_hours(session, self._desk))
        verdict = hours.verdict(began_at)
        language = self._desk.lines[line].language
        reason = verdict.reason.spoken(language)
        arrival = calls.Arrival(call.sid, line, call.from_, language, verdict.is_open, reason, webhooks_missed=True)
        self._database.write(lambda session: calls.record_customer_call(session, self._desk, arrival, began_at))

    def _open_callback(self, session: Session, call_sid: str, now: datetime) -> None:
        """Open a callback for a call that never reached us: somebody must ask the caller what they wanted."""
        call = session.get_one(Call, call_sid)
        detail = "The service was down when this customer called."
        record_event(session, call_sid, now, Actor.DESK, EventKind.CALL_MISSED, detail)
        open_callback(session, self._desk, call, now)

    def _close_expected_voicemails(self, session: Session, now: datetime) -> None:
        """Stop expecting recordings that the carrier does not have: these callers said nothing."""
        silent = (
            select(Voicemail)
            .join(Call, Call.sid == Voicemail.call_sid)
            .where(Voicemail.state == VoicemailState.EXPECTED, Voicemail.audio == AudioState.NONE)
            .where(Call.ended_at.is_not(None), Call.ended_at < now - NO_RECORDING_AFTER)
        )
        for voicemail in session.scalars(silent).all():
            voicemail.state = VoicemailState.ABSENT
            detail = "The carrier has no recording."
            record_event(session, voicemail.call_sid, now, Actor.CARRIER, EventKind.RECORDING_ABSENT, detail)


def our_numbers(carrier: Carrier, desk: Desk) -> Sequence[str]:
    """Return the numbers that people text: the lines, and what our texts come from. Raise CarrierError.

    The credentials may not be allowed to read a messaging service. Then there are only the lines.
    """
    lines = [line.number for line in desk.lines.values()]
    try:
        return list(dict.fromkeys([*lines, *carrier.sender_numbers()]))
    except CarrierError as fault:
        if not fault.permanent:
            raise
        log.warning("the numbers of the messaging service cannot be read", cause=str(fault))
        return lines


def _is_news(session: Session, recording: CarrierRecording) -> bool:
    call = calls.find_call(session, recording.call_sid)
    known = select(Voicemail).where(Voicemail.recording_sid == recording.sid)
    found = session.scalar(known) or (call.voicemail if call is not None else None)
    if found is not None and found.recording_sid not in (None, recording.sid):  # the caller recorded again
        return recording.state is VoicemailState.RECORDED
    if found is None or found.state is VoicemailState.EXPECTED:
        return True
    is_missed = found.state is not VoicemailState.RECORDED or found.audio is AudioState.LOST
    return is_missed and recording.state is VoicemailState.RECORDED
