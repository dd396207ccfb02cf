"""The kinds of events in a callback's log, and the actors that are not people. Both are stored as their values."""

from __future__ import annotations

import enum


class Actor(enum.StrEnum):
    """Who caused an event, if not a person. People are logged by name or mail address."""

    CALLER = "caller"  # the customer, on the phone
    DESK = "desk"  # this service
    CARRIER = "carrier"  # Twilio, or what takes its place


class EventKind(enum.Enum):
    """One kind of event in the log of a call and its callback."""

    # The call
    CALLED = "called"  # a call reached one of our lines
    MENU_SUPPORT = "menu_support"  # the caller chose support
    MENU_ENGLISH = "menu_english"  # the caller chose English
    MENU_FRENCH = "menu_french"  # the caller chose French
    URGENCY_CHOSEN = "urgency_chosen"  # the caller pressed how urgent it is
    MENU_NO_CHOICE_SUPPORT = "menu_no_choice_support"  # no valid key in the last try; the call went on to support
    MENU_NO_CHOICE_GOODBYE = "menu_no_choice_goodbye"  # no valid key in the last try; we hung up
    MENU_KEY = "menu_key"  # the caller chose something else in a menu; the detail says what
    MENU_NO_KEY = "menu_no_key"  # no valid key in the last try; the call went on as the menu says
    PUT_THROUGH = "put_through"  # a team or an outside number took the call
    SUBSCRIBED = "subscribed"  # the caller wants to be told by text when what is announced is over
    DIALED_IN = "dialed_in"  # the caller ID is a technician's verified number
    NUMBER_ENTERED = "number_entered"  # the caller entered another number to call, and confirmed it
    BEEP = "beep"  # the caller was asked for a message
    CALL_ENDED = "call_ended"  # the call is over, no matter who ended it
    CALL_ANSWERED = "call_answered"  # a technician took the live call
    NOT_CONNECTED = "not_connected"  # the technician who took the live call was never connected to the caller
    STOPPED_WAITING = "stopped_waiting"  # in support hours: the caller waited for a technician and hung up
    NO_BEEP = "no_beep"  # the caller heard the promise of a call back, and the beep never came
    SERVICE_FAILED = "service_failed"  # the carrier turned to the fallback URL in this call
    REFERENCE_RESTORED = "reference_restored"  # after a restore, a callback got the reference back that it had
    CALL_MISSED = "call_missed"  # the carrier had a call that never reached this service
    TEXT_FOUND = (
        "text_found"  # the carrier had a text that never reached this service; it counts as of when it was sent
    )
    STANDING_HEARD = "standing_heard"  # the caller heard how their open callback stands
    SAID_SEPARATE = "said_separate"  # the caller said that the call is not about the open callback
    CALLED_AGAIN = "called_again"  # the call joined the callback that was open for this number
    FOLLOW_UP_ASKED = "follow_up_asked"  # the technician who took a call: does it need more work?
    COLLEAGUE_MAILED = "colleague_mailed"  # from an address of ours, which can be forged: it is no act
    MAIL_RECEIVED = "mail_received"  # a mail reached one of our mailboxes; the detail has its subject
    MAIL_RETURNED = "mail_returned"  # a mail of ours to the customer could not be delivered
    JOINED = "joined"  # a person said that two callbacks are about one matter: this one is part of the other, or got it
    CALL_SPLIT = "call_split"  # a person said that the call is not about this callback: it has its own

    # The message
    RECORDING_EXPECTED = "recording_expected"  # the carrier announced a recording that is not confirmed yet
    RECORDING_RECORDED = "recording_recorded"  # the carrier has the recording
    RECORDING_ABSENT = "recording_absent"  # the carrier has no recording: the caller said nothing
    RECORDING_FAILED = "recording_failed"  # the carrier could not record
    RECORDED_AGAIN = "recorded_again"  # the caller recorded again: the later message counts, and the earlier is kept
    AUDIO_STORED = "audio_stored"  # the recording is in our own storage
    AUDIO_DELAYED = "audio_delayed"  # the recording could not be fetched several times; it is tried again
    AUDIO_LOST = "audio_lost"  # the recording was given up: nobody can hear the message
    MACHINE_TRANSCRIBED = "machine_transcribed"  # the speech model transcribed the message
    MACHINE_TRANSCRIPTION_FAILED = "machine_transcription_failed"  # the speech model could not transcribe the message
    TRANSCRIBED = "transcribed"  # a person transcribed the message
    MESSAGE_HEARD = "message_heard"  # somebody listened to the message
    MESSAGE_DELETED = "message_deleted"  # the recording may not be heard any more and is about to be deleted
    AUDIO_DELETED = "audio_deleted"  # the recording is deleted, here and at the carrier
    TRANSCRIPT_DELETED = "transcript_deleted"  # what the message says is deleted
    MAIL_DELETED = "mail_deleted"  # what a mail says is deleted, and its files are about to be
    PERSON_DELETED = "person_deleted"  # the customer's name and number, and every detail about them, are deleted
    BOX_MAILED = "box_mailed"  # a link to a message in another box than that of support was mailed

    # The escalation
    CALLBACK_OPENED = "callback_opened"  # the customer is owed a call
    HELD = "held"  # nobody is paged before a time: it can wait, or the customer named one
    HOLD_ENDED = "hold_ended"  # people are paged from now on, before that time
    STEP = "step"  # an escalation step was taken; the event's `step` is its number
    STEP_SKIPPED = "step_skipped"  # a step, or a part of it, found nobody to page
    REMINDER = "reminder"  # the owner was reminded to call the customer
    BREACHED = "breached"  # the deadline passed without an attempt
    ATTEMPT_REQUESTED = "attempt_requested"  # the owner was asked for the next attempt
    OWNER_PASSED_OVER = "owner_passed_over"  # the owner was asked and did not react, or left; it escalates
    RESOLUTION_AT_RISK = "resolution_at_risk"  # the owner was warned that the resolution is nearly due
    REVIEWED = "reviewed"  # the owner was reminded that it is still open
    NEXT_ACTION_REPAIRED = "next_action_repaired"  # it was open with no next action: a fault of this service
    ESCALATION_RESUMED = "escalation_resumed"  # the owner did not try the customer in time
    DECISION_FAILED = "decision_failed"  # the next step could not be decided because of an error
    RESOLUTION_OVERDUE = "resolution_overdue"  # it is open after its resolution was due

    # Pages
    PAGED = "paged"  # a page that escalates went out
    NOTIFIED = "notified"  # any other text, call or mail about the callback went out
    CONNECTION_STARTED = "connection_started"  # a technician is called, to be connected to the customer
    PAGE_CAPPED = "page_capped"  # a page was not sent because of the day's cap
    PAGE_FAILED = "page_failed"  # a page will never arrive
    PAGE_NOT_TAKEN = "page_not_taken"  # a paging call ended and no key was pressed
    ANSWER_LOST = "answer_lost"  # the carrier's answer to a request was lost; the request may have been carried out

    # Texts to and from the customer
    CUSTOMER_TEXTED = "customer_texted"  # the customer texted; the detail has the words
    CANCEL_ASKED = "cancel_asked"  # the customer asked by text for no call back
    CUSTOMER_NOTIFIED = "customer_notified"  # a text to the customer went out
    CUSTOMER_MAILED = "customer_mailed"  # a mail of the desk to the customer went out
    CUSTOMER_NOT_MAILED = "customer_not_mailed"
    CUSTOMER_NOT_NOTIFIED = "customer_not_notified"  # a text to the customer was not sent, or will never arrive
    REPLY_WRITTEN = "reply_written"  # a person wrote a reply by mail; it is not sent yet
    REPLY_SENT = "reply_sent"  # the mail server took the reply
    REPLY_NOT_SENT = "reply_not_sent"  # the mail server refused the reply, or could not be reached for too long

    # What people do, and what follows at once
    TAKEN = "taken"  # a technician became the owner
    ASSIGNED = "assigned"  # somebody at the console made a technician the owner
    PASSED = "passed"  # a technician gave it back to the escalation
    ATTEMPT = "attempt"  # a technician tried to reach the customer
    ATTEMPT_NOT_MADE = "attempt_not_made"  # a connection ended before the customer's phone rang
    ATTEMPT_WITHDRAWN = "attempt_withdrawn"  # a reply by mail that had counted came back: it is no attempt
    OUTCOME_REPORTED = "outcome_reported"  # a technician reported how a recorded attempt went
    WORKAROUND_GIVEN = "workaround_given"  # the customer has a workaround; the callback stays open
    RESOLUTION_ASKED = "resolution_asked"  # somebody said it is resolved; asked back, as no attempt is on record
    RESOLVED = "resolved"  # it is closed: the customer is served
    CANCELLED = "cancelled"  # it is closed: nobody needs to be called back
    CLOSED_UNREACHABLE = "closed_unreachable"  # it is closed: there is no way to reach the customer
    AUTO_CLOSED = "auto_closed"  # it is closed: the customer could not be reached and has been silent since
    CANARY_ENDED = "canary_ended"  # it is closed: the page of the test call came back, or did not come in time
    REOPENED = "reopened"  # it is open again
    NUMBER_BLOCKED = "number_blocked"  # a wrong number is never called again for this callback
    NUMBER_CHANGED = "number_changed"  # another number to call the customer on was entered
    CONSENTED = "consented"  # a named person allowed a risky number to be called
    CONSENT_REFUSED = "consent_refused"  # a named person refused it
    PAGE_REQUESTED = "page_requested"  # somebody asked for the next step at once
    CONNECTION_REQUESTED = "connection_requested"  # somebody asked at the console for a connection to the customer
    PRIORITY_CHANGED = "priority_changed"  # the callback has another priority
    WAITING_STARTED = "waiting_started"  # the desk waits for the customer; the resolution's clock stands still
    RELEASE_NAMED = "release_named"  # a fix in a coming release is promised, or not any more
    WAITING_ENDED = "waiting_ended"  # the customer got in touch; the resolution's clock runs again
    PRODUCT_SET = "product_set"  # the product, and with it the coverage, was entered
    OUTSIDE_TICKET_SET = "outside_ticket_set"  # the number of the ticket in another system was entered, or removed
    TIME_NAMED = "time_named"  # the customer named the time at which they want to be called
    MANAGER_REQUESTED = "manager_requested"  # the customer asked for a manager
    MANAGER_RESPONDED = "manager_responded"  # a manager who was asked for took it, or passed it on
    CALLER_NAMED = "caller_named"  # somebody entered the name of the caller
    NOTE = "note"  # somebody wrote a note
    WORK_RECORDED = "work_recorded"  # somebody recorded the minutes that they worked
    WORK_CORRECTED = "work_corrected"  # recorded minutes were corrected or removed; the detail has both and why
    BILLING_CONSENTED = "billing_consented"  # the customer's consent to billable work was recorded
    BILLING_CONSENT_WITHDRAWN = "billing_consent_withdrawn"  # the customer took it back

    OTHER = "other"  # from an early release, in words that match no kind; the detail begins with them
