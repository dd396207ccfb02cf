"""What a phone is told to do, as values. A verb that could not work cannot be made.

twilio.com/docs/voice/twiml
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    text: str
    language: str = "en"


@dataclass(frozen=True)
class Play:
    url: str


@dataclass(frozen=True)
class Pause:
    seconds: int = 1


@dataclass(frozen=True)
class Gather:
    """Ask for one key. `action` is requested even when none came, so that silence always leads somewhere."""

    action: str
    prompts: tuple[Say | Play | Pause, ...]
    timeout: int = 6

    def __post_init__(self) -> None:
        if not self.action.startswith("http"):
            raise ValueError("A Gather needs an absolute address to go on to.")


@dataclass(frozen=True)
class Record:
    action: str
    status_callback: str
    longest: int
    silence: int


@dataclass(frozen=True)
class Dial:
    """Ring one number; `screen` is what its owner hears before they are connected.

    `status` hears what becomes of that phone's call, whoever hangs up first; `answered_by` whether a machine answered.
    """

    number: str
    action: str
    caller_id: str
    timeout: int
    screen: str = ""
    status: str = ""
    answered_by: str = ""


@dataclass(frozen=True)
class Redirect:
    url: str


@dataclass(frozen=True)
class Hangup:
    pass


Verb = Say | Play | Pause | Gather | Record | Dial | Redirect | Hangup
