"""Takes in what became true on a customer's call, once, however often and in whatever order the carrier says it.

The keys are the carrier's own SIDs. Nothing here trusts an order: whichever news comes first opens the callback,
later news completes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import insert_once, locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AudioState, CallOutcome, CarrierStatus, VoicemailState
from callbacks.db.tables import Call, Callback, Event, Technician, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.records.event_log import record_event
from callbacks.text.phone_numbers import ringable

RECORDING_KINDS = {
    VoicemailState.EXPECTED: EventKind.RECORDING_EXPECTED,
    VoicemailState.RECORDED: EventKind.RECORDING_RECORDED,
    VoicemailState.ABSENT: EventKind.RECORDING_ABSENT,
    VoicemailState.FAILED: EventKind.RECORDING_FAILED,
}
FETCH_SOON = timedelta(seconds=5)  # Twilio says that a recording is over before its file can be fetched


@dataclass(frozen=True)
class Arrival:
    """A call that reached one of our lines."""

    sid: str
    line: str
    caller: str
    language: str
    is_open: bool
    hours_reason: str
    attestation: str = ""
    caller_name: str = ""  # as the carrier knows it, for numbers whose callers are looked up; anybody may lie there


@dataclass(frozen=True)
class Recording:
    """What the carrier says of a recording."""

    state: VoicemailState
    sid: str | None = None
    seconds: int | None = None


def call_arrives(session: Session, arrival: Arrival, now: datetime) -> Call:
    """Log a call. The same call again finds the first log entry, so that it gets the same answer."""
    caller = arrival.caller[:64]
    is_new = insert_once(
        session,
        Call,
        sid=arrival.sid,
        line=arrival.line,
        caller=caller,
        caller_name=arrival.caller_name[:100],
        customer_number=ringable(caller),
        began_at=now,
        language=arrival.language,
        is_open=arrival.is_open,
        hours_reason=arrival.hours_reason,
        attestation=arrival.attestation[:60],
        outcome=CallOutcome.IN_PROGRESS,
    )
    if is_new:
        hours = "in support hours" if arrival.is_open else f"closed: {arrival.hours_reason}"
        record_event(session, arrival.sid, now, Actor.CALLER, EventKind.CALLED, f"{arrival.line} line, {hours}")
    return session.scalars(select(Call).where(Call.sid == arrival.sid)).one()


def find_call(session: Session, sid: str) -> Call | None:
    return session.get(Call, sid)


def chose(session: Session, sid: str, now: datetime, choice: EventKind) -> None:
    """Note a choice made in the menu, once."""
    same = select(Event.id).where(Event.call_sid == sid, Event.kind == choice)
    if session.scalar(same) is None:
        record_event(session, sid, now, Actor.CALLER, choice)


def asked_to_speak(session: Session, sid: str, now: datetime) -> None:
    """The caller has heard everything and is at the beep: from here on a hang-up still leaves a callback."""
    call = _held(session, sid)
    if call is not None and call.beep_at is None:
        call.beep_at = now
        call.outcome = CallOutcome.VOICEMAIL
        record_event(session, sid, now, Actor.DESK, EventKind.BEEP)


def voicemail_said(session: Session, desk: Desk, sid: str, recording: Recording, now: datetime) -> Callback | None:
    """The carrier says something of the caller's recording: keep it, and see to it that a callback is open."""
    call = _held(session, sid)
    if call is None:
        return None
    if call.beep_at is None:
        call.beep_at, call.outcome = now, CallOutcome.VOICEMAIL
    voicemail = _voicemail_of(session, call)
    _learn(session, voicemail, recording, now)
    session.flush()
    return open_callback(session, desk, call, now)


def call_ended(session: Session, desk: Desk, sid: str, status: CarrierStatus, now: datetime) -> None:
    """The call is over. Whoever got as far as the beep is owed a call, whatever was recorded."""
    call = _held(session, sid)
    if call is None or call.ended_at is not None:
        return
    call.ended_at = now
    record_event(session, sid, now, Actor.CALLER, EventKind.CALL_ENDED, status.value)
    if call.beep_at is not None:
        _voicemail_of(session, call)
        open_callback(session, desk, call, now)
    elif call.outcome is CallOutcome.IN_PROGRESS:
        call.outcome = CallOutcome.HUNG_UP_BEFORE_THE_BEEP


def accepted_by(session: Session, sid: str, technician: Technician, now: datetime) -> None:
    """A technician pressed the key: the caller is connected to somebody who is really there."""
    call = _held(session, sid)
    if call is not None and call.accepted_by_id is None:
        call.accepted_by_id, call.outcome = technician.id, CallOutcome.ANSWERED
        record_event(session, sid, now, technician.name, EventKind.CALL_ANSWERED)


def _held(session: Session, sid: str) -> Call | None:
    return locked_or_none(session, Call, sid)


def _voicemail_of(session: Session, call: Call) -> Voicemail:
    insert_once(
        session,
        Voicemail,
        call_sid=call.sid,
        state=VoicemailState.EXPECTED,
        audio=AudioState.NONE,
        tries=0,
        token=0,
    )
    return session.scalars(select(Voicemail).where(Voicemail.call_sid == call.sid)).one()


def _learn(session: Session, voicemail: Voicemail, recording: Recording, now: datetime) -> None:
    """Add what is new. Audio that exists outweighs any word that there is none."""
    if recording.sid is not None and voicemail.recording_sid is None:
        voicemail.recording_sid = recording.sid
    is_recorded, is_hint = recording.state is VoicemailState.RECORDED, recording.state is VoicemailState.EXPECTED
    if is_recorded:  # what the end of a Record says is counted with the silence at its end
        voicemail.seconds = recording.seconds
    known = voicemail.state
    if known is VoicemailState.RECORDED or (is_hint and known is not VoicemailState.EXPECTED):
        return
    if recording.state is not known:
        kind = RECORDING_KINDS[recording.state]
        record_event(session, voicemail.call_sid, now, Actor.CARRIER, kind, _seconds(recording))
    voicemail.state = recording.state
    if is_recorded or (recording.seconds and voicemail.recording_sid):
        _want_audio(voicemail, now if is_recorded else now + FETCH_SOON)


def _want_audio(voicemail: Voicemail, at: datetime) -> None:
    if voicemail.audio is AudioState.COPIED or voicemail.recording_sid is None:
        return
    if voicemail.audio is AudioState.LOST:  # the carrier has it after all
        voicemail.tries, voicemail.missing_since = 0, None
    voicemail.audio = AudioState.WANTED
    voicemail.next_action_at = at


def _seconds(recording: Recording) -> str:
    return f"{recording.seconds} seconds" if recording.seconds else ""
