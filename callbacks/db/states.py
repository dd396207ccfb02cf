"""Every state, kind, channel and outcome that a row can hold, each defined once.

The values are what the database, the exports and the forms hold; how they are worded is decided where they are shown.
"""

from __future__ import annotations

import enum


class CallbackState(enum.Enum):
    """Where a callback stands."""

    OPEN = "open"  # a call is owed, or the customer was called and is not served yet
    RESOLVED = "resolved"  # a person said that the customer is served
    CANCELLED = "cancelled"  # a named person said why nobody needs to be called
    CLOSED = "closed"  # closed by itself: tried in vain, then no word from the customer


class PriorityLevel(enum.Enum):
    """How urgent a callback is; the desk file says what each level promises."""

    P1 = "P1"  # critical, by default promised around the clock
    P2 = "P2"  # high, the default of a line
    P3 = "P3"  # normal or low


class Coverage(enum.Enum):
    """Whether work on a product is paid for."""

    NONE = ""  # no product has been recorded
    COVERED = "covered"  # by the customer's contract
    COURTESY = "courtesy"  # not covered, done once as a favor
    BILLABLE = "billable"  # not covered, and invoiced


class CallOutcome(enum.Enum):
    """What became of a customer's call."""

    IN_PROGRESS = "in progress"  # or over, and nothing more is known of it
    VOICEMAIL = "voicemail"  # the caller got as far as the beep
    ANSWERED = "answered"  # a technician pressed the key and was connected
    HUNG_UP_BEFORE_THE_BEEP = "hung up before the beep"


class VoicemailState(enum.Enum):
    """What the carrier says of a recording."""

    EXPECTED = "expected"  # said to exist, not confirmed
    RECORDED = "recorded"  # confirmed: it has audio
    ABSENT = "absent"  # the caller said nothing
    FAILED = "failed"  # the carrier could not keep it


class AudioState(enum.Enum):
    """How far the copy of a recording into our own storage is."""

    NONE = "none"  # nothing to fetch yet
    WANTED = "wanted"  # to be fetched from the carrier
    COPIED = "copied"  # in our own storage
    LOST = "lost"  # given up: the carrier no longer has it, or never gave it


class TranscribedBy(enum.Enum):
    """Who wrote down what a message says."""

    NOT_YET = ""  # nobody has tried
    MACHINE = "machine"
    PERSON = "person"  # never overwritten by a machine
    NOBODY = "nobody"  # a machine tried and could not


class Role(enum.Enum):
    """What a user of the console may do."""

    ADMINISTRATOR = "administrator"  # everything, users and setup included
    SUPERVISOR = "supervisor"  # everything about callbacks, people and the rota
    TECHNICIAN = "technician"  # open callbacks and their own
    READER = "reader"  # reads all, changes nothing


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
    TAKEN = "taken"  # to the others: somebody has it
    GIVEN = "given"  # to a technician whom a supervisor gave it to
    MANAGER = "manager"  # the customer asks for a manager
    OUTCOME = "outcome"  # asks how the call to the customer went
    CONNECTION = "connection"  # the call by which a technician is connected to the customer
    CLOSED = "closed"  # to the owner: it closed by itself
    OVER = "over"  # somebody else resolved or cancelled it
    UNRESOLVED = "unresolved"  # to the owner: the promised resolution is overdue
    REOPENED = "reopened"  # to the owner: it is open again
    TEST = "test"  # about no callback, as are the following: does a page arrive?
    ALARM = "alarm"  # something that a supervisor must see to
    VERIFICATION = "verification"  # the code that proves who holds a number


# Pages that lose their point as soon as somebody has taken the callback or tried the customer.
ESCALATING = (PageKind.STEP, PageKind.REMINDER)


class PageState(enum.Enum):
    """Where a page stands."""

    DUE = "due"  # waits in the outbox
    SENT = "sent"  # the carrier has it
    BUNDLED = "bundled"  # goes with others in one message
    FAILED = "failed"  # will never arrive
    CANCELLED = "cancelled"  # not sent: no longer needed
    OVER_THE_CAP = "over the cap"  # not sent: the day's cap was reached


class PageAnswer(enum.Enum):
    """What a technician answered to a page."""

    NONE = ""
    TAKEN = "taken"
    PASSED = "passed"
    HEARD = "heard"  # a page that asks for nothing more: a test, an alarm, a code


class AttemptState(enum.Enum):
    """Where one request to the carrier stands."""

    SENDING = "sending"  # asked, and no answer known
    ACCEPTED = "accepted"  # the carrier has it
    REFUSED = "refused"  # the carrier said no
    LOST = "lost"  # it never arrived at the carrier


class CarrierStatus(enum.Enum):
    """What the carrier says of a message or a call that it accepted.

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


# A report never takes a page back to an earlier status, in whatever order reports arrive.
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
    CarrierStatus.UNDELIVERED: 4,
    CarrierStatus.FAILED: 4,
    CarrierStatus.COMPLETED: 4,
    CarrierStatus.BUSY: 4,
    CarrierStatus.NO_ANSWER: 4,
    CarrierStatus.CANCELED: 4,
    CarrierStatus.READ: 5,
}
# A call with one of these is over.
FINAL = (
    CarrierStatus.COMPLETED,
    CarrierStatus.BUSY,
    CarrierStatus.NO_ANSWER,
    CarrierStatus.FAILED,
    CarrierStatus.CANCELED,
)
# A message or a call with one of these never arrived.
FAILED = (CarrierStatus.UNDELIVERED, CarrierStatus.FAILED)


def carrier_status(text: str) -> CarrierStatus:
    """Read the carrier's own word for a status; one that we do not know says nothing."""
    try:
        return CarrierStatus(text)
    except ValueError:
        return CarrierStatus.NONE


class ReachOutcome(enum.Enum):
    """How an attempt to reach the customer went."""

    RINGING = "ringing"  # the customer is being dialed
    REACHED = "reached"
    CONTINUING = "reached, continuing"  # reached, and not served yet
    BUSY = "busy"
    NO_ANSWER = "no answer"
    MACHINE = "machine"  # the carrier's guess: a machine picked up
    LEFT_A_MESSAGE = "left a message"
    WRONG_NUMBER = "wrong number"
    FAILED = "failed"  # the call could not be placed


# The customer was spoken to.
REACHED = (ReachOutcome.REACHED, ReachOutcome.CONTINUING)
# The customer's phone rang. A wrong number rang at somebody else's, and a call that failed rang nowhere.
IN_VAIN = (ReachOutcome.NO_ANSWER, ReachOutcome.BUSY, ReachOutcome.LEFT_A_MESSAGE, ReachOutcome.MACHINE)


class ReportedOutcome(enum.Enum):
    """How a technician says that the call to the customer went; each has a next step of its own."""

    RESOLVED = "resolved"
    CONTINUING = "continuing"
    LEFT_A_MESSAGE = "left a message"
    NO_ANSWER = "no answer"
    WRONG_NUMBER = "wrong number"

    @property
    def of_attempt(self) -> ReachOutcome:
        """Return what it means for the attempt to reach the customer."""
        return _OF_ATTEMPT[self]


_OF_ATTEMPT = {
    ReportedOutcome.RESOLVED: ReachOutcome.REACHED,
    ReportedOutcome.CONTINUING: ReachOutcome.CONTINUING,
    ReportedOutcome.LEFT_A_MESSAGE: ReachOutcome.LEFT_A_MESSAGE,
    ReportedOutcome.NO_ANSWER: ReachOutcome.NO_ANSWER,
    ReportedOutcome.WRONG_NUMBER: ReachOutcome.WRONG_NUMBER,
}
