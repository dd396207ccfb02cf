"""<Record>: what it catches, how it ends, and what is told of it afterwards (twilio.com/docs/voice/twiml/record)."""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.simulator.calls import LiveCall
from ivr.simulator.ledger import Recording
from ivr.simulator.program import CallOver, Elapsed, Key, Program, Request, Signal, Wait
from ivr.simulator.sound import Sound, captured
from ivr.simulator.switchboard import whole_seconds
from ivr.simulator.twiml import Verb
from ivr.simulator.waiting import ask

TOO_SHORT = timedelta(seconds=1)  # the exact length is nowhere written
TOO_SHORT_CODE, FAILED_CODE = 16101, 16105


def record(call: LiveCall, verb: Verb) -> Program[Request | None]:
    """Record until a key, silence, the longest time, or a hang-up, which requests `action` with Digits=hangup.

    When nothing was said and the caller is still there, `action` is not requested and the next verb is performed.
    """
    recording = Recording(call.board.sids.next("RE"), call.record.sid, "in-progress", call.board.agenda.now)
    call.board.ledger.recordings.append(recording)
    # The beep takes no time here, so that what is said at the beep is caught whole.
    if verb.says("playBeep", default=True):
        call.hears("beep")
    _tell(call, verb, recording, "in-progress")
    try:
        key = yield from _listen(call, verb, recording.at)
    except CallOver:
        _finish(call, verb, recording)
        yield from ask(call, _action(call, verb, recording, "hangup"))
        raise
    sound = _finish(call, verb, recording)
    return None if sound is None else _action(call, verb, recording, key)


def _listen(call: LiveCall, verb: Verb, began_at: datetime) -> Program[str]:
    """Wait for the end; give the key that made it."""
    ends_at = began_at + timedelta(seconds=verb.whole("maxLength", 3600))
    silence, keys = timedelta(seconds=verb.whole("timeout", 5)), verb.get("finishOnKey", "1234567890*#")
    while True:
        quiet_since = max(began_at, call.leg.quiet_at or began_at)
        signal: Signal = yield Wait(min(ends_at, quiet_since + silence) if silence else ends_at)
        match signal:
            case Key(key) if key in keys:
                return key
            case Elapsed():
                return ""


def _action(call: LiveCall, verb: Verb, recording: Recording, digits: str) -> Request:
    # This duration is that of the call's time in <Record>, before trimming; the callback tells the audio's.
    params = {
        "RecordingSid": recording.sid,
        "RecordingUrl": call.board.resource_url("Recordings", recording.sid),
        "RecordingDuration": whole_seconds(call.board.agenda.now - recording.at),
    }
    if digits:
        params["Digits"] = digits
    return Request(call.absolute(verb.get("action")), method=verb.get("method", "POST"), params=params)


def _finish(call: LiveCall, verb: Verb, recording: Recording) -> Sound | None:
    """Take what was caught; the file is there, and told of, a little later."""
    trim = verb.get("trim", "trim-silence") == "trim-silence"
    sound = captured(call.leg.speeches, recording.at, call.board.agenda.now, trim)
    recording.status = "processing"
    call.board.agenda.after(call.board.delays.recording, lambda: _settle(call, verb, recording, sound))
    return sound


def _settle(call: LiveCall, verb: Verb, recording: Recording, sound: Sound | None) -> None:
    if call.board.faults.strike("recordings", call.params()):
        recording.status, recording.error_code = "failed", FAILED_CODE
    elif sound is None or sound.lasts < TOO_SHORT:
        recording.status, recording.error_code = "absent", TOO_SHORT_CODE
    else:
        recording.status, recording.audio = "completed", sound.to_wav()
        recording.duration, recording.channels = sound.lasts, sound.channels
    _tell(call, verb, recording, recording.status)


def _tell(call: LiveCall, verb: Verb, recording: Recording, event: str) -> None:
    """Report to recordingStatusCallback; only `completed` is told of unless more is asked for."""
    wanted = verb.get("recordingStatusCallbackEvent", "completed").replace(",", " ").split()
    url = verb.get("recordingStatusCallback")
    # A failure is told to whoever asked for `absent`: there is no event of its own.
    if not url or (event if event != "failed" else "absent") not in wanted:
        return
    params = {
        "AccountSid": call.board.account_sid,
        "CallSid": call.record.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": call.board.resource_url("Recordings", recording.sid),
        "RecordingStatus": event,
        "RecordingDuration": whole_seconds(recording.duration),
        "RecordingChannels": str(recording.channels),
        "RecordingSource": recording.source,
    }
    if recording.error_code is not None:
        params["ErrorCode"] = str(recording.error_code)
    method = verb.get("recordingStatusCallbackMethod", "POST")
    call.board.webhooks.tell("recording", call.absolute(url), method, params, timedelta(0))
