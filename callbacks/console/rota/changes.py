"""What supervisors change on the rota: shifts, rotations, covers, time off, and the addresses of calendar feeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.console.forms import field, number_field
from callbacks.db.tables import Technician
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.oncall import store
from callbacks.oncall.ical import feed_keys
from callbacks.people.technicians import technician_named
from callbacks.text.duration import duration
from sla.wall_clock import local_day


@dataclass(frozen=True)
class RotaForm:
    """A form of the rota that was submitted."""

    session: Session
    desk: Desk
    public_url: str
    now: datetime

    def person(self, name: str) -> Technician:
        return technician_named(self.session, field(name))

    def person_or_none(self, name: str) -> Technician | None:
        return self.person(name) if field(name) else None

    def instant(self, name: str) -> datetime:
        """Return a field that holds a desk time. Raise WrongState when it is empty or cannot be read."""
        instant = self.instant_or_none(name)
        if instant is None:
            raise WrongState("A time is missing. Enter both.")
        return instant

    def instant_or_none(self, name: str) -> datetime | None:
        return self.desk.instant(field(name)) if field(name) else None


def _add_shift(form: RotaForm) -> str:
    person, layer = form.person("name"), field("layer")
    starts_at, ends_at = form.instant_or_none("from"), form.instant_or_none("until")
    store.add_shift(form.session, form.desk, person, layer, starts_at, ends_at, form.now)
    return f"{person.name} is on {layer}."


def _add_rotation(form: RotaForm) -> str:
    names = [name.strip() for name in field("names").split(",") if name.strip()]
    members = [technician_named(form.session, name) for name in names]
    first_day, turn = _first_day_and_turn()
    store.add_rotation(form.session, form.desk, field("layer"), members, first_day, field("hand-off"), turn, form.now)
    is_past = first_day < local_day(form.now, form.desk.zone)
    warning = " It starts in the past, so the hours on call of those days change too." if is_past else ""
    return f"{', '.join(names)} take turns on {field('layer')}.{warning}"


def _first_day_and_turn() -> tuple[date, timedelta]:
    try:
        first_day, turn = date.fromisoformat(field("first-day")), duration(field("every"))
    except ValueError as error:
        raise WrongState(f"Not a valid rotation: {error}.") from None
    return first_day, turn if isinstance(turn, timedelta) else timedelta(days=7)


def _end_rotation(form: RotaForm) -> str:
    at = form.instant_or_none("at") or form.now
    store.end_rotation(form.session, number_field("rotation"), at, form.now)
    return "The end of the rotation was saved."


def _add_cover(form: RotaForm) -> str:
    covered, person, layer = form.person_or_none("for"), form.person("name"), field("layer")
    starts_at, ends_at = form.instant("from"), form.instant("until")
    warnings = store.add_override(form.session, form.desk, layer, person, covered, starts_at, ends_at, form.now)
    return " ".join([f"{person.name} covers {layer}.", *warnings])


def _add_time_off(form: RotaForm) -> str:
    person = form.person("name")
    store.add_absence(form.session, person, form.instant("from"), form.instant("until"), form.now)
    return f"{person.name}'s time off was saved."


def _remove(form: RotaForm) -> str:
    store.remove_entry(form.session, field("what"), number_field("number"), form.now)
    return "The entry was removed."


def _give_feed_address(form: RotaForm) -> str:
    key = feed_keys.feed_key(form.session, form.person_or_none("name"), form.now)
    return f"Enter this address in a calendar. Anyone who has it can read it: {form.public_url}/calendar/{key}.ics"


def _revoke_feed_address(form: RotaForm) -> str:
    count = feed_keys.revoke_feed(form.session, form.person_or_none("name"), form.now)
    return "The address was revoked." if count else "There is no address to revoke."


CHANGES: dict[str, Callable[[RotaForm], str]] = {
    "add": _add_shift,
    "rotate": _add_rotation,
    "end-rotation": _end_rotation,
    "cover": _add_cover,
    "off": _add_time_off,
    "take-back": _remove,
    "address": _give_feed_address,
    "revoke": _revoke_feed_address,
}
