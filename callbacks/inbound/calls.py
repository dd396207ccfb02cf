"""Records customers' calls and voicemails from the carrier's webhooks, which may repeat and come in any order.

The carrier's SIDs are the keys. The first webhook that shows that a callback is owed opens it, and later ones complete
its record.
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
from callbacks.text.dialing_rules import DEFAULT_RULES, DialingRules

RECORDING_KINDS = {
    VoicemailState.EXPECTED: EventKind.RECORDING_EXPECTED,
    VoicemailState.RECORDED: EventKind.RECORDING_RECORDED,
    VoicemailState.ABSENT: EventKind.RECORDING_ABSENT,
    VoicemailState.FAILED: EventKind.RECORDING_FAILED,
}
LANGUAGES_CHOSEN = {EventKind.MENU_ENGLISH: "en", EventKind.MENU_FRENCH: "fr"}
FETCH_AFTER = timedelta(seconds=5)  # Twilio reports the end of a recording before its file can be fetched


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
    caller_name: str = ""  # from the carrier's caller lookup, where the line has one; not to be trusted


@dataclass(frozen=True)
class Recording:
    """What the carrier reports about a recording."""

    state: VoicemailState
    sid: str | None = None
    seconds: int | None = None


def record_call(session: Session, arrival: Arrival, now: datetime, rules: DialingRules = DEFAULT_RULES) -> Call:
    """Record a call, or return the record that an earlier webhook made of it."""
    caller = arrival.caller[:64]
    is_new = insert_once(
        session,
        Call,
        sid=arrival.sid,
        line=arrival.line,
        caller=caller,
        caller_name=arrival.caller_name[:100],
        customer_number=rules.callable_number(caller),
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


def record_language(call: Call, language: str) -> None:
    """Record the language that the caller chose. It is the call's language from then on."""
    call.language, call.language_chosen = language, True


def record_choice(session: Session, sid: str, now: datetime, choice: EventKind) -> None:
    """Record a choice in the menu, once. The last choice of a language holds."""
    call = find_call(session, sid)
    if call is not None and choice in LANGUAGES_CHOSEN:
        record_language(call, LANGUAGES_CHOSEN[choice])
    same = select(Event.id).where(Event.call_sid == sid, Event.kind == choice)
    if session.scalar(same) is None:
        record_event(session, sid, now, Actor.CALLER, choice)


def record_beep(session: Session, sid: str, now: datetime) -> None:
    """Record that the caller reached the beep. From here on, a caller who hangs up is owed a callback."""
    call = _locked_call(session, sid)
    if call is not None and call.beep_at is None:
        call.beep_at = now
        call.outcome = CallOutcome.VOICEMAIL
        record_event(session, sid, now, Actor.DESK, EventKind.BEEP)


def record_voicemail(session: Session, desk: Desk, sid: str, recording: Recording, now: datetime) -> Callback | None:
    """Record what the carrier reports about a call's recording, and open the callback unless there is one.

    Return the callback; None for a call that is not on record.
    """
    call = _locked_call(session, sid)
    if call is None:
        return None
    if call.beep_at is None:
        call.beep_at, call.outcome = now, CallOutcome.VOICEMAIL
    voicemail = _voicemail_row(session, call)
    _update_voicemail(session, voicemail, recording, now)
    session.flush()
    return open_callback(session, desk, call, now)


def record_end(session: Session, desk: Desk, sid: str, status: CarrierStatus, now: datetime) -> None:
    """Record the end of a call. A caller who reached the beep is owed a callback, whatever was recorded."""
    call = _locked_call(session, sid)
    if call is None or call.ended_at is not None:
        return
    call.ended_at = now
    record_event(session, sid, now, Actor.CALLER, EventKind.CALL_ENDED, status.value)
    if call.beep_at is not None:
        _voicemail_row(session, call)
        open_callback(session, desk, call, now)
    elif call.outcome is CallOutcome.IN_PROGRESS:
        call.outcome = CallOutcome.HUNG_UP_BEFORE_THE_BEEP


def record_answer(session: Session, sid: str, technician: Technician, now: datetime) -> None:
    """Record that a technician pressed the key to accept the call, and was connected to the caller."""
    call = _locked_call(session, sid)
    if call is not None and call.accepted_by_id is None:
        call.accepted_by_id, call.outcome = technician.id, CallOutcome.ANSWERED
        record_event(session, sid, now, technician.name, EventKind.CALL_ANSWERED)


def _locked_call(session: Session, sid: str) -> Call | None:
    return locked_or_none(session, Call, sid)


def _voicemail_row(session: Session, call: Call) -> Voicemail:
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


def _update_voicemail(session: Session, voicemail: Voicemail, recording: Recording, now: datetime) -> None:
    """Add what is new. Once there is audio, a report that there is none changes nothing."""
    if recording.sid is not None and voicemail.recording_sid is None:
        voicemail.recording_sid = recording.sid
    is_recorded, is_hint = recording.state is VoicemailState.RECORDED, recording.state is VoicemailState.EXPECTED
    if is_recorded:  # earlier reports include the silence at the end
        voicemail.seconds = recording.seconds
    known = voicemail.state
    if is_recorded and voicemail.audio is AudioState.LOST:
        _want_audio(voicemail, now)
    if known is VoicemailState.RECORDED or (is_hint and known is not VoicemailState.EXPECTED):
        return
    if recording.state is not known:
        kind = RECORDING_KINDS[recording.state]
        record_event(session, voicemail.call_sid, now, Actor.CARRIER, kind, _seconds(recording))
    voicemail.state = recording.state
    if is_recorded or (recording.seconds and voicemail.recording_sid):
        _want_audio(voicemail, now if is_recorded else now + FETCH_AFTER)


def _want_audio(voicemail: Voicemail, at: datetime) -> None:
    if voicemail.audio is AudioState.COPIED or voicemail.recording_sid is None:
        return
    if voicemail.audio is AudioState.LOST:  # the carrier has it after all
        voicemail.tries, voicemail.missing_since = 0, None
    voicemail.audio = AudioState.WANTED
    voicemail.next_action_at = at


def _seconds(recording: Recording) -> str:
    return f"{recording.seconds} seconds" if recording.seconds else ""
