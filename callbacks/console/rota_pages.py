"""The rota: who is on each layer in the weeks ahead, as it will really be, its gaps, and the forms that edit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks import calendars
from callbacks.console.access import ConsoleParts, for_everyone, for_supervisors
from callbacks.desk import duration
from callbacks.errors import DeskError, WrongState
from callbacks.oncall import rota
from callbacks.oncall.roster import FALLBACK, SUPERVISOR, Shift
from callbacks.oncall.schedule import Gap
from callbacks.tables import Technician
from callbacks.technicians import everybody, technician_named

SHOWN_WEEKS = 4


@dataclass(frozen=True)
class LayerShown:
    """One layer: its shifts and its gaps, in order of time."""

    name: str
    shifts: Sequence[Shift]
    gaps: Sequence[Gap]


@dataclass(frozen=True)
class RotationShown:
    id: int
    words: str


@dataclass(frozen=True)
class RotaShown:
    layers: Sequence[LayerShown]
    rotations: Sequence[RotationShown]
    hours: Sequence[tuple[str, float]]  # on call in the span, by person, for pay
    people: Sequence[str]


def rota_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes below /rota."""

    @console.get("/rota")
    @for_everyone
    def rota_shown() -> str:
        now = parts.clock.now()
        shown = parts.database.read(lambda session: _shown(session, parts, now))
        layers = (*parts.desk.policy.layers, SUPERVISOR, FALLBACK)
        return render_template("rota.html", title="Rota", shown=shown, all_layers=layers, weeks=SHOWN_WEEKS)

    @console.post("/rota/<act>")
    @for_supervisors
    def edit_rota(act: str) -> ResponseReturnValue:
        chosen, now = ACTS.get(act), parts.clock.now()
        if chosen is None:
            abort(404)
        try:
            said = parts.database.write(lambda session: chosen(Asked(session, parts, now)))
        except DeskError as fault:
            said = str(fault)
        flash(said)
        return redirect(url_for("console.rota_shown"))


@dataclass(frozen=True)
class Asked:
    """One edit that is asked for, with what was written into the form."""

    session: Session
    parts: ConsoleParts
    now: datetime

    def field(self, name: str) -> str:
        return request.form.get(name, "").strip()[:200]

    def person(self, name: str) -> Technician:
        return technician_named(self.session, self.field(name))

    def instant(self, name: str) -> datetime:
        """A time of the desk's clock. Raises WrongState."""
        found = self.instant_or_none(name)
        if found is None:
            raise WrongState("A time is missing. Give both.")
        return found

    def instant_or_none(self, name: str) -> datetime | None:
        if not self.field(name):
            return None
        try:
            told = datetime.fromisoformat(self.field(name))
        except ValueError:
            raise WrongState(f"{self.field(name)!r} is no time. Write it as 2026-11-27T18:00.") from None
        return (told if told.tzinfo else told.replace(tzinfo=self.parts.desk.zone)).astimezone(UTC)


def _add_shift(asked: Asked) -> str:
    row = asked.person("name")
    starts_at, ends_at = asked.instant_or_none("from"), asked.instant_or_none("until")
    rota.add_shift(asked.session, asked.parts.desk, row, asked.field("layer"), starts_at, ends_at, asked.now)
    return f"{row.name} is on {asked.field('layer')}."


def _rotate(asked: Asked) -> str:
    names = [name.strip() for name in asked.field("names").split(",") if name.strip()]
    members = [technician_named(asked.session, name) for name in names]
    try:
        first_day, length = date.fromisoformat(asked.field("first-day")), duration(asked.field("every"))
    except ValueError as fault:
        raise WrongState(f"That is no rotation: {fault}.") from None
    turn = length if isinstance(length, timedelta) else timedelta(days=7)
    desk, hand_off = asked.parts.desk, asked.field("hand-off")
    rota.add_rotation(asked.session, desk, asked.field("layer"), members, first_day, hand_off, turn, asked.now)
    return f"{', '.join(names)} take turns on {asked.field('layer')}."


def _end_rotation(asked: Asked) -> str:
    number = asked.field("rotation")
    at = asked.instant_or_none("at") or asked.now
    rota.end_rotation(asked.session, int(number) if number.isdecimal() else 0, at, asked.now)
    return "The rotation ends."


def _cover(asked: Asked) -> str:
    covered = asked.person("for") if asked.field("for") else None
    who, starts_at, ends_at = asked.person("name"), asked.instant("from"), asked.instant("until")
    warnings = rota.add_override(
        asked.session, asked.parts.desk, asked.field("layer"), who, covered, starts_at, ends_at, asked.now
    )
    return " ".join([f"{who.name} covers {asked.field('layer')}.", *warnings])


def _off(asked: Asked) -> str:
    row = asked.person("name")
    rota.add_absence(asked.session, row, asked.instant("from"), asked.instant("until"), asked.now)
    return f"{row.name} is off then."


def _address(asked: Asked) -> str:
    whose = asked.person("name") if asked.field("name") else None
    key = calendars.key_of(asked.session, whose, asked.now)
    return f"Enter this address in a calendar; whoever has it can read it: {asked.parts.public_url}/calendar/{key}.ics"


def _revoke(asked: Asked) -> str:
    whose = asked.person("name") if asked.field("name") else None
    count = calendars.revoke(asked.session, whose, asked.now)
    return "The address is worthless now." if count else "There was no address to revoke."


ACTS: dict[str, Callable[[Asked], str]] = {
    "add": _add_shift,
    "rotate": _rotate,
    "end-rotation": _end_rotation,
    "cover": _cover,
    "off": _off,
    "address": _address,
    "revoke": _revoke,
}


def _shown(session: Session, parts: ConsoleParts, now: datetime) -> RotaShown:
    plan, ends_at = rota.schedule(session, parts.desk, now), now + timedelta(weeks=SHOWN_WEEKS)
    layers = [
        LayerShown(layer, plan.spans(layer, now, ends_at), plan.gaps(layer, now, ends_at))
        for layer in plan.staffed_layers()
    ]
    names = {row.id: row.name for row in everybody(session)}
    rotations = [
        RotationShown(
            row.id,
            f"{row.layer}: {', '.join(names.get(m.technician_id, '(left)') for m in row.members)}, every {row.hours} h "
            f"from {row.first_day} {row.hand_off}",
        )
        for row in rota.rotations(session, now)
    ]
    return RotaShown(layers, rotations, _hours(layers), sorted(names.values()))


def _hours(layers: Sequence[LayerShown]) -> list[tuple[str, float]]:
    hours: dict[str, float] = {}
    for layer in layers:
        for shift in layer.shifts:
            if shift.starts_at is not None and shift.ends_at is not None:
                length = (shift.ends_at - shift.starts_at) / timedelta(hours=1)
                hours[shift.person.name] = hours.get(shift.person.name, 0.0) + length
    return sorted(hours.items())
