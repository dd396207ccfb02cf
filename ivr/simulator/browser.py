"""The browser phone: one page with everybody's phones, the clock and what goes wrong, and the JSON that it lives on.

Every gesture is a POST with a header that no other site's page can send without being asked first.
"""

from __future__ import annotations

import wave
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from ivr.simulator.faults import UNTIL_SWITCHED_OFF, Fault
from ivr.simulator.phones import Leg, Phone
from ivr.simulator.troubles import TROUBLES, sentence_of, trouble

if TYPE_CHECKING:
    from ivr.simulator.carrier import ClockControls, SimulatedTwilio

STATIC = Path(__file__).parent / "static"
CUSTOMERS = ("+15145550199", "+12125550143", "ANONYMOUS")
LONGEST_JUMP = timedelta(days=31)
FASTEST = 60.0
MOST_TIMES = 100
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
Json = dict[str, Any]


def browser_blueprint(carrier: SimulatedTwilio) -> Blueprint:
    """The page, its state, and what can be done on it."""
    browser = Blueprint("browser", __name__, template_folder="templates")

    @browser.before_request
    def refuse_other_sites() -> None:
        if request.method == "POST" and request.headers.get("X-Browser-Phone") != "1":
            abort(403)

    @browser.after_request
    def keep_to_ourselves(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = CONTENT_POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @browser.errorhandler(HTTPException)
    def say_why(fault: HTTPException) -> tuple[str, int, dict[str, str]]:
        return fault.description or "", fault.code or 500, {"Content-Type": "text/plain; charset=utf-8"}

    @browser.get("/")
    def page() -> ResponseReturnValue:
        if carrier.beside and request.headers.get("Sec-Fetch-Dest") == "iframe":
            return redirect(
                carrier.beside
            )  # the page beside the phones links to the phones, and is beside them already
        return render_template("phones.html", beside=carrier.beside, troubles=TROUBLES)

    @browser.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(STATIC, name)

    @browser.get("/phones")
    def state() -> Response:
        return jsonify(_state(carrier))

    @browser.post("/phones/<number>/dial")
    def dial(number: str) -> tuple[str, int]:
        told = _told()
        to, caller_id = str(told.get("to", "")), str(told.get("caller_id") or number)
        if to not in carrier.numbers:
            abort(404, f"{to!r} is none of the desk's lines.")
        carrier.phone(number).dial(to, caller_id=caller_id)
        return "", 204

    @browser.post("/phones/<number>/text")
    def text(number: str) -> tuple[str, int]:
        told = _told()
        carrier.phone(number).send_text(str(told.get("to", "")), str(told.get("body", ""))[:1600])
        return "", 204

    @browser.post("/legs/<sid>/<gesture>")
    def gesture(sid: str, gesture: str) -> tuple[str, int]:
        leg = carrier.leg_of(sid)
        if leg is None:
            abort(404, "There is no such call.")
        match gesture:
            case "answer":
                leg.answer()
            case "reject":
                leg.reject()
            case "hang-up":
                leg.hang_up()
            case "press":
                leg.press("".join(key for key in str(_told().get("keys", ""))[:20] if key in "0123456789*#"))
            case "speak":
                _speak(leg, request.get_data())
            case _:
                abort(404, "There is no such gesture.")
        return "", 204

    @browser.post("/clock")
    def clock() -> tuple[str, int]:
        if carrier.clock_controls is None:
            abort(404, "This clock cannot be moved.")
        _move(carrier.clock_controls, _told(), ZoneInfo(carrier.zone))
        return "", 204

    @browser.post("/faults")
    def switch_on() -> tuple[str, int]:
        carrier.faults.add(_fault(_told(), [phone.number for phone in _all_phones(carrier)]))
        return "", 204

    @browser.post("/faults/clear")
    def switch_all_off() -> tuple[str, int]:
        carrier.faults.clear()
        return "", 204

    return browser


def _told() -> Json:
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        abort(400, "Send a JSON object.")
    return told


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _move(controls: ClockControls, told: Json, zone: ZoneInfo) -> None:
    """Make the clock faster, move it on by a span, or on to a time of the wall clock: whichever one is told."""
    match told:
        case {"speed": speed} if len(told) == 1:
            if not _is_number(speed) or not 0 <= speed <= FASTEST:
                abort(400, f"The clock runs 0 to {FASTEST:.0f} times as fast as the world outside.")
            controls.run_at(float(speed))
        case {"seconds": seconds} if len(told) == 1:
            if not _is_number(seconds) or not 0 <= seconds <= LONGEST_JUMP.total_seconds():
                abort(400, f"The clock moves forward only, and by {LONGEST_JUMP.days} days at most.")
            controls.pass_time(timedelta(seconds=seconds))
        case {"to": wall_time} if len(told) == 1:
            span = _instant(wall_time, zone) - controls.now()
            if not timedelta(0) <= span <= LONGEST_JUMP:
                abort(400, f"The clock moves forward only, and by {LONGEST_JUMP.days} days at most.")
            controls.pass_time(span)
        case _:
            abort(400, "Give one of speed, seconds or to.")


def _instant(wall_time: object, zone: ZoneInfo) -> datetime:
    try:
        told = datetime.fromisoformat(str(wall_time))
    except ValueError:
        abort(400, "That is no time. Write it as 2026-11-29T06:30.")
    return told if told.tzinfo else told.replace(tzinfo=zone)


def _fault(told: Json, numbers: list[str]) -> Fault:
    """What is to go wrong, how often, and to whom. Aborts with the reason when it makes no sense."""
    name, times, whose = told.get("name"), told.get("times"), told.get("whose", "")
    wanted = trouble(name) if isinstance(name, str) else None
    if wanted is None:
        abort(400, f"Nothing called {name!r} can go wrong.")
    if times != "always" and not (type(times) is int and 1 <= times <= MOST_TIMES):
        abort(400, f"Say how often: 1 to {MOST_TIMES} times, or always.")
    if whose != "" and whose not in numbers:
        abort(400, f"Nobody here has the phone {whose!r}.")
    if whose and not wanted.can_be_somebodys:
        abort(400, "This goes wrong for everybody: it cannot be kept to one phone.")
    return wanted.fault(UNTIL_SWITCHED_OFF if times == "always" else times, whose)


def _speak(leg: Leg, wav: bytes) -> None:
    try:
        leg.speak(wav)
    except (wave.Error, EOFError):
        abort(400, "That is no WAV file with PCM sound. Save it as 16-bit PCM WAV and give it again.")


def _customers(carrier: SimulatedTwilio) -> list[Phone]:
    return [carrier.phone(number) for number in CUSTOMERS]


def _technicians(carrier: SimulatedTwilio) -> list[Phone]:
    return [carrier.phone(number, name) for name, number in carrier.phone_book()]


def _all_phones(carrier: SimulatedTwilio) -> list[Phone]:
    return _technicians(carrier) + _customers(carrier)


def _state(carrier: SimulatedTwilio) -> Json:
    speed = carrier.clock_controls.speed if carrier.clock_controls else None
    return {
        "now": carrier.now.isoformat(),
        "target": carrier.clock_controls.now().isoformat() if carrier.clock_controls else None,
        "speed": speed,
        "zone": carrier.zone,
        "lines": [{"number": number, "name": carrier.line_names.get(number, number)} for number in carrier.numbers],
        "customers": [_phone(phone) for phone in _customers(carrier)],
        "technicians": [_phone(phone) for phone in _technicians(carrier)],
        "faults": [_switched_on(fault, _all_phones(carrier)) for fault in carrier.faults.waiting],
    }


def _switched_on(fault: Fault, phones: list[Phone]) -> Json:
    """A fault in plain words; nothing left that could be counted: until it is switched off."""
    owner = next((phone.name for phone in phones if fault.match and fault.match in phone.number), fault.match)
    left = None if fault.times == UNTIL_SWITCHED_OFF else int(fault.times)
    return {"sentence": sentence_of(fault), "whose": owner, "left": left}


def _phone(phone: Phone) -> Json:
    return {
        "number": phone.number,
        "name": phone.name,
        "texts": [{"at": text.at.isoformat(), "sender": text.sender, "body": text.body} for text in phone.texts[-30:]],
        "sent": [
            {"at": message.created_at.isoformat(), "body": message.body}
            for message in phone.carrier.ledger.messages
            if message.direction == "inbound" and message.from_ == phone.number
        ][-30:],
        "legs": [_leg(leg) for leg in phone.legs[-4:]],
    }


def _leg(leg: Leg) -> Json:
    return {
        "sid": leg.call.sid,
        "state": leg.state,
        "other": leg.other_party,
        "incoming": leg.call.direction != "inbound",
        "connected": leg.bridged_with.phone.name if leg.bridged_with else None,
        "recording": leg.waiting is not None and leg.waiting.speech,
        "speaking": leg.speaking is not None,
        "heard": [
            {"at": heard.at.isoformat(), "kind": heard.kind, "text": heard.text, "language": heard.language}
            for heard in leg.heard[-40:]
        ],
    }
