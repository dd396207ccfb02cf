"""The browser phone: one page with everybody's phones and the clock, and the JSON that it lives on.

Every gesture is a POST with a header that no other site's page can send without being asked first.
"""

from __future__ import annotations

import wave
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory

from ivr.simulator.faults import Fault, What, Where
from ivr.simulator.phones import Habit, Leg, Phone, SmsHabit

if TYPE_CHECKING:
    from ivr.simulator.carrier import SimulatedTwilio

STATIC = Path(__file__).parent / "static"
CUSTOMERS = ("+15145550199", "+12125550143", "ANONYMOUS")
LONGEST_JUMP = timedelta(days=31)
UNTIL_CLEARED = 1_000_000
# What can be made to go wrong, in words for whoever switches it on.
TROUBLES: dict[str, tuple[str, Where, What]] = {
    "texts refused": ("The carrier refuses texts: too many requests (429)", "messages", "429"),
    "texts fail": ("Sending a text ends in a server error (500)", "messages", "500"),
    "text answer lost": ("A text is sent, but the carrier's answer is lost", "messages", "answer lost"),
    "account": ("The account is suspended: nothing is sent", "messages", "account"),
    "calls refused": ("Ringing a technician ends in a server error (500)", "calls", "500"),
    "call answer lost": ("A technician is rung, but the carrier's answer is lost", "calls", "answer lost"),
    "webhook lost": ("A webhook of the customer's call is lost", "voice", "lost"),
    "status lost": ("The news that a call is over is lost", "status", "lost"),
    "recording lost": ("The news of a recording is lost", "recording", "lost"),
    "recording doubled": ("The news of a recording comes twice", "recording", "doubled"),
    "recording late": ("The news of a recording comes ten seconds late", "recording", "late"),
    "media missing": ("A recording is not to be had yet (404)", "media", "404"),
    "media cut": ("A recording is cut short on its way", "media", "cut short"),
    "text doubled": ("A technician's text comes in twice", "sms", "doubled"),
    "delivery lost": ("The news of a text's delivery is lost", "message-status", "lost"),
}
Json = dict[str, Any]


def browser_blueprint(carrier: SimulatedTwilio) -> Blueprint:
    """The page, its state, and what can be done on it."""
    browser = Blueprint("browser", __name__)

    @browser.before_request
    def refuse_other_sites() -> None:
        if request.method == "POST" and request.headers.get("X-Browser-Phone") != "1":
            abort(403)

    @browser.after_request
    def keep_to_ourselves(answer: Response) -> Response:
        policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
        more = "media-src blob:; frame-src 'self'; base-uri 'none'; form-action 'none'"
        answer.headers["Content-Security-Policy"] = f"{policy}; {more}"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @browser.errorhandler(400)
    @browser.errorhandler(TypeError)
    @browser.errorhandler(ValueError)
    def in_words(fault: Exception) -> tuple[str, int, dict[str, str]]:
        words = getattr(fault, "description", None) or f"That makes no sense here: {fault}."
        return words, 400, {"Content-Type": "text/plain; charset=utf-8"}

    @browser.get("/")
    def page() -> Response:
        return send_from_directory(STATIC, "phones.html")

    @browser.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(STATIC, name)

    @browser.get("/phones")
    def state() -> Response:
        return jsonify(_state(carrier))

    @browser.post("/phones/<number>/dial")
    def dial(number: str) -> tuple[str, int]:
        told = request.get_json()
        to, caller_id = str(told["to"]), str(told.get("caller_id") or number)
        if to not in carrier.numbers:
            abort(404)
        carrier.phone(number).dial(to, caller_id=caller_id)
        return "", 204

    @browser.post("/phones/<number>/text")
    def text(number: str) -> tuple[str, int]:
        told = request.get_json()
        carrier.phone(number).send_text(str(told["to"]), str(told["body"])[:1600])
        return "", 204

    @browser.post("/legs/<sid>/<gesture>")
    def gesture(sid: str, gesture: str) -> tuple[str, int]:
        leg = carrier.leg_of(sid)
        if leg is None:
            abort(404)
        match gesture:
            case "answer":
                leg.answer()
            case "reject":
                leg.reject()
            case "hang-up":
                leg.hang_up()
            case "press":
                leg.press("".join(key for key in str(request.get_json()["keys"])[:20] if key in "0123456789*#"))
            case "speak":
                _speak(leg, request.get_data())
            case _:
                abort(404)
        return "", 204

    _habits(browser, carrier)
    _faults(browser, carrier)
    _clock(browser, carrier)
    return browser


def _habits(browser: Blueprint, carrier: SimulatedTwilio) -> None:
    @browser.post("/phones/<number>/habits")
    def habits(number: str) -> tuple[str, int]:
        told, phone = request.get_json(), carrier.phone(number)
        try:
            calls, texts = (
                Habit(told.get("calls", phone.habit.value)),
                SmsHabit(told.get("texts", phone.sms_habit.value)),
            )
        except ValueError as unknown:
            abort(400, f"A phone has no such habit: {unknown}.")
        phone.habit, phone.sms_habit = calls, texts
        return "", 204


def _faults(browser: Blueprint, carrier: SimulatedTwilio) -> None:
    @browser.post("/faults")
    def switch_on() -> tuple[str, int]:
        told = request.get_json()
        trouble, times = TROUBLES.get(str(told.get("kind"))), told.get("times")
        if trouble is None:
            abort(400, f"There is no such trouble. Known: {', '.join(TROUBLES)}.")
        if times is not None and not (isinstance(times, int) and 1 <= times <= 100):
            abort(400, "Say how often, from 1 to 100 times, or leave it out: until it is switched off.")
        carrier.faults.add(Fault(trouble[1], trouble[2], times or UNTIL_CLEARED))
        return "", 204

    @browser.post("/faults/clear")
    def clear() -> tuple[str, int]:
        carrier.faults.clear()
        return "", 204


def _clock(browser: Blueprint, carrier: SimulatedTwilio) -> None:
    @browser.post("/clock")
    def clock() -> tuple[str, int]:
        controls, told = carrier.clock_controls, request.get_json()
        if controls is None:
            abort(404)
        if "speed" in told:
            controls.run_at(min(max(float(told["speed"]), 0.0), 60.0))
        if "seconds" in told or "to" in told:
            span = (
                _instant(carrier, told["to"]) - controls.now() if "to" in told else timedelta(seconds=told["seconds"])
            )
            if not timedelta(0) <= span <= LONGEST_JUMP:
                abort(400, "The clock goes forward only, and at most a month at once.")
            controls.pass_time(span)
        return "", 204


def _instant(carrier: SimulatedTwilio, told: object) -> datetime:
    """A time as the clock on the page shows it."""
    try:
        return datetime.fromisoformat(str(told)).replace(tzinfo=ZoneInfo(carrier.zone))
    except ValueError:
        abort(400, f"{told!r} is no time.")


def _speak(leg: Leg, wav: bytes) -> None:
    try:
        leg.speak(wav)
    except (wave.Error, EOFError):
        abort(400, "That is no WAV file with PCM sound. Save it as 16-bit PCM WAV and give it again.")


def _state(carrier: SimulatedTwilio) -> Json:
    speed = carrier.clock_controls.speed if carrier.clock_controls else None
    return {
        "now": carrier.now.isoformat(),
        "target": carrier.clock_controls.now().isoformat() if carrier.clock_controls else None,
        "speed": speed,
        "zone": carrier.zone,
        "lines": [{"number": number, "name": carrier.line_names.get(number, number)} for number in carrier.numbers],
        "beside": carrier.beside,
        "troubles": {kind: words for kind, (words, _, _) in TROUBLES.items()},
        "faults": [_fault(fault) for fault in carrier.faults.waiting if fault.times > 0],
        "customers": [_phone(carrier.phone(number)) for number in CUSTOMERS],
        "technicians": [_phone(carrier.phone(number, name)) for name, number in carrier.phone_book()],
    }


def _fault(fault: Fault) -> Json:
    words = next((w for w, where, what in TROUBLES.values() if (where, what) == (fault.where, fault.what)), fault.what)
    left = "until it is switched off" if fault.times > UNTIL_CLEARED // 2 else f"{fault.times} more"
    return {"words": words, "left": left}


def _phone(phone: Phone) -> Json:
    return {
        "habits": {"calls": phone.habit.value, "texts": phone.sms_habit.value},
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
