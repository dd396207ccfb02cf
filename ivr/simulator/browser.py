"""The browser phone: one page with everybody's phones and the clock, and the JSON that it lives on.

Every gesture is a POST with a header that no other site's page can send without being asked first.
"""

from __future__ import annotations

import wave
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory

from ivr.simulator.phones import Leg, Phone

if TYPE_CHECKING:
    from ivr.simulator.carrier import SimulatedTwilio

STATIC = Path(__file__).parent / "static"
CUSTOMERS = ("+15145550199", "+12125550143", "ANONYMOUS")
LONGEST_JUMP = timedelta(days=31)
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
        answer.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'; base-uri 'none'; form-action 'none'"
        answer.headers["Cache-Control"] = "no-store"
        return answer

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

    @browser.post("/clock")
    def clock() -> tuple[str, int]:
        controls, told = carrier.clock_controls, request.get_json()
        if controls is None:
            abort(404)
        if "speed" in told:
            controls.run_at(min(max(float(told["speed"]), 0.0), 60.0))
        if "seconds" in told:
            span = timedelta(seconds=float(told["seconds"]))
            if not timedelta(0) <= span <= LONGEST_JUMP:
                abort(400)
            controls.pass_time(span)
        return "", 204

    return browser


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
        "customers": [_phone(carrier.phone(number)) for number in CUSTOMERS],
        "technicians": [_phone(carrier.phone(number, name)) for name, number in carrier.phone_book()],
    }


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
