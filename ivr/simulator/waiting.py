"""The small waits that verbs are made of."""

from __future__ import annotations

from datetime import timedelta

from ivr.simulator.calls import LiveCall
from ivr.simulator.program import Answer, Elapsed, Fetch, Key, Program, Request, Signal, Wait

TOO_LATE = timedelta(seconds=15)


def hold(call: LiveCall, span: timedelta) -> Program[None]:
    """Let time pass, whatever happens meanwhile."""
    until = call.board.agenda.now + span
    signal: Signal | None = None
    while not isinstance(signal, Elapsed) and call.board.agenda.now < until:
        signal = yield Wait(until)


def key_within(call: LiveCall, span: timedelta) -> Program[str | None]:
    """Let time pass until a key is pressed; give the key."""
    until = call.board.agenda.now + span
    while True:
        signal: Signal = yield Wait(until)
        match signal:
            case Key(key):
                return key
            case Elapsed():
                return None


def ask(call: LiveCall, request: Request) -> Program[Answer]:
    """Ask the application; an answer after 15 seconds is none."""
    answer: Answer
    late: timedelta
    answer, late = yield Fetch(request, call.params() | dict(request.params))
    if late >= TOO_LATE:
        yield from hold(call, TOO_LATE)
        return Answer(0, fault="no answer within 15 seconds")
    yield from hold(call, late)
    return answer
