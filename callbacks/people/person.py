"""A person who can be paged, and how they can be contacted. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from callbacks.db.states import Channel, PhoneSlot


@dataclass(frozen=True)
class ContactMethod:
    """A channel, and which of a person's numbers it uses."""

    channel: Channel
    number: PhoneSlot = PhoneSlot.FIRST

    @property
    def key(self) -> str:
        """Return the key under which a technician's failures are stored: "text first"."""
        return f"{self.channel.value} {self.number.value}"


DEFAULT_METHODS = (ContactMethod(Channel.TEXT), ContactMethod(Channel.CALL))


@dataclass(frozen=True)
class ContactRule:
    """A technician's own addition to the escalation policy: use this method too, `after` each page."""

    method: ContactMethod
    after: timedelta = timedelta(0)


@dataclass(frozen=True)
class Person:
    """A technician as paging sees them. `contact_methods` are those that work, in order of preference."""

    id: int
    name: str
    phone: str
    language: str = "en"
    verified: bool = True
    contact_methods: tuple[ContactMethod, ...] = DEFAULT_METHODS
    rules: tuple[ContactRule, ...] = ()
    is_allowed: bool = False  # a named person allowed their number, which need not be an ordinary one then
    is_quiet: bool = False  # in their quiet hours, others are paged first

    @property
    def is_reachable(self) -> bool:
        return self.verified and bool(self.contact_methods)
