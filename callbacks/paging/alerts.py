"""What the desk tells its people apart from any callback: alarms for supervisors, tests, codes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.states import Channel, PageKind, PhoneSlot
from callbacks.db.tables import Page, Technician
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.paging import messages
from callbacks.people.person import Person, Way
from callbacks.people.technicians import new_code, person
from callbacks.text.bilingual import Words

log = structlog.get_logger(__name__)


def alert_supervisors(
    session: Session, desk: Desk, once: str, words: Words, now: datetime, *, daily: bool = False
) -> bool:
    """Text and mail the supervisors, once for everything called `once`. Return whether it was news.

    What is `daily` is news again on the next day, by the desk's own calendar. When nobody who can be reached stands
    above the technicians, whoever stands highest is told.
    """
    day = f" {now.astimezone(desk.zone).date()}" if daily else ""
    if not marks.once(session, f"told {once}{day}", now):
        return False
    supervisors = store.roster(session, desk, now).supervisors()
    if not supervisors:
        log.warning("there is nobody to be told", about=once, words=words.english)
    for supervisor in supervisors:
        text = messages.alarm(desk.company.sender, words, supervisor.language)
        for way in _ways_of_alarm(supervisor):
            send(session, supervisor.id, way, PageKind.ALARM, text, now)
    return True


def _ways_of_alarm(supervisor: Person) -> Iterable[Way]:
    usual = (Way(Channel.TEXT), Way(Channel.MAIL))
    texts_and_mails = [way for way in supervisor.ways if way in usual]
    return texts_and_mails or supervisor.ways[:1]


def send(session: Session, technician_id: int, way: Way, kind: PageKind, words: str, now: datetime) -> Page:
    """Put something that is about no callback into the outbox."""
    page = Page(technician_id=technician_id, channel=way.channel, number=way.number, kind=kind, words=words)
    page.code, page.created_at, page.next_action_at = "", now, now
    session.add(page)
    return page


def send_test(session: Session, desk: Desk, technician: Technician, now: datetime) -> list[Page]:
    """Page somebody for a test, by every way that should reach them."""
    text = messages.test_page(desk.company.sender, technician.language)
    pages = [send(session, technician.id, way, PageKind.TEST, text, now) for way in person(technician).ways]
    session.flush()
    return pages


def send_code(
    session: Session,
    desk: Desk,
    technician: Technician,
    which: PhoneSlot,
    now: datetime,
    by: Channel = Channel.TEXT,
) -> None:
    """Send the code that verifies a number, by text or spoken by phone. Raises WrongState."""
    code = new_code(session, technician, which, now)
    spelled = ", ".join(code) if by is Channel.CALL else code
    words = messages.verification(desk.company.sender, spelled, technician.language)
    send(session, technician.id, Way(by, which), PageKind.VERIFICATION, words, now)
