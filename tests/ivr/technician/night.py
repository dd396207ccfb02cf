"""One callback on a Saturday night, with a page by phone to Amy that the carrier has placed."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageKind, PageState, PhoneSlot
from callbacks.db.tables import Callback, Page, PageAttempt, ReachAttempt, Technician
from tests.ivr.webhook_client import AMY, CALL, CUSTOMER, DIRECT, WebhookClient

AMYS_CALL = "CA" + "7" * 32


class Night:
    def __init__(self, client: WebhookClient) -> None:
        self.client = client
        for path in ("/voice/incoming", "/voice/beep?lang=en", "/voice/recorded?lang=en"):
            client.document(path, CallSid=CALL, To=DIRECT, From=CUSTOMER)
        self.page_id = self.add_page(PageKind.STEP, AMYS_CALL)

    def add_page(self, kind: PageKind, sid: str, *, about_callback: bool = True) -> int:
        """Add a page by phone to Amy whose call has this SID, and return its id."""

        def work(session: Session) -> int:
            callback, amy = session.scalars(select(Callback)).one(), session.scalars(select(Technician)).one()
            page = Page(
                callback_id=callback.id if about_callback else None, kind=kind, round=90, technician_id=amy.id,
                channel=Channel.CALL, number=PhoneSlot.FIRST, code="583112", words="This is a test.",
                state=PageState.SENT, created_at=self.client.clock.now(),
            )  # fmt: skip
            session.add(page)
            session.flush()
            session.add(
                PageAttempt(
                    page_id=page.id, started_at=self.client.clock.now(), state=AttemptState.ACCEPTED, sid=sid,
                    carrier_status=CarrierStatus.IN_PROGRESS,
                )
            )  # fmt: skip
            return page.id

        return self.client.database.write(work)

    def hears(self, path: str, sid: str = AMYS_CALL, **fields: str) -> Element:
        """Return what Amy hears on a webhook of her call."""
        return self.client.document(path, CallSid=sid, To=AMY, From=DIRECT, **fields)

    def call_ends(self, sid: str = AMYS_CALL) -> None:
        """Have the carrier's record say that Amy's call is over."""

        def work(session: Session) -> None:
            attempt = session.scalars(select(PageAttempt).where(PageAttempt.sid == sid)).one()
            attempt.carrier_status = CarrierStatus.COMPLETED

        self.client.database.write(work)

    def owner_does_nothing(self, name: str) -> None:
        """Give the callback to somebody who does nothing until the others are paged again."""

        def work(session: Session) -> None:
            now = self.client.clock.now()
            callback = session.scalars(select(Callback)).one()
            callback.owner = Technician(name=name, phone="+15145550102", created_at=now)
            callback.acknowledged_at, callback.resumed = now, True

        self.client.database.write(work)

    @property
    def callback(self) -> Callback:
        return self.client.database.read(lambda session: session.scalars(select(Callback)).one())

    @property
    def owner(self) -> str | None:
        """Return the name of the technician who has the callback."""
        owner = self.callback.owner
        return None if owner is None else owner.name

    @property
    def attempt(self) -> ReachAttempt:
        return self.client.database.read(lambda session: session.scalars(select(ReachAttempt)).one())

    def page(self, page_id: int) -> Page:
        return self.client.database.read(lambda session: session.get_one(Page, page_id))
