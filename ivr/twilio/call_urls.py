"""The URLs of the voice webhooks. Absolute, because relative ones are resolved differently from verb to verb."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from urllib.parse import urlencode


class VoicePath(enum.Enum):
    """The path of each webhook that a verb or a status callback names, below /voice/."""

    INCOMING = "incoming"
    ANNOUNCEMENT = "announcement"  # a key after what is announced on the line
    ADMISSION = "admission"  # a key of a caller who was asked for one
    MENU = "menu"
    LANGUAGE = "language"  # a key after the offer of a language
    URGENCY = "urgency"
    NAME_TIME = "name-time"  # a key after the offer to name the time of the call
    NAMED_HOUR = "name-time/hour"  # the keys of a time
    NAMED_TIME = "name-time/confirmed"  # a key after that time was read back
    DIAL_IN_KEY = "dial-in/key"  # a key of a technician who called us
    AGAIN = "again"  # a key after a caller heard how their open callback stands
    WAIT = "wait"  # what a caller hears while technicians are rung, and a key then
    WAITED = "waited"  # the caller no longer waits
    TEAM = "team"  # a phone of a team, or an outside number, has rung for a caller who chose it in a menu
    TEAM_SCREEN = "team/screen"  # somebody of a team picked up
    TEAM_SCREEN_KEY = "team/screen/key"
    PUT_THROUGH = "team/answered"  # an outside number picked up
    BEEP = "beep"
    RECORDED = "recorded"
    REVIEW = "review"  # a key after the message
    LISTEN = "listen"  # the caller wants to hear the message
    NUMBER = "number"  # another number to call, entered by key
    NUMBER_READ_BACK = "number/read-back"  # a key after that number was read back
    RECORDING = "recording"  # the status of a recording
    TRANSCRIPTION = "transcription"  # what the carrier heard in a recording
    SCREEN = "screen"  # a technician picked up a live call
    SCREEN_KEY = "screen/key"
    SCREEN_ENDED = "screen/ended"  # the live call is over, or the two were not connected
    FOLLOW_UP = "screen/follow-up"  # a key of the technician after the live call: it needs more work
    PAGE_KEY = "page/key"
    PAGE_HEARD = "page/heard"  # a key after a notice
    CONNECT_KEY = "connect/key"
    CONNECT_ENDED = "connect/ended"
    CONNECT_OUTCOME = "connect/outcome"
    CONNECT_STATUS = "connect/status"  # the status of the customer's leg
    CONNECT_ANSWERED = "connect/answered"  # whether a machine answered the customer's leg


@dataclass(frozen=True)
class CallUrls:
    """Builds the URLs that TwiML names. `public_url` is the service's own, without a slash at its end."""

    public_url: str

    def to(self, path: VoicePath, **query: object) -> str:
        """Return the absolute URL of a webhook, with a query."""
        return f"{self.public_url}/voice/{path.value}" + (f"?{urlencode(query)}" if query else "")

    def audio(self, name: str) -> str:
        """Return the absolute URL of a recording that menus play."""
        return f"{self.public_url}/media/prompts/{name}"
