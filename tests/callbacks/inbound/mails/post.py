"""A desk that mails reach, for tests: whoever writes, when, and what became of it."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers import store as customers
from callbacks.customers.contacts import Contact as Known
from callbacks.customers.details import Details
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ContactKind, MailKind, PageKind
from callbacks.db.tables import Callback, CustomerMessage, Event, MailMessage, Page, Technician
from callbacks.desk.desk_file import Desk, desk_from
from callbacks.inbound.mails.parse import ParsedMail
from callbacks.inbound.mails.receive import Received, receive
from callbacks.lifecycle.transitions import set_owner
from callbacks.media.folder import Folder
from callbacks.oncall import store
from callbacks.people import technicians

MAILBOXES = {
    "support": {"address": "support@desk.example", "meaning": "normal"},
    "emergency": {"address": "emergency@desk.example", "meaning": "emergency"},
    "escalation": {"address": "escalation@desk.example", "meaning": "escalation"},
}
SATURDAY_NIGHT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)  # Saturday 22:12 at the desk
TUESDAY_MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00
MONDAY_OPENING = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)  # 8:30
BOB, JANE = "bob@acme.example", "jane@acme.example"
PHONE = "+15145550199"


def desk_with_mail(**changes: Any) -> Desk:
    content = tomllib.loads(Path("support.toml").read_text(encoding="utf-8"))
    return desk_from({**content, "mailboxes": MAILBOXES, **changes}, Path("support.toml"))


def parsed(
    subject: str = "A question", words: str = "How do I add a user?", sender: str = BOB, **more: Any
) -> ParsedMail:
    given: Mapping[str, Any] = {"kind": MailKind.MESSAGE, "sender_name": "Bob Tremblay", "quoted": ""} | more
    return ParsedMail(sender=sender, subject=subject, words=words, **given)


class Post:
    """Mails to a desk where Amy is primary, Ben is backup and Luc is the manager."""

    def __init__(self, database: Database, media_dir: Path, now: datetime = SATURDAY_NIGHT, **changes: Any) -> None:
        self.database, self.media_dir, self.now = database, media_dir, now
        self.desk = desk_with_mail(**changes)
        self._number = itertools.count(1)
        database.write(self._add_everybody)

    def _add_everybody(self, session: Session) -> None:
        for name, layer in (("Amy Roy", "primary"), ("Ben Cole", "backup"), ("Luc", "manager")):
            phone = f"+1514555010{next(self._number)}"
            row = technicians.add_technician(session, name, phone, self.now, verified=True)
            store.add_shift(session, self.desk, row, layer, None, None, self.now)

    def knows(
        self,
        *contacts: str,
        name: str = "Bob Tremblay",
        language: str = "",
        is_trial: bool = False,
    ) -> None:
        known = [Known(ContactKind.MAIL if "@" in each else ContactKind.PHONE, each) for each in contacts]
        details = Details(name=name, company="Acme", language=language, is_trial=is_trial)
        self.database.write(lambda session: customers.add_customer(session, details, known, self.now))

    def gets(self, mail: ParsedMail | None = None, mailbox: str = "support", raw: bytes | None = None) -> Received:
        mail = mail or parsed()
        raw = raw if raw is not None else f"mail {next(self._number)} {mail}".encode()
        return receive(self.database, self.desk, Folder(self.media_dir), mailbox, raw, mail, self.now, self.now)

    def amy_owns_it(self) -> None:
        """Amy takes the one callback."""

        def work(session: Session) -> None:
            callback = session.scalars(select(Callback)).one()
            set_owner(session, callback, session.merge(self.person("Amy Roy")), self.now)

        self.database.write(work)

    # What is on record

    def _all(self, query: Any) -> Sequence[Any]:
        return self.database.read(lambda session: session.scalars(query).unique().all())

    def callbacks(self) -> Sequence[Callback]:
        return self._all(select(Callback).order_by(Callback.id))

    @property
    def callback(self) -> Callback:
        (only,) = self.callbacks()
        return only

    def mails(self) -> Sequence[MailMessage]:
        return self._all(select(MailMessage).order_by(MailMessage.id))

    def pages(self, *kinds: PageKind) -> list[str]:
        """Return who is paged, of some kinds or of all."""
        pages = self._all(select(Page).order_by(Page.id))
        return [page.technician.name for page in pages if not kinds or page.kind in kinds]

    def messages(self) -> Sequence[CustomerMessage]:
        return self._all(select(CustomerMessage).order_by(CustomerMessage.id))

    def events(self, *kinds: EventKind) -> list[str]:
        events = self._all(select(Event).order_by(Event.id))
        return [event.detail for event in events if event.kind in kinds]

    def person(self, name: str) -> Technician:
        query = select(Technician).where(Technician.name == name)
        return self.database.read(lambda session: session.scalars(query).one())
