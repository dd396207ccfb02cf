"""The words of the event log, in English, for every kind of event."""

from __future__ import annotations

from callbacks.db.event_kinds import EventKind

# Shown between the actor's name and the event's detail.
_WORDS = {
    EventKind.CALLED: "called",
    EventKind.MENU_SUPPORT: "chose support in the menu",
    EventKind.MENU_ENGLISH: "chose English in the menu",
    EventKind.MENU_FRENCH: "chose French in the menu",
    EventKind.MENU_NO_CHOICE_SUPPORT: "chose nothing in the menu and went on to support",
    EventKind.MENU_NO_CHOICE_GOODBYE: "chose nothing in the menu; the call was ended",
    EventKind.DIALED_IN: "called from a technician's phone",
    EventKind.BEEP: "asked for a message",
    EventKind.CALL_ENDED: "call ended",
    EventKind.CALL_ANSWERED: "answered the call",
    EventKind.NOT_CONNECTED: "could not connect the two",
    EventKind.STOPPED_WAITING: "waited for a technician and hung up",
    EventKind.NO_BEEP: "promised a call back, and the beep never came",
    EventKind.SERVICE_FAILED: "got no answer from the desk, and used the fallback",
    EventKind.CALL_MISSED: "found a missed call",
    EventKind.STANDING_HEARD: "heard how the callback stands",
    EventKind.SAID_SEPARATE: "called about something else",
    EventKind.CALLED_AGAIN: "called again",
    EventKind.CALL_SPLIT: "split off a call",
    EventKind.RECORDING_EXPECTED: "expects a recording",
    EventKind.RECORDING_RECORDED: "recorded the message",
    EventKind.NUMBER_ENTERED: "entered another number to call",
    EventKind.RECORDED_AGAIN: "recorded the message again",
    EventKind.RECORDING_ABSENT: "has no recording",
    EventKind.RECORDING_FAILED: "could not record the message",
    EventKind.AUDIO_STORED: "stored the recording",
    EventKind.AUDIO_DELAYED: "could not fetch the recording yet",
    EventKind.AUDIO_LOST: "could not fetch the recording: it is lost",
    EventKind.MACHINE_TRANSCRIBED: "transcribed the message",
    EventKind.MACHINE_TRANSCRIPTION_FAILED: "could not transcribe the message",
    EventKind.TRANSCRIBED: "wrote down the message",
    EventKind.MESSAGE_HEARD: "heard the message",
    EventKind.CALLBACK_OPENED: "opened the callback",
    EventKind.STEP: "took a step",
    EventKind.STEP_SKIPPED: "skipped a step",
    EventKind.REMINDER: "sent a reminder",
    EventKind.BREACHED: "missed the deadline",
    EventKind.ATTEMPT_REQUESTED: "asked for the next attempt",
    EventKind.OWNER_PASSED_OVER: "passed over the owner",
    EventKind.RESOLUTION_AT_RISK: "warned that the resolution is nearly due",
    EventKind.REVIEWED: "asked how it stands",
    EventKind.NEXT_ACTION_REPAIRED: "repaired the next action",
    EventKind.ESCALATION_RESUMED: "resumed the escalation",
    EventKind.DECISION_FAILED: "could not decide the next step",
    EventKind.RESOLUTION_OVERDUE: "missed the deadline of the resolution",
    EventKind.PAGED: "paged",
    EventKind.NOTIFIED: "informed",
    EventKind.CONNECTION_STARTED: "started a connection",
    EventKind.PAGE_CAPPED: "held back a page",
    EventKind.PAGE_FAILED: "could not deliver a page",
    EventKind.PAGE_NOT_TAKEN: "did not take the page",
    EventKind.ANSWER_LOST: "answer lost",
    EventKind.TAKEN: "took it",
    EventKind.ASSIGNED: "assigned it",
    EventKind.PASSED: "passed it",
    EventKind.ATTEMPT: "tried the customer",
    EventKind.ATTEMPT_NOT_MADE: "did not get through to the customer",
    EventKind.OUTCOME_REPORTED: "reported how the call went",
    EventKind.WORKAROUND_GIVEN: "gave a workaround",
    EventKind.RESOLUTION_ASKED: "was asked to confirm the resolution",
    EventKind.RESOLVED: "resolved it",
    EventKind.CANCELLED: "cancelled it",
    EventKind.CLOSED_UNREACHABLE: "closed it: no way to reach the customer",
    EventKind.AUTO_CLOSED: "closed it automatically",
    EventKind.REOPENED: "reopened it",
    EventKind.NUMBER_BLOCKED: "blocked the number",
    EventKind.NUMBER_CHANGED: "entered another number",
    EventKind.CONSENTED: "consented to the call",
    EventKind.CONSENT_REFUSED: "did not consent to the call",
    EventKind.PAGE_REQUESTED: "asked to page now",
    EventKind.CONNECTION_REQUESTED: "asked for a connection",
    EventKind.PRIORITY_CHANGED: "changed the priority",
    EventKind.WAITING_STARTED: "is waiting for the customer",
    EventKind.RELEASE_NAMED: "named the release that fixes it",
    EventKind.WAITING_ENDED: "heard from the customer",
    EventKind.PRODUCT_SET: "set the product",
    EventKind.MANAGER_REQUESTED: "asked for a manager",
    EventKind.MANAGER_RESPONDED: "responded as the manager who was asked for",
    EventKind.CALLER_NAMED: "named the caller",
    EventKind.NOTE: "wrote a note",
    EventKind.OTHER: "other event",
}

# What stopped the paging or restarted it, for the answer to "why was nobody paged?".
_EFFECTS_ON_PAGING = {
    EventKind.TAKEN: "took it: from then on only the owner is reminded, until it escalates above them.",
    EventKind.ASSIGNED: "assigned it: from then on only the owner is reminded, until it escalates above them.",
    EventKind.PASSED: "passed it: the next step was due at once.",
    EventKind.ESCALATION_RESUMED: "resumed the escalation above the owner, who had not tried to reach the customer.",
    EventKind.ATTEMPT: "tried to reach the customer: the escalation ended. If they were not reached, the owner is "
    "asked to try again.",
    EventKind.ATTEMPT_REQUESTED: "asked the owner for the next attempt.",
    EventKind.OWNER_PASSED_OVER: "passed over the owner, who was asked for the next attempt and did not react.",
    EventKind.RESOLVED: "resolved it.",
    EventKind.CANCELLED: "cancelled it.",
    EventKind.CLOSED_UNREACHABLE: "closed it: there is no way to reach the customer.",
    EventKind.AUTO_CLOSED: "closed it: the customer could not be reached and did not get back to us.",
    EventKind.REOPENED: "reopened it.",
}


def event_words(kind: EventKind, step: int | None = None) -> str:
    """Return the words for a kind of event; a step is named by its number."""
    return f"took step {step}" if kind is EventKind.STEP and step is not None else _WORDS[kind]


def effect_on_paging(kind: EventKind) -> str | None:
    """Return how a kind of event changes who is paged, or None when it does not."""
    return _EFFECTS_ON_PAGING.get(kind)
