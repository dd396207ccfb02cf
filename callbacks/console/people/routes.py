"""The people who are paged: their numbers, whether those are verified, their wishes, and a test page to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_everyone, for_supervisors, for_workers, note_change
from callbacks.console.forms import done, refused
from callbacks.db.database import locked_or_none
from callbacks.db.states import Channel, PageKind, PhoneSlot, Role
from callbacks.db.tables import Page, Technician
from callbacks.errors import DeskError, NotFound, WrongState
from callbacks.oncall import store
from callbacks.paging import alerts
from callbacks.paging.delivery import Result, result_of
from callbacks.people import technicians
from callbacks.text.formats import LANGUAGES, readable_number

TESTS_SHOWN = timedelta(hours=1)


@dataclass(frozen=True)
class NumberShown:
    which: str  # first, second
    words: str
    is_verified: bool


@dataclass(frozen=True)
class PersonShown:
    """One technician, as the page shows them."""

    id: int
    name: str
    email: str
    language: str
    layers: str
    numbers: Sequence[NumberShown]
    quiet: str
    rules: Mapping[int, str]
    troubles: Sequence[str]
    tests: Sequence[Result]


# By what a rule of their own reaches a technician, as the form names it.
RULES_GO_BY = {channel.value: channel for channel in (Channel.TEXT, Channel.CALL, Channel.MAIL)}
# What technicians may change themselves: how they are reached, and not whether they are.
OWN_ACTS = ("code", "verify", "second", "mail", "test", "quiet", "rule", "drop-rule", "language")
Act = Callable[[Session, Technician, datetime], str]


def people_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes below /people."""

    @console.get("/people")
    @for_everyone
    def people() -> str:
        now = parts.clock.now()
        shown = parts.database.read(lambda session: people_shown(session, parts, now))
        return render_template("people.html", title="People", people=shown)

    @console.post("/people/add")
    @for_supervisors
    def add_person() -> ResponseReturnValue:
        form, now = request.form, parts.clock.now()

        def work(session: Session) -> str:
            row = technicians.add_technician(
                session,
                form.get("name", "")[:100],
                form.get("phone", "")[:40],
                now,
                email=form.get("email", "").strip()[:200],
                language="fr" if form.get("language") == "fr" else "en",
            )
            alerts.send_code(session, parts.desk, row, PhoneSlot.FIRST, now)
            return f"{row.name} is added. A code is on its way; the number counts when it comes back."

        return _done(parts, "add", work)

    @console.post("/people/<int:technician_id>/<act>")
    @for_workers
    def change_person(technician_id: int, act: str) -> ResponseReturnValue:
        chosen, now = _acts(parts).get(act), parts.clock.now()
        if chosen is None:
            abort(404)
        if g.user.role is Role.TECHNICIAN and (g.user.technician_id != technician_id or act not in OWN_ACTS):
            abort(403, "What is your own is yours to change; the rest is a supervisor's.")

        def work(session: Session) -> str:
            row = locked_or_none(session, Technician, technician_id)
            if row is None or row.left_at is not None:
                raise NotFound("There is no such technician any more.")
            return chosen(session, row, now)

        return _done(parts, act, work)


def _done(parts: ConsoleParts, act: str, work: Callable[[Session], str]) -> ResponseReturnValue:
    now = parts.clock.now()

    def noted(session: Session) -> str:
        said = work(session)
        note_change(session, now, f"people: {act}", said)
        return said

    try:
        done(parts.database.write(noted))
    except DeskError as fault:
        refused(fault)
    return redirect(url_for("console.people"))


def _acts(parts: ConsoleParts) -> dict[str, Act]:
    """What can be done to a technician, by its name in the address."""
    form = request.form
    which = PhoneSlot.SECOND if form.get("which") == PhoneSlot.SECOND.value else PhoneSlot.FIRST
    by = Channel.CALL if form.get("by") == Channel.CALL.value else Channel.TEXT

    def code(session: Session, row: Technician, now: datetime) -> str:
        alerts.send_code(session, parts.desk, row, which, now, by)
        return f"A code is on its way to {row.name}."

    def verify(session: Session, row: Technician, now: datetime) -> str:
        if technicians.verify(session, row, which, form.get("code", "").strip(), now):
            return f"{row.name}'s number is verified."
        return "That is not the code, or it has expired."

    def number(session: Session, row: Technician, now: datetime, changed: PhoneSlot = which) -> str:
        technicians.give_number(session, row, changed, form.get("phone", "")[:40])
        alerts.send_code(session, parts.desk, row, changed, now, by)
        store.note_edit(session, now)
        return "A code is on its way; the number counts when it comes back."

    def second(session: Session, row: Technician, now: datetime) -> str:
        return number(session, row, now, PhoneSlot.SECOND)

    def test(session: Session, row: Technician, now: datetime) -> str:
        if not alerts.send_test(session, parts.desk, row, now):
            raise WrongState(f"Nothing reaches {row.name}: no number is verified.")
        return f"A test page is on its way to {row.name}; what becomes of it is shown below."

    def quiet(session: Session, row: Technician, now: datetime) -> str:
        technicians.set_quiet(row, form.get("span", ""))
        return f"{row.name}'s quiet hours: {row.quiet or 'none'}."

    def mail(session: Session, row: Technician, now: datetime) -> str:
        technicians.give_mail(row, form.get("email", "").strip()[:200])
        return f"Mails to {row.name} go to {row.email}." if row.email else f"{row.name} gets no mails."

    def rule(session: Session, row: Technician, now: datetime) -> str:
        minutes, channel = form.get("minutes", "").strip(), form.get("channel", "")
        if not minutes.isdecimal() or len(minutes) > 3:
            raise WrongState(f"{minutes[:20]!r} is no number of minutes. Give one from 0 to 30.")
        after = timedelta(minutes=int(minutes))
        technicians.add_rule(row, RULES_GO_BY.get(channel, Channel.TEXT), after, which)
        return f"{row.name} is reached that way as well from the next page on."

    def drop_rule(session: Session, row: Technician, now: datetime) -> str:
        number = form.get("rule", "")
        technicians.drop_rule(row, int(number) if number.isdecimal() and len(number) < 10 else 0)
        return "The rule is taken away."

    def language(session: Session, row: Technician, now: datetime) -> str:
        row.language = "fr" if form.get("language") == "fr" else "en"
        return f"{row.name} is paged in {LANGUAGES[row.language]}."

    def remove(session: Session, row: Technician, now: datetime) -> str:
        technicians.leave(session, row, now)
        store.note_edit(session, now)
        return f"{row.name} is paged no more."

    acts = (code, verify, number, second, mail, test, quiet, rule, drop_rule, language, remove)
    return {act.__name__.replace("_", "-"): act for act in acts}


def people_shown(session: Session, parts: ConsoleParts, now: datetime) -> list[PersonShown]:
    """Load and word everybody."""
    roster = store.roster(session, parts.desk, now)
    return [_shown(session, row, ", ".join(roster.layers_of(row.id)), now) for row in technicians.everybody(session)]


def _shown(session: Session, row: Technician, layer: str, now: datetime) -> PersonShown:
    tests = select(Page.id).where(Page.technician_id == row.id, Page.kind == PageKind.TEST)
    recent = session.scalars(tests.where(Page.created_at > now - TESTS_SHOWN).order_by(Page.id.desc()).limit(4))
    numbers = [_number(row.phone, PhoneSlot.FIRST, row)]
    if row.second_phone is not None:
        numbers.append(_number(row.second_phone, PhoneSlot.SECOND, row))
    return PersonShown(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        layers=layer,
        numbers=numbers,
        quiet=row.quiet,
        rules=technicians.rules_in_words(row),
        troubles=technicians.troubles_in_words(row),
        tests=[result_of(session, page_id) for page_id in recent],
    )


def _number(phone: str, slot: PhoneSlot, row: Technician) -> NumberShown:
    return NumberShown(slot.value, readable_number(phone), technicians.is_verified(row, slot))
