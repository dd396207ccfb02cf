"""What happened on some days: contacts with their callbacks, pages, attempts.

Contacts are calls, mails, and what people wrote down. Plain columns, so that years load fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, String, cast, func, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import (
    AttemptProof,
    CallbackOrigin,
    CallbackState,
    CallOutcome,
    Channel,
    ContactWay,
    PageState,
    PriorityLevel,
    ReachOutcome,
)
from callbacks.db.tables import Callback, Contact, Page, ReachAttempt, Technician
from callbacks.desk.night_hours import NightHours
from callbacks.records.proofs import IS_ATTEMPT, NO_TRIES, Tries, tries_of
from callbacks.reporting.periods import Days
from callbacks.reporting.pieces import by_weeks


class ContactFact(NamedTuple):
    """One call, mail or note of a conversation and, if it has a priority, the callback that was owed for it."""

    local: datetime  # when it began, in desk time
    began_at: datetime
    way: ContactWay
    line: str
    mailbox: str
    is_open: bool
    outcome: CallOutcome
    priority: PriorityLevel | None
    state: CallbackState | None
    due_at: datetime | None
    owner_id: int | None
    reference: str | None
    origin: CallbackOrigin | None
    callback_id: int | None
    opened_at: datetime | None
    promised_from: datetime | None
    tries: Tries

    @property
    def came_in_on(self) -> str:
        """The line or the mailbox, or that somebody wrote it down."""
        return came_in_on(self.way, self.line, self.mailbox)


def came_in_on(way: ContactWay, line: str, mailbox: str) -> str:
    """Return the line or the mailbox that a contact came in on, or that somebody wrote it down. Pure."""
    match way:
        case ContactWay.MAIL:
            return f"{mailbox} mailbox"
        case ContactWay.BY_HAND:
            return "by hand"
        case ContactWay.CALL:
            return line


class PageFact(NamedTuple):
    """How many pages went to one person's phone within a quarter of an hour of desk time."""

    local: datetime  # when the quarter began
    technician_id: int
    times: int


class AttemptFact(NamedTuple):
    """How many of one person's attempts to reach customers had one outcome and one proof."""

    technician_id: int
    outcome: ReachOutcome
    proof: AttemptProof
    is_told: bool  # by a person
    times: int


@dataclass(frozen=True)
class Activity:
    """What happened on some days. The facts for nights include the morning after the last day."""

    days: Days
    zone: ZoneInfo
    contacts: Sequence[ContactFact]
    pages: Sequence[PageFact]
    attempts: Sequence[AttemptFact]
    contacts_for_nights: Sequence[ContactFact]
    pages_for_nights: Sequence[PageFact]
    names: Mapping[int, str]
    hours: NightHours

    @property
    def calls(self) -> Sequence[ContactFact]:
        """The phone calls."""
        return [contact for contact in self.contacts if contact.way is ContactWay.CALL]


def activity(session: Session, days: Days, zone: ZoneInfo, hours: NightHours) -> Activity:
    """Return what happened on a few days of the desk, read in one transaction."""
    since, until, dawn = days.begin(zone), days.end(zone), days.last_night_ends(zone, hours.night)
    contacts, pages = contacts_between(session, zone, since, dawn), pages_between(session, zone, since, dawn)
    return _activity(days, zone, hours, contacts, pages, attempts_between(session, since, until), names_of_all(session))


def activity_by_weeks(database: Database, days: Days, zone: ZoneInfo, hours: NightHours) -> Activity:
    """Return what happened on many days of the desk."""
    since, until, dawn = days.begin(zone), days.end(zone), days.last_night_ends(zone, hours.night)
    contacts = by_weeks(database, lambda session, *span: contacts_between(session, zone, *span), since, dawn)
    pages = by_weeks(database, lambda session, *span: pages_between(session, zone, *span), since, dawn)
    attempts = by_weeks(database, attempts_between, since, until)
    return _activity(days, zone, hours, contacts, pages, attempts, database.read(names_of_all))


def _activity(
    days: Days,
    zone: ZoneInfo,
    hours: NightHours,
    contacts: Sequence[ContactFact],
    pages: Sequence[PageFact],
    attempts: Sequence[AttemptFact],
    names: Mapping[int, str],
) -> Activity:
    until = days.end(zone)
    return Activity(
        days,
        zone,
        contacts=[contact for contact in contacts if contact.local < until],
        pages=[page for page in pages if page.local < until],
        attempts=attempts,
        contacts_for_nights=contacts,
        pages_for_nights=pages,
        names=names,
        hours=hours,
    )


def contacts_between(session: Session, zone: ZoneInfo, since: datetime, until: datetime) -> list[ContactFact]:
    """Return the contacts that began from `since` on and before `until`, in no order."""
    columns: tuple[Any, ...] = (  # those of a fact, in order
        *(Contact.began_at, Contact.way, Contact.line, Contact.mailbox, Contact.is_open, Contact.outcome),
        *(Callback.priority, Callback.state, Callback.due_at, Callback.owner_id, Callback.reference),
        *(Callback.origin, Callback.id, Callback.opened_at, Callback.promised_from),
    )
    which = (Contact.began_at >= since) & (Contact.began_at < until)
    query = select(*columns).outerjoin(Callback, Callback.contact_sid == Contact.sid).where(which)
    tries = tries_of(session, which)
    return [
        ContactFact(*(row.began_at.astimezone(zone), *row, tries.get(row.id, NO_TRIES)))
        for row in session.execute(query)
    ]


def pages_between(session: Session, zone: ZoneInfo, since: datetime, until: datetime) -> list[PageFact]:
    """Return how many pages about callbacks went to phones from `since` on and before `until`.

    A bundle counts once, and a call that connects a technician to the customer is no page. The database counts them
    by quarters of an hour, because a year has many pages and every zone's offset is a multiple of a quarter.
    """
    written = cast(Page.created_at, String)  # "2026-11-28 22:12:03..." in UTC, on SQLite and on PostgreSQL
    hour = func.substr(written, 1, 13).label("hour")
    quarter = (cast(func.substr(written, 15, 2), Integer) // 15).label("quarter")
    query = (
        select(hour, quarter, Page.technician_id, func.count())
        .where(Page.created_at >= since, Page.created_at < until, Page.callback_id.is_not(None))
        .where(Page.state == PageState.SENT, Page.channel.in_((Channel.TEXT, Channel.CALL)))
        .group_by("hour", "quarter", Page.technician_id)
    )
    return [
        PageFact(datetime.fromisoformat(f"{hour}:{15 * quarter:02}+00:00").astimezone(zone), technician_id, times)
        for hour, quarter, technician_id, times in session.execute(query)
    ]


def attempts_between(session: Session, since: datetime, until: datetime) -> list[AttemptFact]:
    """Return how many attempts to reach customers were made from `since` on and before `until`."""
    kinds = (ReachAttempt.technician_id, ReachAttempt.outcome, ReachAttempt.proof, ReachAttempt.is_told)
    in_time = (ReachAttempt.tried_at >= since) & (ReachAttempt.tried_at < until)
    query = select(*kinds, func.count()).where(IS_ATTEMPT, in_time)
    return [AttemptFact(*row) for row in session.execute(query.group_by(*kinds))]


def names_of_all(session: Session) -> dict[int, str]:
    """Return the names of all technicians by id, including those who left."""
    return {row[0]: row[1] for row in session.execute(select(Technician.id, Technician.name))}
