"""What an act is: who may do it, when it fits, what it conflicts with. Each act is one class in this room.

Texts, keys on the phone, the page behind a text's link and the console translate what people do into an act and a
requester, and call `perform`. Nothing else changes a callback on a person's behalf.
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
    """How somebody asked for an act."""

    TEXT = "text"
    PHONE = "phone"
    LINK = "link"
    CONSOLE = "console"


class Refused(WrongState):
    """An act that somebody may not do, or that does not fit; worded for whoever asked."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.english)


@dataclass(frozen=True)
class Requester:
    """Who asks for an act, and how."""

    name: str  # as the event log names them: a technician's name, or a user's mail address
    via: Via
    role: Role
    technician: Technician | None
    code: str = ""  # of the page that a text answers; the answer then names the replies that fit

    @property
    def label(self) -> str:
        """Return how an attempt names its source: "text", "console, boss@example.com"."""
        return f"{self.via.value}, {self.name}" if self.via is Via.CONSOLE else self.via.value

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name under which the event log knows them."""
        return tuple(dict.fromkeys([self.name, *([self.technician.name] if self.technician else [])]))


def technician_by(technician: Technician, via: Via, code: str = "") -> Requester:
    """Return a technician who acts by text, phone or link."""
    return Requester(technician.name, via, Role.TECHNICIAN, technician, code)


def user_at_console(user: User) -> Requester:
    """Return a user who acts at the console; one who is paged acts as that technician, too."""
    return Requester(user.email, Via.CONSOLE, user.role, user.technician)


@dataclass(frozen=True)
class ActContext:
    """What an act works with. The callback is locked until the transaction ends."""

    session: Session
    desk: Desk
    callback: Callback
    by: Requester
    now: datetime

    @property
    def acts_for_themselves(self) -> bool:
        """Return whether the requester is a technician, and not a supervisor who acts for the owner."""
        return self.by.role is Role.TECHNICIAN

    def acting_technician(self) -> Technician:
        """Return the technician that the requester is. Raise Refused when they are none."""
        if self.by.technician is None:
            raise Refused(wording.NOT_A_TECHNICIAN)
        return self.by.technician

    def technician_or_owner(self) -> Technician:
        """Return the technician that an act is about: the requester, or the owner a supervisor acts for.

        Raise Refused when nobody has the callback.
        """
        if self.acts_for_themselves:
            return self.acting_technician()
        if self.callback.owner is None:
            raise Refused(wording.nobody_has_it(self.callback.reference))
        return self.callback.owner

    def record(self, kind: EventKind, detail: str = "", actor: str | None = None) -> None:
        """Add an event in the requester's name, or in another actor's."""
        record_event(self.session, self.callback.call_sid, self.now, actor or self.by.name, kind, detail)


@dataclass(frozen=True)
class Act(abc.ABC):
    """One thing that a person does to a callback."""

    roles: ClassVar[frozenset[Role]] = WORKERS
    """Who may do it."""
    states: ClassVar[frozenset[CallbackState]] = frozenset({CallbackState.OPEN})
    """When it fits."""
    conflicts: ClassVar[frozenset[EventKind]] = frozenset()
    """What somebody else may have done since the requester looked, that makes it a mistake."""

    @abc.abstractmethod
    def apply(self, context: ActContext) -> Words:
        """Change the callback, inform whom it concerns, and return what the requester is told. Raise Refused."""


def perform(
    session: Session, desk: Desk, callback_id: int, act: Act, by: Requester, now: datetime, seen: int | None = None
) -> Words:
    """Do what somebody asks, all of it or nothing, and return what they are told.

    `seen` is the last event that they had seen, where their screen can tell: an act that would undo what somebody
    else did since is refused. Raise Refused, and NotFound when there is no such callback.
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
    """Return the id of the last event so far: what whoever looks now has seen."""
    return session.scalar(select(func.max(Event.id)).where(Event.call_sid == callback.call_sid)) or 0


def _check_seen(session: Session, callback: Callback, act: Act, by: Requester, seen: int) -> None:
    since = select(Event).where(Event.call_sid == callback.call_sid, Event.id > seen)
    theirs = since.where(Event.kind.in_(act.conflicts), Event.actor.not_in(by.names)).order_by(Event.id.desc())
    event = session.scalars(theirs.limit(1)).first()
    if event is not None:
        raise Refused(wording.acted_first(event.actor, event.kind))
