"""Callbacks and calls: the search over all of them, one with its timeline, what can be done to it, and its audio."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.by_hand import new_form
from callbacks.console.access import for_all_but_readers, for_all_but_technicians, for_all_users, visible_to
from callbacks.console.attachments import attachment_of, attachment_response
from callbacks.console.audio import audio_response, note_listener
from callbacks.console.callbacks import screen
from callbacks.console.callbacks.acts import FORMS, HIDDEN_AT_FIRST, acts_of, run_act
from callbacks.console.callbacks.boxes import box_screen
from callbacks.console.callbacks.mail_log import mail_log
from callbacks.console.callbacks.opening import LONGEST_ADDRESS, look_up, open_from_form
from callbacks.console.callbacks.search import records_as_csv, records_as_dicts, search_screen
from callbacks.console.context import current
from callbacks.console.forms import change_and_redirect, refused_within, write_and_redirect
from callbacks.console.row_number import row_number
from callbacks.db.states import ConsentWay
from callbacks.db.tables import Callback, JoinedContact, Voicemail
from callbacks.desk.choices import COVERAGES, priority_choices, product_choices
from callbacks.errors import NotFound, WrongState
from callbacks.records.search import ORDERS, PRIORITIES, PROOFS, STATES, search_from
from callbacks.reporting.why import why as reasons

blueprint = Blueprint("callbacks", __name__)


@blueprint.get("/callbacks")
@for_all_users
def search() -> str:
    context, query = current(), search_from(request.args)
    found = context.database.read(lambda session: search_screen(session, query))
    return render_template(
        "callbacks/search.html",
        title="All callbacks",
        found=found,
        search=query,
        states=STATES,
        priorities=PRIORITIES,
        proofs=PROOFS,
        lines=list(context.desk.lines),
        orders=ORDERS,
        next_url=url_for(".search", **found.next.in_address()) if found.next else None,
        csv_url=url_for(".search_csv", **query.in_address()),
        json_url=url_for(".search_json", **query.in_address()),
    )


@blueprint.get("/callbacks.csv")
@for_all_users
def search_csv() -> ResponseReturnValue:
    response = Response(records_as_csv(search_from(request.args)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="callbacks.csv"'
    return response


@blueprint.get("/callbacks.json")
@for_all_users
def search_json() -> ResponseReturnValue:
    return jsonify(records_as_dicts(search_from(request.args)))


@blueprint.get("/callbacks/new")
@for_all_but_readers
def new() -> str:
    context, whom, now = current(), request.args.get("whom", "").strip()[:LONGEST_ADDRESS], current().now()
    found = context.database.read(lambda session: look_up(session, context.desk, whom, now))
    return render_template(
        "callbacks/new.html",
        title="New callback",
        whom=whom,
        found=found,
        form=new_form(),
        lines=list(context.desk.lines),
        usual_line=context.desk.line_called(""),
        priorities=priority_choices(context.desk),
        products=product_choices(context.desk),
    )


@blueprint.post("/callbacks/new")
@for_all_but_readers
def open_new() -> ResponseReturnValue:
    opened: list[str] = []

    def work(session: Session) -> str:
        reference, message = open_from_form(session, current().now())
        opened[:] = [reference]
        return message

    refused = write_and_redirect(work, url_for(".new", whom=request.form.get("whom_to_call", "")[:LONGEST_ADDRESS]))
    return redirect(url_for(".detail", reference=opened[0])) if opened else refused


@blueprint.get("/callbacks/<reference>")
@for_all_users
def detail(reference: str) -> str:
    context = current()
    desk, now = context.desk, context.now()
    try:
        found = context.database.read(
            lambda session: screen.callback_detail(session, desk, reference, visible_to(g.user), now)
        )
    except NotFound:
        _refuse_closed(reference)
        abort(404)
    return render_template(
        "callbacks/detail.html",
        title=f"Callback {found.row.reference}",
        detail=found,
        products=product_choices(desk),
        coverages=COVERAGES,
        acts=acts_of(g.user.role),
        priorities=priority_choices(desk),
        ways=[way.value for way in ConsentWay],
        more_is_open=any(refused_within(url_for(".act", reference=reference, act=act)) for act in HIDDEN_AT_FIRST),
        now=now,
    )


def _refuse_closed(reference: str) -> None:
    """Abort with 403 when a technician opens somebody else's closed callback, rather than deny that it exists."""
    query = select(Callback).where(Callback.reference == reference.upper())
    callback = current().database.read(lambda session: session.scalar(query))
    if callback is not None:
        owner = f" Its owner was {callback.owner.name}." if callback.owner is not None else ""
        abort(403, f"{callback.reference} is closed.{owner} Technicians see open callbacks and their own.")


@blueprint.post("/callbacks/<reference>/<act>")
@for_all_but_readers
def act(reference: str, act: str) -> ResponseReturnValue:
    if act not in FORMS:
        abort(404)
    if act not in acts_of(g.user.role):
        abort(403, "Only supervisors and administrators can do this.")
    return change_and_redirect(
        lambda session, now: run_act(session, reference, act, now),
        f"callback: {act}",
        url_for(".detail", reference=reference),
        about=reference,
    )


@blueprint.get("/callbacks/<reference>/why")
@for_all_users
def why(reference: str) -> str:
    """Explain why somebody was paged or not at an instant. It is in the address, so that the answer can be shared."""
    context, problem = current(), ""
    try:
        at = context.desk.instant(request.args.get("at", ""))
    except WrongState as error:
        at, problem = context.now(), f"{error} Showing the current time instead."
    try:
        found = context.database.read(
            lambda session: reasons(
                session, context.desk, screen.callback_named(session, reference, visible_to(g.user)), at
            )
        )
    except NotFound:
        abort(404)
    return render_template("callbacks/why.html", title="Why?", why=found, at=at, problem=problem)


@blueprint.get("/calls")
@for_all_but_technicians
def calls() -> str:
    before = request.args.get("before", "")[:64]
    log = current().database.read(lambda session: screen.call_log(session, before))
    return render_template("callbacks/calls.html", title="All calls", log=log)


@blueprint.get("/mails")
@for_all_but_technicians
def mails() -> str:
    before = request.args.get("before", type=row_number)
    log = current().database.read(lambda session: mail_log(session, before))
    return render_template("callbacks/mails.html", title="All mails", log=log)


@blueprint.get("/boxes")
@for_all_but_technicians
def boxes() -> str:
    context, before = current(), request.args.get("before", "")[:64]
    found = context.database.read(lambda session: box_screen(session, context.desk, before))
    return render_template("callbacks/boxes.html", title="Messages in other boxes", screen=found)


@blueprint.get("/attachments/<int:attachment_id>")
@for_all_users
def attachment(attachment_id: int) -> Response:
    context, who = current(), g.user.email
    visible, now = visible_to(g.user), context.now()
    found = context.database.write(lambda session: attachment_of(session, attachment_id, visible, who, now))
    return attachment_response(found)


@blueprint.get("/voicemails/<int:voicemail_id>.wav")
@for_all_users
def voicemail(voicemail_id: int) -> Response:
    context = current()
    context.database.write(lambda session: _note_listener(session, voicemail_id))
    return audio_response(voicemail_id)


def _note_listener(session: Session, voicemail_id: int) -> None:
    joined = select(JoinedContact.callback_id).where(JoinedContact.contact_sid == Voicemail.call_sid).scalar_subquery()
    about = (Callback.contact_sid == Voicemail.call_sid) | (Callback.id == joined)
    query = select(Voicemail).outerjoin(Callback, about)
    found = session.scalars(query.where(Voicemail.id == voicemail_id, visible_to(g.user)).limit(1)).first()
    if found is None:
        abort(404)
    note_listener(session, found, g.user.email, current().now())
