"""The carrier: Twilio, by its own client; by TWILIO_API_URL anything that speaks as Twilio does.

Every request has a deadline. What went wrong comes back as one CarrierError that says whether trying again can help
and whether it may have been done all the same: creating a message or a call has no idempotency key at Twilio.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from callbacks.db.states import FINAL, CarrierStatus, VoicemailState, carrier_status
from callbacks.errors import CarrierError
from callbacks.settings import TWILIO, Settings

PATIENCE = 10.0  # seconds for one request; twilio-python itself would wait for ever
MESSAGE_IS_STALE_AFTER = timedelta(minutes=10)
# What the carrier calls a recording that it lists.
RECORDINGS = {"completed": VoicemailState.RECORDED, "absent": VoicemailState.ABSENT}
RINGS_FOR = timedelta(seconds=25)  # short of the time at which a private voicemail picks up

# What an error code means to a person who has to do something about it (twilio.com/docs/api/errors).
IN_WORDS = {
    21211: "this is not a phone number",
    21214: "this number cannot be reached",
    21215: "the account may not call this country",
    21216: "the carrier blocks calls to this number",
    21408: "the account may not text this country",
    21606: "the account does not own the number that texts come from (TWILIO_FROM)",
    21608: "a trial account may only text verified numbers",
    21610: "this person sent STOP; texts to them are blocked until they send START",
    21614: "this number cannot receive texts",
    21635: "this is a landline; it cannot receive texts",
    30003: "the phone is off or out of reach",
    30004: "the phone blocks texts",
    30005: "this number does not exist",
    30006: "this is a landline, or its carrier cannot be reached",
    30007: "the carrier filtered it as spam",
    30008: "the carrier does not say why",
    30032: "the toll-free sender is not verified",
    30034: "the sender is not registered (10DLC)",
    20003: "the account or its token is not accepted (TWILIO_AUTH_TOKEN)",
}
# Wrong for this account, not for this person: the next person would fare no better, and it may be mended soon.
ACCOUNT_REFUSED = 20003  # nothing goes out at all: haste only uses up the steps
OPERATORS_FAULTS = {ACCOUNT_REFUSED, 21606, 21608, 21408, 21215}


@dataclass(frozen=True)
class Accepted:
    """The carrier took it, under this name."""

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
    state: VoicemailState | None  # None: not known yet
    seconds: int
    made_at: datetime | None


class Carrier:
    """What we ask of the carrier, each answer in our own words."""

    def __init__(self, settings: Settings, session: requests.Session | None = None) -> None:
        self._settings = settings
        self._http = _HttpClient(settings.twilio_url, session)
        user, password = settings.credentials
        self._client = Client(user, password, account_sid=settings.account_sid, http_client=self._http)

    def send_text(self, to: str, words: str, status_url: str) -> Accepted:
        """Text somebody. Raises CarrierError."""
        sender = "messaging_service_sid" if self._settings.sender.startswith("MG") else "from_"
        with _translated():
            sent = self._client.messages.create(
                to=to,
                body=words,
                status_callback=status_url,
                validity_period=int(MESSAGE_IS_STALE_AFTER.total_seconds()),
                **{sender: self._settings.sender},
            )
        return Accepted(str(sent.sid), carrier_status(str(sent.status)))

    def place_call(self, to: str, from_: str, url: str, status_url: str, rings_for: timedelta = RINGS_FOR) -> Accepted:
        """Ring somebody. Raises CarrierError."""
        with _translated():
            call = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                status_callback=status_url,
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=int(rings_for.total_seconds()),
            )
        return Accepted(str(call.sid), carrier_status(str(call.status)))

    def find_text(self, to: str, words: str, since: datetime) -> Accepted | None:
        """Look for a text whose acceptance we never heard of: same person, same words. Raises CarrierError."""
        with _translated():
            for message in self._client.messages.stream(to=to, date_sent_after=_day(since), page_size=100):
                made_at = message.date_created or message.date_sent
                if message.body == words and (made_at is None or made_at >= since - timedelta(seconds=2)):
                    return Accepted(str(message.sid), carrier_status(str(message.status)))
        return None

    def find_calls(self, to: str, since: datetime) -> list[Accepted]:
        """Look for calls that we placed to somebody, not older than `since`. Raises CarrierError."""
        with _translated():
            calls = self._client.calls.stream(to=to, start_time_after=_day(since), page_size=100)
            return [
                Accepted(str(call.sid), carrier_status(str(call.status)))
                for call in calls
                if str(call.direction).startswith("outbound-api") and _not_before(call.date_created, since)
            ]

    def calls_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        """List the calls to one of our numbers since an instant. Raises CarrierError."""
        with _translated():
            for call in self._client.calls.stream(to=number, start_time_after=_day(since), page_size=200):
                if str(call.direction) == "inbound" and _not_before(call.start_time or call.date_created, since):
                    yield _call(call)

    def call(self, sid: str) -> CarrierCall:
        """Look one call up. Raises CarrierError."""
        with _translated():
            return _call(self._client.calls(sid).fetch())

    def recordings(self, since: datetime) -> Iterator[CarrierRecording]:
        """List the voicemails recorded since an instant. Raises CarrierError."""
        with _translated():
            for found in self._client.recordings.stream(date_created_after=_day(since), page_size=200):
                if str(found.source) == "RecordVerb" and _not_before(found.date_created, since):
                    yield CarrierRecording(
                        str(found.sid),
                        str(found.call_sid),
                        RECORDINGS.get(str(found.status)),
                        _seconds(found.duration),
                        found.date_created,
                    )

    def audio(self, recording_sid: str) -> bytes:
        """Fetch a recording's WAV. Raises CarrierError.

        The URL is built from the SID and never taken from a webhook, and no redirect to another host is followed:
        our credentials go to the carrier and to nobody else.
        """
        if not re.fullmatch(r"RE[0-9A-Za-z]{1,62}", recording_sid):
            raise CarrierError(f"{recording_sid!r} is no recording's SID.", permanent=True)
        account = self._settings.account_sid
        url = f"{self._settings.twilio_url}/2010-04-01/Accounts/{account}/Recordings/{recording_sid}.wav"
        try:
            answer = self._http.session.get(
                url, auth=self._settings.credentials, timeout=PATIENCE, allow_redirects=False, stream=True
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
        super().__init__(pool_connections=False, timeout=PATIENCE)
        self._base_url = base_url
        self.session = session or requests.Session()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace(TWILIO, self._base_url, 1), *args, **kwargs)


class _translated:  # noqa: N801 - reads as a word where it is used
    """Turns what the client raises into a CarrierError."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, fault: BaseException | None, traceback: object) -> None:
        match fault:
            case TwilioRestException():
                raise _refusal(fault) from fault
            case requests.ConnectTimeout():
                raise CarrierError("The carrier did not answer the phone: no connection.") from fault
            case requests.ConnectionError() if _never_connected(fault):
                raise CarrierError("The carrier could not be reached: no connection.") from fault
            case requests.RequestException():
                raise CarrierError(f"The carrier's answer was lost: {type(fault).__name__}.", lost=True) from fault
            case TwilioException() | ValueError() | KeyError():  # a list that failed, an answer that is no JSON
                raise CarrierError(f"The carrier answered nonsense: {fault}.", lost=True) from fault


def _refusal(fault: TwilioRestException) -> CarrierError:
    code = int(fault.code or 0)
    words = IN_WORDS.get(code, fault.msg)
    if fault.status == 429:
        return CarrierError("The carrier asks us to slow down.", code=code)
    if fault.status >= 500:
        return CarrierError(f"The carrier has a fault of its own (HTTP {fault.status}).", code=code, lost=True)
    permanent = fault.status != 401 and code not in OPERATORS_FAULTS
    return CarrierError(f"The carrier refused it: {words} ({code}).", code=code, permanent=permanent)


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
    """The carrier filters by whole UTC days; the rest is ours to filter."""
    return since.astimezone(UTC).date()
