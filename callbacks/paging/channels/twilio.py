"""The carrier: Twilio, through its own client, or any service with the same API at TWILIO_API_URL.

Every request has a timeout. Every failure is raised as a CarrierError that states whether a retry can help and
whether the request may have been carried out: Twilio has no idempotency key for creating messages or calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from callbacks.db.states import FINAL, CarrierStatus, VoicemailState, carrier_status
from callbacks.errors import CarrierError
from callbacks.paging.channels.carrier_errors import error_code
from callbacks.settings import TWILIO, Settings

TIMEOUT = 10.0  # seconds for one request; twilio-python itself has no timeout
MESSAGE_VALIDITY = timedelta(minutes=10)
# Twilio's status of a recording.
RECORDING_STATES = {"completed": VoicemailState.RECORDED, "absent": VoicemailState.ABSENT}
RING_TIMEOUT = timedelta(seconds=25)  # shorter than a private voicemail takes to pick up


@dataclass(frozen=True)
class Accepted:
    """The carrier accepted a message or a call, and gave it this SID."""

    sid: str
    status: CarrierStatus


@dataclass(frozen=True)
class CarrierCall:
    """A call as the carrier lists it."""

    sid: str
    from_: str
    to: str
    status: CarrierStatus
    began_at: datetime | None
    ended_at: datetime | None
    seconds: int

    @property
    def is_over(self) -> bool:
        return self.status in FINAL


@dataclass(frozen=True)
class CarrierRecording:
    """A recording as the carrier lists it."""

    sid: str
    call_sid: str
    state: VoicemailState | None  # None while the carrier is still working on it
    seconds: int
    made_at: datetime | None


class Carrier:
    """Requests to the carrier, with its answers as our own values. Every method may raise CarrierError."""

    def __init__(self, settings: Settings, session: requests.Session | None = None) -> None:
        self._settings = settings
        self._http = _HttpClient(settings.twilio_url, session)
        user, password = settings.credentials
        self._client = Client(user, password, account_sid=settings.account_sid, http_client=self._http)

    def send_text(self, to: str, words: str, status_url: str) -> Accepted:
        """Send a text. Reports on its delivery go to `status_url`."""
        sender = "messaging_service_sid" if self._settings.sender.startswith("MG") else "from_"
        with _carrier_errors():
            sent = self._client.messages.create(
                to=to,
                body=words,
                status_callback=status_url,
                validity_period=int(MESSAGE_VALIDITY.total_seconds()),
                **{sender: self._settings.sender},
            )
        return Accepted(str(sent.sid), carrier_status(str(sent.status)))

    def place_call(
        self, to: str, from_: str, url: str, status_url: str, ring_timeout: timedelta = RING_TIMEOUT
    ) -> Accepted:
        """Place a call, which fetches its TwiML from `url` when it is answered."""
        with _carrier_errors():
            call = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                status_callback=status_url,
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=int(ring_timeout.total_seconds()),
            )
        return Accepted(str(call.sid), carrier_status(str(call.status)))

    def find_text(self, to: str, words: str, since: datetime) -> Accepted | None:
        """Return the text with these words that was sent to this number, or None. For when the answer was lost."""
        with _carrier_errors():
            for message in self._client.messages.stream(to=to, date_sent_after=_day(since), page_size=100):
                made_at = message.date_created or message.date_sent
                if message.body == words and (made_at is None or made_at >= since - timedelta(seconds=2)):
                    return Accepted(str(message.sid), carrier_status(str(message.status)))
        return None

    def find_calls(self, to: str, since: datetime) -> list[Accepted]:
        """Return the calls that we placed to a number since an instant."""
        with _carrier_errors():
            calls = self._client.calls.stream(to=to, start_time_after=_day(since), page_size=100)
            return [
                Accepted(str(call.sid), carrier_status(str(call.status)))
                for call in calls
                if str(call.direction).startswith("outbound-api") and _not_before(call.date_created, since)
            ]

    def calls_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        """Yield the calls to one of our numbers since an instant."""
        with _carrier_errors():
            for call in self._client.calls.stream(to=number, start_time_after=_day(since), page_size=200):
                if str(call.direction) == "inbound" and _not_before(call.start_time or call.date_created, since):
                    yield _call(call)

    def call(self, sid: str) -> CarrierCall:
        """Return one call."""
        with _carrier_errors():
            return _call(self._client.calls(sid).fetch())

    def legs_of(self, call_sid: str) -> list[CarrierCall]:
        """Return the calls that a call dialed."""
        with _carrier_errors():
            return [_call(leg) for leg in self._client.calls.stream(parent_call_sid=call_sid, page_size=20)]

    def recordings(self, since: datetime) -> Iterator[CarrierRecording]:
        """Yield the voicemails recorded since an instant."""
        with _carrier_errors():
            for found in self._client.recordings.stream(date_created_after=_day(since), page_size=200):
                if str(found.source) == "RecordVerb" and _not_before(found.date_created, since):
                    yield CarrierRecording(
                        str(found.sid),
                        str(found.call_sid),
                        RECORDING_STATES.get(str(found.status)),
                        _seconds(found.duration),
                        found.date_created,
                    )

    def audio(self, recording_sid: str) -> bytes:
        """Return a recording as WAV.

        The URL is built from the SID, never taken from a webhook, and redirects are not followed: our credentials
        are sent to the carrier only.
        """
        if not re.fullmatch(r"RE[0-9A-Za-z]{1,62}", recording_sid):
            raise CarrierError(f"{recording_sid!r} is not the SID of a recording.", permanent=True)
        account = self._settings.account_sid
        url = f"{self._settings.twilio_url}/2010-04-01/Accounts/{account}/Recordings/{recording_sid}.wav"
        try:
            answer = self._http.session.get(
                url, auth=self._settings.credentials, timeout=TIMEOUT, allow_redirects=False, stream=True
            )
            content = _whole(answer)
        except requests.RequestException as fault:
            raise CarrierError(f"The recording could not be fetched: {type(fault).__name__}.") from fault
        if answer.status_code != 200:
            raise CarrierError(f"The recording is not there yet (HTTP {answer.status_code}).", code=answer.status_code)
        return content


def _whole(answer: requests.Response) -> bytes:
    content = answer.content
    promised = answer.headers.get("Content-Length")
    if promised is not None and promised.isdigit() and int(promised) != len(content):
        raise requests.ConnectionError("the download was cut short")
    return content


class _HttpClient(TwilioHttpClient):
    """Twilio's own HTTP client, with a deadline, sent to the configured address."""

    def __init__(self, base_url: str, session: requests.Session | None) -> None:
        super().__init__(pool_connections=False, timeout=TIMEOUT)
        self._base_url = base_url
        self.session = session or requests.Session()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace(TWILIO, self._base_url, 1), *args, **kwargs)


@contextmanager
def _carrier_errors() -> Iterator[None]:
    """Raise a CarrierError for what the client raises."""
    try:
        yield
    except (requests.RequestException, TwilioException, ValueError, KeyError) as fault:
        raise _carrier_error(fault) from fault


def _carrier_error(fault: Exception) -> CarrierError:
    match fault:
        case TwilioRestException():
            return _refusal(fault)
        case requests.ConnectTimeout():
            return CarrierError("The carrier did not answer: no connection.")
        case requests.ConnectionError() if _never_connected(fault):
            return CarrierError("The carrier could not be reached: no connection.")
        case requests.RequestException():
            return CarrierError(f"The carrier's answer was lost: {type(fault).__name__}.", lost=True)
        case _:  # a list that failed, or an answer that is not JSON
            return CarrierError(f"The carrier's answer makes no sense: {fault}.", lost=True)


def _refusal(fault: TwilioRestException) -> CarrierError:
    code = int(fault.code or 0)
    known = error_code(code, fault.msg)
    if fault.status == 429:
        return CarrierError("The carrier asks us to slow down.", code=code)
    if fault.status >= 500:
        return CarrierError(f"The carrier has an internal error (HTTP {fault.status}).", code=code, lost=True)
    permanent = fault.status != 401 and not known.is_retried
    return CarrierError(f"The carrier refused it: {known.words} ({code}).", code=code, permanent=permanent)


def _never_connected(fault: requests.ConnectionError) -> bool:
    return any(
        word in repr(fault) for word in ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "refused")
    )


def _call(call: Any) -> CarrierCall:
    # `_from` is how the client spells a reserved word.
    return CarrierCall(
        str(call.sid),
        str(call._from or ""),
        str(call.to or ""),
        carrier_status(str(call.status)),
        call.start_time or call.date_created,
        call.end_time,
        _seconds(call.duration),
    )


def _seconds(duration: object) -> int:
    return int(str(duration)) if str(duration).isdigit() else 0


def _not_before(made_at: datetime | None, since: datetime) -> bool:
    if made_at is None:
        return True
    aware = made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC)
    return aware >= since - timedelta(seconds=2)


def _day(since: datetime) -> Any:
    """Return the UTC day of an instant: the carrier filters lists by whole days, the rest is filtered here."""
    return since.astimezone(UTC).date()
