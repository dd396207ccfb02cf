"""Passkeys (WebAuthn): a second factor after the password, or a login without a password.

Each passkey is discoverable without a user name and verifies its user by PIN, fingerprint or face, so it counts as two
factors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from callbacks.db.database import locked_or_none
from callbacks.db.removals import record_removal
from callbacks.db.tables import Passkey, User
from callbacks.errors import NotFound, WrongState
from callbacks.people import sessions
from callbacks.people.lockout import Origin, Result, count_passkey
from callbacks.people.required_factor import schedule
from callbacks.people.users import locked_user

CHALLENGE_LASTS = timedelta(minutes=5)
MOST = 20  # passkeys of one user
LONGEST_ID = 1023  # bytes (WebAuthn, 4: credential ID)
DEFAULT_PORTS = {"https": 443, "http": 80}
VERIFIES_THE_USER = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
)
T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RelyingParty:
    """This service, as browsers and authenticators know it."""

    id: str
    name: str
    origin: str


@dataclass(frozen=True)
class Challenge:
    """Random bytes for an authenticator to sign once, within five minutes."""

    value: bytes
    issued_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return now < self.issued_at + CHALLENGE_LASTS


def relying_party(public_url: str, name: str) -> RelyingParty | None:
    """Return the relying party, or None where browsers refuse passkeys: at an IP address, or without TLS."""
    url = urlsplit(public_url)
    host = url.hostname or ""
    if _is_address(host) or not (url.scheme == "https" or host == "localhost"):
        return None
    port = "" if url.port in (None, DEFAULT_PORTS.get(url.scheme)) else f":{url.port}"
    return RelyingParty(host, name, f"{url.scheme}://{host}{port}")


def registration_options(party: RelyingParty, user: User, challenge: Challenge) -> str:
    """Return what `navigator.credentials.create` needs, as JSON."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_name=user.email,
        user_id=_handle(user.id),
        challenge=challenge.value,
        timeout=_milliseconds(CHALLENGE_LASTS),
        exclude_credentials=_descriptors(user),
        authenticator_selection=VERIFIES_THE_USER,
    )
    return options_to_json(options)


def authentication_options(party: RelyingParty, user: User | None, challenge: Challenge) -> str:
    """Return what `navigator.credentials.get` needs, as JSON. Without a user, the browser offers every passkey."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge.value,
        timeout=_milliseconds(CHALLENGE_LASTS),
        allow_credentials=_descriptors(user) if user is not None else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def add_passkey(
    session: Session, user_id: int, party: RelyingParty, challenge: Challenge, response: str, name: str, now: datetime
) -> Passkey:
    """Add the passkey that the authenticator has made, and end its user's sessions. Raise WrongState."""
    user = locked_user(session, user_id)
    made = _or_none(
        lambda: verify_registration_response(
            credential=response,
            expected_challenge=challenge.value,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    )
    if made is None or not challenge.is_fresh(now) or len(made.credential_id) > LONGEST_ID:
        raise WrongState("The passkey was not added: the browser's answer could not be verified. Try again.")
    if len(user.passkeys) >= MOST:
        raise WrongState(f"There are {MOST} passkeys already. Remove one first.")
    passkey = Passkey(
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=_free_name(user, name),
        added_at=now,
    )
    if _by_credential(session, passkey.credential_id) is not None:
        raise WrongState("This passkey was added before.")
    user.passkeys.append(passkey)
    session.flush()
    schedule(user, now)
    sessions.end_all(session, user.id)
    return passkey


def remove_passkey(session: Session, user_id: int, passkey_id: int, now: datetime, grace: timedelta) -> str:
    """Remove a passkey of this user, end their sessions, and return its name. Raise NotFound."""
    user = locked_user(session, user_id)
    passkey = next((each for each in user.passkeys if each.id == passkey_id), None)
    if passkey is None:
        raise NotFound("There is no such passkey any more.")
    record_removal(session, f"passkey {passkey.name} of {user.email}")
    user.passkeys.remove(passkey)
    session.flush()
    schedule(user, now, grace)
    sessions.end_all(session, user.id)
    return passkey.name


def user_named_in(session: Session, response: str) -> User | None:
    """Return whose passkey an answer names, or None. It proves nothing: `check_answer` does."""
    passkey = _passkey_in(session, response)
    return session.get(User, passkey.user_id) if passkey is not None else None


def check_answer(
    session: Session,
    user_id: int,
    party: RelyingParty,
    challenge: Challenge | None,
    response: str,
    origin: Origin,
    now: datetime,
) -> Result:
    """Check that a passkey of this user signed the challenge, and return how it went. Failures count as for a code."""
    user = locked_user(session, user_id)
    is_right = challenge is not None and _is_signed(session, user, party, challenge, response, now)
    return count_passkey(session, user.email, origin, is_right, now)


def _is_signed(
    session: Session, user: User, party: RelyingParty, challenge: Challenge, response: str, now: datetime
) -> bool:
    """Return whether a passkey of this user signed the challenge, and store its use.

    A challenge that is older than the passkey's last use is refused, so that no answer works twice.
    """
    named = _passkey_in(session, response)
    passkey = locked_or_none(session, Passkey, named.id) if named is not None and named.user_id == user.id else None
    if passkey is None or not challenge.is_fresh(now) or _was_used_since(passkey, challenge):
        return False
    verified = _or_none(lambda: _verified(passkey, party, challenge, response))
    if verified is None:
        return False
    passkey.sign_count, passkey.used_at = verified.new_sign_count, now
    return True


def _verified(passkey: Passkey, party: RelyingParty, challenge: Challenge, response: str) -> VerifiedAuthentication:
    return verify_authentication_response(
        credential=response,
        expected_challenge=challenge.value,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        credential_public_key=base64url_to_bytes(passkey.public_key),
        credential_current_sign_count=passkey.sign_count,
        require_user_verification=True,
    )


def _passkey_in(session: Session, response: str) -> Passkey | None:
    """Return the passkey that an answer names. Its user handle, if any, must be that of the passkey's user."""
    credential = _or_none(lambda: parse_authentication_credential_json(response))
    if credential is None or (found := _by_credential(session, bytes_to_base64url(credential.raw_id))) is None:
        return None
    handle = credential.response.user_handle
    if handle is not None and handle != _handle(found.user_id):
        return None
    return found


def _by_credential(session: Session, credential_id: str) -> Passkey | None:
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _was_used_since(passkey: Passkey, challenge: Challenge) -> bool:
    return passkey.used_at is not None and challenge.issued_at <= passkey.used_at


def _or_none(parse: Callable[[], T]) -> T | None:
    """Return what the library reads from a browser's answer, or None if it cannot.

    For malformed input it raises the errors of its parsers too, not only its own.
    """
    try:
        return parse()
    except Exception as error:
        log.info("the response of a passkey was rejected", cause=type(error).__name__)
        return None


def _free_name(user: User, name: str) -> str:
    """Return the name, or with a number behind it when this user has such a passkey already."""
    taken, wanted = {each.name for each in user.passkeys}, name.strip()[:80] or "Passkey"
    numbered = (f"{wanted} {number}" for number in range(2, MOST + 2))
    return next(each for each in (wanted, *numbered) if each not in taken)


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in user.passkeys]


def _handle(user_id: int) -> bytes:
    return str(user_id).encode()


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
