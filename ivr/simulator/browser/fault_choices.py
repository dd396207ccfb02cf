"""The faults that can be chosen on the browser phone, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ivr.simulator.faults import Fault, FaultKind, Place

DELAY = timedelta(minutes=2)
# The requests at these places contain the number of a phone.
PLACES_WITH_A_PHONE = frozenset({
    Place.SENDING, Place.PHONE_RINGS, Place.BRIDGE, Place.RECORD, Place.TEXT_ARRIVES, Place.SMS, Place.MESSAGE_STATUS,
})  # fmt: skip


@dataclass(frozen=True)
class FaultChoice:
    place: Place
    kind: FaultKind
    label: str
    description: str

    @property
    def can_be_for_one_phone(self) -> bool:
        return self.place in PLACES_WITH_A_PHONE

    def fault(self, times: float, number: str = "") -> Fault:
        """Return the fault, for every phone or only the one with this number."""
        return Fault(self.place, self.kind, times, DELAY, match=number.removeprefix("+"))


FAULT_CHOICES: dict[str, dict[str, FaultChoice]] = {
    "Carrier": {
        "too-many-requests": FaultChoice(
            Place.SENDING,
            FaultKind.TOO_MANY_REQUESTS,
            "Too many requests",
            "The carrier refuses a text or a call: too many requests.",
        ),
        "server-error": FaultChoice(
            Place.SENDING,
            FaultKind.SERVER_ERROR,
            "Server error",
            "The carrier refuses a text or a call: server error.",
        ),
        "suspended": FaultChoice(
            Place.SENDING,
            FaultKind.ACCOUNT_SUSPENDED,
            "Account suspended",
            "The carrier refuses texts and calls: the account is suspended.",
        ),
        "response-lost": FaultChoice(
            Place.SENDING,
            FaultKind.RESPONSE_LOST,
            "Response lost",
            "A text or a call goes out, but the carrier's response is lost.",
        ),
        "error-but-done": FaultChoice(
            Place.SENDING,
            FaultKind.SERVER_ERROR_BUT_DONE,
            "Error, but sent",
            "A text or a call goes out, but the carrier responds with an error.",
        ),
        "report-first": FaultChoice(
            Place.SENDING,
            FaultKind.REPORT_FIRST,
            "Report before the response",
            "The report of a text or a call reaches the desk before the carrier's response does.",
        ),
        "lists-unavailable": FaultChoice(
            Place.LISTS,
            FaultKind.SERVER_ERROR,
            "Lists unavailable",
            "The desk cannot read the carrier's lists of calls, texts and recordings.",
        ),
    },
    "Phone": {
        "busy": FaultChoice(
            Place.PHONE_RINGS,
            FaultKind.BUSY,
            "Busy",
            "The phone that is called is busy.",
        ),
        "no-such-number": FaultChoice(
            Place.PHONE_RINGS,
            FaultKind.NO_SUCH_NUMBER,
            "No such number",
            "The number that is called does not exist.",
        ),
        "switched-off": FaultChoice(
            Place.PHONE_RINGS,
            FaultKind.SWITCHED_OFF,
            "Switched off",
            "The phone that is called is off, and does not ring.",
        ),
        "unreachable": FaultChoice(
            Place.PHONE_RINGS,
            FaultKind.UNREACHABLE,
            "No coverage",
            "The phone that is called cannot be reached.",
        ),
        "never-dialed": FaultChoice(
            Place.PHONE_RINGS,
            FaultKind.NEVER_DIALED,
            "Never dialed",
            "The carrier takes a request for a call, and never dials.",
        ),
        "false-bridge": FaultChoice(
            Place.BRIDGE,
            FaultKind.FALSE_BRIDGE,
            "Connected to nobody",
            "A call is answered, but the two people do not hear each other.",
        ),
        "voicemail": FaultChoice(
            Place.PHONE_RINGS,
            FaultKind.VOICEMAIL,
            "Personal voicemail",
            "The person's own voicemail answers after 20 seconds.",
        ),
        "undelivered": FaultChoice(
            Place.TEXT_ARRIVES,
            FaultKind.UNDELIVERED,
            "Phone off",
            "A text is not delivered: the phone is off.",
        ),
        "silent": FaultChoice(
            Place.TEXT_ARRIVES,
            FaultKind.SILENT,
            "Text vanishes",
            "A text is sent but never delivered, and no error is reported.",
        ),
        "landline": FaultChoice(
            Place.TEXT_ARRIVES,
            FaultKind.LANDLINE,
            "Landline",
            "A text is not delivered: the number is a landline.",
        ),
        "unregistered": FaultChoice(
            Place.TEXT_ARRIVES,
            FaultKind.UNREGISTERED,
            "Sender not registered",
            "A text is not delivered: our number is not registered.",
        ),
    },
    "Webhooks": {
        "call-unanswered": FaultChoice(
            Place.VOICE,
            FaultKind.LOST,
            "Desk unreachable",
            "The carrier cannot reach the desk to ask what to do with a call.",
        ),
        "recording-lost": FaultChoice(
            Place.RECORDING,
            FaultKind.LOST,
            "Recording report: lost",
            "The report of a recording never reaches the desk.",
        ),
        "recording-duplicated": FaultChoice(
            Place.RECORDING,
            FaultKind.DUPLICATED,
            "Recording report: twice",
            "The report of a recording reaches the desk twice.",
        ),
        "recording-late": FaultChoice(
            Place.RECORDING,
            FaultKind.LATE,
            "Recording report: late",
            "The report of a recording reaches the desk two minutes late.",
        ),
        "status-lost": FaultChoice(
            Place.STATUS,
            FaultKind.LOST,
            "Call status: lost",
            "The status of a call never reaches the desk.",
        ),
        "status-duplicated": FaultChoice(
            Place.STATUS,
            FaultKind.DUPLICATED,
            "Call status: twice",
            "The status of a call reaches the desk twice.",
        ),
        "status-reordered": FaultChoice(
            Place.STATUS,
            FaultKind.REORDERED,
            "Call status: out of order",
            "The status of a call reaches the desk after a later one.",
        ),
        "status-late": FaultChoice(
            Place.STATUS,
            FaultKind.LATE,
            "Call status: late",
            "The status of a call reaches the desk two minutes late.",
        ),
        "delivery-lost": FaultChoice(
            Place.MESSAGE_STATUS,
            FaultKind.LOST,
            "Delivery report: lost",
            "The delivery report of a text never reaches the desk.",
        ),
        "delivery-duplicated": FaultChoice(
            Place.MESSAGE_STATUS,
            FaultKind.DUPLICATED,
            "Delivery report: twice",
            "The delivery report of a text reaches the desk twice.",
        ),
        "delivery-reordered": FaultChoice(
            Place.MESSAGE_STATUS,
            FaultKind.REORDERED,
            "Delivery report: out of order",
            "The delivery report of a text reaches the desk after a later one.",
        ),
        "text-lost": FaultChoice(
            Place.SMS,
            FaultKind.LOST,
            "Text to the desk: lost",
            "A text to the desk is lost.",
        ),
        "text-duplicated": FaultChoice(
            Place.SMS,
            FaultKind.DUPLICATED,
            "Text to the desk: twice",
            "A text to the desk arrives twice.",
        ),
        "text-late": FaultChoice(
            Place.SMS,
            FaultKind.LATE,
            "Text to the desk: late",
            "A text to the desk arrives two minutes late.",
        ),
    },
    "Recording": {
        "recording-failed": FaultChoice(
            Place.RECORD,
            FaultKind.FAILED,
            "Recording failed",
            "The carrier loses a recording, and reports that it failed.",
        ),
        "recording-absent": FaultChoice(
            Place.RECORD,
            FaultKind.ABSENT,
            "Recording absent",
            "The caller speaks, and the carrier reports that nothing was recorded.",
        ),
        "audio-missing": FaultChoice(
            Place.MEDIA,
            FaultKind.NOT_FOUND,
            "Audio missing",
            "The audio of a recording is not available yet.",
        ),
        "audio-redirected": FaultChoice(
            Place.MEDIA,
            FaultKind.REDIRECTED,
            "Audio kept elsewhere",
            "The audio of a recording is in a storage outside, to which the carrier redirects.",
        ),
        "audio-cut-short": FaultChoice(
            Place.MEDIA,
            FaultKind.CUT_SHORT,
            "Audio cut short",
            "Only half of a recording's audio can be downloaded.",
        ),
    },
}


def fault_choice(name: object) -> FaultChoice | None:
    """Return the choice with this name, if there is one."""
    return next(
        (choices[name] for choices in FAULT_CHOICES.values() if isinstance(name, str) and name in choices), None
    )


def description_of(fault: Fault) -> str:
    """Return what a fault does, in plain words if it can be chosen."""
    choices = (choice for group in FAULT_CHOICES.values() for choice in group.values())
    known = (choice.description for choice in choices if (choice.place, choice.kind) == (fault.place, fault.kind))
    return next(known, f"{fault.place}: {fault.kind}")
