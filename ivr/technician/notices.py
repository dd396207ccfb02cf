"""The webhooks of a notice by phone: an alarm, a test or a verification code, about no callback."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from sqlalchemy.orm import Session

from callbacks.db.states import PageAnswer
from callbacks.db.tables import Page
from ivr.technician import flow
from ivr.technician.flow import KeyPress
from ivr.technician.live_page import apologize, is_live, language_of, placed_call
from ivr.twilio.context import current
from ivr.twilio.verbs import Hangup, Verb
from ivr.twilio.webhook import number_in_query, pressed_key, signed_blueprint, speak

blueprint = signed_blueprint("notices", __name__, apologize)


@blueprint.post("/voice/page/notice")
def notice() -> Response:
    urls = current().urls
    return _answer_about_notice(lambda page: flow.notice(urls, page.id, page.words, language_of(page.technician)))


@blueprint.post("/voice/page/heard")
def heard() -> Response:
    urls, press = current().urls, KeyPress(pressed_key(), max(1, number_in_query("round")))

    def work(page: Page) -> tuple[Verb, ...]:
        verbs, was_heard = flow.notice_keyed(urls, page.id, page.words, language_of(page.technician), press)
        if was_heard:
            page.answer = PageAnswer.HEARD
        return verbs

    return _answer_about_notice(work)


def _answer_about_notice(work: Callable[[Page], tuple[Verb, ...]]) -> Response:
    context, page_id, call, now = current(), number_in_query("page"), placed_call(), current().now()

    def run(session: Session) -> tuple[Verb, ...]:
        page = session.get(Page, page_id)
        if page is None or page.callback_id is not None or not is_live(session, context.desk, page, call, now):
            return (Hangup(),)
        return work(page)

    return speak(run, (Hangup(),))
