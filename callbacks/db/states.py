"""Every state, kind, channel and outcome that a row can hold, each defined once.

The values are what the database, the exports and the forms hold. Each place that shows one has its own wording.
"""

from __future__ import annotations

import enum


class CallbackState(enum.Enum):
    """The state of a callback."""

    OPEN = "open"  # the customer has not been served yet
    RESOLVED = "resolved"  # a person recorded that the customer was served
    CANCELLED = "cancelled"  # a named person recorded why no call is needed
    CLOSED = "closed"  # closed automatically: could not be reached, and silent since
    UNREACHABLE = "unreachable"  # there is no way to reach the customer: no number, and a person or an absent message
    JOINED = "joined"  # it is part of another callback, which owes what it owed


class CallbackOrigin(enum.Enum):
    """What a callback came from. Only a voicemail was promised the time that is spoken before the beep."""

    VOICEMAIL = "voicemail"
    MISSED_CALL = "missed call"  # in support hours: the caller waited for a technician and hung up
    BY_HAND = "by hand"
    ANSWERED_CALL = "answered call"  # in support hours: it needs more work
    MAIL = "mail"
    EMERGENCY_MAIL = "emergency mail"  # promised what a voicemail is, from its arrival
    CANARY = "canary"  # the daily test call: nobody is called back


# A call back within one time at any hour, whatever the priority: it was said to the caller, or holds for the mailbox.
PROMISED_AT_ANY_HOUR = (CallbackOrigin.VOICEMAIL, CallbackOrigin.EMERGENCY_MAIL)


class ContactWay(enum.Enum):
    """How a customer turned to us."""

    CALL = "call"
    MAIL = "mail"
    BY_HAND = "by hand"  # a technician wrote it down


class MailKind(enum.Enum):
    """What a mail is. Only a message opens or joins a callback."""

    MESSAGE = "message"
    AUTOMATIC = "automatic"  # out of office, "we got your mail" and the like (RFC 3834)
    BOUNCE = "bounce"  # a mail of ours could not be delivered
    LIST = "list"  # a newsletter or a mailing list
    LOOP = "loop"  # a mail of ours that came back


class PriorityLevel(enum.Enum):
    """How urgent a callback is. The desk file defines what each level promises."""

    P1 = "P1"  # critical, by default promised around the clock
    P2 = "P2"  # high, the default of a line
    P3 = "P3"  # normal or low


class Coverage(enum.Enum):
    """Whether work on a product is paid for."""

    NONE = ""  # no product has been recorded
    COVERED = "covered"  # by the customer's contract
    COURTESY = "courtesy"  # not covered, done once as a favor
    BILLABLE = "billable"  # not covered, and invoiced


class ConsentWay(enum.Enum):
    """How a customer consented to billable work."""

    PHONE = "phone"
    MAIL = "mail"
    TEXT = "text"
    CONTRACT = "contract"


class CallOutcome(enum.Enum):
    """How a customer's call ended."""

    IN_PROGRESS = "in progress"  # or over, with nothing else known about it
    VOICEMAIL = "voicemail"  # the caller got as far as the beep
    ANSWERED = "answered"  # a technician pressed the key and was connected
    HUNG_UP_BEFORE_THE_BEEP = "hung up before the beep"
    PROMISED = "promised a call back"  # the caller heard the promise, and the beep never came
    MISSED = "missed"  # in support hours: the caller waited for a technician and hung up
    PUT_THROUGH = "put through"  # a menu passed it on, to a team or to an outside number, and somebody took it
    TECHNICIAN = "from a technician's phone"  # it heard what waits for it, and did not go on as a customer


# The callback that each outcome leaves. After any other one, nobody is owed anything.
OWED = {
    CallOutcome.VOICEMAIL: CallbackOrigin.VOICEMAIL,
    CallOutcome.PROMISED: CallbackOrigin.VOICEMAIL,
    CallOutcome.MISSED: CallbackOrigin.MISSED_CALL,
}


class Urgency(enum.Enum):
    """How urgent a caller said it is, by key."""

    NONE = ""  # no key: the priority of the line
    DOWN = "down"  # everything is down: P1
    CAN_WAIT = "can wait"  # until the desk opens: nobody is paged at night


class Screening(enum.Enum):
    """How a call was let in, or why it was not."""

    NONE = ""  # like any other call
    BLOCKED = "blocked"  # its number is blocked
    CAPPED = "capped"  # its number has called too often
    KEY_PRESSED = "key pressed"  # asked for a key, and pressed it
    NO_KEY = "no key"  # asked for a key, and pressed none
    CANARY = "canary"  # the desk's own test call: it goes to the message at once


class VoicemailState(enum.Enum):
    """What the carrier reports about a recording."""

    EXPECTED = "expected"  # announced, not confirmed
    RECORDED = "recorded"  # confirmed, with audio
    ABSENT = "absent"  # the caller said nothing
    FAILED = "failed"  # the carrier could not record it


class AudioState(enum.Enum):
    """Whether the audio of a recording is in our own storage."""

    NONE = "none"  # nothing to fetch yet
    WANTED = "wanted"  # to be fetched from the carrier
    COPIED = "copied"  # in our own storage
    LOST = "lost"  # given up: the carrier no longer has it, or never delivered it
    DELETING = "deleting"  # nobody can hear it any more; our copy and the carrier's are about to be deleted
    DELETED = "deleted"  # here and at the carrier: after the retention time, or by a person


class TranscribedBy(enum.Enum):
    """Who transcribed a voicemail."""

    NOT_YET = ""  # nobody has tried
    MACHINE = "machine"
    PERSON = "person"  # never overwritten by a machine
    NOBODY = "nobody"  # a machine tried and could not
    DELETED = "deleted"  # after the retention time, or by a person; never written again by a machine


class SealScheme(enum.Enum):
    """How an entry of the audit log is sealed."""

    SHA256 = "sha256"  # by early releases; anybody with access to the database could make such a seal
    HMAC = "hmac"  # with AUDIT_KEY


class EmptiedLog(enum.Enum):
    """Which log lost details in a removal that is on record."""

    EVENTS = "events"
    AUDIT = "audit"


# What nobody can hear any more, because somebody decided so.
GONE = (AudioState.DELETING, AudioState.DELETED)


class ContactKind(enum.Enum):
    """By what a customer is known."""

    PHONE = "phone"
    MAIL = "mail"


class NumberRuleKind(enum.Enum):
    """What the desk decided about a caller's number."""

    BLOCKED = "blocked"
    ALLOWED = "allowed"  # never asked for a key, never capped


class AnnouncementChange(enum.Enum):
    """What subscribers of outage notices are told about."""

    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


class SubscribedBy(enum.Enum):
    """How somebody subscribed to outage notices."""

    KEY = "key"  # during a call
    TEXT = "text"
    MAIL = "mail"
    CONSOLE = "console"


class CustomerMessageKind(enum.Enum):
    """Why a message is sent to a customer."""

    RECEIPT = "receipt"  # the reference and the time by which they are called back
    TRIED = "tried"  # we called and did not reach them
    CLOSED = "closed"  # it closed automatically, and an answer reopens it
    ANSWER = "answer"  # what became of something that they asked for by text
    NOTICE = "notice"  # of an outage, to a subscriber
    SUBSCRIBED = "subscribed"  # confirms a subscription, with the way out
    REPLY = "reply"  # by mail, in the words of a person of the desk


class CustomerMessageState(enum.Enum):
    """The state of a message to a customer."""

    DUE = "due"
    SENT = "sent"  # the carrier or the mail server has it
    FAILED = "failed"  # will never arrive
    CANCELLED = "cancelled"  # not sent: no longer true, or the recipient wants none


class Role(enum.Enum):
    """What a user of the console may do."""

    ADMINISTRATOR = "administrator"  # everything, users and setup included
    SUPERVISOR = "supervisor"  # everything about callbacks, people and the rota
    TECHNICIAN = "technician"  # open callbacks and their own
    READER = "reader"  # reads all, changes nothing


SUPERVISING_ROLES = (Role.ADMINISTRATOR, Role.SUPERVISOR)


class Channel(enum.Enum):
    """How a technician is reached."""

    TEXT = "text"
    CALL = "call"
    MAIL = "mail"
    CONNECTION = "connection"  # a call that is then connected to the customer


class PhoneSlot(enum.Enum):
    """Which of a technician's two phone numbers."""

    FIRST = "first"
    SECOND = "second"


class PageKind(enum.Enum):
    """Why a page is sent."""

    STEP = "step"  # a step of the escalation policy
    REMINDER = "reminder"  # to an owner who has not tried the customer
    TAKEN = "taken"  # to the others: somebody took it
    GIVEN = "given"  # to a technician whom a supervisor assigned it to
    MANAGER = "manager"  # the customer asked for a manager
    OUTCOME = "outcome"  # asks how the call to the customer went
    CONNECTION = "connection"  # the call by which a technician is connected to the customer
    CLOSED = "closed"  # to the owner: it closed automatically
    OVER = "over"  # somebody else resolved or cancelled it
    UNRESOLVED = "unresolved"  # to the owner: the promised resolution is overdue
    REOPENED = "reopened"  # to the owner: it is open again
    TRY_AGAIN = "try again"  # to the owner: the next attempt to reach the customer is due
    REVIEW = "review"  # to the owner: it is still open, and nothing else is due
    CALLED_AGAIN = "called again"  # to the owner, or whoever was paged last: the customer called or wrote again
    MAIL_RETURNED = "mail returned"  # to the owner or whoever was paged last: a mail to the customer did not arrive
    AT_RISK = "at risk"  # to the owner: the promised resolution is nearly due
    CONSENT = "consent"  # to a supervisor: the number may not be called without them
    CUSTOMER_TEXT = "customer text"  # to the owner or whoever was paged: the customer has texted
    TRANSCRIPT = "transcript"  # to whoever has it or was paged: what the message says, once it is written down
    OVER_AGREED = "over agreed"  # to the owner: more billable time was worked than the customer agreed to
    CONSENT_ANSWER = "consent answer"  # to whoever has it or was paged: the number may be called now, or may not
    FOLLOW_UP = "follow up"  # to who took a call and hung up first: does it need more work? About no callback yet
    TEXT_ANSWER = "text answer"  # what became of a text of theirs that no webhook brought; about no callback
    LIVE_CALL = "live call"  # a customer waits on the line; about a call, and no callback
    TEST = "test"  # to see whether pages arrive; like the next two, about no callback
    ALARM = "alarm"  # something that a supervisor must act on
    OUTAGE = "outage"  # the same, of texts or calls that the carrier refuses; untrue as soon as it is over
    VERIFICATION = "verification"  # the code that proves who holds a number


# Pages that are no longer needed once somebody has taken the callback or tried the customer.
ESCALATING = (PageKind.STEP, PageKind.REMINDER, PageKind.TRY_AGAIN)


class PageState(enum.Enum):
    """The state of a page."""

    DUE = "due"  # waiting in the outbox
    SENT = "sent"  # the carrier has it
    BUNDLED = "bundled"  # sent with others in one message
    FAILED = "failed"  # will never arrive
    CANCELLED = "cancelled"  # not sent: no longer needed
    OVER_THE_CAP = "over the cap"  # not sent: the day's cap was reached


class PageAnswer(enum.Enum):
    """How a technician answered a page."""

    NONE = ""
    TAKEN = "taken"
    PASSED = "passed"
    PASSED_OVER = "passed over"  # they were asked for the next attempt and did not react
    HEARD = "heard"  # of a page that needs no more than that: a test, an alarm, a code


class AttemptState(enum.Enum):
    """The state of one request to the carrier."""

    SENDING = "sending"  # sent, answer not known yet
    ACCEPTED = "accepted"  # the carrier has it
    REFUSED = "refused"  # the carrier refused it
    LOST = "lost"  # it never reached the carrier


class CarrierStatus(enum.Enum):
    """What the carrier reports about a message or a call that it accepted.

    twilio.com/docs/messaging/api/message-resource, twilio.com/docs/voice/api/call-resource
    """

    NONE = ""  # nothing yet, or a status that we do not know
    ACCEPTED = "accepted"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    READ = "read"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"
    FAILED = "failed"  # of a message or a call


# Reports may arrive in any order; one with a lower rank than the last is ignored. A failure counts whenever it comes.
RANKS = {
    CarrierStatus.NONE: -1,
    CarrierStatus.ACCEPTED: 0,
    CarrierStatus.QUEUED: 0,
    CarrierStatus.SCHEDULED: 0,
    CarrierStatus.SENDING: 1,
    CarrierStatus.INITIATED: 1,
    CarrierStatus.SENT: 2,
    CarrierStatus.RINGING: 2,
    CarrierStatus.IN_PROGRESS: 3,
    CarrierStatus.DELIVERED: 4,
    CarrierStatus.COMPLETED: 4,
    CarrierStatus.BUSY: 4,
    CarrierStatus.NO_ANSWER: 4,
    CarrierStatus.CANCELED: 4,
    CarrierStatus.READ: 5,
    CarrierStatus.UNDELIVERED: 6,
    CarrierStatus.FAILED: 6,
}
# A call with one of these statuses is over.
FINAL = (
    CarrierStatus.COMPLETED,
    CarrierStatus.BUSY,
    CarrierStatus.NO_ANSWER,
    CarrierStatus.FAILED,
    CarrierStatus.CANCELED,
)
# A message or a call with one of these statuses never arrived.
FAILED = (CarrierStatus.UNDELIVERED, CarrierStatus.FAILED)


def carrier_status(text: str) -> CarrierStatus:
    """Return the status with the carrier's name for it, or NONE for a name that we do not know."""
    try:
        return CarrierStatus(text)
    except ValueError:
        return CarrierStatus.NONE


class ReachOutcome(enum.Enum):
    """How an attempt to reach the customer went."""

    DIALING = "dialing"  # the customer's phone has not rung yet
    NOT_RUNG = "not rung"  # and it never will: no attempt
    RINGING = "ringing"  # the customer's phone rings
    REACHED = "reached"
    CONTINUING = "reached, continuing"  # reached, and not served yet
    WORKAROUND = "reached, workaround"  # reached, and a workaround given
    BUSY = "busy"
    NO_ANSWER = "no answer"
    NOT_CONNECTED = "not connected"  # the customer answered, and the carrier connected nobody
    MACHINE = "machine"  # a machine answered, as the carrier guesses
    LEFT_A_MESSAGE = "left a message"
    WRONG_NUMBER = "wrong number"
    FAILED = "failed"  # the call could not be placed
    NOBODY_TO_CALL = "nobody to call"  # there is no number: the message was heard, and the reason written down
    REPLIED = "replied by mail"  # the mail server took our reply to a customer who wrote
    CAME_BACK = "the mail came back"  # the reply reached nobody after all: no attempt


class AttemptProof(enum.Enum):
    """What shows that an attempt was made (policy: After hours)."""

    NONE = ""  # it was not made: the customer's phone has not rung, or the reply by mail came back
    CARRIER = "carrier"  # the customer's phone rang, or the network refused the number
    MAIL = "mail"  # the mail server took our reply to a customer who wrote
    WORD = "word"  # a technician says so
    NO_NUMBER = "no number"  # nobody can be called: a technician listened and wrote down why


# The customer was spoken to.
REACHED = (ReachOutcome.REACHED, ReachOutcome.CONTINUING, ReachOutcome.WORKAROUND)
# The customer had an answer: what comes next is up to the owner, or to the customer.
ANSWERED = (*REACHED, ReachOutcome.REPLIED)
# The customer could not be reached, though their phone rang. A wrong number or a failed call does not count.
IN_VAIN = (
    ReachOutcome.NO_ANSWER,
    ReachOutcome.BUSY,
    ReachOutcome.NOT_CONNECTED,
    ReachOutcome.LEFT_A_MESSAGE,
    ReachOutcome.MACHINE,
)


class ReportedOutcome(enum.Enum):
    """How the call to the customer went, as a technician reports it. Each outcome has its own next step."""

    RESOLVED = "resolved"
    CONTINUING = "continuing"
    WORKAROUND = "workaround"
    LEFT_A_MESSAGE = "left a message"
    NO_ANSWER = "no answer"
    WRONG_NUMBER = "wrong number"

    @property
    def of_attempt(self) -> ReachOutcome:
        """Return the outcome of the attempt to reach the customer."""
        return _OF_ATTEMPT[self]


_OF_ATTEMPT = {
    ReportedOutcome.RESOLVED: ReachOutcome.REACHED,
    ReportedOutcome.CONTINUING: ReachOutcome.CONTINUING,
    ReportedOutcome.WORKAROUND: ReachOutcome.WORKAROUND,
    ReportedOutcome.LEFT_A_MESSAGE: ReachOutcome.LEFT_A_MESSAGE,
    ReportedOutcome.NO_ANSWER: ReachOutcome.NO_ANSWER,
    ReportedOutcome.WRONG_NUMBER: ReachOutcome.WRONG_NUMBER,
}
