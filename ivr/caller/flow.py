"""What a caller hears next: a pure step from where they are and what they pressed to a reply.

The order of a call: whether it is let in (`admission`), what is announced (`announcement`), the greeting with its menus
or languages (`menus`, with `teams` and `boxes`), support (`support`: a technician, or why nobody answers;
`calling_again`: how the caller's open callback stands), the ringing of technicians (`ringing`), while the desk is
closed how urgent it is (`urgency`), the message (`voicemail`), and what follows it (`review`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from callbacks.desk.desk_file import Desk
from ivr.caller import (
    admission,
    announcement,
    menus,
    named_time,
    other_number,
    review,
    ringing,
    support,
    urgency,
    voicemail,
)
from ivr.caller.turns import Facts, Place, Reply, Step, Turn
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.verbs import Say


def _after_number(step: Step, *before: Say) -> Reply:
    """Go on after the caller was asked for another number: before or after the message."""
    return review.ask(step, *before) if step.turn.has_recorded else voicemail.leave_message(step, *before)


ANSWERS: Mapping[Place, Callable[[Step], Reply]] = {
    Place.INCOMING: admission.answer,
    Place.ADMISSION: admission.after_key,
    Place.ANNOUNCEMENT: announcement.after_key,
    Place.MENU: menus.after_key,
    Place.LANGUAGE: menus.in_chosen_language,
    Place.URGENCY: urgency.after_key,
    Place.AGAIN: support.after_standing,
    Place.WAIT: ringing.wait,
    Place.WAITED: ringing.waited,
    Place.TEAM: menus.after_call,
    Place.BEEP: voicemail.beep,
    Place.RECORDED: voicemail.recorded,
    Place.REVIEW: review.after_key,
    Place.LISTEN: review.listen,
    Place.NUMBER: partial(other_number.entered, go_on=_after_number),
    Place.NUMBER_READ_BACK: partial(other_number.confirmed, go_on=_after_number),
    Place.NAME_TIME: partial(named_time.after_key, go_on=review.ask),
    Place.NAMED_HOUR: partial(named_time.after_hour, go_on=review.ask),
    Place.NAMED_TIME: partial(named_time.after_confirmation, go_on=review.ask),
}


def step(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    """Return what a caller hears next."""
    return ANSWERS[turn.place](Step(desk, urls, turn, facts))
