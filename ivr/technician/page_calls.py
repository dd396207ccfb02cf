"""The webhooks of a page by phone: the technician hears of a callback, and takes it or passes it on by key."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.acts.base import Act, Refused, Via, perform, technician_by
from callbacks.acts.escalation import RequestManager
from callbacks.acts.ownership import Pass, Take
from callbacks.text.bilingual import Words
from ivr.technician import flow
from ivr.technician.connections import connect_customer
from ivr.technician.flow import KeyAct, KeyPress, PageReply, Question
from ivr.technician.live_page import LivePage, answer_about_page, apologize
from ivr.twilio.context import WebhookContext, current
from ivr.twilio.verbs import Verb
from ivr.twilio.webhook import number_in_query, pressed_key, signed_blueprint

blueprint = signed_blueprint("page_calls", __name__, apologize)


@blueprint.post("/voice/page")
def page() -> Response:
    context = current()
    return answer_about_page(lambda session, live: flow.answered(context.desk, context.urls, live.facts).verbs)


@blueprint.post("/voice/page/key")
def page_key() -> Response:
    context, question = current(), _question_in_query()
    press = KeyPress(pressed_key(), max(1, number_in_query("round")))

    def work(session: Session, live: LivePage) -> tuple[Verb, ...]:
        reply = flow.keyed(context.desk, context.urls, live.facts, question, press)
        try:
            return _carry_out(session, context, live, reply, press)
        except Refused as refusal:
            if reply.act is KeyAct.MANAGER:
                return flow.manager_asked(context.urls, live.facts, press, refusal.words)
            if reply.act is KeyAct.PASS:
                return flow.refused(live.facts, refusal.words)
            return flow.answered(context.desk, context.urls, live.facts).verbs  # hear who was faster

    return answer_about_page(work)


def _question_in_query() -> Question:
    found = request.args.get("stage", "")
    return next((question for question in Question if question.value == found), Question.MENU)


def _carry_out(
    session: Session, context: WebhookContext, live: LivePage, reply: PageReply, press: KeyPress
) -> tuple[Verb, ...]:
    match reply.act:
        case KeyAct.TAKE:
            _perform(session, context, live, Take())
            return flow.taken(context.desk, live.facts)
        case KeyAct.TAKE_AND_CONNECT:
            _perform(session, context, live, Take())
            return connect_customer(session, context, live)
        case KeyAct.PASS:
            _perform(session, context, live, Pass())
            return flow.passed(live.facts)
        case KeyAct.MANAGER:
            answer = _perform(session, context, live, RequestManager())
            return flow.manager_asked(context.urls, live.facts, press, answer)
        case None:
            return reply.verbs


def _perform(session: Session, context: WebhookContext, live: LivePage, act: Act) -> Words:
    by = technician_by(live.page.technician, Via.PHONE)
    return perform(session, context.desk, live.callback.id, act, by, context.now())
