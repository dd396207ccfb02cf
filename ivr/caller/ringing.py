"""In support hours: technicians' phones are rung, and the caller waits."""

from __future__ import annotations

from dataclasses import replace

from callbacks.people.person import Person
from ivr import prompts
from ivr.caller import voicemail
from ivr.caller.turns import Facts, Place, Reply, Step, Turn
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.verbs import Dial, Hangup, Say


def after_ringing(step: Step) -> Reply:
    """The last technician's phone has rung: the two have spoken, or nobody took the call."""
    if have_spoken(step.turn, step.facts):
        return end_of_talk(step)
    return replace(_try_the_next(step), not_connected=step.facts.accepted_by)


def end_of_talk(step: Step) -> Reply:
    """The caller and a technician have spoken. Who took the call is known, or was rung last."""
    return Reply((Hangup(),), has_spoken_with=step.facts.accepted_by or step.turn.last_rung)


def _try_the_next(step: Step) -> Reply:
    turn, facts, ringing = step.turn, step.facts, step.desk.ringing
    following = next((person for person in facts.technicians if person.id not in turn.rung), None)
    waited_too_long = facts.now - facts.began_at > ringing.longest_hunt + ringing.each
    if following is None or waited_too_long:
        return voicemail.to_voicemail(step, say(turn.language, prompts.ALL_BUSY))
    return ring(step, following, say(turn.language, prompts.STILL_TRYING))


def have_spoken(turn: Turn, facts: Facts) -> bool:
    """Return whether the caller has been connected to a technician.

    A key is not enough: the technician may be gone before the carrier connects the two. A late report about somebody
    who was rung before the one who took the call changes nothing.
    """
    if turn.bridged:
        return True
    if facts.accepted_by is None:
        return False
    return facts.accepted_by != turn.last_rung or (turn.bridged is None and turn.picked_up)


def ring(step: Step, technician: Person, before: Say, then: Place = Place.RING) -> Reply:
    """Ring a technician's phone, and then go on at a place."""
    return Reply((before, _dial(step, technician, then)), rings=technician.id)


def _dial(step: Step, technician: Person, then: Place) -> Dial:
    facts, about = step.facts, step.open_callback
    screen = step.urls.to(
        VoicePath.SCREEN,
        call=facts.call_sid,
        technician=technician.id,
        lang=technician.language,
        line=facts.line,
        caller=facts.caller,
        **({"about": about.reference} if about is not None else {}),
    )
    rung = "-".join(str(id) for id in (*step.turn.rung, technician.id))
    action = step.to(then, rung=rung)
    seconds = int(step.desk.ringing.each.total_seconds())
    return Dial(technician.phone, action, step.desk.lines[facts.line].number, seconds, screen)
