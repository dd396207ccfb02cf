"""A storage outside, to which the API redirects for the audio of recordings that an account keeps elsewhere.

As S3 does, it refuses a request that has a login beside the signature in its address.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from ivr.simulator.carrier import Carrier
from ivr.simulator.signing import signature

PATH = "/storage"


def address_of(carrier: Carrier, host_url: str, sid: str) -> str:
    """Return where the audio of a recording is, at the storage's host or else at this one."""
    base = carrier.storage_url or host_url.rstrip("/")
    return f"{base}{PATH}/{sid}.wav?signature={_signature(carrier, sid)}"


def storage_blueprint(carrier: Carrier) -> Blueprint:
    storage = Blueprint("storage", __name__, url_prefix=PATH)

    @storage.get("/<sid>.wav")
    def audio(sid: str) -> Response:
        if "Authorization" in request.headers:
            abort(400, "Only one way to authenticate is allowed.")
        found = next((row for row in carrier.ledger.recordings if row.sid == sid), None)
        if found is None or found.deleted_at is not None or request.args.get("signature") != _signature(carrier, sid):
            abort(403)
        return Response(found.audio, content_type="audio/x-wav")

    return storage


def _signature(carrier: Carrier, sid: str) -> str:
    return signature(sid, {}, carrier.account.auth_token).encode().hex()
