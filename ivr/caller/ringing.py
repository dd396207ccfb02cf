"""In support hours: technicians are rung, and the caller waits in a queue of the carrier until one takes the call."""

from __future__ import annotations

from dataclasses import replace

from callbacks.desk.menus import MANAGER_KEY_WHILE_WAITING
from callbacks.inbound.hunt import GiveUp, Hunt, KeepWaiting, RingNow, may_still_connect, next_step
from callbacks.people.person import Person
from ivr import prompts
from ivr.caller import voicemail
from ivr.caller.turns import Facts, Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.verbs import Enqueue, Gather, Hangup, Leave, Pause, Play, Redirect, Say

BRIDGED = "bridged"  # the carrier's word for a wait that ended in a conversation
MESSAGE_KEYS = ("0", "#")
SECONDS_OF_HOLD = 4  # between two looks at who is being rung; one more passes while a key is awaited
WORDS_EVERY = 4  # so many looks


def begin(step: Step) -> Reply:
    """Have the caller wait for a technician; ask for a message instead if there is nobody to wait for.

    Nobody is rung yet: a technician could press the key before the caller is in the queue.
    """
    if isinstance(_next_step(step), GiveUp):
        return voicemail.to_voicemail(step, say(step.turn.language, prompts.ALL_BUSY))
    return Reply((say(step.turn.language, prompts.HOLD), _queue(step)))


def begin_for(step: Step, technician: Person) -> Reply:
    """Have the caller wait for one technician, and for nobody else."""
    waiting = replace(step, turn=replace(step.turn, only=technician.id))
    return Reply((say(step.turn.language, prompts.CALLING_THE_OWNER), _queue(waiting)))


def _queue(step: Step) -> Enqueue:
    return Enqueue(step.facts.call_sid, step.to(Place.WAITED, **_only(step)), step.to(Place.WAIT, **_only(step)))


def _only(step: Step) -> dict[str, int]:
    return {"only": step.turn.only} if step.turn.only else {}


def wait(step: Step) -> Reply:
    """Go on with the search, and with what the caller hears meanwhile. Some keys end the wait."""
    facts = step.facts
    if facts.accepted_by is not None and _may_still_connect(step):
        return _hold(step, *_connecting(step))
    if step.turn.digits == MANAGER_KEY_WHILE_WAITING:
        reply = _ask_for_manager(step)
    elif step.turn.digits in MESSAGE_KEYS:
        reply = Reply((Leave(),), ends_wait=True)
    else:
        reply = _go_on(step)
    return replace(reply, not_connected=facts.accepted_by, is_waiting=True)


def _ask_for_manager(step: Step) -> Reply:
    """Note that the caller asks for a manager. They hear so after the queue."""
    return Reply((Leave(),), choices=step.turn.choosing(wants_manager=True).choices, ends_wait=True)


def _go_on(step: Step) -> Reply:
    language, facts, is_first = step.turn.language, step.facts, step.turn.tries == 1
    match _next_step(step):
        case GiveUp():
            return Reply((_nobody(step), Leave()), ends_wait=True)
        case RingNow(technicians) if step.turn.only:
            return replace(_hold(step, *_ways_out(step)), rings=technicians)
        case RingNow(technicians) if facts.rings:
            return replace(_hold(step, say(language, prompts.STILL_TRYING)), rings=technicians)
        case RingNow(technicians):
            return replace(_hold(step, say(language, prompts.TRYING), *_ways_out(step)), rings=technicians)
        case KeepWaiting(all_are_busy=True) if _has_words(step):
            return _hold(step, *_honest_words(step))
        case KeepWaiting() if is_first:
            return _hold(step, *_ways_out(step))
        case KeepWaiting() if _has_words(step):
            return _hold(step, say(language, prompts.STILL_RINGING), *_ways_out(step))
    return _hold(step)


def _nobody(step: Step) -> Say:
    return say(step.turn.language, prompts.OWNER_DOES_NOT_ANSWER if step.turn.only else prompts.ALL_BUSY)


def _has_words(step: Step) -> bool:
    return step.turn.tries % WORDS_EVERY == 1


def _ways_out(step: Step) -> tuple[Say, ...]:
    language = step.turn.language
    manager = say(language, prompts.PRESS_FOR_MANAGER, key=MANAGER_KEY_WHILE_WAITING)
    return (say(language, prompts.MESSAGE_INSTEAD), manager)


def _honest_words(step: Step) -> tuple[Say, ...]:
    """Return the caller's place among those who wait, and the ways out."""
    language, ahead = step.turn.language, step.facts.ahead
    if ahead == 0:
        place = say(language, prompts.YOU_ARE_NEXT)
    elif ahead == 1:
        place = say(language, prompts.ONE_BEFORE_YOU)
    else:
        place = say(language, prompts.MORE_BEFORE_YOU, count=str(ahead))
    return (say(language, prompts.ALL_ON_CALLS), place, *_ways_out(step))


def _connecting(step: Step) -> tuple[Say, ...]:
    return (say(step.turn.language, prompts.ONE_MOMENT),) if step.turn.digits else ()


def _hold(step: Step, *words: Say) -> Reply:
    """Say something, and hold. Then this place is requested again, with a key if one was pressed."""
    again = step.to(Place.WAIT, tries=step.turn.tries + 1, **_only(step))
    return Reply((Gather(again, (*words, _hold_audio(step)), timeout=1), Redirect(again)))


def _hold_audio(step: Step) -> Play | Pause:
    name = step.desk.ringing.hold_audio
    return Play(step.urls.audio(step.desk.audio[name].url_name)) if name else Pause(SECONDS_OF_HOLD)


def _may_still_connect(step: Step) -> bool:
    facts = step.facts
    ring = next((ring for ring in facts.rings if ring.technician_id == facts.accepted_by), None)
    return ring is not None and may_still_connect(ring, step.desk.ringing.each, facts.now)


def _next_step(step: Step) -> RingNow | KeepWaiting | GiveUp:
    facts = step.facts
    return next_step(step.desk.ringing, _hunt_for_one(step) if step.turn.only else _hunt(facts), facts.now)


def _hunt(facts: Facts) -> Hunt:
    free = tuple(each.id for each in facts.technicians)
    return Hunt(free, facts.busy, facts.rings, facts.ahead, facts.waited_from or facts.now)


def _hunt_for_one(step: Step) -> Hunt:
    """Return the search for the one technician who may be rung: the owner of the caller's open callback."""
    owner = step.open_callback.owner if step.open_callback is not None else None
    free = (owner.id,) if owner is not None and owner.id == step.turn.only else ()
    rings = tuple(ring for ring in step.facts.rings if ring.technician_id == step.turn.only)
    return Hunt(free, frozenset(), rings, ahead=0, since=step.facts.now)


def waited(step: Step) -> Reply:
    """The caller has left the queue: after a conversation, for a message, or because the carrier failed."""
    if step.turn.queue_result == BRIDGED:
        return Reply((Hangup(),), has_spoken_with=_spoken_with(step))
    match step.turn.queue_result:
        case "hangup":
            reply = Reply((Hangup(),))
        case "leave" if step.facts.wants_manager:
            asking = step.choosing(wants_manager=True)
            reply = voicemail.to_voicemail(asking, say(step.turn.language, prompts.MANAGER_NOTED))
        case "leave":
            reply = voicemail.to_voicemail(step)
        case _:
            reply = voicemail.to_voicemail(step, _nobody(step))
    return replace(reply, not_connected=step.facts.accepted_by, ends_wait=True)


def _spoken_with(step: Step) -> int | None:
    """Return who took the call, even if the key could not be stored, where nobody else was rung."""
    rung = [ring.technician_id for ring in step.facts.rings]
    return step.facts.accepted_by or (rung[0] if len(rung) == 1 else None)
