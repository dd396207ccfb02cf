"""Moves the clock as a request asks, or refuses with the reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from flask import abort

from ivr.simulator.browser.settings import ClockControls

LONGEST_JUMP = timedelta(days=31)
FASTEST = 60


def move_clock(controls: ClockControls, asked: dict[str, Any], zone: ZoneInfo) -> None:
    """Set the speed, or jump ahead by some seconds or to a local time: whichever one is asked for."""
    match asked:
        case {"speed": speed} if len(asked) == 1:
            _set_speed(controls, speed)
        case {"seconds": seconds} if len(asked) == 1:
            _jump_by(controls, seconds)
        case {"to": local_time} if len(asked) == 1:
            _jump_to(controls, _instant(local_time, zone))
        case _:
            abort(400, "Send exactly one of speed, seconds or to.")


def _set_speed(controls: ClockControls, speed: object) -> None:
    if not isinstance(speed, int | float) or isinstance(speed, bool) or not 0 <= speed <= FASTEST:
        abort(400, f"The speed must be a number from 0 to {FASTEST}.")
    controls.run_at(float(speed))


def _jump_by(controls: ClockControls, seconds: object) -> None:
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        _refuse_jump()
    if not 0 <= seconds <= LONGEST_JUMP.total_seconds():
        _refuse_jump()
    controls.pass_time(timedelta(seconds=seconds))


def _jump_to(controls: ClockControls, instant: datetime) -> None:
    span = instant - controls.now()
    if not timedelta(0) <= span <= LONGEST_JUMP:
        _refuse_jump()
    controls.pass_time(span)


def _refuse_jump() -> NoReturn:
    abort(400, f"The clock only moves forward, by at most {LONGEST_JUMP.days} days.")


def _instant(local_time: object, zone: ZoneInfo) -> datetime:
    try:
        parsed = datetime.fromisoformat(str(local_time))
    except ValueError:
        abort(400, "Not a valid time. Use the form 2026-11-29T06:30.")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
