"""What is set up for the account apart from its numbers: messaging services, verifications and countries.

At Twilio these are served by hosts of their own: messaging, voice and accounts.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account import MessagingService
from ivr.simulator.carrier import Carrier
from ivr.simulator.rest.blueprint import guard
from ivr.simulator.rest.errors import Refused
from ivr.simulator.rest.parameters import check
from ivr.simulator.rest.resources import Json

COUNTRIES = ("AS", "CA", "CU", "FR", "GB", "GU", "LV", "MP", "PR", "US", "VI")  # as many as the tests need


def setup_blueprint(carrier: Carrier) -> Blueprint:
    """Return the routes below /v1."""
    api = Blueprint("setup", __name__, url_prefix="/v1")
    guard(api, carrier)
    account = carrier.account

    @api.get("/Services/<sid>")
    def service(sid: str) -> Response:
        return jsonify(_service_json(_service(carrier, sid)))

    @api.get("/Services/<sid>/PhoneNumbers")
    def numbers_of_service(sid: str) -> Response:
        found = _service(carrier, sid).numbers
        return jsonify(
            {"phone_numbers": [{"phone_number": number} for number in found], "meta": {"key": "phone_numbers"}}
        )

    @api.get("/Tollfree/Verifications")
    def verifications() -> Response:
        check("list-verifications", request.args)
        wanted = request.args.get("TollfreePhoneNumberSid", "")
        found = [
            {"tollfree_phone_number_sid": own.sid, "status": account.permissions.toll_free[own.number]}
            for own in account.numbers.values()
            if own.number in account.permissions.toll_free and own.sid == (wanted or own.sid)
        ]
        return jsonify({"verifications": found, "meta": {"key": "verifications"}})

    @api.get("/DialingPermissions/Countries")
    def dialing_permissions() -> Response:
        check("list-countries", request.args)
        return jsonify({"content": _countries(carrier), "meta": {"key": "content"}})

    @api.get("/Messaging/GeoPermissions")
    def text_permissions() -> Response:
        closed = account.permissions.no_texts
        found = [{"country_code": each, "type": "country", "enabled": each not in closed} for each in COUNTRIES]
        return jsonify({"permissions": found})

    return api


def _service(carrier: Carrier, sid: str) -> MessagingService:
    found = carrier.account.services.get(sid)
    if found is None:
        raise Refused(404, 20404, f"The requested resource /Services/{sid} was not found")
    return found


def _service_json(service: MessagingService) -> Json:
    return {
        "sid": service.sid,
        "inbound_request_url": service.inbound_request_url or None,
        "inbound_method": "POST",
        "use_inbound_webhook_on_number": service.uses_urls_of_numbers,
        "us_app_to_person_registered": service.is_registered,
    }


def _countries(carrier: Carrier) -> list[Json]:
    permissions = carrier.account.permissions
    wanted = {"LowRiskNumbersEnabled": permissions.calls, "HighRiskTollfraudNumbersEnabled": permissions.risky_calls}
    kept = [country for country in COUNTRIES if _fits(country, wanted)]
    return [{"iso_code": country, "low_risk_numbers_enabled": country in permissions.calls} for country in kept]


def _fits(country: str, wanted: dict[str, set[str]]) -> bool:
    asked = [(name, those) for name, those in wanted.items() if name in request.args]
    return all((country in those) is (request.args[name] == "true") for name, those in asked)
