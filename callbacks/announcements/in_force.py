"""Reads announcements: what callers of a line hear now, and what the status page and the console show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.db.tables import Announcement, AnnouncementUpdate
from callbacks.text.bilingual import Words

HISTORY = timedelta(days=90)  # how far back the status page goes
MOST_SHOWN = 100


class Bilingual(Protocol):
    """What is there in both languages."""

    @property
    def english(self) -> str: ...

    @property
    def french(self) -> str: ...


def in_words(of: Bilingual) -> Words:
    """Return the text of an announcement, or of an entry in its history."""
    return Words(of.english, of.french)


def in_force(session: Session, now: datetime) -> Sequence[Announcement]:
    """Return the announcements that callers hear now, the latest first."""
    return session.scalars(
        select(Announcement)
        .where(Announcement.starts_at <= now, or_(Announcement.ends_at.is_(None), Announcement.ends_at > now))
        .order_by(Announcement.starts_at.desc(), Announcement.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def heard_on(session: Session, line: str, now: datetime) -> Sequence[Announcement]:
    """Return the announcements that callers of a line hear now, the latest first."""
    return [each for each in in_force(session, now) if line in lines_of(each) or not each.lines]


def lock(session: Session, now: datetime) -> None:
    """Keep what is in force from changing until the transaction ends."""
    going_on = or_(Announcement.ends_at.is_(None), Announcement.ends_at > now)
    session.execute(select(Announcement.id).where(Announcement.starts_at <= now, going_on).with_for_update())


def is_in_force(announcement: Announcement, now: datetime) -> bool:
    ends_at = announcement.ends_at
    return announcement.starts_at <= now and (ends_at is None or ends_at > now)


def lines_of(announcement: Announcement) -> list[str]:
    """Return the names of its lines; none when it is heard on all of them."""
    return announcement.lines.split(";") if announcement.lines else []


def products_of(announcement: Announcement) -> list[str]:
    """Return the products that it is about; none when it names none."""
    return announcement.products.split("\n") if announcement.products else []


def affects_product(announcement: Announcement, product: str) -> bool:
    """Return whether a product has the announced problem. An announcement that names nothing is about everything."""
    return product in products_of(announcement) or not (announcement.products or announcement.lines)


def affects_line(announcement: Announcement, line: str) -> bool:
    """Return whether a line has the announced problem. One of products is only heard on its lines."""
    return not announcement.products and (line in lines_of(announcement) or not announcement.lines)


def planned(session: Session, now: datetime) -> Sequence[Announcement]:
    """Return the announcements that begin later, the next first."""
    lasts = or_(Announcement.ends_at.is_(None), Announcement.ends_at >= Announcement.starts_at)
    later = select(Announcement).where(Announcement.starts_at > now, lasts)
    return session.scalars(later.order_by(Announcement.starts_at, Announcement.id).limit(MOST_SHOWN)).all()


def past(session: Session, now: datetime, since: timedelta | None = HISTORY) -> Sequence[Announcement]:
    """Return the announcements that have ended, the latest first. Those that never began are left out."""
    ended = select(Announcement).where(
        Announcement.ends_at <= now,
        Announcement.ends_at >= Announcement.starts_at,
        *([Announcement.ends_at > now - since] if since is not None else []),
    )
    return session.scalars(ended.order_by(Announcement.ends_at.desc(), Announcement.id.desc()).limit(MOST_SHOWN)).all()


def latest_updates(session: Session, now: datetime) -> Sequence[AnnouncementUpdate]:
    """Return the latest entries of all histories, the latest first."""
    query = select(AnnouncementUpdate).where(AnnouncementUpdate.at <= now)
    order = AnnouncementUpdate.at.desc(), AnnouncementUpdate.id.desc()
    return session.scalars(query.order_by(*order).limit(MOST_SHOWN)).all()
