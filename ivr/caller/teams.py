"""A call that a menu passes on: to the phones of a team, one after the other, or to an outside number."""

from __future__ import annotations

from collections.abc import Sequence

from callbacks.desk.menus import Destination, Leads, Team
from ivr import prompts
from ivr.caller.turns import Place, Reply, Step, Turn
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.verbs import Dial


def ring_next(step: Step, to: Destination) -> Reply | None:
    """Ring the next phone that a choice leads to, or return None when there is none left."""
    phone = _next_phone(_phones(step, to), step.turn.called)
    if phone is None or _waited_too_long(step):
        return None
    language = step.turn.language
    before = say(language, prompts.STILL_TRYING_TEAM if step.turn.called else prompts.PUTTING_THROUGH)
    return Reply((before, _dial(step, to, phone)))


def have_spoken(turn: Turn) -> bool:
    """Return whether the caller has been connected to a phone that was rung.

    A carrier that does not say so connects an outside number as soon as it is picked up.
    """
    return turn.bridged if turn.bridged is not None else turn.picked_up


def _next_phone(phones: Sequence[str], called: Sequence[str]) -> str | None:
    return next((phone for phone in phones if phone not in called), None)


def _phones(step: Step, to: Destination) -> Sequence[str]:
    """Return the phones that a choice leads to, in their order."""
    if to.leads is Leads.DIAL:
        return (to.name,)
    team = step.desk.teams.get(to.name, Team())
    people = [person.phone for layer in team.layers for person in step.facts.layers.get(layer, ())]
    return tuple(dict.fromkeys((*team.numbers, *people)))


def _waited_too_long(step: Step) -> bool:
    """Return whether a team has been rung for as long as support would be. The first phone is always rung."""
    ringing, called = step.desk.ringing, len(step.turn.called)
    return called > 0 and called * ringing.each > ringing.longest_hunt


def _dial(step: Step, to: Destination, phone: str) -> Dial:
    facts, turn = step.facts, step.turn
    about = {"call": facts.call_sid, "to": str(to)}
    if to.leads is Leads.TEAM:
        heard = {"lang": step.desk.lines[facts.line].language, "line": facts.line, "caller": facts.caller}
        screen = step.urls.to(VoicePath.TEAM_SCREEN, **about, **heard)
    else:
        screen = step.urls.to(VoicePath.PUT_THROUGH, **about)
    action = step.to(Place.TEAM, **turn.place_in_menus, key=turn.key, called=".".join((*turn.called, phone)))
    seconds = int(step.desk.ringing.each.total_seconds())
    return Dial(phone, action, step.desk.lines[facts.line].number, seconds, screen)
