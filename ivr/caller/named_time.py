"""The time of the call, if the caller names one: when the desk opens, or an hour that they enter on the keypad."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr import prompts
from ivr.caller.turns import GoOn, Place, Reply, Step
from ivr.prompts import say
from ivr.twilio.verbs import Gather, Say

TRIES = 3
SECONDS_TO_ENTER = 6
AT_OPENING, AN_HOUR, CONFIRMED = "1", "2", "1"


def ask(step: Step, *before: Say, tries: int = 1) -> Reply:
    """Ask when the caller wants to be called."""
    language, opens_at = step.turn.language, _opening(step)
    if opens_at is None:  # not known while the database is away
        return _ask_for_hour(step, *before)
    choices = (
        say(language, prompts.PRESS_FOR_OPENING, time=step.spoken(opens_at), key=AT_OPENING),
        say(language, prompts.PRESS_FOR_AN_HOUR, key=AN_HOUR),
    )
    return Reply((Gather(step.to(Place.NAME_TIME, at=int(opens_at.timestamp()), tries=tries), (*before, *choices)),))


def _opening(step: Step) -> datetime | None:
    """Return when the desk opens, as the caller has heard it: it may not be known to whoever answers their key."""
    has_heard = step.turn.place is Place.NAME_TIME and step.turn.offered_at is not None
    return step.turn.offered_at if has_heard else step.facts.opens_at


def after_key(step: Step, go_on: GoOn) -> Reply:
    """The caller wants to be called when the desk opens, or to enter an hour."""
    opens_at, turn = _opening(step), step.turn
    if turn.digits == AN_HOUR:
        return _ask_for_hour(step)
    if turn.digits == AT_OPENING and opens_at is not None:
        return _named(step, opens_at, go_on)
    if turn.tries < TRIES:
        hint = prompts.NOT_A_CHOICE if turn.digits else prompts.NO_KEY
        return ask(step, say(turn.language, hint), tries=turn.tries + 1)
    return go_on(step)


def _ask_for_hour(step: Step, *before: Say, tries: int = 1) -> Reply:
    question = say(step.turn.language, prompts.ENTER_THE_HOUR)
    action = step.to(Place.NAMED_HOUR, tries=tries)
    return Reply((Gather(action, (*before, question), SECONDS_TO_ENTER, keys=4, finish_on_key="#"),))


def after_hour(step: Step, go_on: GoOn) -> Reply:
    """Read back the time that was entered, with its day, or ask again."""
    turn, entered = step.turn, hour_entered(step.turn.digits)
    if entered is not None:
        at = next_time(entered, step.desk.zone, step.facts.now)
        words = say(turn.language, prompts.CONFIRM_TIME, time=step.spoken(at), key=CONFIRMED)
        return Reply((Gather(step.to(Place.NAMED_TIME, at=int(at.timestamp()), tries=turn.tries), (words,)),))
    return _again(step, go_on, say(turn.language, prompts.NOT_A_TIME if turn.digits else prompts.NO_KEY))


def after_confirmation(step: Step, go_on: GoOn) -> Reply:
    """The time was right, or the caller enters another one."""
    at = step.turn.offered_at
    if step.turn.digits == CONFIRMED and at is not None and at > step.facts.now:
        return _named(step, at, go_on)
    return _again(step, go_on)


def _again(step: Step, go_on: GoOn, *before: Say) -> Reply:
    if step.turn.tries >= TRIES:
        return go_on(step)
    return _ask_for_hour(step, *before, tries=step.turn.tries + 1)


def _named(step: Step, at: datetime, go_on: GoOn) -> Reply:
    chosen = step.choosing(named_at=at)
    return replace(go_on(chosen, called_between(chosen)), choices=chosen.turn.choices)


def called_between(step: Step) -> Say:
    """Return when the caller is called who has named a time."""
    promise = step.promise
    named, until = step.spoken(promise.counted_from), step.spoken(promise.due_at, promise.counted_from)
    return say(step.turn.language, prompts.CALLED_BETWEEN, named=named, until=until)


def hour_entered(keys: str) -> time | None:
    """Return a time of day entered as 0700, 700 or 7; None when it is not one."""
    if not re.fullmatch(r"[0-9]{1,4}", keys):
        return None
    hour, minute = (int(keys), 0) if len(keys) <= 2 else divmod(int(keys), 100)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def next_time(entered: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return when clocks show a time next.

    In the hour that autumn repeats, that is the first time that is still to come. For a time in the hour that spring
    leaves out, it is as long after the change as the time is after the beginning of that hour.
    """
    today = now.astimezone(zone).date()
    clocks = (
        datetime.combine(today + timedelta(days=days), entered, zone).replace(fold=fold)
        for days in (0, 1)
        for fold in (0, 1)
    )
    # Only for a time that is repeated do the two folds show the same time, and only for one that is left out, neither.
    possible = (clock.astimezone(UTC) for clock in clocks if not clock.fold or _is_shown(clock, zone))
    return min(at for at in possible if at > now)


def _is_shown(clock: datetime, zone: ZoneInfo) -> bool:
    return clock.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == clock.replace(tzinfo=None)
