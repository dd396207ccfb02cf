"""<Record>: keeps what is said after the beep, until a key, a silence, the longest time or a hang-up.

After a hang-up the action is requested all the same, and nobody hears its document.
twilio.com/docs/voice/twiml/record
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from xml.etree.ElementTree import Element

from ivr.simulator.audio import Sound
from ivr.simulator.faults import FaultKind, Place
from ivr.simulator.ledger import Recording, RecordingStatus
from ivr.simulator.phones import HeardKind, Speech, Wait, WaitEnd
from ivr.simulator.twiml.context import Context, DocumentRequest, HungUp, VerbRun

SHORTEST = timedelta(seconds=1)  # anything shorter is absent
TOO_SHORT, SILENT, NOT_ENCRYPTED = 16101, 16102, 16105  # error codes
ANY_KEY = "1234567890*#"


def record(context: Context, verb: Element) -> VerbRun:
    if verb.get("playBeep", "true") == "true":
        context.hear(HeardKind.BEEP)
    context.leg.keys.clear()
    take = _Take(context, verb)
    try:
        key = yield from take.run()
    except HungUp:
        take.keep(context.leg.speaking)
        request = take.finish("hangup")
        if request is not None:
            context.webhooks.report_action(context.leg.call, request.url, request.fields)
        raise
    return take.finish(key)


class _Take:
    """One recording while it is made."""

    def __init__(self, context: Context, verb: Element) -> None:
        self._context, self._verb = context, verb
        self._started_at = context.now
        self._ends_at = context.now + timedelta(seconds=float(verb.get("maxLength", "3600")))
        silence = float(verb.get("timeout", "5"))
        self._silence = timedelta(seconds=silence) if silence else self._ends_at - context.now  # 0: none ends it
        self._sound = Sound()

    def run(self) -> Generator[Wait, WaitEnd, str]:
        """Keep what is said. Return the key that ended it, or "" if none did."""
        key = ""
        while not key and self._context.now < self._ends_at:
            until = min(self._context.now + self._silence, self._ends_at)
            match (yield Wait(until, keys=True, speech=True)):
                case WaitEnd.SPEECH if (speech := self._context.leg.speaking) is not None:
                    key = yield from self._listen(speech)
                case WaitEnd.KEY:
                    key = self._finishing_key()
                case _:
                    break
        return key

    def _listen(self, speech: Speech) -> Generator[Wait, WaitEnd, str]:
        """Wait until the caller has spoken, or a key cuts it short."""
        key, until = "", min(speech.ends_at, self._ends_at)
        while not key and self._context.now < until:
            if (yield Wait(until, keys=True)) is WaitEnd.KEY:
                key = self._finishing_key()
        self.keep(speech)
        self._context.leg.speaking = None
        return key

    def keep(self, speech: Speech | None) -> None:
        """Keep what the caller has said by now."""
        if speech is not None:
            self._sound = self._sound.then(speech.until(self._context.now))

    def _finishing_key(self) -> str:
        keys = self._context.leg.keys
        key = keys.pop(0) if keys else ""
        return key if key in self._verb.get("finishOnKey", ANY_KEY) else ""

    def finish(self, key: str) -> DocumentRequest | None:
        """File the recording and report it. Return the request for the action, or None if there is no audio."""
        recording = self._file()
        events = self._verb.get("recordingStatusCallbackEvent", RecordingStatus.COMPLETED).split()
        callback = self._verb.get("recordingStatusCallback")
        if callback and recording.status in (*events, RecordingStatus.FAILED):
            self._context.webhooks.report_recording(self._context.absolute(callback), recording)
        heard_at, is_there = self._verb.get("transcribeCallback"), recording.status is RecordingStatus.COMPLETED
        if heard_at and is_there and self._verb.get("transcribe") == "true":
            self._context.webhooks.report_transcription(self._context.absolute(heard_at), recording)
        return None if recording.status is RecordingStatus.ABSENT else self._action(recording, key)

    def _outcome(self) -> tuple[RecordingStatus, int | None]:
        call = self._context.leg.call
        match self._context.account.faults.take_kind(Place.RECORD, f"{call.from_} {call.to}"):
            case FaultKind.FAILED:
                return RecordingStatus.FAILED, NOT_ENCRYPTED
            case FaultKind.ABSENT:
                return RecordingStatus.ABSENT, SILENT
        if self._sound.length < SHORTEST:
            return RecordingStatus.ABSENT, TOO_SHORT
        return RecordingStatus.COMPLETED, None

    def _file(self) -> Recording:
        account, call = self._context.account, self._context.leg.call
        status, error_code = self._outcome()
        recording = Recording(
            account.new_sid("RE"), call.sid, self._context.now, status, self._sound, error_code=error_code
        )
        account.ledger.recordings.append(recording)
        return recording

    def _action(self, recording: Recording, key: str) -> DocumentRequest:
        """The action gets the time that the recording took, with the silence at its end; the file is trimmed later."""
        fields = {
            "RecordingUrl": self._context.account.recording_url(recording.sid),
            "RecordingSid": recording.sid,
            "RecordingDuration": str(round((self._context.now - self._started_at).total_seconds())),
            "Digits": key,
        }
        return DocumentRequest(self._context.absolute(self._verb.get("action", self._context.url)), fields)
