"""What the carrier reports on a customer's call, in any order: the recording, and the end of the call."""

from __future__ import annotations

from flask import Response

from callbacks.db.states import FINAL, VoicemailState, carrier_status
from callbacks.inbound import calls
from ivr.twilio.context import current
from ivr.twilio.webhook import call_sid, field, no_content, sid, signed_blueprint, store, whole_number

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
    reported = calls.Recording(state, sid("RecordingSid", "RE"), whole_number("RecordingDuration"))
    return store(lambda session: calls.record_voicemail(session, context.desk, found, reported, now))


@blueprint.post("/voice/status")
def status() -> Response:
    """Store that a customer's call has ended."""
    found, call_status = call_sid(), carrier_status(field("CallStatus"))
    if found is None or call_status not in FINAL:
        return no_content()
    context, now = current(), current().now()
    return store(lambda session: calls.record_end(session, context.desk, found, call_status, now))
