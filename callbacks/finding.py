"""Finds callbacks, every one ever: by reference, number in any notation, state, line, priority, person and date."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from callbacks.tables import Call, Callback, Technician
from sla.wall_clock import begins

A_PAGE = 50
AT_MOST = 100_000
STATES = ("open", "unanswered", "resolved", "cancelled")


@dataclass(frozen=True)
class Search:
    """What is looked for; empty fields do not matter. It is what stands in the address of the page."""

    words: str = ""
    state: str = ""
    line: str = ""
    priority: str = ""
    person: str = ""
    since: date | None = None
    until: date | None = None  # that day too
    broken: bool = False  # only those whose promise was broken
    before: int | None = None  # go on after this callback, towards older ones

    def in_address(self) -> dict[str, Any]:
        """The fields as they stand in an address."""
        texts = {name: getattr(self, name) for name in ("words", "state", "line", "priority", "person")}
        days = {name: at.isoformat() for name in ("since", "until") if (at := getattr(self, name)) is not None}
        more = {"broken": "1" if self.broken else "", "before": str(self.before or "")}
        return {name: value for name, value in {**texts, **days, **more}.items() if value}


@dataclass(frozen=True)
class Found:
    """One page of what was found, the latest first, and how to go on."""

    callbacks: Sequence[Callback]
    older: Search | None


def search_from(fields: Mapping[str, str]) -> Search:
    """Read a search from an address; what makes no sense there is as if it were not there."""
    before = fields.get("before", "")
    return Search(
        words=fields.get("words", "").strip()[:100],
        state=fields.get("state", "") if fields.get("state", "") in STATES else "",
        line=fields.get("line", "")[:40],
        priority=fields.get("priority", "")[:2],
        person=fields.get("person", "").strip()[:100],
        since=_day(fields.get("since", "")),
        until=_day(fields.get("until", "")),
        broken=fields.get("broken", "") == "1",
        before=int(before) if re.fullmatch(r"[0-9]{1,9}", before) else None,
    )


def find(session: Session, search: Search, zone: ZoneInfo) -> Found:
    """Find one page. Days are the desk's."""
    query = matching(search, zone).order_by(Callback.id.desc()).limit(A_PAGE + 1)
    found = session.scalars(query).all()
    older = replace(search, before=found[A_PAGE - 1].id) if len(found) > A_PAGE else None
    return Found(found[:A_PAGE], older)


def matching(search: Search, zone: ZoneInfo) -> Select[Callback]:
    """The query for everything that is looked for."""
    query = select(Callback).join(Call, Call.sid == Callback.call_sid)
    if search.words:
        query = query.where(_meant_by(search.words))
    if search.state == "unanswered":
        query = query.where(Callback.state == "open", Callback.attempted_at.is_(None))
    elif search.state:
        query = query.where(Callback.state == search.state)
    if search.line:
        query = query.where(Call.line == search.line)
    if search.priority:
        query = query.where(Callback.priority == search.priority)
    if search.person:
        owners = select(Technician.id).where(Technician.name == search.person)
        query = query.where(Callback.owner_id.in_(owners))
    if search.since is not None:
        query = query.where(Callback.opened_at >= begins(search.since, zone).astimezone(UTC))
    if search.until is not None:
        query = query.where(Callback.opened_at < _next_day(search.until, zone))
    if search.broken:
        query = query.where(Callback.breached_at.is_not(None))
    return query if search.before is None else query.where(Callback.id < search.before)


def _meant_by(words: str) -> ColumnElement[bool]:
    """A reference, a number as people write it, or the end of one."""
    if re.fullmatch(r"[A-Za-z]{2}-?[0-9]{3}", words):
        return Callback.reference == f"{words[:2]}-{words[-3:]}".upper()
    digits = re.sub(r"[^0-9]", "", words)
    if len(digits) < 3:
        return Callback.reference.startswith(words.upper())
    return or_(Call.caller == _number(words), Call.caller.endswith(digits))


def _number(words: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(words, "CA"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return words


def _next_day(day: date, zone: ZoneInfo) -> datetime:
    return begins(day + timedelta(days=1), zone).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 2200 else None
