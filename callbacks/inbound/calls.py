"""Records customers' calls and voicemails from the carrier's webhooks, which may repeat and come in any order.

The carrier's SIDs are the keys. The first webhook that shows that a callback is owed opens it, and later ones complete
its record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import add_to_open_callback, begin_or_hold, open_callback
from callbacks.db.database import insert_once, locked, locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import GONE, OWED, AudioState, CallOutcome, CarrierStatus, VoicemailState
from callbacks.db.tables import Call, Callback, Event, Voicemail
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.inbound.admission import is_blocked
from callbacks.inbound.call_ends import EndedCall, outcome_of
from callbacks.inbound.canaries import recognize_canary
from callbacks.inbound.conversations import has_heard_standing, record_conversation
from callbacks.inbound.rings import stop_ringing
from callbacks.lifecycle.contacts import note_contact
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_log import record_event
from callbacks.text.dialing_rules import DEFAULT_RULES, DialingRules

RECORDING_KINDS = {
    VoicemailState.EXPECTED: EventKind.RECORDING_EXPECTED,
    VoicemailState.RECORDED: EventKind.RECORDING_RECORDED,
    VoicemailState.ABSENT: EventKind.RECORDING_ABSENT,
    VoicemailState.FAILED: EventKind.RECORDING_FAILED,
}
LANGUAGES_CHOSEN = {EventKind.MENU_ENGLISH: "en", EventKind.MENU_FRENCH: "fr"}
SHORTEST_MESSAGE = 2  # seconds; a shorter recording is rarely a message
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
    language_is_known: bool = False  # before any key; else it is the line's
    webhooks_missed: bool = False  # the first webhook that was stored is not the first of the call


@dataclass(frozen=True)
class FoundCall:
    """A call that we first learn of while it is under way, or after it."""

    sid: str
    line: str
    caller: str
    language: str
    began_at: datetime


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
        language_known=arrival.language_is_known,
        is_open=arrival.is_open,
        hours_reason=arrival.hours_reason,
        attestation=arrival.attestation[:60],
        webhooks_missed=arrival.webhooks_missed,
        outcome=CallOutcome.IN_PROGRESS,
    )
    if is_new:
        hours = "in support hours" if arrival.is_open else f"closed: {arrival.hours_reason}"
        record_event(session, arrival.sid, now, Actor.CALLER, EventKind.CALLED, f"{arrival.line} line, {hours}")
        note_contact(session, caller, now)
    return session.scalars(select(Call).where(Call.sid == arrival.sid)).one()


def record_customer_call(session: Session, desk: Desk, arrival: Arrival, now: datetime) -> Call:
    """Record a call from a customer, or the canary, or return its record."""
    is_new = find_call(session, arrival.sid) is None
    call = record_call(session, arrival, now, desk.dialing_rules)
    if is_new:
        recognize_canary(session, desk, call)
    return call


def record_found_call(session: Session, desk: Desk, found: FoundCall) -> Call:
    """Record a call whose first webhook was not stored, or return its record."""
    verdict = support_hours(session, desk).verdict(found.began_at)
    line = found.line if found.line in desk.lines else desk.line_called("")
    reason = verdict.reason.spoken("en")
    arrival = Arrival(found.sid, line, found.caller, found.language, verdict.is_open, reason, webhooks_missed=True)
    return record_customer_call(session, desk, arrival, found.began_at)


def record_fallback(session: Session, desk: Desk, found: FoundCall, error: str, now: datetime) -> None:
    """Record that the carrier used the fallback URL in a call.

    The service failed this caller, who is asked for a message. So they are owed a callback even if they leave none,
    unless a technician has taken the call.
    """
    call = record_found_call(session, desk, found)
    call.webhooks_missed = True
    call.box = ""  # whatever they had chosen, they hear that a technician will call back
    same = select(Event.id).where(Event.contact_sid == call.sid, Event.kind == EventKind.SERVICE_FAILED)
    if session.scalar(same) is None:
        detail = f"Error {error}." if error else ""
        record_event(session, call.sid, now, Actor.CARRIER, EventKind.SERVICE_FAILED, detail)
    if call.accepted_by_id is None:
        record_beep(session, call.sid, now)


def find_call(session: Session, sid: str) -> Call | None:
    return session.get(Call, sid)


def record_language(call: Call, language: str) -> None:
    """Record the language that the caller chose: the call's language from now on. Its prompts begin again."""
    call.language, call.language_chosen = language, True
    if call.ended_at is None and call.beep_at is None:
        call.promised_at = None


def record_choice(session: Session, sid: str, now: datetime, choice: EventKind, what: str = "") -> None:
    """Record a choice in the menu, each once. The last choice of a language holds."""
    call = find_call(session, sid)
    if call is not None and choice in LANGUAGES_CHOSEN:
        record_language(call, LANGUAGES_CHOSEN[choice])
    same = select(Event.id).where(Event.contact_sid == sid, Event.kind == choice, Event.detail == what)
    if session.scalar(same) is None:
        record_event(session, sid, now, Actor.CALLER, choice, what)


def record_beep(session: Session, sid: str, now: datetime) -> None:
    """Record that the caller reached the beep. From here on, a caller who hangs up is owed a callback."""
    call = _locked_call(session, sid)
    if call is not None and call.beep_at is None:
        call.beep_at = now
        call.outcome = CallOutcome.VOICEMAIL
        record_event(session, sid, now, Actor.DESK, EventKind.BEEP)


def record_voicemail(session: Session, desk: Desk, sid: str, recording: Recording, now: datetime) -> Callback | None:
    """Record what the carrier reports about a call's recording, and open the callback unless there is one.

    Return the callback. None for a blocked number, which is called back by nobody, for a message in another box than
    that of support, and for a call that is not on record, which reconciliation looks up at the carrier.
    """
    call = _locked_call(session, sid)
    if call is None:
        return None
    if call.beep_at is None:
        call.beep_at, call.outcome = now, CallOutcome.VOICEMAIL
    voicemail = _row_of_recording(session, call, recording, now)
    if voicemail is None:
        return callback_about(session, sid)
    _update_voicemail(session, voicemail, recording, now)
    session.flush()
    if is_blocked(session, call, now) or is_for_a_box(desk, call):
        return None
    callback = open_callback(session, desk, call, now)
    session.flush()
    begin_or_hold(session, desk, locked(session, Callback, callback.id), now)
    return callback


def record_promise(session: Session, sid: str, heard_at: datetime) -> None:
    """Record when the caller has heard the prompts that promise a call back, once."""
    call = _locked_call(session, sid)
    if call is not None and call.promised_at is None:
        call.promised_at = heard_at


def record_end(
    session: Session, desk: Desk, sid: str, status: CarrierStatus, now: datetime, ended_at: datetime | None = None
) -> None:
    """Record the end of a call, as of `ended_at` if the carrier says when, and open the callback that is owed."""
    call = _locked_call(session, sid)
    if call is None or call.ended_at is not None:
        return
    stop_ringing(session, sid, now)
    call.ended_at = ended_at if ended_at is not None and call.began_at <= ended_at <= now else now
    record_event(session, sid, now, Actor.CALLER, EventKind.CALL_ENDED, status.value)
    settle(session, desk, call, call.ended_at, now)


def settle(session: Session, desk: Desk, call: Call, ended_at: datetime, now: datetime) -> None:
    """Store how a call that is over ended, and open the callback that its caller is owed."""
    if call.outcome in (CallOutcome.TECHNICIAN, CallOutcome.PUT_THROUGH):  # it wakes nobody
        return
    is_answered = call.accepted_by_id is not None
    ended = EndedCall(ended_at, call.beep_at, call.promised_at, call.waited_from, is_answered)
    call.outcome = outcome_of(ended, desk.ringing.missed_after)
    if call.outcome is CallOutcome.VOICEMAIL:
        _voicemail_row(session, call)
    elif call.outcome is CallOutcome.PROMISED:
        record_event(session, call.sid, now, Actor.DESK, EventKind.NO_BEEP)
    elif call.outcome is CallOutcome.MISSED and call.waited_from is not None:
        waited = f"{round((ended_at - call.waited_from).total_seconds())} seconds"
        record_event(session, call.sid, now, Actor.CALLER, EventKind.STOPPED_WAITING, waited)
    if call.outcome in OWED and not is_blocked(session, call, now) and not is_for_a_box(desk, call):
        callback = open_callback(session, desk, call, now, OWED[call.outcome])
        session.flush()
        begin_or_hold(session, desk, locked(session, Callback, callback.id), now)
    elif call.outcome is CallOutcome.ANSWERED or has_heard_standing(session, call.sid):
        add_to_open_callback(session, desk, call, now)
    if call.outcome is CallOutcome.ANSWERED and call.accepted_by_id is not None:
        record_conversation(session, desk, call.sid, call.accepted_by_id, now, is_proven=False)


def is_for_a_box(desk: Desk, call: Call) -> bool:
    """Return whether a message is not for support. One in a box that was removed since is."""
    return call.box in desk.boxes


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
    counted = select(Voicemail).where(Voicemail.call_sid == call.sid, Voicemail.is_replaced.is_(False))
    return session.scalars(counted).one()


def _row_of_recording(session: Session, call: Call, recording: Recording, now: datetime) -> Voicemail | None:
    """Return the row of this recording. None for a report without a SID about a call whose recording has one.

    A caller may record again: then the later recording counts, and the earlier one is kept.
    """
    counted = _voicemail_row(session, call)
    if recording.sid is None:
        return counted if counted.recording_sid is None else None
    if counted.recording_sid in (None, recording.sid):
        return counted
    earlier = session.scalar(select(Voicemail).where(Voicemail.recording_sid == recording.sid))
    if earlier is not None:
        return earlier if earlier.call_sid == call.sid else None
    if recording.state in (VoicemailState.ABSENT, VoicemailState.FAILED):  # what was recorded before still counts
        return None
    record_event(session, call.sid, now, Actor.CALLER, EventKind.RECORDED_AGAIN)
    is_slip = _is_short(recording.seconds) and not _is_short(counted.seconds)
    return _another_row(session, call, recording.sid) if is_slip else _replaced_row(session, call, counted)


def _is_short(seconds: int | None) -> bool:
    return seconds is not None and seconds < SHORTEST_MESSAGE


def _replaced_row(session: Session, call: Call, counted: Voicemail) -> Voicemail:
    """Return a new row, which counts from now on."""
    counted.is_replaced = True
    session.flush()
    return _voicemail_row(session, call)


def _another_row(session: Session, call: Call, recording_sid: str) -> Voicemail:
    """Return a new row that does not count, of a caller who began again and thought better of it."""
    row = Voicemail(call_sid=call.sid, recording_sid=recording_sid, state=VoicemailState.EXPECTED, is_replaced=True)
    session.add(row)
    session.flush()
    return row


def _update_voicemail(session: Session, voicemail: Voicemail, recording: Recording, now: datetime) -> None:
    """Add what is new. Once there is audio, a report that there is none changes nothing."""
    if recording.sid is not None and voicemail.recording_sid is None:
        voicemail.recording_sid = recording.sid
        if voicemail.audio is AudioState.DELETED:  # before the carrier had named it: it has a copy to delete
            voicemail.audio, voicemail.next_action_at = AudioState.DELETING, now
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
    if voicemail.audio in (AudioState.COPIED, *GONE) or voicemail.recording_sid is None:
        return
    if voicemail.audio is AudioState.LOST:  # the carrier has it after all
        voicemail.tries, voicemail.missing_since = 0, None
    voicemail.audio = AudioState.WANTED
    voicemail.next_action_at = at


def _seconds(recording: Recording) -> str:
    return f"{recording.seconds} seconds" if recording.seconds else ""
