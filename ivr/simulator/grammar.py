"""What each verb may say. A verb, noun or attribute that is not here is an error, as it would be at Twilio.

twilio.com/docs/voice/twiml and twilio.com/docs/messaging/twiml, as far as they are simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

METHOD = r"GET|POST|get|post"
WHOLE = r"\d{1,6}"
SPAN = r"[1-9]\d{0,5}"
FLAG = r"true|false"
URL = r"\S*"
KEYS = r"[0-9*#]*"
EVENTS = r"[a-z\-]+([ ,]+[a-z\-]+)*"
ANY = r"(?s).*"

SSML = ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w")


@dataclass(frozen=True)
class Rule:
    """The attributes of a verb, each with the form of its value, and what may stand inside."""

    attributes: Mapping[str, str]
    children: tuple[str, ...] = ()
    takes_text: bool = False


VOICE: Mapping[str, Rule] = {
    "Say": Rule({"voice": ANY, "language": r"[a-z]{2,3}(-[A-Za-z]{2,4})*", "loop": WHOLE}, SSML, takes_text=True),
    "Play": Rule({"loop": WHOLE, "digits": r"[0-9*#wW]*"}, takes_text=True),
    "Pause": Rule({"length": SPAN}),
    "Gather": Rule(
        {
            "input": r"dtmf",
            "action": URL,
            "method": METHOD,
            "timeout": WHOLE,
            "numDigits": SPAN,
            "finishOnKey": r"[0-9*#]?",
            "actionOnEmptyResult": FLAG,
        },
        ("Say", "Play", "Pause"),
    ),
    "Record": Rule(
        {
            "action": URL,
            "method": METHOD,
            "timeout": WHOLE,
            "finishOnKey": KEYS,
            "maxLength": SPAN,
            "playBeep": FLAG,
            "trim": r"trim-silence|do-not-trim",
            "recordingStatusCallback": URL,
            "recordingStatusCallbackMethod": METHOD,
            "recordingStatusCallbackEvent": EVENTS,
            "transcribe": r"false",
            "transcribeCallback": URL,
        }
    ),
    "Dial": Rule(
        {
            "action": URL,
            "method": METHOD,
            "timeout": SPAN,
            "callerId": ANY,
            "answerOnBridge": FLAG,
            "hangupOnStar": FLAG,
            "timeLimit": SPAN,
        },
        ("Number",),
        takes_text=True,
    ),
    "Redirect": Rule({"method": METHOD}, takes_text=True),
    "Reject": Rule({"reason": r"rejected|busy"}),
    "Hangup": Rule({}),
}
# Inside <Dial> only.
NUMBER = Rule(
    {
        "url": URL,
        "method": METHOD,
        "statusCallback": URL,
        "statusCallbackMethod": METHOD,
        "statusCallbackEvent": EVENTS,
    },
    takes_text=True,
)
MESSAGING: Mapping[str, Rule] = {
    "Message": Rule(
        {"to": ANY, "from": ANY, "action": URL, "method": METHOD, "statusCallback": URL}, ("Body",), takes_text=True
    ),
    "Redirect": Rule({"method": METHOD}, takes_text=True),
}
BODY = Rule({}, takes_text=True)
