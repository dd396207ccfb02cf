"""Support: how an open callback stands, or a technician in support hours, else why nobody answers, and a message.

Whoever asks for a manager goes on to the message at any hour.
"""

from __future__ import annotations

from dataclasses import replace

from callbacks.db.event_kinds import EventKind
from ivr import prompts
from ivr.caller import calling_again, ringing, urgency, voicemail
from ivr.caller.turns import OpenCallback, Reply, Step
from ivr.prompts import say, why_closed


def to_support(step: Step) -> Reply:
    """Return what a caller hears who has come to support."""
    if step.open_callback is not None:
        return calling_again.tell_standing(step, step.open_callback)
    return _new_request(step)


def to_manager(step: Step) -> Reply:
    """Record that the caller asks for a manager, and go on to the message, or to the question if the desk is closed."""
    language, facts = step.turn.language, step.facts
    if step.open_callback is not None:
        return calling_again.ask_for_manager(step)
    if not facts.is_open:
        return urgency.ask_with_manager(step, why_closed(language, facts.reason))
    asking = step.choosing(wants_manager=True)
    reply = voicemail.to_voicemail(asking, say(language, prompts.MANAGER_NOTED))
    return replace(reply, choices=asking.turn.choices)


def after_standing(step: Step) -> Reply:
    """Go where the key leads that was pressed after the caller heard how their open callback stands.

    Without a key of the menu, they go on to a technician in support hours, and else to the message. A callback that
    has been closed meanwhile, or that the database cannot tell of, is like none.
    """
    callback = step.open_callback
    if callback is None:
        return _new_request(step)
    match step.turn.digits:
        case calling_again.ADD_A_MESSAGE:
            return _add_a_message(step, callback)
        case calling_again.SPEAK_WITH_OWNER:
            return calling_again.ring_owner(step, callback)
        case calling_again.SOMETHING_ELSE:
            separate = step.choosing(is_separate=True)
            choices = separate.turn.choices
            return replace(_new_request(separate), choices=choices, chose=EventKind.SAID_SEPARATE)
        case calling_again.MANAGER:
            return calling_again.ask_for_manager(step)
    if step.facts.is_staffed:
        return _new_request(step)
    return _add_a_message(step, callback)


def _add_a_message(step: Step, callback: OpenCallback) -> Reply:
    """Go on to the message. Who said that it can wait is asked again: without that, people are paged at once."""
    if callback.can_wait and step.desk.urgency.ask and not step.facts.is_open:
        return urgency.ask(step)
    return voicemail.to_voicemail(step)


def _new_request(step: Step) -> Reply:
    language, facts = step.turn.language, step.facts
    if not facts.is_open:
        return urgency.ask(step, why_closed(language, facts.reason))
    return ringing.begin(step)
