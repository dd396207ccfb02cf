"""Pages about no callback: alerts to supervisors, test pages, verification codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import locked
from callbacks.db.states import Channel, PageKind, PhoneSlot
from callbacks.db.tables import Page, Technician
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.oncall import store
from callbacks.paging import messages
from callbacks.paging.outages import refused_channels
from callbacks.people.person import ContactMethod, Person
from callbacks.people.technicians import person
from callbacks.people.verification import new_code
from callbacks.text.bilingual import Words

DAY = timedelta(days=1)
# By phone only where neither works: an alert may wait until morning.
ALERT_METHODS = (ContactMethod(Channel.TEXT), ContactMethod(Channel.MAIL))

log = structlog.get_logger(__name__)


def alert_supervisors(
    session: Session,
    desk: Desk,
    once: str,
    words: Words,
    now: datetime,
    *,
    daily: bool = False,
    kind: PageKind = PageKind.ALARM,
    may_wait: bool = True,
) -> bool:
    """Text and email the supervisors, once for each value of `once`. Return whether this was the first time.

    With `daily`, once a day in the desk's time zone. Without `may_wait`, only by what the carrier does not refuse now:
    what is sent when it works again would be out of date. Without a supervisor who can be reached, the people on the
    highest layer are alerted.
    """
    day = f" {now.astimezone(desk.zone).date()}" if daily else ""
    # The name is stored: under another one, alerts would be repeated after an upgrade.
    if not marks.once(session, f"told {once}{day}", now):
        return False
    supervisors = store.roster(session, desk, now).supervisors()
    if not supervisors:
        log.warning("nobody to alert", about=once, words=words.english)
    refused = refused_channels(session, now)
    for supervisor in supervisors:
        text = messages.alarm(desk.company.sender, words).for_(supervisor.language)
        for method in _alert_methods(supervisor, refused):
            if method.channel in refused and not may_wait:
                continue
            add_alert(session, supervisor.id, method, kind, text, now)
    return True


def _alert_methods(supervisor: Person, refused: Collection[Channel]) -> Iterable[ContactMethod]:
    """Return text and email, where they work and are not refused; else the first method that does.

    Where the carrier refuses every one, an alert waits for the first.
    """
    methods = supervisor.contact_methods
    working = [method for method in methods if method.channel not in refused] or methods
    return [method for method in ALERT_METHODS if method in working] or working[:1]


def add_alert(
    session: Session, technician_id: int, method: ContactMethod, kind: PageKind, text: str, now: datetime
) -> Page:
    """Add a page about no callback to the outbox, and return it."""
    page = Page(technician_id=technician_id, channel=method.channel, number=method.number, kind=kind, words=text)
    page.code, page.created_at, page.next_action_at = "", now, now
    session.add(page)
    return page


class TooManyToday(WrongState):
    """The daily limit on codes or test pages is reached. `words` says so in both languages."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.english)


def send_test(session: Session, desk: Desk, technician: Technician, now: datetime) -> list[Page]:
    """Send a test page by every contact method that works, and return the pages. Raise TooManyToday."""
    text = messages.test_page(desk.company.sender).for_(technician.language)
    methods = person(technician).contact_methods
    _keep_within(session, technician, PageKind.TEST, methods, desk.limits.tests_a_day, now)
    pages = [add_alert(session, technician.id, method, PageKind.TEST, text, now) for method in methods]
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
    """Send the code that verifies a number, by text or spoken by phone. Raise WrongState or TooManyToday."""
    way = ContactMethod(by, which)
    _keep_within(session, technician, PageKind.VERIFICATION, [way], desk.limits.codes_a_day, now)
    code = new_code(session, technician, which, now)
    wording = messages.spoken_verification if by is Channel.CALL else messages.verification
    text = wording(desk.company.sender, code).for_(technician.language)
    add_alert(session, technician.id, way, PageKind.VERIFICATION, text, now)


def _keep_within(
    session: Session, technician: Technician, kind: PageKind, ways: Collection[ContactMethod], cap: int, now: datetime
) -> None:
    """Raise TooManyToday if these pages would exceed the daily limit for the person's first or second number.

    Changing a number does not reset its count. The technician is locked until the transaction ends, so that the second
    of two simultaneous requests counts the first.
    """
    session.flush()  # reading the row again would undo what is not stored yet
    locked(session, Technician, technician.id)
    sent = select(Page.number).where(Page.technician_id == technician.id, Page.kind == kind)
    count = Counter(session.scalars(sent.where(Page.created_at > now - DAY, Page.channel != Channel.MAIL)))
    count.update(way.number for way in ways if way.channel is not Channel.MAIL)
    if max(count.values(), default=0) > cap:
        raise TooManyToday(messages.too_many_today(technician.name, kind))
