"""The facts of a callback that messages are made of."""

from __future__ import annotations

from callbacks.db.states import AudioState, CallbackOrigin, VoicemailState
from callbacks.db.tables import Callback
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.paging import messages
from callbacks.records.calls_of_callback import messages_of


def subject_of(desk: Desk, callback: Callback) -> messages.Subject:
    """Return the facts of a callback as they are now."""
    customer, call = customer_number(desk, callback), callback.call
    return messages.Subject(
        sender=desk.company.sender,
        reference=callback.reference,
        line=desk.line_name(callback.call.line),
        caller=callback.call.caller,
        customer_number=customer.number,
        due_at=callback.due_at,
        zone=desk.zone,
        message=_message(callback),
        has_no_number=customer.is_missing,
        is_tried=callback.attempted_at is not None,
        extension=customer.extension,
        why_no_number=customer.briefly,
        not_allowed_yet=customer.in_words if customer.waits_for_consent else None,
        language=call.language if call.language_chosen else "",
        calls=1 + len(callback.joined),
    )


def _message(callback: Callback) -> messages.Message:
    """Return what is known of the message; of several, of the last one that can be heard."""
    left = messages_of(callback)
    heard = [each for each in left if each.audio is not AudioState.LOST]
    voicemail = next(iter((*reversed(heard), *left)), callback.call.voicemail)
    if voicemail is None and callback.origin is CallbackOrigin.MISSED_CALL:
        return messages.MISSED_CALL
    if voicemail is None or voicemail.state is VoicemailState.ABSENT:
        return messages.NO_MESSAGE
    if voicemail.audio is AudioState.LOST:
        return messages.LOST_MESSAGE
    if voicemail.seconds:
        return messages.Message(left=True, seconds=voicemail.seconds)
    return messages.Message(left=True if voicemail.recording_sid else None)
