"""What the carrier reports on a customer's call, in any order: the recording, and the end of the call."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.db.states import FINAL, VoicemailState, carrier_status
from callbacks.inbound import calls
from callbacks.inbound.caller_choices import store_choices
from callbacks.inbound.transcripts import record_carrier_transcript
from callbacks.text import sids
from ivr.caller.routes import choices_in
from ivr.caller.turns import LONGEST_CALLER
from ivr.twilio.context import current
from ivr.twilio.webhook import (
    call_sid,
    field,
    instant,
    language_in_query,
    no_content,
    refusing_altered_replays,
    sid,
    signed_blueprint,
    store,
    whole_number,
)

LONGEST_RECORDING = 4 * 60 * 60  # seconds; the report is not to move the beginning of a call by more

# Twilio's RecordingStatus.
RECORDING_STATES = {
    "completed": VoicemailState.RECORDED,
    "absent": VoicemailState.ABSENT,
    "failed": VoicemailState.FAILED,
}

blueprint = signed_blueprint("caller_reports", __name__, no_content)


@blueprint.post("/voice/recording")
def recording() -> Response:
    """Store the status of a recording, which outweighs what the end of the Record said."""
    found, state = call_sid(), RECORDING_STATES.get(field("RecordingStatus"))
    if found is None or state is None:
        return no_content()
    context, now = current(), current().now()
    reported = calls.Recording(state, sid("RecordingSid", sids.RECORDING), whole_number("RecordingDuration"))
    began_at = now - timedelta(seconds=min(reported.seconds or 0, LONGEST_RECORDING))
    about = request.args.to_dict()
    chosen = choices_in(about, language_in_query()).stored
    arrived = calls.FoundCall(
        found, about.get("line", ""), about.get("caller", "")[:LONGEST_CALLER], language_in_query(), began_at
    )

    def work(session: Session) -> None:
        if "line" in about:  # the call may not be on record, because no webhook of it was stored
            call = calls.record_found_call(session, context.desk, arrived)
            store_choices(session, context.desk, call, chosen, now)
        calls.record_voicemail(session, context.desk, found, reported, now)

    return store(refusing_altered_replays(work, found))


@blueprint.post("/voice/transcription")
def transcription() -> Response:
    """Store what the carrier heard in a recording, where the desk file asks the carrier for it."""
    found, recording_sid, words = call_sid(), sid("RecordingSid", sids.RECORDING), field("TranscriptionText")
    context, now = current(), current().now()
    is_wanted = context.desk.transcript.by == "carrier" and field("TranscriptionStatus") == "completed"
    if found is None or recording_sid is None or not is_wanted:
        return no_content()
    return store(lambda session: record_carrier_transcript(session, context.desk, found, recording_sid, words, now))


@blueprint.post("/voice/status")
def status() -> Response:
    """Store that a customer's call has ended."""
    found, call_status = call_sid(), carrier_status(field("CallStatus"))
    if found is None or call_status not in FINAL:
        return no_content()
    context, now, ended_at = current(), current().now(), instant("Timestamp")
    return store(lambda session: calls.record_end(session, context.desk, found, call_status, now, ended_at))
