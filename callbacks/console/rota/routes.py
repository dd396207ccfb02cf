"""The rota: who is on each layer in a week or a month, as it will really be, the hours for pay, and the forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_everyone, for_readers, for_supervisors, note_change
from callbacks.console.forms import done, refused
from callbacks.console.rota.calendar import Dates, Day, LayerShown, View, dates_from, layers_shown, view_from, weeks_of
from callbacks.db.tables import Technician
from callbacks.desk.escalation_policy import FALLBACK, SUPERVISOR
from callbacks.errors import DeskError, WrongState
from callbacks.oncall import store
from callbacks.oncall.ical import feed_keys
from callbacks.oncall.paid_hours import HoursOnCall, hours_on_call
from callbacks.people.technicians import everybody, technician_named
from callbacks.reporting.export import csv_of
from callbacks.text.duration import duration
from sla.wall_clock import local_day


@dataclass(frozen=True)
class Entered:
    """Something that was entered and can be taken back."""

    what: str  # "shift", "cover", "off"
    id: int
    words: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class RotationShown:
    id: int
    words: str


@dataclass(frozen=True)
class RotaShown:
    layers: Sequence[LayerShown]
    rotations: Sequence[RotationShown]
    ahead: Sequence[Entered]
    hours: Sequence[HoursOnCall]
    people: Sequence[str]


def rota_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes below /rota; which week or month is shown stands in the address."""

    def today() -> date:
        return local_day(parts.clock.now(), parts.desk.zone)

    def dates_asked(first: str, last: str, otherwise: View) -> Dates:
        return dates_from(request.args.get(first, ""), request.args.get(last, ""), otherwise.dates, today())

    @console.get("/rota")
    @for_everyone
    def rota_shown() -> str:
        view, now = view_from(request.args, today()), parts.clock.now()
        paid, days = dates_asked("hours-from", "hours-until", view), view.days(parts.desk.zone)
        shown = parts.database.read(lambda session: _shown(session, parts, days, paid, now))
        return render_template(
            "rota.html",
            title="Rota",
            shown=shown,
            view=view,
            now_shown=View.holding(view.kind, today()),
            week_shown=View.holding("week", today() if view.dates.first <= today() <= view.dates.last else view.first),
            month_shown=View.holding("month", view.first),
            days=days,
            weeks=weeks_of(days),
            today=today(),
            now=now,
            paid=paid,
            all_layers=_all_layers(parts),
        )

    @console.get("/rota/hours.csv")
    @for_readers
    def rota_hours() -> ResponseReturnValue:
        paid = dates_asked("from", "until", View.holding("week", today()))
        people = parts.database.read(lambda session: _hours(session, parts, paid))
        answer = Response(_hours_csv(people, paid, _all_layers(parts)), content_type="text/csv; charset=utf-8")
        named = f"hours-on-call-{paid.first}-to-{paid.last}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{named}"'
        return answer

    @console.post("/rota/<act>")
    @for_supervisors
    def edit_rota(act: str) -> ResponseReturnValue:
        chosen, now = ACTS.get(act), parts.clock.now()
        if chosen is None:
            abort(404)

        def work(session: Session) -> str:
            said = chosen(Asked(session, parts, now))
            note_change(session, now, f"rota: {act}")
            return said

        try:
            done(parts.database.write(work))
        except DeskError as fault:
            refused(fault)
        return redirect(url_for("console.rota_shown", **view_from(request.args, today()).in_address()))


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
        return self.parts.desk.instant(self.field(name)) if self.field(name) else None


def _add_shift(asked: Asked) -> str:
    row = asked.person("name")
    starts_at, ends_at = asked.instant_or_none("from"), asked.instant_or_none("until")
    store.add_shift(asked.session, asked.parts.desk, row, asked.field("layer"), starts_at, ends_at, asked.now)
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
    store.add_rotation(asked.session, desk, asked.field("layer"), members, first_day, hand_off, turn, asked.now)
    past = first_day < local_day(asked.now, desk.zone)
    warning = " It begins in the past: the hours on call of then change with it." if past else ""
    return f"{', '.join(names)} take turns on {asked.field('layer')}.{warning}"


def _end_rotation(asked: Asked) -> str:
    number = asked.field("rotation")
    at = asked.instant_or_none("at") or asked.now
    store.end_rotation(asked.session, int(number) if number.isdecimal() else 0, at, asked.now)
    return "The rotation ends."


def _cover(asked: Asked) -> str:
    covered = asked.person("for") if asked.field("for") else None
    who, starts_at, ends_at = asked.person("name"), asked.instant("from"), asked.instant("until")
    warnings = store.add_override(
        asked.session, asked.parts.desk, asked.field("layer"), who, covered, starts_at, ends_at, asked.now
    )
    return " ".join([f"{who.name} covers {asked.field('layer')}.", *warnings])


def _off(asked: Asked) -> str:
    row = asked.person("name")
    store.add_absence(asked.session, row, asked.instant("from"), asked.instant("until"), asked.now)
    return f"{row.name} is off then."


def _take_back(asked: Asked) -> str:
    what, number = asked.field("what"), asked.field("number")
    store.remove_entry(asked.session, what, int(number) if number.isdecimal() else 0, asked.now)
    return "It is taken back."


def _address(asked: Asked) -> str:
    whose = asked.person("name") if asked.field("name") else None
    key = feed_keys.feed_key(asked.session, whose, asked.now)
    return f"Enter this address in a calendar; whoever has it can read it: {asked.parts.public_url}/calendar/{key}.ics"


def _revoke(asked: Asked) -> str:
    whose = asked.person("name") if asked.field("name") else None
    count = feed_keys.revoke_feed(asked.session, whose, asked.now)
    return "The address is worthless now." if count else "There was no address to revoke."


ACTS: dict[str, Callable[[Asked], str]] = {
    "add": _add_shift,
    "rotate": _rotate,
    "end-rotation": _end_rotation,
    "cover": _cover,
    "off": _off,
    "take-back": _take_back,
    "address": _address,
    "revoke": _revoke,
}


def _shown(session: Session, parts: ConsoleParts, days: Sequence[Day], paid: Dates, now: datetime) -> RotaShown:
    plan, names = store.schedule(session, parts.desk, days[0].starts_at), {r.id: r.name for r in everybody(session)}
    rotations = [
        RotationShown(
            row.id,
            f"{row.layer}: {', '.join(names.get(m.technician_id, '(left)') for m in row.members)}, every {row.hours} h "
            f"from {row.first_day} {row.hand_off}",
        )
        for row in store.rotations(session, now)
    ]
    layers, ahead = layers_shown(plan, days, now), list(_ahead(session, names, now))
    return RotaShown(layers, rotations, ahead, _hours(session, parts, paid), sorted(names.values()))


def _ahead(session: Session, names: Mapping[int, str], now: datetime) -> Iterator[Entered]:
    for cover in sorted(store.overrides(session, now), key=lambda row: row.starts_at):
        whom = "whoever is on" if cover.instead_of_id is None else names.get(cover.instead_of_id, "(left)")
        words = f"{cover.technician.name} covers {cover.layer} for {whom}"
        yield Entered("cover", cover.id, words, cover.starts_at, cover.ends_at)
    for off in store.absences(session, now):
        yield Entered("off", off.id, f"{names.get(off.technician_id, '(left)')} is off", off.starts_at, off.ends_at)
    for shift in store.manual_shifts(session, now):
        if shift.technician_id in names:
            words = f"{shift.technician.name} is on {shift.layer}"
            yield Entered("shift", shift.id, words, shift.starts_at, shift.ends_at)


def _hours(session: Session, parts: ConsoleParts, paid: Dates) -> list[HoursOnCall]:
    starts_at, ends_at = paid.instants(parts.desk.zone)
    return hours_on_call(store.schedule(session, parts.desk, starts_at), starts_at, ends_at)


def _hours_csv(people: Sequence[HoursOnCall], paid: Dates, layers: Sequence[str]) -> str:
    rows = [
        [each.name, paid.first, paid.last, *(_decimal(each.on(layer)) for layer in layers), _decimal(each.total)]
        for each in people
    ]
    return csv_of(["person", "from", "until", *layers, "in all"], rows)


def _decimal(hours: float) -> str:
    return f"{hours:.2f}"


def _all_layers(parts: ConsoleParts) -> tuple[str, ...]:
    return (*parts.desk.policy.layers, SUPERVISOR, FALLBACK)
