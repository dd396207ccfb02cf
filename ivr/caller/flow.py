"""What a caller hears next: a pure step from where they are and what they pressed to a reply.

The order of a call: the greeting with its menu or languages (`menus`), support (`support`: a technician, or why nobody
answers), the ringing of technicians (`ringing`), while the desk is closed how urgent it is (`urgency`), the message
(`voicemail`), and the time of the call, if the caller names one (`named_time`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callbacks.desk.desk_file import Desk
from ivr.caller import menus, named_time, ringing, urgency, voicemail
from ivr.caller.turns import Facts, Place, Reply, Step, Turn
from ivr.twilio.call_urls import CallUrls

ANSWERS: Mapping[Place, Callable[[Step], Reply]] = {
    Place.INCOMING: menus.greet,
    Place.MENU: menus.after_key,
    Place.LANGUAGE: menus.in_chosen_language,
    Place.URGENCY: urgency.after_key,
    Place.RING: ringing.after_ringing,
    Place.BEEP: voicemail.beep,
    Place.RECORDED: voicemail.recorded,
    Place.NAME_TIME: named_time.after_key,
    Place.NAMED_HOUR: named_time.after_hour,
    Place.NAMED_TIME: named_time.after_confirmation,
}


def step(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    """Return what a caller hears next."""
    return ANSWERS[turn.place](Step(desk, urls, turn, facts))
