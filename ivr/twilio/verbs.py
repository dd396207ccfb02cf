"""TwiML verbs as values. A verb that could not work cannot be made.

twilio.com/docs/voice/twiml
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_NUMBERS = 10  # of one Dial


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
    """Ask for a key, or for several. `action` is requested even without a key, or else the next verb follows.

    Several keys end with `finish_on_key`, or after `timeout` seconds without another one.
    """

    action: str
    prompts: tuple[Say | Play | Pause, ...]
    timeout: int = 6
    even_without_key: bool = True
    keys: int = 1  # how many at most
    finish_on_key: str = ""  # with a single key, "#" would otherwise not count as one

    def __post_init__(self) -> None:
        if not self.action.startswith("http"):
            raise ValueError(f"A Gather needs an absolute URL as its action, not {self.action!r}.")


@dataclass(frozen=True)
class Record:
    """Record the caller. `longest` and `silence` are seconds; `silence` ends the recording, and 0 is none that does.

    `transcribed` is where the carrier sends its transcript, if it is to make one. Without an `action`, the carrier
    requests the current document again; without a `status_callback`, it reports nothing.
    """

    action: str
    status_callback: str
    longest: int
    silence: int
    transcribed: str = ""
    any_key_ends: bool = True


@dataclass(frozen=True)
class Dial:
    """Call a number and connect the two. Of several, which ring together, the first phone that is picked up counts.

    `timeout` is in seconds. Three URLs may be empty: `screen` is what the person called hears before they are
    connected, `status` gets each status of their leg, and `answered_by` whether a machine answered.
    """

    numbers: tuple[str, ...]
    action: str
    caller_id: str
    timeout: int
    screen: str = ""
    status: str = ""
    answered_by: str = ""
    extension: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.numbers) <= MOST_NUMBERS:
            raise ValueError(f"A Dial calls 1 to {MOST_NUMBERS} numbers, not {len(self.numbers)}.")


@dataclass(frozen=True)
class DialQueue:
    """Connect the caller who waits in a queue. `timeout` is how many seconds an empty one is given."""

    queue: str
    action: str
    timeout: int


@dataclass(frozen=True)
class Enqueue:
    """Have the caller wait in a queue, hearing `wait`. `action` is requested when they have left it."""

    queue: str
    action: str
    wait: str


@dataclass(frozen=True)
class Leave:
    """Take the caller out of the queue. Only in a document that they hear there."""


@dataclass(frozen=True)
class Redirect:
    url: str


@dataclass(frozen=True)
class Hangup:
    pass


Verb = Say | Play | Pause | Gather | Record | Dial | DialQueue | Enqueue | Leave | Redirect | Hangup
