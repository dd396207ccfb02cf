"""The routes of the browser phone: its page, the state that the page draws, and the actions on it.

Every action is a POST with a header that a page of another site cannot send.
"""

from __future__ import annotations

import wave
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from ivr.simulator.browser.clock import move_clock
from ivr.simulator.browser.fault_choices import FAULT_CHOICES, fault_choice
from ivr.simulator.browser.mail import MailProgram, NotSent, written_mail
from ivr.simulator.browser.settings import BrowserSettings
from ivr.simulator.browser.state import all_phones, current_state
from ivr.simulator.carrier import Carrier
from ivr.simulator.faults import UNTIL_SWITCHED_OFF, Fault
from ivr.simulator.phones import Leg

STATIC = Path(__file__).parent / "static"
MOST_TIMES = 100
LONGEST_TEXT = 1600
MOST_KEYS = 20
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
DONE = ("", 204)


def browser_blueprint(carrier: Carrier, settings: BrowserSettings) -> Blueprint:
    """Return the page and its actions."""
    browser = Blueprint("browser", __name__, template_folder="templates")

    @browser.before_request
    def refuse_other_sites() -> None:
        if request.method == "POST" and request.headers.get("X-Browser-Phone") != "1":
            abort(403)

    @browser.after_request
    def set_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    @browser.errorhandler(HTTPException)
    def explain(error: HTTPException) -> tuple[str, int, dict[str, str]]:
        return error.description or "", error.code or 500, {"Content-Type": "text/plain; charset=utf-8"}

    @browser.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(STATIC, name)

    _add_page(browser, carrier, settings)
    _add_phones(browser, carrier)
    _add_clock(browser, settings)
    _add_faults(browser, carrier, settings)
    _add_mails(browser, settings)
    return browser


def _add_page(browser: Blueprint, carrier: Carrier, settings: BrowserSettings) -> None:
    @browser.get("/")
    def page() -> ResponseReturnValue:
        # The console links to the phones. Inside the frame beside them, that link leads back to the console.
        if settings.console_url and request.headers.get("Sec-Fetch-Dest") == "iframe":
            return redirect(settings.console_url)
        program = settings.mail_program
        return render_template(
            "phones.html",
            console_url=settings.console_url,
            fault_choices=FAULT_CHOICES,
            mailboxes=program.mailboxes if program else (),
            writer=program.writer if program else (),
        )

    @browser.get("/phones")
    def state() -> Response:
        return jsonify(current_state(carrier, settings))


def _add_phones(browser: Blueprint, carrier: Carrier) -> None:
    @browser.post("/phones/<number>/dial")
    def dial(number: str) -> tuple[str, int]:
        asked = _json_object()
        to, caller_id = str(asked.get("to", "")), str(asked.get("caller_id") or number)
        if to not in carrier.account.numbers:
            abort(404, f"{to!r} is not one of the desk's lines.")
        carrier.phone(number).dial(to, caller_id=caller_id)
        return DONE

    @browser.post("/phones/<number>/text")
    def text(number: str) -> tuple[str, int]:
        asked = _json_object()
        carrier.phone(number).send_text(str(asked.get("to", "")), str(asked.get("body", ""))[:LONGEST_TEXT])
        return DONE

    @browser.post("/legs/<sid>/<action>")
    def act(sid: str, action: str) -> tuple[str, int]:
        leg = carrier.calls.leg(sid)
        if leg is None:
            abort(404, "There is no such call.")
        _act(leg, action)
        return DONE


def _add_clock(browser: Blueprint, settings: BrowserSettings) -> None:
    @browser.post("/clock")
    def clock() -> tuple[str, int]:
        if settings.clock_controls is None:
            abort(404, "This clock cannot be moved.")
        move_clock(settings.clock_controls, _json_object(), ZoneInfo(settings.zone))
        return DONE


def _add_faults(browser: Blueprint, carrier: Carrier, settings: BrowserSettings) -> None:
    @browser.post("/faults")
    def switch_on() -> tuple[str, int]:
        carrier.faults.add(_fault(_json_object(), [phone.number for phone in all_phones(carrier, settings)]))
        return DONE

    @browser.post("/faults/clear")
    def switch_all_off() -> tuple[str, int]:
        carrier.faults.clear()
        return DONE


def _add_mails(browser: Blueprint, settings: BrowserSettings) -> None:
    def mail_program() -> MailProgram:
        if settings.mail_program is None:
            abort(404, "No mails can be written here.")
        return settings.mail_program

    @browser.get("/mails")
    def inbox() -> Response:
        return jsonify([asdict(mail) for mail in mail_program().inbox(request.args.get("to", ""))])

    @browser.post("/mails")
    def send() -> Response:
        try:
            answer = mail_program().send(written_mail(_json_object()))
        except NotSent as why:
            abort(400, str(why))
        return Response(answer, content_type="text/plain; charset=utf-8")


def _json_object() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        abort(400, "Send a JSON object.")
    return asked


def _act(leg: Leg, action: str) -> None:
    match action:
        case "answer":
            leg.answer()
        case "reject":
            leg.reject()
        case "hang-up":
            leg.hang_up()
        case "press":
            keys = str(_json_object().get("keys", ""))[:MOST_KEYS]
            leg.press("".join(key for key in keys if key in "0123456789*#"))
        case "speak":
            _speak(leg, request.get_data())
        case _:
            abort(404, "There is no such action.")


def _speak(leg: Leg, wav: bytes) -> None:
    try:
        leg.speak(wav)
    except (wave.Error, EOFError):
        abort(400, "Not a WAV file with PCM audio. Save it as 16-bit PCM WAV and try again.")


def _fault(asked: dict[str, Any], numbers: list[str]) -> Fault:
    """Return the fault that is asked for. Abort with the reason if it is not valid."""
    name, times, only_for = asked.get("name"), asked.get("times"), asked.get("only_for", "")
    choice = fault_choice(name)
    if choice is None:
        abort(400, f"There is no fault called {name!r}.")
    if times != "always" and not (type(times) is int and 1 <= times <= MOST_TIMES):
        abort(400, f"The number of times must be from 1 to {MOST_TIMES}, or always.")
    if only_for != "" and only_for not in numbers:
        abort(400, f"There is no phone with the number {only_for!r}.")
    if only_for and not choice.can_be_for_one_phone:
        abort(400, "This fault cannot be limited to one phone.")
    return choice.fault(UNTIL_SWITCHED_OFF if times == "always" else times, only_for)
