"""What a visitor of the browser phone can have go wrong, in plain words, and the faults that make it so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ivr.simulator.faults import Fault, What, Where

LATE_BY = timedelta(minutes=2)
# Only what happens at these places names a phone.
KNOWS_WHOSE: tuple[Where, ...] = ("sending", "phone rings", "text arrives", "sms", "message-status")


@dataclass(frozen=True)
class Trouble:
    where: Where
    what: What
    name: str
    sentence: str

    @property
    def can_be_somebodys(self) -> bool:
        """Whether it can be kept to one phone."""
        return self.where in KNOWS_WHOSE

    def fault(self, times: float, number: str = "") -> Fault:
        """So many times, to everybody or to the phone with this number."""
        return Fault(self.where, self.what, times, LATE_BY, match=number.removeprefix("+"))


TROUBLES: dict[str, dict[str, Trouble]] = {
    "The carrier": {
        "refused": Trouble("sending", "429", "Too many requests", "A text or a call is refused: too many requests."),
        "broken": Trouble("sending", "500", "Out of order", "A text or a call is refused: an error of the carrier."),
        "suspended": Trouble("sending", "account", "Account suspended", "Texts and calls are refused: no account."),
        "answer-lost": Trouble(
            "sending", "answer lost", "Answer lost", "A text or a call goes out, and the carrier's answer gets lost."
        ),
        "done-all-the-same": Trouble(
            "sending", "500 but done", "Error, but done", "A text or a call goes out, and the carrier says it failed."
        ),
        "lists-broken": Trouble(
            "lists", "500", "No looking back", "The desk cannot read the carrier's lists of calls and recordings."
        ),
    },
    "A phone": {
        "busy": Trouble("phone rings", "busy", "Busy", "A phone that is rung is busy."),
        "unreachable": Trouble("phone rings", "unreachable", "No coverage", "A phone that is rung is out of reach."),
        "voicemail": Trouble(
            "phone rings", "voicemail", "Private voicemail", "Somebody's own voicemail answers after twenty seconds."
        ),
        "undelivered": Trouble("text arrives", "undelivered", "Switched off", "A text comes back: the phone is off."),
        "silent": Trouble("text arrives", "silent", "Text vanishes", "A text is sent and never heard of again."),
        "landline": Trouble("text arrives", "landline", "No texts", "A text comes back: the number takes none."),
        "unregistered": Trouble(
            "text arrives", "unregistered", "Sender blocked", "A text comes back: our number is not registered."
        ),
    },
    "The way back to the desk": {
        "not-answered": Trouble(
            "voice", "lost", "Desk not reached", "The carrier cannot ask the desk what to do with a call."
        ),
        "recording-lost": Trouble("recording", "lost", "Recording: lost", "The desk is not told of a recording."),
        "recording-doubled": Trouble(
            "recording", "doubled", "Recording: twice", "The desk is told twice of a recording."
        ),
        "recording-late": Trouble(
            "recording", "late", "Recording: late", "The desk is told of a recording two minutes late."
        ),
        "status-lost": Trouble("status", "lost", "End of a call: lost", "The desk is not told how a call went."),
        "status-doubled": Trouble(
            "status", "doubled", "End of a call: twice", "The desk is told twice how a call went."
        ),
        "status-late": Trouble(
            "status", "late", "End of a call: late", "The desk is told two minutes late how a call went."
        ),
        "report-lost": Trouble(
            "message-status", "lost", "Delivery report: lost", "The desk is not told what became of a text."
        ),
        "report-doubled": Trouble(
            "message-status", "doubled", "Delivery report: twice", "The desk is told twice what became of a text."
        ),
        "reply-lost": Trouble("sms", "lost", "Text back: lost", "A text to the desk gets lost."),
        "reply-doubled": Trouble("sms", "doubled", "Text back: twice", "A text to the desk comes twice."),
        "reply-late": Trouble("sms", "late", "Text back: late", "A text to the desk comes two minutes late."),
    },
    "The recording": {
        "no-audio": Trouble("media", "404", "Not there yet", "The audio of a message cannot be fetched."),
        "cut-short": Trouble("media", "cut short", "Cut short", "Only half of a message's audio comes through."),
    },
}


def trouble(name: str) -> Trouble | None:
    """The one with this name."""
    return next((group[name] for group in TROUBLES.values() if name in group), None)


def sentence_of(fault: Fault) -> str:
    """What a fault does, in plain words where it is one of these."""
    every = (each for group in TROUBLES.values() for each in group.values())
    known = (each.sentence for each in every if (each.where, each.what) == (fault.where, fault.what))
    return next(known, f"{fault.where}: {fault.what}")
