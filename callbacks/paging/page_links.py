"""Which links to technicians' screens still work, apart from the expiry time in the link itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import PageState
from callbacks.db.tables import Page


def has_ended(session: Session, page: Page) -> bool:
    """Return whether the link in a page was revoked or replaced, or its technician has left the team."""
    sent_at, technician = _sent_at(page), page.technician
    is_revoked = technician.links_from is not None and sent_at <= technician.links_from
    return technician.left_at is not None or is_revoked or _is_replaced(session, page, sent_at)


def _sent_at(page: Page) -> datetime:
    """Return when the link was first sent. Earlier releases did not record it."""
    return page.linked_at or page.created_at


def _is_replaced(session: Session, page: Page, sent_at: datetime) -> bool:
    """Return whether a later message to the same person about the same callback has a link of its own.

    The text and the email of one round do not end each other's links. Nor does a message that failed.
    """
    later = select(Page.id).where(Page.callback_id == page.callback_id, Page.technician_id == page.technician_id)
    later = later.where(Page.linked_at > sent_at, Page.state == PageState.SENT)
    of_another_round = (Page.kind != page.kind) | (Page.round != page.round)
    return session.scalar(later.where(of_another_round).limit(1)) is not None
