"""The technician's own page of a callback, by the signed link in the text: who, what, the message, and what to do.

The link is the key: whoever holds it acts as the technician whose page it is, until it expires. Opening it changes
nothing, because scanners of messages and mail open links; only the buttons, which post, do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, Via, perform, technician_by
from callbacks.acts.connect import Connect
from callbacks.acts.details import AddNote
from callbacks.acts.ownership import Pass, Take
from callbacks.console.access import (
    ConsoleParts,
    audio_of,
    kept_to_ourselves,
    note_listener,
    refuse_what_cannot_be_stored,
)
from callbacks.console.callbacks.views import standing_of
from callbacks.console.forms import done, refused
from callbacks.db.states import AudioState, CallbackState, ReportedOutcome, VoicemailState
from callbacks.db.tables import Page, ReachAttempt, Technician, Voicemail
from callbacks.errors import DeskError, WrongState
from callbacks.links import Links
from callbacks.text import phone_numbers
from callbacks.text.bilingual import Words
from callbacks.text.formats import caller_in_words, clock_time, length, readable_number, span

# What a technician can say of a call to the customer, as the buttons name it.
OUTCOMES: dict[ReportedOutcome, Words] = {
    ReportedOutcome.RESOLVED: Words("Reached, resolved", "Joint, réglé"),
    ReportedOutcome.CONTINUING: Words("Reached, continuing", "Joint, à suivre"),
    ReportedOutcome.LEFT_A_MESSAGE: Words("Left a message", "Message laissé"),
    ReportedOutcome.NO_ANSWER: Words("No answer", "Sans réponse"),
    ReportedOutcome.WRONG_NUMBER: Words("Wrong number", "Mauvais numéro"),
}

# How it stands, where no time is left to count.
STANDINGS: dict[str, Words] = {
    "tried in time": Words("tried already", "déjà essayé"),
    "tried late": Words("tried, but too late", "essayé, mais trop tard"),
    "resolved": Words("resolved", "réglé"),
    "cancelled": Words("cancelled", "annulé"),
    "closed by itself": Words("closed by itself", "fermé tout seul"),
}


@dataclass(frozen=True)
class Shown:
    """What the page shows, worded in the technician's language."""

    french: bool
    reference: str
    line: str
    name: str
    who: str
    number: str | None
    why_no_number: str
    called_at: str
    due: str
    standing: str
    left: str
    owner: str
    is_mine: bool
    is_open: bool
    code: str
    message: str
    transcript: str
    message_id: int | None
    attempts: list[str]

    def say(self, english: str, french: str) -> str:
        return french if self.french else english


def technicians_blueprint(parts: ConsoleParts, links: Links) -> Blueprint:
    """The routes below /t/."""
    own = Blueprint("own", __name__, template_folder="../templates")
    own.before_request(refuse_what_cannot_be_stored)
    _show(own, parts, links)
    _act(own, parts, links)

    @own.after_request
    def keep_to_ourselves(answer: Response) -> Response:
        kept_to_ourselves(answer, parts, referrer="no-referrer")  # the address is the key
        answer.headers["X-Robots-Tag"] = "noindex"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return own


def _show(own: Blueprint, parts: ConsoleParts, links: Links) -> None:
    @own.get("/t/<token>")
    def page(token: str) -> ResponseReturnValue:
        page_id = links.page_in(token)
        if page_id is None:
            return render_template("expired.html", title="Expired"), 410
        now = parts.clock.now()
        shown = parts.database.read(lambda session: shown_of(session, parts, session.get_one(Page, page_id), now))
        return render_template("own.html", title=shown.reference, shown=shown, token=token, outcomes=OUTCOMES)

    @own.get("/t/<token>/message.wav")
    def message(token: str) -> Response:
        page_id = links.page_in(token)
        if page_id is None:
            abort(404)
        now = parts.clock.now()

        def work(session: Session) -> int:
            page = session.get_one(Page, page_id)
            found = _voicemail(page)
            if found is None:
                abort(404)
            note_listener(session, found, page.technician.name, now)
            return found.id

        return audio_of(parts, parts.database.write(work))


def _act(own: Blueprint, parts: ConsoleParts, links: Links) -> None:
    def act(token: str, asked: Act) -> ResponseReturnValue:
        page_id = links.page_in(token)
        if page_id is None:
            return render_template("expired.html", title="Expired"), 410
        try:
            done(parts.database.write(lambda session: _perform(session, parts, page_id, asked)))
        except DeskError as fault:
            refused(fault)
        return redirect(url_for("own.page", token=token))

    @own.post("/t/<token>/take")
    def take(token: str) -> ResponseReturnValue:
        return act(token, Take())

    @own.post("/t/<token>/connect")
    def connect(token: str) -> ResponseReturnValue:
        return act(token, Connect())

    @own.post("/t/<token>/pass")
    def hand_on(token: str) -> ResponseReturnValue:
        return act(token, Pass())

    @own.post("/t/<token>/outcome")
    def outcome(token: str) -> ResponseReturnValue:
        return act(token, ReportOutcome(_outcome()))

    @own.post("/t/<token>/note")
    def note(token: str) -> ResponseReturnValue:
        return act(token, AddNote(request.form.get("words", "").strip()[:1000]))


def _perform(session: Session, parts: ConsoleParts, page_id: int, act: Act) -> str:
    """Perform an act for the technician whose page it is, and return what they are told. Raise WrongState."""
    page = session.get_one(Page, page_id)
    if page.callback_id is None:
        raise WrongState("This page is about no callback.")
    language, by = page.technician.language, technician_by(page.technician, Via.LINK)
    try:
        return perform(session, parts.desk, page.callback_id, act, by, parts.clock.now()).for_(language)
    except Refused as refusal:
        raise WrongState(refusal.words.for_(language)) from refusal


def _outcome() -> ReportedOutcome:
    try:
        return ReportedOutcome(request.form.get("outcome", ""))
    except ValueError:
        raise WrongState("Choose how the call went.") from None


def shown_of(session: Session, parts: ConsoleParts, page: Page, now: datetime) -> Shown:
    """Load and word what the page shows. Aborts with 404 when the page is about no callback."""
    callback, technician = page.callback, page.technician
    if callback is None:
        abort(404)
    zone, language = parts.desk.zone, technician.language
    number, voicemail = callback.call.customer_number, _voicemail(page)
    standing, _ = standing_of(callback, parts.desk.callback.at_risk, now)
    attempts = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id).order_by(ReachAttempt.tried_at)
    return Shown(
        french=language == "fr",
        reference=callback.reference,
        line=callback.call.line,
        name=callback.call.caller_name,
        who=readable_number(number) if number else caller_in_words(callback.call.caller, language),
        number=number,
        why_no_number="" if number else phone_numbers.verdict_on(callback.call.caller).why or "a wrong number",
        called_at=clock_time(callback.call.began_at, zone, language),
        due=clock_time(callback.due_at, zone, language),
        standing=standing,
        left=STANDINGS.get(standing, _time_left(callback.due_at - now)).for_(language),
        owner=callback.owner.name if callback.owner else "",
        is_mine=callback.owner_id == technician.id,
        is_open=callback.state is CallbackState.OPEN,
        code=page.code,
        message=_message(voicemail, language),
        transcript=voicemail.transcript if voicemail is not None else "",
        message_id=voicemail.id if voicemail is not None and voicemail.audio is AudioState.COPIED else None,
        attempts=[
            f"{clock_time(row.tried_at, zone, language)}: {row.technician.name}, {row.outcome.value}"
            for row in session.scalars(attempts)
        ],
    )


def _time_left(left: timedelta) -> Words:
    if left <= timedelta(0):
        return Words(f"overdue by {span(-left)}", f"en retard de {span(-left)}")
    return Words(f"{span(left)} left", f"encore {span(left)}")


def _voicemail(page: Page) -> Voicemail | None:
    return page.callback.call.voicemail if page.callback is not None else None


LOST = Words(
    "The message is lost and cannot be heard. Call this customer.",
    "Le message est perdu et personne ne peut l'entendre. Appelez ce client.",
)


def _message(voicemail: Voicemail | None, language: str) -> str:
    if voicemail is None or voicemail.state is VoicemailState.ABSENT:
        return Words("The caller left no message.", "L'appelant n'a pas laissé de message.").for_(language)
    if voicemail.audio is AudioState.LOST:
        return LOST.for_(language)
    if voicemail.audio is not AudioState.COPIED:
        return Words("The message has not arrived yet.", "Le message n'est pas encore arrivé.").for_(language)
    return length(voicemail.seconds) if voicemail.seconds else ""


def _say(technician: Technician, english: str, french: str) -> str:
    return Words(english, french).for_(technician.language)
