"""A person who can be paged, and the ways to reach them. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from callbacks.db.states import Channel, PhoneSlot


@dataclass(frozen=True)
class Way:
    """A way to reach a person that works: a channel, and which of their numbers."""

    channel: Channel
    number: PhoneSlot = PhoneSlot.FIRST

    @property
    def key(self) -> str:
        """Return the name under which a technician's troubles are kept: "text first"."""
        return f"{self.channel.value} {self.number.value}"


EVERY_WAY = (Way(Channel.TEXT), Way(Channel.CALL))


@dataclass(frozen=True)
class ContactRule:
    """What a technician adds to the desk's policy: this way too, so long after they are paged."""

    way: Way
    after: timedelta = timedelta(0)


@dataclass(frozen=True)
class Person:
    """A technician, as paging sees one."""

    id: int
    name: str
    phone: str
    language: str = "en"
    verified: bool = True
    ways: tuple[Way, ...] = EVERY_WAY
    rules: tuple[ContactRule, ...] = ()
    is_quiet: bool = False  # at this hour they would rather not be woken

    @property
    def is_reachable(self) -> bool:
        return self.verified and bool(self.ways)
