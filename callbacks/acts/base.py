"""An act is one thing a person does to a callback: who may do it, when it fits, what it conflicts with and changes.

Each act is a class in this package. Texts, phone keys, the link in a text and the console each build an act and a
requester and call `perform`. Nothing else changes a callback for a person.
"""

from __future__ import annotations

import abc
import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.db.database import locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, Role
from callbacks.db.tables import Callback, Event, Technician, User
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words

SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
WORKERS = SUPERVISORS | {Role.TECHNICIAN}


class Via(enum.Enum):
    """The channel of a request."""

    TEXT = "text"
    PHONE = "phone"
    LINK = "link"
    CONSOLE = "console"
    COMMAND = "command"


class Refused(WrongState):
    """The requester may not do the act, or it does not fit. `words` is the answer in both languages."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.english)


@dataclass(frozen=True)
class Requester:
    """Who requests an act, and by which channel."""

    name: str  # in the event log: a technician's name, or a user's email address
    via: Via
    role: Role
    technician: Technician | None
    code: str = ""  # of the page that a text replies to; the answer then lists the replies that fit next

    @property
    def label(self) -> str:
        """Return the source of an attempt, as stored: "text", "console, boss@example.com"."""
        return f"{self.via.value}, {self.name}" if self.via is Via.CONSOLE else self.via.value

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name that the event log has for them."""
        return tuple(dict.fromkeys([self.name, *([self.technician.name] if self.technician else [])]))


def technician_by(technician: Technician, via: Via, code: str = "") -> Requester:
    """Return the requester for a technician who acts by text, phone or link."""
    return Requester(technician.name, via, Role.TECHNICIAN, technician, code)


def user_at_console(user: User) -> Requester:
    """Return the requester for a user at the console, with the technician that the user is, if any."""
    return Requester(user.email, Via.CONSOLE, user.role, user.technician)


@dataclass(frozen=True)
class ActContext:
    """What an act needs. The callback is locked until the transaction ends."""

    session: Session
    desk: Desk
    callback: Callback
    by: Requester
    now: datetime

    @property
    def acts_for_themselves(self) -> bool:
        """Return whether the requester acts as a technician. Supervisors act for the owner."""
        return self.by.role is Role.TECHNICIAN

    def acting_technician(self) -> Technician:
        """Return the technician that the requester is. Raise Refused when they are not a technician."""
        if self.by.technician is None:
            raise Refused(wording.NOT_A_TECHNICIAN)
        return self.by.technician

    def technician_or_owner(self) -> Technician:
        """Return the technician whose act it is: the requester, or the owner for whom a supervisor acts.

        Raise Refused when there is no owner.
        """
        if self.acts_for_themselves:
            return self.acting_technician()
        if self.callback.owner is None:
            raise Refused(wording.nobody_has_it(self.callback.reference))
        return self.callback.owner

    def record(self, kind: EventKind, detail: str = "", actor: str | None = None) -> None:
        """Add an event by the requester, or by another `actor`."""
        record_event(self.session, self.callback.contact_sid, self.now, actor or self.by.name, kind, detail)


@dataclass(frozen=True)
class Act(abc.ABC):
    """One thing that a person does to a callback."""

    roles: ClassVar[frozenset[Role]] = WORKERS
    """The roles that may do it."""
    states: ClassVar[frozenset[CallbackState]] = frozenset({CallbackState.OPEN})
    """The states of a callback in which it fits."""
    conflicts: ClassVar[frozenset[EventKind]] = frozenset()
    """The events by others, since the requester loaded the callback, after which the act is refused."""

    @abc.abstractmethod
    def apply(self, context: ActContext) -> Words:
        """Change the callback, inform the people concerned, and return the answer. Raise Refused."""


def perform(
    session: Session, desk: Desk, callback_id: int, act: Act, by: Requester, now: datetime, seen: int | None = None
) -> Words:
    """Perform an act and return the answer to the requester. Raise Refused, or NotFound for an unknown id.

    `seen` is the id of the last event when the requester loaded the callback, where the channel knows it: if someone
    else made a conflicting change since, the act is refused.
    """
    callback = locked(session, Callback, callback_id)
    if by.role not in act.roles:
        raise Refused(wording.NOT_ALLOWED)
    if seen is not None:
        _check_seen(session, callback, act, by, seen)
    if callback.state not in act.states:
        raise Refused(wording.wrong_state(callback.reference, callback.state))
    return act.apply(ActContext(session, desk, callback, by, now))


def last_event_id(session: Session, callback: Callback) -> int:
    """Return the id of the callback's last event, or 0: what someone who loads it now has seen."""
    return session.scalar(select(func.max(Event.id)).where(Event.contact_sid == callback.contact_sid)) or 0


def _check_seen(session: Session, callback: Callback, act: Act, by: Requester, seen: int) -> None:
    since = select(Event).where(Event.contact_sid == callback.contact_sid, Event.id > seen)
    theirs = since.where(Event.kind.in_(act.conflicts), Event.actor.not_in(by.names)).order_by(Event.id.desc())
    event = session.scalars(theirs.limit(1)).first()
    if event is not None:
        raise Refused(wording.acted_first(event.actor, event.kind))
