"""Writes the rota as an iCalendar feed (RFC 5545) that calendar apps subscribe to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vDuration, vText

from callbacks.oncall.roster import Shift
from callbacks.people.person import Person

REFRESH_EVERY = timedelta(hours=1)

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")  # all but the line feed, which iCalendar escapes


def feed(name: str, shifts: Iterable[Shift], zone: ZoneInfo, now: datetime) -> bytes:
    """Return a calendar with one event per shift, in UTC. `zone` is the zone that calendar apps show it in.

    An event keeps its UID as long as its person, layer and start stay the same. Raise ValueError for a shift without
    a start or an end.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//nightdesk//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(_clean(name)))  # the library escapes an X- property only if it knows its type
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH_EVERY, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH_EVERY))
    for turn in _turns(shifts):
        calendar.add_component(_event(turn, now))
    if not calendar.subcomponents:
        calendar.add_component(_zone(zone, now))  # a calendar needs at least one component
    return bytes(calendar.to_ical())


@dataclass(frozen=True, order=True)
class _Turn:
    """A shift with a start and an end."""

    starts_at: datetime
    ends_at: datetime
    layer: str
    person_id: int
    name: str

    @property
    def uid(self) -> str:
        identity = f"{self.person_id} {self.starts_at:%Y%m%dT%H%M%SZ} {self.layer}"
        return f"{sha256(identity.encode()).hexdigest()[:32]}@nightdesk"


def _turns(shifts: Iterable[Shift]) -> list[_Turn]:
    """Return the shifts in order. Of two with the same person, layer and start, only the longer one counts."""
    found = sorted(_turn(shift.person, shift.layer, shift.starts_at, shift.ends_at) for shift in shifts)
    return sorted({turn.uid: turn for turn in found}.values())


def _turn(person: Person, layer: str, starts_at: datetime | None, ends_at: datetime | None) -> _Turn:
    if starts_at is None or ends_at is None:
        raise ValueError(f"{person.name}'s shift on {layer} is open-ended. Cut it to the span of the feed first.")
    return _Turn(starts_at.astimezone(UTC), ends_at.astimezone(UTC), layer, person.id, person.name)


def _event(turn: _Turn, now: datetime) -> Event:
    event = Event()
    event.add("uid", turn.uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", turn.starts_at)
    event.add("dtend", turn.ends_at)
    event.add("summary", _clean(f"On call: {turn.layer} ({turn.name})"))
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["on-call"])
    return event


def _zone(zone: ZoneInfo, now: datetime) -> Timezone:
    return Timezone.from_tzinfo(zone, zone.key, now.date(), now.date() + timedelta(days=366))


def _clean(words: str) -> str:
    return _CONTROL.sub(" ", words)
