"""A call that a menu passes on: to the phones of a team, one after the other or together, or to an outside number."""

from __future__ import annotations

import math
from collections.abc import Sequence

from callbacks.desk.menus import Destination, Leads, Team
from ivr import prompts
from ivr.caller.turns import Place, Reply, Step, Turn
from ivr.prompts import say
from ivr.twilio.call_urls import VoicePath
from ivr.twilio.verbs import Dial


def ring_next(step: Step, to: Destination) -> Reply | None:
    """Ring the next phones that a choice leads to, or return None when there are none left."""
    at_once = _team(step, to).rung_at_once
    phones = [phone for phone in _phones(step, to) if phone not in step.turn.called][:at_once]
    if not phones or _waited_too_long(step, at_once):
        return None
    language = step.turn.language
    before = say(language, prompts.STILL_TRYING_TEAM if step.turn.called else prompts.PUTTING_THROUGH)
    return Reply((before, _dial(step, to, phones)))


def have_spoken(turn: Turn) -> bool:
    """Return whether the caller has been connected to a phone that was rung.

    A carrier that does not say so connects an outside number as soon as it is picked up.
    """
    return turn.bridged if turn.bridged is not None else turn.picked_up


def _team(step: Step, to: Destination) -> Team:
    """Return the team that a choice leads to; an outside number is like a team without people."""
    return step.desk.teams.get(to.name, Team()) if to.leads is Leads.TEAM else Team()


def _phones(step: Step, to: Destination) -> Sequence[str]:
    """Return the phones that a choice leads to, in their order."""
    if to.leads is Leads.DIAL:
        return (to.name,)
    team = _team(step, to)
    people = [person.phone for layer in team.layers for person in step.facts.layers.get(layer, ())]
    return tuple(dict.fromkeys((*team.numbers, *people)))


def _waited_too_long(step: Step, at_once: int) -> bool:
    """Return whether a team has been rung for as long as support would be. The first phones are always rung."""
    ringing, rounds = step.desk.ringing, math.ceil(len(step.turn.called) / at_once)
    return rounds > 0 and rounds * ringing.each > ringing.longest_hunt


def _dial(step: Step, to: Destination, phones: Sequence[str]) -> Dial:
    facts, turn = step.facts, step.turn
    about = {"call": facts.call_sid, "to": str(to)}
    if to.leads is Leads.TEAM:
        heard = {"lang": step.desk.lines[facts.line].language, "line": facts.line, "caller": facts.caller}
        screen = step.urls.to(VoicePath.TEAM_SCREEN, **about, **heard)
    else:
        screen = step.urls.to(VoicePath.PUT_THROUGH, **about)
    action = step.to(Place.TEAM, **turn.place_in_menus, key=turn.key, called=".".join((*turn.called, *phones)))
    seconds = int(step.desk.ringing.each.total_seconds())
    return Dial(tuple(phones), action, step.desk.lines[facts.line].number, seconds, screen)
