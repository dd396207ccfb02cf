"""What a phone does by itself while nobody touches it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar


@dataclass(frozen=True)
class Habit:
    """What becomes of an incoming call.

    A refusal comes `after` a while, as `status`. A voicemail answers `after` a while, plays its greeting and listens;
    `keys` are tones that its greeting happens to contain. `Habit.VOICEMAIL(after=..., keys="1")` is one of its own.
    """

    name: str
    after: timedelta | None = None
    status: str = ""
    rings: bool = True
    greeting: str = ""
    greeting_lasts: timedelta = timedelta(0)
    keys: str = ""
    listens: timedelta = timedelta(0)

    RINGS: ClassVar[Habit]
    REJECTS: ClassVar[Habit]
    BUSY: ClassVar[Habit]
    UNREACHABLE: ClassVar[Habit]
    VOICEMAIL: ClassVar[Habit]

    def __call__(self, **otherwise: Any) -> Habit:
        return replace(self, **otherwise)


Habit.RINGS = Habit("rings")
Habit.REJECTS = Habit("rejects", timedelta(seconds=2), "busy")
Habit.BUSY = Habit("busy", timedelta(milliseconds=500), "busy", rings=False)
# Off or out of reach, and no voicemail: the call cannot be connected.
Habit.UNREACHABLE = Habit("unreachable", timedelta(seconds=3), "failed", rings=False)
Habit.VOICEMAIL = Habit(
    "voicemail",
    timedelta(seconds=20),
    greeting="You have reached my voicemail. Please leave a message.",
    greeting_lasts=timedelta(seconds=6),
    listens=timedelta(minutes=2),
)


@dataclass(frozen=True)
class SmsHabit:
    """What becomes of a text to this phone: its last state, or a refusal when it is created.

    With another code, it is so for another reason: `SmsHabit.UNDELIVERED(30005)` (twilio.com/docs/api/errors).
    """

    name: str
    last_status: str = "delivered"
    error_code: int | None = None

    DELIVERED: ClassVar[SmsHabit]
    UNDELIVERED: ClassVar[SmsHabit]
    SILENT: ClassVar[SmsHabit]
    STOPPED: ClassVar[SmsHabit]
    LANDLINE: ClassVar[SmsHabit]

    def __call__(self, code: int) -> SmsHabit:
        return replace(self, error_code=code)

    @property
    def refused_with(self) -> int | None:
        """The code with which a text is refused when it is created; the others are reported afterwards."""
        return self.error_code if self.error_code in (21610, 21614, 21635) else None


SmsHabit.DELIVERED = SmsHabit("delivered")
SmsHabit.UNDELIVERED = SmsHabit("undelivered", "undelivered", 30003)
SmsHabit.SILENT = SmsHabit("silent", "sent")
SmsHabit.STOPPED = SmsHabit("stopped", "undelivered", 21610)
SmsHabit.LANDLINE = SmsHabit("landline", "undelivered", 30006)  # 21635 where the sender is toll-free
